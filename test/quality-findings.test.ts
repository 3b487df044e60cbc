import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { measureCells } from '../lib/analyses/quality/cells.js'
import { median } from '../lib/analyses/quality/finding-rules.js'
import { cellsOf, type Findings, findCells, findInEpochs } from '../lib/analyses/quality/findings.js'
import { Epochs } from '../lib/analyses/quality/store.js'
import type { FindingKind } from '../lib/analyses/quality/types.js'
import { bridge, deviation, type Eeg, plainEeg, plants, random, routineEeg, signalsOf } from './quality-fixture.js'
import { reference, referenceOrSkip } from './reference.js'
import { codeOf, temporaryFolder } from './temporary.js'

const folder = temporaryFolder()
const SEEDS = Array.from({ length: 20 }, (_, i) => i + 1)

async function findInEeg(eeg: Eeg): Promise<Findings> {
  await using epochs = await Epochs.fromSignals(signalsOf(eeg))
  return await findInEpochs(epochs)
}

const named = ({ findings }: Findings, kind: FindingKind) =>
  findings.filter((f) => f.kind === kind).flatMap((f) => f.channels)

/** The recordings of all seeds, made once. */
const recordings: Eeg[] = []
const copyOf = (eeg: Eeg): Eeg => ({ ...eeg, samples: eeg.samples.map((x) => x.slice()) })
test.before(async () => {
  for (const seed of SEEDS) recordings.push(await routineEeg(join(folder, 'routine.edf'), { seed, minutes: 2 }))
})

test('clean recordings have at most one finding in ten', async () => {
  const all = await Promise.all(recordings.map(findInEeg))
  const found = all.flatMap((f) => f.findings)
  assert.ok(found.length <= 2, JSON.stringify(found))
  assert.equal(
    all.flatMap((f) => f.not_assessed),
    [],
  )
})

test('a recording with the eyes open all the time is not noisy at the front', async () => {
  let noisy = 0
  for (const seed of SEEDS.slice(0, 10)) {
    const eeg = await routineEeg(join(folder, 'open.edf'), { seed, minutes: 1, rate: 200 })
    if (named(await findInEeg(eeg), 'noisy').length > 0) noisy++
  }
  assert.ok(noisy <= 1, `${noisy} of 10`)
})

const KINDS: Array<[plant: keyof typeof plants, kind: FindingKind]> = [
  ['flat', 'flat'],
  ['disconnected', 'disconnected'],
  ['noisy', 'noisy'],
  ['noisy_60', 'noisy'],
  ['mains50', 'mains'],
  ['mains60', 'mains'],
  ['clipped', 'clipped'],
  ['millivolts', 'units'],
  ['volts', 'units'],
  ['microvolts_as_volts', 'units'],
]

for (const [plant, kind] of KINDS)
  test(`${plant} is found as ${kind} in its channel, and in no other`, async () => {
    let hits = 0
    let elsewhere = 0
    for (const [i, recording] of recordings.entries()) {
      const eeg = copyOf(recording)
      const next = random(100 + i)
      const channel = Math.floor(next() * eeg.names.length)
      plants[plant](eeg.samples[channel]!, eeg.rate_hz, next)
      const found = await findInEeg(eeg)
      if (named(found, kind).includes(eeg.names[channel]!)) hits++
      elsewhere += found.findings.filter((f) => !f.channels.includes(eeg.names[channel]!)).length
    }
    assert.ok(hits >= 18, `${hits} of 20 found`)
    assert.ok(elsewhere <= 2, `${elsewhere} findings in other channels`)
  })

test('two bridged electrodes are found, and no pair of neighbours', async () => {
  let hits = 0
  let others = 0
  for (const [i, recording] of recordings.entries()) {
    const eeg = copyOf(recording)
    const next = random(200 + i)
    const a = Math.floor(next() * (eeg.names.length - 1))
    bridge(eeg.samples[a]!, eeg.samples[a + 1]!, next)
    const pairs = (await findInEeg(eeg)).findings.filter((f) => f.kind === 'bridged').map((f) => f.channels.join())
    if (pairs.includes([eeg.names[a], eeg.names[a + 1]].join())) hits++
    others += pairs.length - 1
  }
  assert.ok(hits >= 18, `${hits} of 20 found`)
  assert.ok(others <= 2, `${others} other pairs`)
})

test('the guide: three bad channels of a recording are exactly the bad ones, whichever way they are bad', async () => {
  const ways = ['flat', 'noisy', 'mains50', 'noisy_60'] as const
  for (const [i, recording] of recordings.entries()) {
    const eeg = copyOf(recording)
    const next = random(300 + i)
    const channels = eeg.names
      .map((_, c) => ({ c, order: next() }))
      .sort((a, b) => a.order - b.order)
      .slice(0, 3)
      .map(({ c }) => c)
    for (const [k, c] of channels.entries()) plants[ways[(i + k) % 4]!](eeg.samples[c]!, eeg.rate_hz, next)
    const { bad } = await findInEeg(eeg)
    assert.equal([...bad.keys()].sort(), channels.map((c) => eeg.names[c]!).sort(), `seed ${i + 1}`)
  }
})

test('a finding covers the epochs where it was found, and no others', async () => {
  const eeg = copyOf(recordings[0]!)
  const x = eeg.samples[4]!
  for (let t = 40 * 256; t < 60 * 256; t++) x[t] = 7
  const { findings, cells, epochs } = await findInEeg(eeg)
  assert.equal(findings, [
    {
      kind: 'disconnected',
      channels: [eeg.names[4]],
      spans: [{ start_s: 40, duration_s: 20 }],
      epoch_share: 5 / 30,
      measure: { name: 'flat_epoch_share', value: 5 / 30, limit: 0 },
      attributes: findings[0]!.attributes,
    },
  ])
  assert.equal(epochs, 30)
  assert.equal(cells.flat, cells.disconnected)
  const covered = Array.from(cells.disconnected).flatMap((set, i) => (set ? [i] : []))
  assert.equal(
    covered,
    [10, 11, 12, 13, 14].map((epoch) => epoch * eeg.names.length + 4),
  )
})

test('a channel that is flat for part of the time is bad as flat, and has one finding, which says when', async () => {
  const eeg = copyOf(recordings[0]!)
  for (let t = 20 * 256; t < 60 * 256; t++) eeg.samples[4]![t] = 7
  const { findings, bad, cells } = await findInEeg(eeg)
  assert.equal(
    findings.map(({ kind, spans }) => ({ kind, spans })),
    [{ kind: 'disconnected', spans: [{ start_s: 20, duration_s: 40 }] }],
  )
  assert.equal([...bad], [[eeg.names[4], ['flat']]])
  assert.equal(cells.flat, cells.disconnected)
})

test('without its guards the noisy rule is the literal one: a robust z of the median log variance', async () => {
  const literal = { noisy_calm_z: 0, noisy_least_spread: 0 }
  const eeg = copyOf(recordings[5]!)
  // Large waves in every other second of one channel: its median variance stands out, its calm seconds do not.
  const x = eeg.samples[6]!
  const sd = deviation(x)
  x.forEach((_, t) => {
    if (t % 512 < 256) x[t]! += 8 * sd * Math.sin((2 * Math.PI * 5 * t) / 256)
  })
  await using epochs = await Epochs.fromSignals(signalsOf(eeg))
  assert.equal(named(await findInEpochs(epochs), 'noisy'), [])
  const tables = await measureCells(epochs)
  const levels = eeg.names.map((_, c) =>
    median([...tables.variance_uv2.subarray(c * tables.epochs, (c + 1) * tables.epochs)].map(Math.log)),
  )
  const centre = median(levels)
  const spread = 1.4826 * median(levels.map((level) => Math.abs(level - centre)))
  const expected = eeg.names.filter((_, c) => (levels[c]! - centre) / spread > 5)
  assert.ok(expected.includes(eeg.names[6]!))
  assert.equal(named(await findInEpochs(epochs, { limits: literal }), 'noisy'), expected)
})

test('where channels are much alike, those with strong alpha are not noisy', async () => {
  for (const seed of SEEDS) {
    const eeg = plainEeg({ seed, seconds: 60, channels: 19, rate: 200 })
    for (const [c, x] of eeg.samples.entries()) {
      const gain = 10 / deviation(x)
      const alpha = c < 12 ? 0 : 15 * Math.SQRT2
      for (let t = 0; t < x.length; t++) x[t] = gain * x[t]! + alpha * Math.sin((2 * Math.PI * 10 * t) / 200 + c)
    }
    assert.equal(named(await findInEeg(eeg), 'noisy'), [], `seed ${seed}`)
  }
})

test('mains is told apart by its frequency', async () => {
  for (const [plant, mains_hz] of [
    ['mains50', 50],
    ['mains60', 60],
  ] as const) {
    const eeg = copyOf(recordings[1]!)
    plants[plant](eeg.samples[2]!, eeg.rate_hz)
    const finding = (await findInEeg(eeg)).findings.find((f) => f.kind === 'mains')
    assert.equal(finding?.attributes, { mains_hz, frequency_hz: mains_hz })
    assert.ok(finding!.measure.value > 0.75)
  }
})

test('a whole recording in volts is found, and its EEG is not called flat', async () => {
  const eeg = copyOf(recordings[2]!)
  for (const x of eeg.samples) plants.volts(x)
  const { findings, bad } = await findInEeg(eeg)
  assert.equal(
    findings.map((f) => f.kind),
    eeg.names.map(() => 'units'),
  )
  assert.equal(findings[0]!.attributes, { factor: 1e6 })
  assert.equal(findings[0]!.note, 'the values look like volts')
  assert.equal(bad.size, 0)
})

for (const rate of [100, 125, 128, 200, 250, 500, 512])
  test(`at ${rate} Hz the same is found, mains only where the rate shows it`, async () => {
    const eeg = plainEeg({ seed: rate, seconds: 60, channels: 21, rate })
    assert.equal((await findInEeg(eeg)).findings, [])
    const next = random(rate)
    plants.flat(eeg.samples[0]!, rate, next)
    plants.noisy(eeg.samples[10]!, rate, next)
    plants.mains50(eeg.samples[20]!, rate)
    const found = await findInEeg(eeg)
    assert.equal(named(found, 'flat'), ['E1'])
    assert.ok(named(found, 'noisy').includes('E11'))
    assert.equal(named(found, 'mains'), rate > 102 ? ['E21'] : [])
    assert.equal(
      found.not_assessed,
      rate > 102
        ? []
        : [{ what: 'mains', channels: eeg.names, reason: 'recorded at 100 Hz, which cannot show 50 or 60 Hz' }],
    )
  })

for (const channels of [1, 2, 3, 5, 64, 128])
  test(`${channels} channels give clear answers`, async () => {
    const eeg = plainEeg({ seed: channels, seconds: 24, channels, rate: 128 })
    const clean = await findInEeg(eeg)
    assert.equal(clean.findings, [])
    assert.equal(
      clean.not_assessed.map((n) => n.what),
      [...(channels < 4 ? ['noisy'] : []), ...(channels < 2 ? ['bridged'] : [])],
    )
    eeg.samples.at(-1)!.fill(0)
    assert.equal(named(await findInEeg(eeg), 'flat'), [`E${channels}`])
  })

test('limits decide, can be given and are reported', async () => {
  const eeg = copyOf(recordings[3]!)
  const data = Float64Array.from(eeg.samples.flatMap((x) => [...x.subarray(0, 4 * 256)]).map((x) => x * 1e-6))
  const array = { data, shape: [1, eeg.names.length, 1024] as const, channels: eeg.names, rate_hz: 256 }
  const strict = await findCells(array, { limits: { noisy_z: 0.5, noisy_calm_z: 0, noisy_cell_z: 0 } })
  assert.ok(named(strict, 'noisy').length > 2)
  assert.is(strict.limits.noisy_z, 0.5)
  assert.is(strict.limits.flat_uv, 0.5)
  assert.is(await codeOf(() => findCells(array, { limits: { noisy_z: Number.NaN } })), 'INVALID_ARGUMENT')
  assert.is(await codeOf(() => findCells(array, { limits: { noise: 3 } as never })), 'INVALID_ARGUMENT')
})

test('samples that are no numbers are refused and named', async () => {
  const data = new Float32Array(2 * 3 * 100).fill(1)
  data[100 * 4 + 7] = Number.NaN
  try {
    await findCells({ data, shape: [2, 3, 100], channels: ['a', 'b', 'c'], rate_hz: 100 })
    assert.unreachable()
  } catch (error) {
    assert.is((error as { code: string }).code, 'INVALID_ARGUMENT')
    assert.match((error as Error).message, /Sample 7 of channel 1 in epoch 1 is not a finite number/)
  }
})

interface ReferenceSet {
  shape: [number, number, number]
  ch_names: string[]
  sfreq: number
  truth?: Array<{ kind: string; channels: string[]; epochs: number[] }>
}

const SETS = ['synth_clean19', 'synth_globalbad20', 'synth_local20', 'synth_mixed19', 'synth_tiny8']
const REAL = ['real_eeglab30', 'real_eegmat_s01', 'real_eegmat_s13task']

async function findInReference(name: string): Promise<{ set: ReferenceSet; found: Findings }> {
  const folder = join(reference, 'autoreject', name)
  const set = JSON.parse(readFileSync(join(folder, 'meta.json'), 'utf8')) as ReferenceSet
  const bytes = readFileSync(join(folder, 'epochs.f32'))
  const data = new Float32Array(new Uint8Array(bytes).buffer)
  const found = await findCells({ data, shape: set.shape, channels: set.ch_names, rate_hz: set.sfreq })
  return { set, found }
}

if (referenceOrSkip('findings on the reference sets', 'autoreject')) {
  test('reference sets: planted flat and line-noise cells are found, and cells with nothing planted left alone', async () => {
    for (const name of SETS) {
      const { set, found } = await findInReference(name)
      const planted = (kind: string) =>
        (set.truth ?? [])
          .filter((t) => t.kind === kind)
          .flatMap((t) => t.epochs.flatMap((e) => t.channels.map((c) => `${e} ${c}`)))
      const cells = (kind: FindingKind) => cellsOf(found, kind).map(([epoch, channel]) => `${epoch} ${channel}`)
      const motion = new Set(planted('global_motion'))
      const still = planted('flat').filter((cell) => !motion.has(cell))
      const flat = still.filter((cell) => cells('flat').includes(cell)).length
      assert.ok(flat >= 0.97 * still.length, `${name}: ${flat} of ${still.length} flat cells`)
      assert.ok(
        planted('line_noise').every((cell) => cells('mains').includes(cell)),
        `${name} line noise`,
      )
      const truth = new Set((set.truth ?? []).flatMap((t) => planted(t.kind)))
      const all = (['flat', 'mains', 'noisy', 'bridged', 'clipped', 'units', 'disconnected'] as const).flatMap(cells)
      assert.equal(
        all.filter((cell) => !truth.has(cell)),
        [],
        name,
      )
    }
  })

  test('reference sets: nothing is found in the three real recordings, whose channels are all sound', async () => {
    for (const name of REAL) assert.equal((await findInReference(name)).found.findings, [], name)
  })
}
test.run()
