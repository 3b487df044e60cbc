import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { analyzeQuality, type QualityAnalysis } from '../lib/analyses/quality/analyze.js'
import type { QualityReport } from '../lib/analyses/quality/types.js'
import {
  bandpass,
  electrodePositions,
  Recording,
  signalFromArray,
  sphericalSplineWeights,
  synthesise,
} from '../lib/index.js'
import { REJECTED_TEXT, rejectedSpans } from '../lib/pipeline/annotations.js'
import { prefilter, writeCleanCopy } from '../lib/pipeline/clean-copy.js'
import { readSamples, writeEeg } from './quality-files.js'
import { type Eeg, plants, random, routineEeg } from './quality-fixture.js'
import { reference, referenceOrSkip } from './reference.js'
import { codeOf, temporaryFolder } from './temporary.js'

const folder = temporaryFolder()
const source = join(folder, 'source.edf')
const copy = join(folder, 'copy.edf')

/** Judges a recording, writes its cleaned copy, opens that. */
async function cleanCopy<T>(
  path: string,
  use: (parts: { recording: Recording; quality: QualityAnalysis; cleaned: Recording }) => T | Promise<T>,
): Promise<T> {
  await using recording = await Recording.open(path)
  await using quality = await analyzeQuality(recording)
  const target = path.endsWith('.bdf') ? copy.replace(/edf$/, 'bdf') : copy
  await writeCleanCopy(target, recording, quality)
  await using cleaned = await Recording.open(target)
  return await use({ recording, quality, cleaned })
}

/** Half a digital step of a channel, and what float32 may add. */
function tolerance(recording: Recording, name: string): number {
  const { physicalMin, physicalMax, digitalMin, digitalMax } = recording.header.signals[recording.channel(name).index]!
  return ((physicalMax - physicalMin) / (digitalMax - digitalMin)) * 0.51 + 1e-3
}

test('EEG is high-passed, repaired where AutoReject repairs, in uV; the range fits', async () => {
  await synthesise(source, { kind: 'routine', hours: 1 / 20, rate: 256, seed: 21 })
  await cleanCopy(source, async ({ recording, quality, cleaned }) => {
    const repairs = await quality.repairedCells()
    assert.ok(repairs.length > 10)
    for (const name of (quality.report as QualityReport).channels) {
      const [expected] = await bandpass(recording.signal(name), 1, null)
      for (const { samples, start_s } of repairs.filter(({ channel }) => channel === name))
        expected!.set(samples, start_s * 256)
      const got = await readSamples(cleaned.signal(name))
      assert.is(got.length, expected!.length)
      const worst = expected!.reduce((most, x, t) => Math.max(most, Math.abs(x - got[t]!)), 0)
      assert.ok(worst <= tolerance(cleaned, name), `${name}: ${worst} uV`)
      const header = cleaned.header.signals[cleaned.channel(name).index]!
      const highest = expected!.reduce((most, x) => Math.max(most, Math.abs(x)), 0)
      assert.ok(header.physicalMax >= highest && header.physicalMax < highest * 1.002 + 1e-3)
      assert.is(header.dimension, 'uV')
      assert.match(header.prefilter, /^HP:1Hz/)
      assert.is(header.label, recording.header.signals[recording.channel(name).index]!.label)
    }
  })
})

test('other channels, times and annotations stay what they were', async () => {
  await cleanCopy(source, async ({ recording, cleaned }) => {
    const of = (r: Recording) => r.digitalSummary(r.channel('ECG').index)
    assert.equal(await of(cleaned), await of(recording))
    assert.is(cleaned.header.startIso, recording.header.startIso)
    assert.is(cleaned.header.recordDuration, recording.header.recordDuration)
    assert.is(cleaned.header.format, 'EDF+C')
    assert.equal(cleaned.warnings, [])
    for (const annotation of recording.annotations)
      assert.ok(cleaned.annotations.some((a) => a.text === annotation.text && a.onset_s === annotation.onset_s))
  })
})

/** A routine EEG that shakes for some seconds and has a dead channel. */
async function shaken(seconds: number): Promise<Eeg> {
  const eeg = await routineEeg(join(folder, 'routine.edf'), { seed: 22, minutes: seconds / 60 })
  const next = random(2)
  for (const x of eeg.samples) for (let t = 40 * 256; t < 48 * 256; t++) x[t]! += 600 * (next() - 0.5)
  plants.flat(eeg.samples[eeg.names.indexOf('T7')]!, 256, random(1))
  return eeg
}

test('rejected epochs become one annotation a stretch, findings theirs, with the channel', async () => {
  await cleanCopy(writeEeg(source, await shaken(120)), ({ quality, cleaned }) => {
    const report = quality.report as QualityReport
    assert.ok(report.rejected.includes(10) && report.rejected.includes(11))
    const marked = cleaned.annotations.filter(({ text }) => text === REJECTED_TEXT)
    assert.equal(
      marked.map(({ onset_s, duration_s }) => ({ start_s: onset_s, duration_s })),
      rejectedSpans(report),
    )
    assert.ok(marked.some(({ onset_s, duration_s }) => onset_s <= 40 && onset_s + duration_s! >= 48))
    assert.ok(
      cleaned.annotations.some(
        ({ text, onset_s, duration_s }) => text === 'Flat@@T7' && onset_s === 0 && duration_s === 120,
      ),
    )
  })
})

test('a discontinuous recording stays one: filters and repairs do not reach across its gap', async () => {
  const onsets = Array.from({ length: 120 }, (_, second) => (second < 53 ? second : second + 1000.5))
  await cleanCopy(writeEeg(source, await shaken(120), onsets), async ({ recording, quality, cleaned }) => {
    assert.is(cleaned.header.format, 'EDF+D')
    assert.equal(cleaned.segments, recording.segments)
    const filtered = await bandpass(recording.signal('Cz'), 1, null)
    const repairs = (await quality.repairedCells()).filter(({ channel }) => channel === 'Cz')
    for (const [s, stretch] of cleaned.signal('Cz').stretches.entries()) {
      const got = await readSamples({ name: 'Cz', rate_hz: 256, stretches: [{ ...stretch, start_s: 0 }] })
      for (const { samples, start_s } of repairs) {
        const at = Math.round((start_s - stretch.start_s) * 256)
        if (at >= 0 && at < filtered[s]!.length) filtered[s]!.set(samples, at)
      }
      const worst = filtered[s]!.reduce((most, x, t) => Math.max(most, Math.abs(x - got[t]!)), 0)
      assert.ok(worst <= tolerance(cleaned, 'Cz'), `stretch ${s}: ${worst} uV`)
    }
  })
})

test('a channel of another rate is repaired at its own', async () => {
  const eeg = await routineEeg(join(folder, 'routine.edf'), { seed: 23, minutes: 2 })
  const slow = eeg.names.indexOf('C3')
  const next = random(3)
  for (let t = 60 * 256; t < 64 * 256; t++) eeg.samples[slow]![t]! += 400 * (next() - 0.5)
  eeg.samples[slow] = eeg.samples[slow]!.filter((_, t) => t % 2 === 0)
  const rates = eeg.names.map((_, c) => (c === slow ? 128 : 256))
  await cleanCopy(writeEeg(source, eeg, undefined, rates), async ({ quality, cleaned }) => {
    const cell = (await quality.repairedCells()).find(({ channel, epoch }) => channel === 'C3' && epoch === 15)
    assert.ok(cell)
    const got = (await readSamples(cleaned.signal('C3'))).slice(60 * 128, 64 * 128)
    assert.is(cleaned.channel('C3').rate_hz, 128)
    // Away from the ends of the epoch, where resampling four seconds alone is inexact.
    const errors = Array.from(got.slice(64, -64), (x, t) => Math.abs(x - cell!.samples[2 * (t + 64)]!))
    assert.ok(Math.max(...errors) < 15 && errors.reduce((sum, x) => sum + x, 0) / errors.length < 2)
  })
})

test('bad channels are replaced by what the good ones predict only when that is asked for, and it is said', async () => {
  const eeg = await routineEeg(join(folder, 'routine.edf'), { seed: 24, minutes: 2 })
  const at = (name: string) => eeg.names.indexOf(name)
  const before = eeg.samples[at('C4')]!.slice()
  plants.noisy(eeg.samples[at('C4')]!, 256, random(4))
  plants.flat(eeg.samples[at('O1')]!, 256, random(5))
  eeg.names[at('O1')] = 'EEG X9'
  await using recording = await Recording.open(writeEeg(source, eeg))
  await using quality = await analyzeQuality(recording)
  assert.equal(
    quality.badChannels.map(({ name }) => name),
    ['C4', 'X9'],
  )
  assert.equal(await writeCleanCopy(copy, recording, quality), { interpolated: [] })
  assert.equal(await writeCleanCopy(copy, recording, quality, { interpolate_bad: true }), { interpolated: ['C4'] })
  await using cleaned = await Recording.open(copy)
  const good = (quality.report as QualityReport).channels.filter((name) => !['C4', 'X9'].includes(name))
  const positions = (names: string[]) => electrodePositions(names).map((position) => [...position!])
  const [weights] = await sphericalSplineWeights(positions(good), positions(['C4']), { origin: 'auto' })
  const sources = await Promise.all(good.map((name) => readSamples(cleaned.signal(name))))
  const got = await readSamples(cleaned.signal('C4'))
  let worst = 0
  for (let t = 0; t < got.length; t++)
    worst = Math.max(worst, Math.abs(got[t]! - sources.reduce((sum, x, s) => sum + weights![s]! * x[t]!, 0)))
  assert.ok(worst <= 4 * Math.max(...good.map((name) => tolerance(cleaned, name))), `${worst} uV`)
  const [truth] = await bandpass(signalFromArray(before, 256), 1, null)
  assert.ok(correlation(got, truth!) > 0.6)
  assert.ok(
    cleaned.annotations.some(
      (a) => a.text === 'Interpolated@@C4' && a.onset_s === 0 && a.duration_s === recording.duration_s,
    ),
  )
  const header = cleaned.header.signals[cleaned.channel('C4').index]!
  assert.is(header.transducer, `interpolated from ${good.length} channels`)
  assert.not.ok(cleaned.annotations.some(({ text }) => text === 'Interpolated@@X9'))
})

function correlation(a: Float32Array, b: Float64Array): number {
  let [ab, aa, bb] = [0, 0, 0]
  for (let t = 0; t < a.length; t++) {
    ab += a[t]! * b[t]!
    aa += a[t]! ** 2
    bb += b[t]! ** 2
  }
  return ab / Math.sqrt(aa * bb)
}

test('of a judged derivation the file has the leads only: they stay as they are', async () => {
  const eeg = await routineEeg(join(folder, 'routine.edf'), { seed: 25, minutes: 2 })
  eeg.names[eeg.names.indexOf('T7')] = 'M1'
  await using recording = await Recording.open(writeEeg(source, eeg))
  await using quality = await analyzeQuality(recording, { channels: ['C4-M1', 'C3-M1', 'F3-M1', 'F4-M1', 'Pz'] })
  await writeCleanCopy(copy, recording, quality)
  await using cleaned = await Recording.open(copy)
  const of = (r: Recording, name: string) => r.digitalSummary(r.channel(name).index)
  for (const name of ['C4', 'M1', 'Cz']) assert.equal(await of(cleaned, name), await of(recording, name), name)
  assert.not.equal(await of(cleaned, 'Pz'), await of(recording, 'Pz'))
})

test("without a high-pass the samples of what is not repaired are the recording's", async () => {
  await using recording = await Recording.open(source)
  await using quality = await analyzeQuality(recording, { high_pass_hz: 0 })
  await writeCleanCopy(copy, recording, quality)
  await using cleaned = await Recording.open(copy)
  const cells = (await quality.repairedCells()).filter(({ channel }) => channel === 'Cz')
  const expected = await readSamples(recording.signal('Cz'))
  for (const { samples, start_s } of cells) expected.set(samples, start_s * 256)
  const got = await readSamples(cleaned.signal('Cz'))
  for (const [t, x] of expected.entries()) assert.ok(Math.abs(x - got[t]!) <= tolerance(cleaned, 'Cz'))
  assert.not.match(cleaned.header.signals[cleaned.channel('Cz').index]!.prefilter, /HP/)
})

test('a BDF file stays 24 bits wide, its trigger channel bit for bit', async () => {
  if (!referenceOrSkip('clean BDF', 'edf', 'files', 'mne_bdf_stim_channel.bdf')) return
  const path = join(reference, 'edf', 'files', 'mne_bdf_stim_channel.bdf')
  await using bdf = await Recording.open(path)
  await using judged = await analyzeQuality(bdf)
  assert.is(await codeOf(() => writeCleanCopy(join(folder, 'b.edf'), bdf, judged)), 'INVALID_ARGUMENT')
  await cleanCopy(path, async ({ recording, quality, cleaned }) => {
    assert.is(cleaned.header.format, 'BDF+C')
    const kept = recording.channels.filter(({ name }) => !(quality.report as QualityReport).channels.includes(name))
    assert.ok(kept.length > 0)
    for (const { index } of kept)
      assert.equal(await cleaned.digitalSummary(index), await recording.digitalSummary(index))
  })
})

test('the prefilter field tells the higher high-pass and keeps the rest', () => {
  assert.is(prefilter('', 1), 'HP:1Hz')
  assert.is(prefilter('HP:0.1Hz LP:75Hz N:50Hz', 1), 'HP:1Hz LP:75Hz N:50Hz')
  assert.is(prefilter('HP: 1.6 Hz LP:70Hz', 1), 'HP:1.6Hz LP:70Hz')
  assert.is(prefilter('LP:70Hz', 0.5), 'HP:0.5Hz LP:70Hz')
})

test('the recording itself is never overwritten, and what fails leaves no file', async () => {
  writeEeg(source, await shaken(60))
  await using recording = await Recording.open(source)
  await using quality = await analyzeQuality(recording)
  assert.is(await codeOf(() => writeCleanCopy(source, recording, quality)), 'INVALID_ARGUMENT')
  const other = join(folder, 'other.edf')
  assert.is(await codeOf(() => writeCleanCopy(other, recording, quality, { signal: AbortSignal.abort() })), 'ABORTED')
  assert.is(await codeOf(() => writeCleanCopy(join(folder, 'no', 'x.edf'), recording, quality)), 'WRITE_FAILED')
  quality.close()
  assert.is(await codeOf(() => writeCleanCopy(other, recording, quality)), 'CLOSED')
  assert.not.ok(existsSync(other))
  const short = await analyzeQuality(recording, { epoch_s: 100 })
  assert.is(await codeOf(() => writeCleanCopy(other, recording, short)), 'TOO_SHORT')
})

test.run()
