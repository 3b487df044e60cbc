import { test } from 'uvu'
import * as assert from 'uvu/assert'
import {
  type EpochData,
  getRejectionThreshold,
  Ransac,
  sphericalSplineWeights,
  thresholdSplits,
  validationCurve,
} from '../lib/index.js'
import { electrodePositions } from '../lib/recording/montage.js'
import { cell, epochData } from './autoreject-fixture.js'
import { failure } from './engine-fixture.js'
import { normal, random } from './quality-fixture.js'

const epochs = epochData({ epochs: 20, channels: 12, samples: 80, seed: 5 })
const but = (change: object): EpochData => ({ ...epochs, ...change })
const ptp = (values: Float32Array | Float64Array) => Math.max(...values) - Math.min(...values)

/** Channel 4 (C3) holds noise of its own. */
function withNoise(): EpochData {
  const gauss = normal(random(9))
  const noisy = but({ data: epochs.data.slice() })
  for (let e = 0; e < 20; e++) for (let t = 0; t < 80; t++) cell(noisy, e, 4)[t] = 80e-6 * gauss()
  return noisy
}

test('RANSAC finds a channel that the others do not predict and interpolates it', async () => {
  const noisy = withNoise()
  const found = await new Ransac().fit(noisy)
  assert.equal(found.bad_chs_, ['C3'])
  assert.ok(found.bad_fraction_.C3! > 0.9 && found.bad_fraction_.C4! < 0.4)
  assert.equal([found.corr_.length, found.corr_[0]!.length], [20, 12])
  assert.ok(found.ch_subsets_.length === 50 && found.ch_subsets_.every((subset) => new Set(subset).size === 3))

  const repaired = await found.transform(noisy)
  assert.equal(repaired.shape, noisy.shape)
  const names = noisy.channels.filter((name) => name !== 'C3')
  const [weights] = await sphericalSplineWeights(
    electrodePositions(names).map((position) => [...position!]),
    electrodePositions(['C3']).map((position) => [...position!]),
    { origin: 'auto' },
  )
  for (let t = 0; t < 80; t++) {
    const expected = names.reduce(
      (sum, name, i) => sum + weights![i]! * cell(noisy, 7, noisy.channels.indexOf(name))[t]!,
      0,
    )
    assert.ok(Math.abs(cell(repaired, 7, 4)[t]! - expected) < 1e-15)
    assert.is(cell(repaired, 7, 5)[t], cell(noisy, 7, 5)[t])
  }
})

test('RANSAC leaves channels listed as bad alone, and its seed decides', async () => {
  const found = await new Ransac().fit(but({ ...withNoise(), bads: ['C3'] }))
  assert.equal(found.bad_chs_, [])
  assert.ok(!found.ch_subsets_.flat().includes('C3'))
  const other = await new Ransac({ random_state: 1 }).fit(epochs)
  assert.not.equal(other.ch_subsets_, found.ch_subsets_)
  assert.equal((await new Ransac({ random_state: 1 }).fit(epochs)).ch_subsets_, other.ch_subsets_)
})

test('misuse of RANSAC says what was expected and what came', async () => {
  const make = (options: object) => failure(async () => new Ransac(options))
  assert.match(await make({ n_resample: 0 }), /^INVALID_ARGUMENT: n_resample is an integer of at least 1/)
  assert.match(await make({ min_channels: 1.1 }), /^INVALID_ARGUMENT: min_channels is a number from 0 to 1; got 1.1/)
  assert.match(await make({ min_corr: Number.NaN }), /^INVALID_ARGUMENT: min_corr/)
  assert.match(
    await failure(() => new Ransac({ min_channels: 0.01 }).fit(epochs)),
    /^INVALID_ARGUMENT: RANSAC needs subsets/,
  )
  assert.match(await failure(() => new Ransac().transform(epochs)), /^INVALID_ARGUMENT: This Ransac is not fitted yet/)
  assert.match(await failure(() => new Ransac().fit(epochs, { signal: AbortSignal.abort() })), /^ABORTED/)
})

test('the global threshold is the largest peak-to-peak value of some epoch', async () => {
  const { eeg } = await getRejectionThreshold(epochs)
  const largest = Array.from({ length: 20 }, (_, e) =>
    Math.max(...epochs.channels.map((_, c) => ptp(cell(epochs, e, c)))),
  )
  assert.ok(largest.includes(eeg))
  assert.equal(await getRejectionThreshold(epochs), { eeg })
  const huge = but({ data: epochs.data.map((x) => x * 1e300) })
  assert.match(await failure(() => getRejectionThreshold(huge)), /^INVALID_ARGUMENT: The samples are too large/)
  assert.match(await failure(() => getRejectionThreshold(epochs, { decim: 0 })), /^INVALID_ARGUMENT: decim/)
  assert.match(await failure(() => getRejectionThreshold(epochs, { cv: 21 })), /^INVALID_ARGUMENT: .* 21 folds/)
})

test('a validation curve has a score for each threshold and fold', async () => {
  const curve = await validationCurve(epochs)
  assert.equal([curve.param_range.length, curve.test_scores.length, curve.train_scores[0]!.length], [15, 15, 5])
  const all = Array.from({ length: 20 }, (_, e) => epochs.channels.map((_, c) => ptp(cell(epochs, e, c)))).flat()
  assert.equal([curve.param_range[0], curve.param_range[14]], [Math.min(...all), Math.max(...all)])
  assert.ok(
    curve.test_scores[0]!.every((score) => score === Number.NEGATIVE_INFINITY),
    'nothing is kept',
  )
  assert.ok(curve.test_scores[14]!.every((score) => score < 0 && score > -1e-3))
  const one = await validationCurve(epochs, { param_range: [curve.param_range[14]!], cv: 5 })
  assert.equal(one.test_scores, [curve.test_scores[14]])
  assert.match(await failure(() => validationCurve(epochs, { param_range: [] })), /^INVALID_ARGUMENT: param_range/)
})

test('spline weights sum to 1 and do not depend on the unit', async () => {
  const sources = [
    [0.08, 0, 0],
    [-0.08, 0, 0],
    [0, 0.08, 0],
    [0, 0, 0.1],
  ]
  const weights = await sphericalSplineWeights(sources, [
    [0, 0, 0.1],
    [0.05, 0.05, 0.05],
  ])
  assert.equal([weights.length, weights[0]!.length], [2, 4])
  for (const row of weights) assert.ok(Math.abs(row.reduce((sum, w) => sum + w, 0) - 1) < 1e-9)
  assert.ok(weights[0]![3]! > 0.99 && weights[0]![3]! < 1, 'regularised: a source does not come back as it is')
  const millimetres = sources.map((row) => row.map((x) => x * 1000))
  const [again] = await sphericalSplineWeights(millimetres, [[0, 0, 100]])
  for (let i = 0; i < 4; i++) assert.ok(Math.abs(again![i]! - weights[0]![i]!) < 1e-9)
  assert.match(await failure(() => sphericalSplineWeights([], sources)), /^INVALID_ARGUMENT: Sources need/)
  assert.match(await failure(() => sphericalSplineWeights(sources, [[0, 0, 0]])), /^INVALID_ARGUMENT: Channel 4 has no/)
})

test('threshold splits are those of scikit-learn', () => {
  const splits = thresholdSplits(12, 42)
  assert.is(splits.length, 10)
  assert.equal(splits[0], [3, 7, 10, 19, 23])
})

test.run()
