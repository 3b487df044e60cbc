import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { analyzeQuality, type QualityAnalysis } from '../lib/analyses/quality/analyze.js'
import { gradeCells, gradeOf } from '../lib/analyses/quality/grade.js'
import type { QualityReport } from '../lib/analyses/quality/types.js'
import { AutoReject, analyze, bandpass, chooseSleepChannels, Epochs, Recording } from '../lib/index.js'
import { callNative } from '../lib/native.js'
import { readSamples, writeEeg } from './quality-files.js'
import { type Eeg, plants, random, routineEeg } from './quality-fixture.js'
import { codeOf, temporaryFolder } from './temporary.js'

const folder = temporaryFolder()
let files = 0
const file = () => join(folder, `${++files}.edf`)

/** Judges channels of an EEG after they went through an EDF file. */
async function judge<T>(
  eeg: Eeg,
  use: (quality: QualityAnalysis, recording: Recording) => T | Promise<T>,
  { onsets, ...options }: Parameters<typeof analyzeQuality>[1] & { onsets?: number[] } = {},
): Promise<T> {
  await using recording = await Recording.open(writeEeg(file(), eeg, onsets))
  await using quality = await analyzeQuality(recording, options)
  return await use(quality, recording)
}

const reportOf = (quality: QualityAnalysis) => {
  assert.is(quality.report.status, 'ok', 'reason' in quality.report ? quality.report.reason : '')
  return quality.report as QualityReport
}

const routine = (seed: number, minutes = 2) => routineEeg(file(), { seed, minutes })

function spoil({ names, samples, rate_hz }: Eeg, name: string, plant: keyof typeof plants, seed = 1): void {
  plants[plant](samples[names.indexOf(name)]!, rate_hz, random(seed))
}

test('the grade is that of the worse share; a bound belongs to the better side', () => {
  assert.equal(
    [0, 0.05, 0.0501, 0.15, 0.1501, 0.3, 0.3001, 1].map((share) => gradeOf(share, 0)),
    ['EXCELLENT', 'EXCELLENT', 'GOOD', 'GOOD', 'FAIR', 'FAIR', 'POOR', 'POOR'],
  )
  assert.is(gradeOf(0.1, 0.4), 'POOR')
  assert.is(gradeOf(0.2, 0), 'FAIR')
})

test('the score counts bad cells that stay bad: not repaired, found, or repaired in an epoch that is rejected', () => {
  const cells = {
    channels: ['A', 'B', 'C'],
    epochs: 4,
    labels: [0, 0, 0, 2, 0, 1, 2, 1, 0, 0, null, 0] as const,
    found: Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 0),
    rejected: [false, false, true, false],
  }
  const graded = gradeCells(cells, new Map([['B', ['flat']]]), 'autoreject')
  // Lost: C in epoch 1; A and B in the rejected epoch 2; A and B in epoch 3, where something was found.
  assert.is(graded.quality_score, 1 - 5 / 12)
  assert.is(graded.n_rejected, 1)
  assert.is(graded.n_interpolated, 1)
  assert.equal(graded.bad_channels, [{ name: 'B', reasons: ['flat'], bad_epoch_share: 0.5 }])
  assert.is(graded.grade, 'POOR')
})

test('a channel labelled bad in more than half of the epochs is bad, in half of them not', () => {
  const cells = (bad: number) => ({
    channels: ['A'],
    epochs: 4,
    labels: [0, 1, 2, 3].map((epoch) => (epoch < bad ? 1 : 0) as 0 | 1),
    found: new Uint8Array(4),
    rejected: [false, false, false, false],
  })
  assert.equal(gradeCells(cells(2), new Map(), 'autoreject').bad_channels, [])
  assert.equal(gradeCells(cells(3), new Map(), 'amplitude').bad_channels, [
    { name: 'A', reasons: ['amplitude'], bad_epoch_share: 0.75 },
  ])
})

test('flat, noisy and mains-dominated channels are found, reported and left out of AutoReject', async () => {
  const eeg = await routine(1)
  spoil(eeg, 'T7', 'flat')
  spoil(eeg, 'C4', 'noisy')
  spoil(eeg, 'O1', 'mains50')
  await judge(eeg, (quality) => {
    const report = reportOf(quality)
    const reasons = Object.fromEntries(report.bad_channels.map(({ name, reasons }) => [name, reasons]))
    assert.equal(Object.keys(reasons), ['T7', 'C4', 'O1'])
    assert.equal([reasons.T7, reasons.C4], [['flat'], ['noisy']])
    assert.ok(reasons.O1!.includes('mains'))
    assert.is(report.method, 'autoreject')
    assert.is(report.grade, 'FAIR')
    assert.is(quality.seed, 42)
    assert.is(Object.keys(report.thresholds_uv).length, 16)
    for (const row of report.labels) {
      assert.is(row.length, 19)
      assert.is([...row].filter((cell) => cell === '-').length, 3)
    }
    assert.is(report.limits.flat_uv, 0.5)
    assert.ok(Object.values(report.thresholds_uv).every((uv) => uv > 10 && uv < 1000))
  })
})

/** Judges an EEG of which some channels are taken for microvolts and are not; an EDF file would round such values away. */
async function judgeInUnits(eeg: Eeg, factor: number, inUnit: (name: string) => boolean): Promise<QualityReport> {
  await using recording = await Recording.open(writeEeg(file(), eeg))
  for (const channel of recording.channels.filter(({ name }) => inUnit(name))) Object.assign(channel, { to_uv: factor })
  await using quality = await analyzeQuality(recording)
  return reportOf(quality)
}

test('a channel in millivolts is left out of AutoReject and of the artifacts, by name, and repairs no other', async () => {
  const eeg = await routine(15)
  const names = eeg.names.filter((name) => name !== 'C4')
  const others = await judge({ ...eeg, names, samples: names.map((n) => eeg.samples[eeg.names.indexOf(n)]!) }, reportOf)
  const report = await judgeInUnits(eeg, 1e-3, (name) => name === 'C4')
  assert.equal(
    report.findings.map(({ kind, channels }) => [kind, ...channels]),
    [['units', 'C4']],
  )
  assert.match(report.warnings.find(({ code }) => code === 'mixed_units')!.message, /^C4: not in the unit/)
  assert.equal(
    report.not_assessed.map(({ what, channels }) => [what, ...channels]),
    [['artifacts', 'C4']],
  )
  const c4 = report.channels.indexOf('C4')
  assert.ok(report.labels.every((row) => row[c4] === '-'))
  assert.equal(report.thresholds_uv, others.thresholds_uv)
  assert.ok(others.artifacts.length > 0)
  assert.equal(report.artifacts, others.artifacts)
})

test('a whole recording in volts is judged by AutoReject all the same, and no artifact is looked for', async () => {
  const eeg = await routine(16)
  const expected = await judge(eeg, reportOf)
  const report = await judgeInUnits(eeg, 1e-6, () => true)
  assert.ok(report.findings.length === 19 && report.findings.every(({ kind }) => kind === 'units'))
  assert.is(report.method, 'autoreject')
  assert.equal(report.rejected, expected.rejected)
  assert.equal(report.artifacts, [])
  assert.equal(
    report.not_assessed.map(({ what, channels }) => [what, channels.length]),
    [['artifacts', 19]],
  )
})

test('decisions do not depend on threads, SIMD tier or channel order; the seed is an option', async () => {
  const eeg = await routine(2)
  const labels = (options = {}) => judge(eeg, (quality) => JSON.stringify(reportOf(quality)), options)
  const first = await labels()
  assert.is(await labels(), first)
  const { active, available } = callNative((addon) => addon.simd())
  for (const tier of available) {
    callNative((addon) => addon.forceSimd(tier))
    assert.is(await labels(), first, tier)
  }
  callNative((addon) => addon.forceSimd(active))
  callNative((addon) => addon.setThreads(1))
  assert.is(await labels(), first)
  callNative((addon) => addon.setThreads(0))
  assert.is(JSON.parse(await labels({ seed: 7 })).status, 'ok')
})

test('epochs never touch a gap, and say when they start', async () => {
  const eeg = await routine(3)
  const onsets = Array.from({ length: 120 }, (_, second) => (second < 50 ? second : second + 100.5))
  await judge(
    eeg,
    async (quality, recording) => {
      const { epochs } = reportOf(quality)
      assert.is(epochs.n, 12 + 17)
      assert.equal(epochs.start_s.slice(11, 14), [44, 150.5, 154.5])
      assert.is(quality.windowQuality(60, 30), null)
      assert.is(recording.segments.length, 2)
      const { stretches } = await quality.cleaned('Cz')
      assert.ok(stretches.every(({ start_s, samples }) => start_s >= 150.5 || start_s + samples / 256 <= 48))
    },
    { onsets },
  )
})

test('channels of another rate are judged with the others', async () => {
  const eeg = await routine(4)
  const half = eeg.names.indexOf('Pz')
  const rates = eeg.names.map((_, c) => (c === half ? 128 : 256))
  eeg.samples[half] = eeg.samples[half]!.filter((_, t) => t % 2 === 0)
  await using recording = await Recording.open(writeEeg(file(), eeg, undefined, rates))
  await using quality = await analyzeQuality(recording)
  const report = reportOf(quality)
  assert.is(report.channels.length, 19)
  assert.ok(report.thresholds_uv.Pz! > 5)
  assert.equal(report.bad_channels, [])
})

test('a channel without a known position is left out of AutoReject and named', async () => {
  const eeg = await routine(5)
  eeg.names[eeg.names.indexOf('Pz')] = 'EEG X7'
  await judge(eeg, (quality) => {
    const report = reportOf(quality)
    assert.not('X7' in report.thresholds_uv)
    assert.is(Object.keys(report.thresholds_uv).length, 18)
    assert.match(report.warnings.find(({ code }) => code === 'no_position')!.message, /X7/)
  })
})

test('one channel, or few epochs: amplitude rules stand in, and the report says so', async () => {
  const { names, samples, rate_hz } = await routine(6)
  const one = { names: ['C3'], samples: [samples[names.indexOf('C3')]!.slice()], rate_hz }
  for (let t = 20 * 256; t < 21 * 256; t++) one.samples[0]![t]! += 400 * Math.sin(t / 10)
  await judge(one, (quality) => {
    const report = reportOf(quality)
    assert.is(report.method, 'amplitude')
    assert.is(quality.seed, null)
    assert.equal(report.rejected, [5])
    assert.is(report.labels[5], '1')
    assert.is(report.limits.amplitude_uv, 250)
    assert.match(report.warnings[0]!.message, /AutoReject was not used.*4 usable channels/)
  })
  const night = { names: ['C3', 'C4'], samples: [samples[8]!.slice(), samples[10]!.slice()], rate_hz }
  night.samples[1]!.forEach((_, t) => {
    night.samples[1]![t]! += 880 * Math.sin(t / 5)
  })
  await judge(night, (quality) => {
    const report = reportOf(quality)
    assert.equal(report.bad_channels, [{ name: 'C4', reasons: ['amplitude'], bad_epoch_share: 1 }])
    // Beside a loud channel a sound one is neither flat nor rejected with it.
    assert.equal(report.findings, [])
    assert.is(report.epochs.n_rejected, 0)
  })
  const short = { names, samples: samples.map((x) => x.slice(0, 30 * 256)), rate_hz }
  await judge(short, (quality) => assert.match(reportOf(quality).warnings[0]!.message, /needs 10 epochs, there are 7/))
})

test('too short, no EEG, EEG too slow: nothing is judged, and the reason is told', async () => {
  const { names, samples, rate_hz } = await routine(7)
  const short = { names, samples: samples.map((x) => x.slice(0, 3 * 256)), rate_hz }
  await judge(short, async (quality) => {
    assert.is(quality.report.status, 'skipped')
    assert.equal(quality.badChannels, [])
    assert.is(quality.windowQuality(0, 1), null)
    assert.is(await codeOf(() => quality.samples('C3', 0)), 'TOO_SHORT')
  })
  const ecg = { names: ['ECG'], samples: [samples[0]!], rate_hz }
  await judge(ecg, ({ report }) =>
    assert.equal(report, { status: 'unavailable', reason: 'The recording has no channel that is known to be EEG.' }),
  )
  const slow = { names: ['C3'], samples: [samples[0]!.slice(0, 120 * 20)], rate_hz: 20 }
  await judge(slow, ({ report }) => assert.match((report as { reason: string }).reason, /32 Hz/))
})

test('a recording in which nothing moves is judged: every channel flat, POOR, score 0', async () => {
  const { names, samples, rate_hz } = await routine(8)
  await judge({ names, samples: samples.map((x) => x.map(() => 5)), rate_hz }, (quality) => {
    const report = reportOf(quality)
    assert.is(report.bad_channels.length, 19)
    assert.ok(report.bad_channels.every(({ reasons }) => reasons[0] === 'flat'))
    assert.is(report.grade, 'POOR')
    assert.is(report.quality_score, 0)
    assert.is(report.method, 'amplitude')
  })
})

test('window weights are shares of good cells, by overlap', async () => {
  const eeg = await routine(9)
  await judge(eeg, (quality) => {
    const { labels, rejected } = reportOf(quality)
    const good = (epoch: number) =>
      rejected.includes(epoch) ? 0 : [...labels[epoch]!].filter((cell) => cell !== '1').length / 19
    assert.ok(Math.abs(quality.windowQuality(4, 4)! - good(1)) < 1e-12)
    assert.ok(Math.abs(quality.windowQuality(6, 4)! - (good(1) + good(2)) / 2) < 1e-12)
    assert.is(quality.windowQuality(-10, 5), null)
    assert.is(quality.windowQuality(500, 5), null)
  })
})

test('samples are those after the high-pass; repaired ones differ only where a cell is labelled 2', async () => {
  const eeg = await routine(10)
  await judge(eeg, async (quality, recording) => {
    const { labels, channels } = reportOf(quality)
    const [filtered] = await bandpass(recording.signal('Cz'), 1, null)
    const raw = await quality.samples('Cz', 3)
    assert.is(raw.length, 1024)
    for (const [t, x] of raw.entries()) assert.ok(Math.abs(x - filtered![3 * 1024 + t]!) < 1e-4)
    const cells = await quality.repairedCells()
    assert.ok(cells.length > 0)
    for (const { channel, epoch, samples } of cells.slice(0, 5)) {
      assert.is(labels[epoch]![channels.indexOf(channel)], '2')
      assert.equal(await quality.samples(channel, epoch, { repaired: true }), samples)
      assert.not.equal(await quality.samples(channel, epoch), samples)
    }
    const { channel } = cells[0]!
    const cleaned = await readSamples(await quality.cleaned(channel))
    const repaired = cells.filter((cell) => cell.channel === channel)
    for (const { start_s, samples } of repaired)
      assert.equal(cleaned.slice(start_s * 256, start_s * 256 + 1024), samples)
  })
})

test('misuse: unknown channels, epochs that are not there, limits that make no sense, closed samples', async () => {
  const eeg = await routine(11)
  await judge(eeg, async (quality, recording) => {
    assert.is(await codeOf(() => quality.samples('X', 0)), 'NO_SUCH_CHANNEL')
    assert.is(await codeOf(() => quality.samples('Cz', 30)), 'INVALID_ARGUMENT')
    quality.close()
    quality.close()
    assert.is(await codeOf(() => quality.samples('Cz', 0)), 'CLOSED')
    assert.is(await codeOf(() => quality.cleaned('Cz')), 'CLOSED')
    assert.ok(quality.windowQuality(0, 4)! > 0)
    const code = (options: Parameters<typeof analyzeQuality>[1]) => codeOf(() => analyzeQuality(recording, options))
    assert.is(await code({ channels: ['X'] }), 'NO_SUCH_CHANNEL')
    assert.is(await code({ limits: { amplitude_uv: 0 } }), 'INVALID_ARGUMENT')
    assert.is(await code({ limits: { unheard: 1 } as object }), 'INVALID_ARGUMENT')
    assert.is(await code({ epoch_s: -1 }), 'INVALID_ARGUMENT')
    assert.is(await code({ maxBytes: 1000 }), 'MEMORY_BUDGET')
    assert.is(await code({ signal: AbortSignal.abort() }), 'ABORTED')
  })
})

test('a budget covers the samples and what works on them', async () => {
  const eeg = await routine(17)
  await using recording = await Recording.open(writeEeg(file(), eeg))
  const channels = recording.channels.filter(({ kind }) => kind === 'eeg')
  await using epochs = await Epochs.fromRecording(recording, channels)
  /** The least budget in kilobytes that is not refused. */
  const least = async (run: (maxBytes: number) => Promise<unknown>) => {
    let [refused, allowed] = [1, 200_000]
    while (allowed - refused > 400) {
      const middle = (refused + allowed) >> 1
      if ((await codeOf(() => run(1000 * middle))) === 'MEMORY_BUDGET') refused = middle
      else allowed = middle
    }
    return allowed
  }
  const options = { n_interpolate: [1, 4, 8], consensus: [0.5], random_state: 42 }
  const beside = await least((maxBytes) => new AutoReject(options).fit(epochs, { maxBytes }))
  const all = await least(async (maxBytes) => (await analyzeQuality(recording, { maxBytes, consensus: [0.5] })).close())
  assert.ok(Math.abs(all - beside - epochs.bytes / 1000) <= 900, `${all} kB, ${beside} kB and ${epochs.bytes} bytes`)
})

test('a failure of quality is part of the document, and the rest stands; being stopped is not', async () => {
  const path = writeEeg(file(), await routine(12))
  const { document, quality } = await analyze(path, { quality: { maxBytes: 1000 }, events: false })
  assert.is(quality, null)
  assert.is(document.quality_report.status, 'failed')
  assert.is(document.sleep.status, 'ok')
  assert.equal(document.triage, { priority: 'UNTRIAGED', reasons: ['There is no abnormality score.'] })
  assert.is(document.provenance.seed, null)
  assert.is(await codeOf(() => analyze(path, { signal: AbortSignal.abort() })), 'ABORTED')
  const wrong = (quality: Parameters<typeof analyzeQuality>[1]) =>
    codeOf(() => analyze(path, { quality, sleep: false }))
  assert.is(await wrong({ seed: -1 }), 'INVALID_ARGUMENT')
  assert.is(await wrong({ limits: { unheard: 1 } as object }), 'INVALID_ARGUMENT')
  assert.is(await wrong({ epoch_s: Number.NaN }), 'INVALID_ARGUMENT')
  assert.is(await wrong({ channels: ['X'] }), 'NO_SUCH_CHANNEL')
})

test('the document holds the report, the seed and the triage; samples are released unless kept', async () => {
  const eeg = await routine(13)
  for (const name of ['T7', 'C3', 'C4', 'O1', 'O2', 'Fz']) spoil(eeg, name, 'flat')
  const path = writeEeg(file(), eeg)
  const { document, quality } = await analyze(path, { sleep: false })
  assert.is((document.quality_report as QualityReport).grade, 'POOR')
  assert.is(document.triage.priority, 'URGENT')
  assert.is(document.provenance.seed, 42)
  assert.is(document.sleep.status, 'skipped')
  assert.is(await codeOf(() => quality!.samples('Cz', 0)), 'CLOSED')
  const kept = await analyze(path, { sleep: false, keepSamples: true })
  assert.is((await kept.quality!.samples('Cz', 0)).length, 1024)
  kept.quality!.close()
  const without = await analyze(path, { sleep: false, quality: false })
  assert.is(without.document.quality_report.status, 'skipped')
})

test('sleep avoids a bad channel by itself; one that was named stays, with a warning', async () => {
  const names = ['C4-M1', 'C3-M2', 'F4-M1', 'O2-M1']
  const eeg = await routine(14, 3)
  const samples = names.map((name) => eeg.samples[eeg.names.indexOf(name.split('-')[0]!)]!)
  const night = { names, samples, rate_hz: eeg.rate_hz }
  spoil(night, 'C4-M1', 'flat')
  const path = writeEeg(file(), night)
  const automatic = await analyze(path, { events: false })
  assert.equal(automatic.document.sleep.channels.eeg, ['C3-M2'])
  assert.match(
    automatic.document.sleep.warnings.find(({ code }) => code === 'bad_channel_avoided')!.message,
    /^C3-M2 is staged and not C4-M1.*flat/,
  )
  assert.not.ok(automatic.document.sleep.warnings.some(({ code }) => code === 'bad_channel'))
  const named = await analyze(path, { events: false, eeg: ['C4-M1'] })
  assert.match(named.document.sleep.warnings.find(({ code }) => code === 'bad_channel')!.message, /C4-M1 is bad \(flat/)
  const unaware = await analyze(path, { events: false, quality: false })
  assert.match(unaware.document.sleep.reason!, /C4-M1 is flat/)
})

test('where all channels are bad, sleep takes the usual one and warns', () => {
  const channel = (name: string, index: number) =>
    ({ name, label: name, kind: 'eeg', rate_hz: 256, samples: 1, unit: 'uV', index, minus: null, to_uv: 1 }) as const
  const bad = (name: string) => ({ name, reasons: ['noisy' as const], bad_epoch_share: 1 })
  const channels = [channel('P3', 0), channel('C4', 1), channel('M1', 2), channel('Pz', 3)]
  const choose = (...names: string[]) => chooseSleepChannels(channels, { bad_channels: names.map(bad) })
  assert.is(choose().eeg[0]!.name, 'C4-M1')
  const lead = choose('C4')
  assert.is(lead.eeg[0]!.name, 'P3')
  assert.is(lead.warnings[0]!.code, 'eeg_not_central')
  const all = choose('C4', 'P3', 'Pz', 'M1')
  assert.is(all.eeg[0]!.name, 'C4-M1')
  assert.equal(all.warnings.filter(({ code }) => code === 'bad_channel').length, 2)
})

test.run()
