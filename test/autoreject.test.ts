import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { Epochs } from '../lib/analyses/quality/store.js'
import { AutoReject, computeThresholds, type EpochData, Ransac, RejectLog } from '../lib/index.js'
import { packageRoot } from '../lib/root.js'
import { cell, epochData } from './autoreject-fixture.js'
import { failure } from './engine-fixture.js'
import { temporaryFolder } from './temporary.js'

const folder = temporaryFolder()
const epochs = epochData({ epochs: 24, channels: 8, samples: 60, seed: 3 })
const small = { n_interpolate: [1, 2], consensus: [0.3, 0.5, 0.8], cv: 4, random_state: 7 } as const

/** `epochs` with something changed. */
const but = (change: object): EpochData => ({ ...epochs, ...change })

test('defaults are those of the Python package', () => {
  const { n_interpolate, consensus, cv, thresh_method, random_state, picks } = new AutoReject()
  assert.equal(
    { n_interpolate, consensus, cv, thresh_method, random_state, picks },
    {
      n_interpolate: null,
      // numpy.linspace(0, 1, 11)
      consensus: [0, 0.1, 0.2, 0.30000000000000004, 0.4, 0.5, 0.6000000000000001, 0.7000000000000001, 0.8, 0.9, 1],
      cv: 10,
      thresh_method: 'bayesian_optimization',
      random_state: null,
      picks: null,
    },
  )
})

test('a fit gives a threshold for each channel, a choice and its losses', async () => {
  const found = await new AutoReject({ random_state: 1, cv: 5 }).fit(epochs)
  assert.equal(Object.keys(found.threshes_), [...epochs.channels])
  assert.ok(Object.values(found.threshes_).every((v) => v > 1e-6 && v < 1e-3))
  assert.ok(found.consensus.includes(found.consensus_.eeg))
  assert.ok([1, 4, 7].includes(found.n_interpolate_.eeg))
  const loss = found.loss_.eeg
  assert.equal([loss.length, loss[0]!.length, loss[0]![0]!.length], [11, 3, 5])
  assert.ok(
    loss[0]!.flat().every((x) => x === Number.POSITIVE_INFINITY),
    'consensus 0 rejects everything',
  )
  assert.is(found.random_state_, 1)
})

test('labels follow from thresholds, consensus and n_interpolate', async () => {
  const found = await new AutoReject(small).fit(epochs)
  const log = await found.getRejectLog(epochs)
  for (let e = 0; e < 24; e++) {
    const ptp = epochs.channels.map((_, c) => Math.max(...cell(epochs, e, c)) - Math.min(...cell(epochs, e, c)))
    const bads = epochs.channels.flatMap((name, c) => (ptp[c]! > found.threshes_[name]! ? [c] : []))
    const repaired = bads.toSorted((a, b) => ptp[b]! - ptp[a]!).slice(0, found.n_interpolate_.eeg)
    assert.equal(
      log.labels[e],
      epochs.channels.map((_, c) => (repaired.includes(c) ? 2 : bads.includes(c) ? 1 : 0)),
    )
    assert.is(log.bad_epochs[e], bads.length >= found.consensus_.eeg * 8)
  }
  assert.ok(log.labels.flat().includes(2))
})

test('transform drops bad epochs and changes repaired cells alone', async () => {
  const found = await new AutoReject(small).fit(epochs)
  const before = epochs.data.slice()
  const log = await found.getRejectLog(epochs)
  log.bad_epochs[3] = true
  const clean = await found.transform(epochs, { reject_log: log })
  assert.equal(epochs.data, before)
  const kept = log.bad_epochs.flatMap((bad, e) => (bad ? [] : [e]))
  assert.equal(clean.selection, kept)
  assert.equal(clean.shape, [kept.length, 8, 60])
  for (const [i, e] of kept.entries())
    for (let c = 0; c < 8; c++) {
      const same = cell(clean, i, c).every((x, t) => x === cell(epochs, e, c)[t])
      assert.is(same, log.labels[e]![c] !== 2, `epoch ${e}, channel ${c}`)
    }
  const again = await found.transform(clean, { reject_log: await found.getRejectLog(clean) })
  assert.ok(again.selection!.every((e) => kept.includes(e)))
})

test('one seed gives one result, on float32 too; without a seed the one that was drawn gives it again', async () => {
  const [clean, log] = await new AutoReject(small).fitTransform(epochs, { return_log: true })
  assert.equal(await new AutoReject(small).fitTransform(epochs), clean)
  const single = but({ data: Float32Array.from(epochs.data) })
  const [float32, float32Log] = await new AutoReject(small).fitTransform(single, { return_log: true })
  assert.instance(float32.data, Float32Array)
  assert.equal(float32Log.labels, log.labels)

  const drawn = await new AutoReject({ ...small, random_state: null }).fit(epochs)
  const repeated = await new AutoReject({ ...small, random_state: drawn.random_state_ }).fit(epochs)
  assert.equal(repeated.threshes_, drawn.threshes_)
  assert.not.equal(
    (await new AutoReject({ ...small, random_state: null }).fit(epochs)).random_state_,
    drawn.random_state_,
  )
})

test('channels listed as bad take no part, whatever they hold', async () => {
  const spoiled = but({ data: epochs.data.slice(), bads: ['F3'] })
  for (let e = 0; e < 24; e++) cell(spoiled, e, 2).fill(Number.NaN)
  const [clean, log] = await new AutoReject(small).fitTransform(spoiled, { return_log: true })
  assert.ok(log.labels.every((row) => row[2] === null && row.every((label, c) => c === 2 || label !== null)))
  assert.ok(cell(clean, 0, 2).every(Number.isNaN))

  const without = epochs.channels.filter((name) => name !== 'F3')
  const picked = await new AutoReject({ ...small, picks: without }).fit(epochs)
  assert.equal(picked.threshes_, (await new AutoReject(small).fit(spoiled)).threshes_)
})

test('constant channels and electrodes in one place are no error', async () => {
  const constant = but({ data: epochs.data.slice().fill(1e-5) })
  const log = await (await new AutoReject(small).fit(constant)).getRejectLog(constant)
  assert.ok(log.labels.flat().every((label) => label === 0))
  const positions = epochs.channels.map(() => [0, 0.05, 0.1])
  assert.ok(Object.values((await new AutoReject(small).fit(but({ positions }))).threshes_).every((v) => v > 0))
})

test('samples of one value, huge samples and epochs with nothing good in them get an answer', async () => {
  const instants = but({ data: epochs.data.slice(0, 24 * 8), shape: [24, 8, 1] })
  assert.ok(Object.values((await new AutoReject(small).fit(instants)).threshes_).every((v) => v === 0))
  const huge = but({ data: epochs.data.map((x) => x * 1e300) })
  assert.match(await failure(() => new AutoReject(small).fit(huge)), /^INVALID_ARGUMENT: The samples are too large/)
  const largest = but({ data: epochs.data.map((x) => 1.7e308 * Math.sin(1e9 * x)) })
  for (const thresh_method of ['bayesian_optimization', 'random_search'] as const)
    assert.match(await failure(() => new AutoReject({ ...small, thresh_method }).fit(largest)), /samples are too large/)
  const all = await new AutoReject({ ...small, n_interpolate: [8] }).fit(epochs)
  const log = await all.getRejectLog(epochs)
  for (const row of log.labels) row.fill(2)
  log.bad_epochs.fill(false)
  assert.equal((await all.transform(epochs, { reject_log: log })).data, epochs.data)
})

test('positions may be rows or one array, and come from the names without them', async () => {
  const rows = Array.from({ length: 8 }, (_, i) => [Math.cos(i) / 10, Math.sin(i) / 10, 0.02 * i])
  const flat = await new AutoReject(small).fit(but({ positions: Float64Array.from(rows.flat()) }))
  assert.equal(flat.threshes_, (await new AutoReject(small).fit(but({ positions: rows }))).threshes_)
  assert.not.equal(flat.threshes_, (await new AutoReject(small).fit(epochs)).threshes_)
})

test('epochs in memory give what the same samples in an array give', async () => {
  await using store = await Epochs.fromArray({ ...epochs, rate_hz: 100 })
  const microvolts = epochs.channels.map((_, c) => store.read(c, 0, 24))
  const same = but({ data: epochs.data.slice() })
  for (let e = 0; e < 24; e++)
    for (let c = 0; c < 8; c++) for (let t = 0; t < 60; t++) cell(same, e, c)[t] = microvolts[c]![e * 60 + t]! * 1e-6
  const [fromStore, fromArray] = [await new AutoReject(small).fit(store), await new AutoReject(small).fit(same)]
  assert.equal(fromStore.threshes_, fromArray.threshes_)
  assert.equal(fromStore.loss_, fromArray.loss_)
  assert.equal(await fromStore.getRejectLog(store), await fromArray.getRejectLog(same))
  store.close()
  assert.match(await failure(() => fromStore.getRejectLog(store)), /^CLOSED: /)
})

test('computeThresholds gives the thresholds of a fit, and without augmentation needs no positions', async () => {
  const found = await new AutoReject(small).fit(epochs)
  assert.equal(await computeThresholds(epochs, { random_state: 7 }), found.threshes_)
  const nameless = but({ channels: epochs.channels.map((_, i) => `channel ${i}`) })
  const plain = await computeThresholds(nameless, { random_state: 7, augment: false })
  assert.is(Object.keys(plain).length, 8)
  assert.match(await failure(() => computeThresholds(nameless)), /^INVALID_ARGUMENT: .*channel 0, channel 1.* none\./)
  const one = { data: epochs.data.subarray(0, 20 * 60), shape: [20, 1, 60] as const, channels: ['Cz'] }
  assert.match(await failure(() => computeThresholds(one)), /there is only one\. Pass augment: false/)
  assert.is(Object.keys(await computeThresholds(one, { augment: false })).length, 1)
})

test('what is saved is what is loaded', async () => {
  const path = join(folder, 'autoreject.json')
  const found = await new AutoReject({ ...small, picks: ['Fp1', 'C3', 'C4', 3] }).fit(epochs)
  await found.save(path)
  const loaded = await AutoReject.load(path)
  assert.equal(loaded.toJSON(), found.toJSON())
  assert.equal(loaded.loss_, found.loss_)
  assert.equal((await loaded.getRejectLog(epochs)).toJSON(), (await found.getRejectLog(epochs)).toJSON())
  const fresh = AutoReject.fromJSON(JSON.parse(JSON.stringify(new AutoReject(small))))
  assert.equal(fresh.consensus, [...small.consensus])
  assert.match(await failure(async () => fresh.threshes_), /^INVALID_ARGUMENT: This AutoReject is not fitted yet/)

  const log = await found.getRejectLog(epochs)
  await log.save(join(folder, 'log.json'))
  assert.equal(await RejectLog.load(join(folder, 'log.json')), log)
})

test('files that are not what they should be are refused', async () => {
  const load = (text: string) => {
    const path = join(folder, 'wrong.json')
    writeFileSync(path, text)
    return failure(() => AutoReject.load(path))
  }
  const good = JSON.parse(JSON.stringify(await new AutoReject(small).fit(epochs)))
  assert.match(await load('{'), /^MODEL_INVALID: .* is not JSON/)
  assert.match(await load('{}'), /^MODEL_INVALID: Expected an AutoReject/)
  assert.match(await load(JSON.stringify({ ...good, version: 9 })), /^MODEL_INVALID: .*version 1; got version 9/)
  for (const part of ['threshes', 'consensus', 'n_interpolate', 'loss', 'random_state'])
    assert.match(await load(JSON.stringify({ ...good, fitted: { ...good.fitted, [part]: 'x' } })), /^MODEL_INVALID: /)
  for (const part of ['consensus', 'n_interpolate', 'cv', 'thresh_method', 'random_state', 'picks'])
    assert.match(await load(JSON.stringify({ ...good, params: { ...good.params, [part]: 'x' } })), /^MODEL_INVALID: /)
  assert.match(await load(JSON.stringify({ ...good, params: { ...good.params, cv: 1 } })), /^MODEL_INVALID: cv/)
  assert.match(await failure(() => AutoReject.load(join(folder, 'none.json'))), /^FILE_NOT_FOUND: /)
  assert.match(await failure(() => RejectLog.load(join(folder, 'wrong.json'))), /^MODEL_INVALID: /)
  assert.match(await failure(() => new AutoReject().save(join(folder, 'none', 'x.json'))), /^WRITE_FAILED: /)
})

test('misuse says what was expected and what came', async () => {
  const fit = (change: object, options: object = {}) =>
    failure(() => new AutoReject({ ...small, ...options }).fit(but(change)))
  const make = (options: object) => failure(async () => new AutoReject(options))
  const cases: Array<[Promise<string>, RegExp]> = [
    [make({ n_interpolate: [] }), /n_interpolate needs at least one candidate/],
    [make({ n_interpolate: [1.5] }), /integers of at least 0; got \[1.5\]/],
    [make({ consensus: [] }), /consensus needs at least one candidate/],
    [make({ consensus: [0.5, 1.1] }), /shares from 0 to 1; got \[0.5,1.1\]/],
    [make({ cv: 1 }), /cv is an integer of at least 2; got 1/],
    [make({ thresh_method: 'best' }), /one of bayesian_optimization, random_search; got best/],
    [make({ random_state: -1 }), /random_state is null or an integer from 0 to 4294967295; got -1/],
    [make({ random_state: 2 ** 32 }), /got 4294967296/],
    [fit({}, { cv: 25 }), /in 25 folds needs at least 25 epochs; got 24/],
    [fit({ data: [1, 2] }), /Float32Array or a Float64Array/],
    [failure(() => new AutoReject().fit(null as never)), /got null/],
    [fit({ bads: 'C3' }), /bads of epochs are a list of names/],
    [fit({ shape: [24, 8] }), /shape \[epochs, channels, samples\]/],
    [fit({ shape: [24, 8, 61] }), /need 11712 values; got 11520/],
    [fit({ channels: ['C3'] }), /Epochs of 8 channels need as many names; got 1/],
    [fit({ channels: Array(8).fill('C3') }), /different names/],
    [fit({ bads: ['Pz'] }), /There is no channel "Pz" among Fp1/],
    [fit({}, { picks: [8] }), /There is no channel 8 among Fp1/],
    [fit({}, { picks: [] }), /No channel is left/],
    [fit({}, { picks: ['C3'] }), /there is only one/],
    [fit({}, { picks: [0, 1, 2], n_interpolate: null }), /at least 4 channels; got 3\. Pass n_interpolate/],
    [fit({ positions: [[0, 0, 1]] }), /8 channels need as many positions of x, y and z; got 1/],
    [fit({ positions: Array(8).fill([0, 0, 0]) }), /Fp1, Fp2, .* have none/],
    [fit({ channels: ['X', ...epochs.channels.slice(1)] }), /not zero; X has none/],
    [failure(() => new AutoReject().getRejectLog(epochs)), /not fitted yet/],
    [failure(() => new AutoReject().transform(epochs)), /not fitted yet/],
  ]
  for (const [message, expected] of cases) {
    assert.match(await message, /^INVALID_ARGUMENT: /)
    assert.match(await message, expected)
  }
})

test('samples that are not finite, moved or movable are refused', async () => {
  for (const value of [Number.NaN, Number.POSITIVE_INFINITY]) {
    const spoiled = but({ data: epochs.data.slice() })
    cell(spoiled, 5, 3)[17] = value
    const fitted = await new AutoReject(small).fit(epochs)
    for (const call of [() => new AutoReject(small).fit(spoiled), () => fitted.transform(spoiled)])
      assert.match(await failure(call), /^INVALID_ARGUMENT: Sample 17 of channel 3 in epoch 5 is not a finite number/)
  }
  const moved = but({ data: epochs.data.slice() })
  structuredClone(moved.data, { transfer: [moved.data.buffer as ArrayBuffer] })
  assert.match(await failure(() => new AutoReject(small).fit(moved)), /transferred elsewhere/)
  const Resizable = ArrayBuffer as unknown as new (n: number, o: object) => ArrayBuffer
  const bytes = epochs.data.byteLength
  const resizable = but({ data: new Float64Array(new Resizable(bytes, { maxByteLength: bytes })) })
  assert.match(await failure(() => new AutoReject(small).fit(resizable)), /resizable buffer/)
})

test('what a caller mistakes is told: no epochs, picks by a word, an option that is not there, a store to repair', async () => {
  for (const nothing of [undefined, null, 3])
    assert.match(
      await failure(() => new AutoReject(small).fit(nothing as never)),
      /^INVALID_ARGUMENT: Epochs are an object with data, shape and channels; got/,
    )
  for (const make of [AutoReject, Ransac]) {
    const wrong = (options: object) => failure(async () => new make(options))
    assert.match(await wrong({ picks: 'eeg' }), /^INVALID_ARGUMENT: picks is a list/)
    assert.match(
      await wrong({ n_jobs: 2 }),
      /^INVALID_ARGUMENT: \w+ has no option n_jobs; it has .*random_state, picks/,
    )
  }
  assert.match(await failure(() => computeThresholds(epochs, { picks: 'eeg' as never })), /^INVALID_ARGUMENT: picks/)
  await using store = await Epochs.fromArray({ ...epochs, rate_hz: 100 })
  const fitted = await new AutoReject(small).fit(store)
  assert.match(await failure(() => fitted.transform(store as never)), /^INVALID_ARGUMENT: Repaired epochs are arrays/)
})

test('a log of other epochs is refused', async () => {
  const fitted = await new AutoReject(small).fit(epochs)
  const log = await fitted.getRejectLog(epochs)
  const fewer = but({ data: epochs.data.subarray(0, 10 * 8 * 60), shape: [10, 8, 60] })
  assert.match(
    await failure(() => fitted.transform(fewer, { reject_log: log })),
    /^INVALID_ARGUMENT: The reject log is of other epochs: 24 epochs/,
  )
  const other = but({ channels: [...epochs.channels.slice(1), 'Cz'] })
  assert.match(await failure(() => fitted.getRejectLog(other)), /^INVALID_ARGUMENT: There is no channel "Fp1"/)
  assert.match(
    await failure(async () => new RejectLog({ ...log, ch_names: ['C3'] })),
    /^INVALID_ARGUMENT: A reject log needs a label for each channel/,
  )
})

test('a signal that fires before or during a fit ends it; progress stays within 0 and 1', async () => {
  assert.match(await failure(() => new AutoReject(small).fit(epochs, { signal: AbortSignal.abort() })), /^ABORTED/)
  const large = epochData({ epochs: 400, channels: 12, samples: 400, seed: 1 })
  const abort = new AbortController()
  const running = new AutoReject().fit(large, { signal: abort.signal })
  setTimeout(() => abort.abort(), 5)
  assert.match(await failure(() => running), /^ABORTED/)
  assert.is(large.data.length, 400 * 12 * 400)
})

test('a budget is held before memory is taken, and is what a fit needs', async () => {
  const fitted = await new AutoReject(small).fit(epochs)
  assert.match(await failure(() => new AutoReject(small).fit(epochs, { maxBytes: 1000 })), /^MEMORY_BUDGET: AutoReject/)
  assert.match(await failure(() => fitted.transform(epochs, { maxBytes: 1000 })), /^MEMORY_BUDGET: Repaired epochs/)
  assert.match(await failure(() => computeThresholds(epochs, { maxBytes: 1000 })), /^MEMORY_BUDGET: /)
  assert.match(await failure(() => fitted.fit(epochs, { maxBytes: -1 })), /^INVALID_ARGUMENT: maxBytes/)
  await fitted.fit(epochs, { maxBytes: 1e9 })

  const child = spawnSync(process.execPath, [join(packageRoot, 'test', 'autoreject-memory-child.cjs')], {
    encoding: 'utf8',
  })
  assert.is(child.status, 0, child.stderr)
  const { allowed, taken } = JSON.parse(child.stdout) as { allowed: number; taken: number }
  assert.ok(taken < allowed + 8e6, `a fit took ${taken} bytes, ${allowed} were announced`)
})

test.run()
