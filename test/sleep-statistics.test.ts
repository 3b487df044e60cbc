import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import {
  groupedSummary,
  keepShared,
  snakeCase,
  summariseEvents,
  tableToEvents,
} from '../lib/analyses/events/summary.js'
import { parseHypnogram } from '../lib/analyses/sleep/hypnogram-text.js'
import {
  epochsBetween,
  findPeriods,
  legacySleepStatistics,
  sleepStatistics,
  stageTransitions,
  transitionMatrix,
  yasaStage,
} from '../lib/analyses/sleep/statistics.js'
import type { SleepStage } from '../lib/analyses/sleep/types.js'

const reference = join(process.env.BRRR_REFERENCE ?? join(__dirname, '../../shared/reference'), 'sleep')
const recordings: Array<[name: string, file: string, part: string | null]> = [
  ['d1_100hz', 'd1_100hz.hypno.csv', 'generator'],
  ['d2_200hz', 'd2_200hz.hypno.csv', 'generator'],
  ['d3_256hz', 'd3_256hz.hypno.csv', 'generator'],
  ['r4_hypno_6h', 'r4_hypno_6h_30s.csv', null],
]

for (const [name, file, part] of recordings) {
  const scored = join(reference, 'recordings', file)
  const test_ = existsSync(scored) ? test : test.skip
  test_(`statistics, transitions and periods of ${name} are the original's`, () => {
    const all = JSON.parse(readFileSync(join(reference, 'expected', name, 'stats.json'), 'utf8'))
    const expected = part ? all[part] : all
    const { stages } = parseHypnogram(readFileSync(scored, 'utf8'))
    const { SFI, SFI_legacy, ...found } = sleepStatistics(stages)
    assert.equal({ ...found, SFI: SFI_legacy }, expected.hypnogram_sleep_statistics)
    assert.ok(Math.abs(SFI! - 2 * SFI_legacy!) <= 1.5e-4)
    const legacy = legacySleepStatistics(stages)
    assert.equal(Object.keys(legacy).sort(), Object.keys(expected.legacy_sleep_statistics).sort())
    for (const [key, value] of Object.entries(expected.legacy_sleep_statistics as Record<string, number | null>)) {
      if (value === null) assert.is(legacy[key], null, key)
      else assert.ok(Math.abs(legacy[key]! - value) <= 1e-12 * Math.abs(value), `${key}: ${legacy[key]} for ${value}`)
    }
    const { index, counts, probabilities } = transitionMatrix(stages)
    assert.equal({ index, values: counts }, expected.transition_counts)
    assert.equal({ index, values: probabilities }, expected.transition_prob)
    const periods = findPeriods(stages).map(({ stage, start, length }) => [yasaStage(stage), start, length])
    assert.equal(periods.slice(0, 40), expected.find_periods_0min)
  })
}

const night = (text: string): SleepStage[] => text.split(' ') as SleepStage[]

test('a night without sleep has no latencies, no maintenance and no percentages', () => {
  const statistics = sleepStatistics(night('W W ? W'))
  assert.equal(
    { TIB: statistics.TIB, SPT: statistics.SPT, TST: statistics.TST, SE: statistics.SE, UNS: statistics.UNS },
    { TIB: 2, SPT: 0, TST: 0, SE: 0, UNS: 0.5 },
  )
  for (const key of ['WASO', 'SME', 'SFI', 'SFI_legacy', 'SOL', 'SOL_5min', 'Lat_REM', '%N1', '%REM']) {
    assert.is(statistics[key], null, key)
  }
})

test('an empty hypnogram has null where a share of nothing is asked for', () => {
  const statistics = sleepStatistics([])
  assert.is(statistics.TIB, 0)
  assert.is(statistics.SE, null)
})

test('unscored epochs count in the sleep period but neither as sleep nor as wake', () => {
  const statistics = sleepStatistics(night('W N1 ? W N2 W'))
  assert.is(statistics.SPT, 2)
  assert.is(statistics.TST, 1)
  assert.is(statistics.WASO, 0.5)
  assert.is(statistics.SFI, 60)
})

test('persistent sleep needs five minutes without a break', () => {
  const broken = [...Array(9).fill('N2'), 'W', ...Array(10).fill('N2')] as SleepStage[]
  assert.is(sleepStatistics(broken).SOL, 0)
  assert.is(sleepStatistics(broken).SOL_5min, 5)
})

test('only epochs that lie wholly between lights-off and lights-on count', () => {
  const epochs = [0, 1, 2, 3, 4]
  assert.equal(epochsBetween(epochs, { off_s: 30, on_s: 120 }), [1, 2, 3])
  assert.equal(epochsBetween(epochs, { off_s: 31, on_s: 119 }), [2])
  assert.equal(epochsBetween(epochs, { off_s: -5, on_s: 1e9 }), epochs)
  assert.equal(epochsBetween(epochs, { off_s: 90, on_s: 30 }), [])
})

test('transitions skip unscored epochs in the document and show them in the matrix of the original', () => {
  const stages = night('W ? N2 N2 R')
  assert.equal(stageTransitions(stages).counts.flat(), [
    ...[0, 0, 0, 0, 0],
    ...[0, 0, 0, 0, 0],
    ...[0, 0, 1, 0, 1],
    ...[0, 0, 0, 0, 0],
    ...[0, 0, 0, 0, 0],
  ])
  assert.equal(stageTransitions(stages).probabilities[0], [null, null, null, null, null])
  assert.equal(transitionMatrix(stages).index, ['UNS', 'WAKE', 'N2', 'REM'])
})

test('periods cover the night exactly once, and short ones can be left out', () => {
  const stage = fc.constantFrom<SleepStage>('W', 'N1', 'N2', 'N3', 'R', '?')
  fc.assert(
    fc.property(fc.array(stage, { maxLength: 60 }), (stages) => {
      const periods = findPeriods(stages)
      assert.equal(
        periods.flatMap(({ stage, length }) => Array(length).fill(stage)),
        stages,
      )
      periods.slice(1).forEach((period, i) => {
        assert.is.not(period.stage, periods[i]!.stage)
        assert.is(period.start, periods[i]!.start + periods[i]!.length)
      })
    }),
  )
  assert.equal(findPeriods(night('W N1 N1 W'), 60), [{ stage: 'N1', start: 1, length: 2 }])
})

const table = {
  columns: {
    Start: Float64Array.of(10, 40.4, 70),
    End: Float64Array.of(11, 41.5, 71),
    Duration: Float64Array.of(1, 1.1, 1),
    Amplitude: Float64Array.of(20, 40, Number.NaN),
    PhaseAtSigmaPeak: Float64Array.of(Math.PI - 0.1, -Math.PI + 0.1, Number.NaN),
    Stage: Float64Array.of(2, 2, 3),
  },
  channel: ['C4-M1', 'C3-M2', 'C4-M1'],
  length: 3,
}
const scope = {
  channels: ['C4-M1', 'C3-M2'],
  stages: night('N2 N2 N3 W'),
  include: ['N2', 'N3'] as SleepStage[],
  duration_s: 120,
}

test('a summary counts per minute of the stages looked at and averages phases as directions', () => {
  const summary = summariseEvents(table, scope)
  assert.is(summary.count, 3)
  assert.is(summary.density_per_min, 2)
  assert.is(summary.means.amplitude, 30)
  assert.ok(Math.abs(Math.abs(summary.means.phase_at_sigma_peak!) - Math.PI) < 1e-12)
  assert.equal(summary.by_stage, { N2: { count: 2, density_per_min: 2 }, N3: { count: 1, density_per_min: 2 } })
  assert.is(summariseEvents(table, { ...scope, stages: null }).density_per_min, 1.5)
})

test('groups come by stage, then by channel, with the density of the stage', () => {
  const rows = groupedSummary(table, scope.stages, { stage: true, channel: true })
  assert.equal(
    rows.map((row) => [row.stage, row.channel, row.count, row.density_per_min]),
    [
      ['N2', 'C3-M2', 1, 1],
      ['N2', 'C4-M1', 1, 1],
      ['N3', 'C4-M1', 1, 2],
    ],
  )
  assert.equal(rows[2]!.means, { Duration: 1 })
})

test('multi_only keeps events whose rounded start or end another event shares', () => {
  const shared = keepShared({
    columns: { Start: Float64Array.of(10.5, 9.6, 30, 50), End: Float64Array.of(11, 12, 31, 51.5) },
    channel: ['a', 'b', 'a', 'a'],
    length: 4,
  })
  // 10.5 rounds to the even 10, as 9.6 does.
  assert.equal([...shared.columns.Start!], [10.5, 9.6])
  assert.equal(shared.channel, ['a', 'b'])
})

test('events of the document have snake_case attributes and null for NaN', () => {
  const [first, , last] = tableToEvents(table, 'slow_wave', 'yasa')
  assert.equal(first!.channels, ['C4-M1'])
  assert.is(first!.attributes.stage, 'N2')
  assert.is(last!.attributes.phase_at_sigma_peak, null)
  assert.not.ok('start' in first!.attributes)
  assert.is(snakeCase('ndPAC'), 'nd_pac')
  assert.is(snakeCase('LOCAbsRiseSlope'), 'loc_abs_rise_slope')
  assert.is(snakeCase('PTP'), 'ptp')
})

test.run()
