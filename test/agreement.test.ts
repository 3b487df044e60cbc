import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { stageAgreement } from '../lib/analyses/sleep/agreement.js'
import type { SleepStage } from '../lib/analyses/sleep/types.js'

const night = (text: string): SleepStage[] => text.split(' ') as SleepStage[]

test('agreement, kappa and confusion are the textbook ones', () => {
  // 2 x 2 of Cohen's kind: 20 both W, 5 W/N1, 10 N1/W, 15 both N1: agreement 0.7, chance 0.5, kappa 0.4.
  const given = [...Array(25).fill('W'), ...Array(25).fill('N1')] as SleepStage[]
  const automatic = [20, 5, 10, 15].flatMap((n, i) => Array(n).fill(i % 2 ? 'N1' : 'W')) as SleepStage[]
  const result = stageAgreement(given, automatic)
  assert.is(result.epochs, 50)
  assert.is(result.agreement, 0.7)
  assert.ok(Math.abs(result.kappa! - 0.4) < 1e-12)
  assert.equal(
    result.confusion.map((row) => row.slice(0, 2)),
    [
      [20, 5],
      [10, 15],
      [0, 0],
      [0, 0],
      [0, 0],
    ],
  )
})

test('epochs that either leaves unscored, or that one does not have, are not compared', () => {
  const result = stageAgreement(night('W ? N2 R R'), night('W N1 ? R'))
  assert.is(result.epochs, 2)
  assert.is(result.agreement, 1)
  assert.is(result.kappa, 1)
})

test('kappa is undefined where chance alone agrees always, and where nothing can be compared', () => {
  assert.is(stageAgreement(night('W W'), night('W W')).kappa, null)
  assert.equal(stageAgreement([], night('W')), {
    epochs: 0,
    agreement: 0,
    kappa: null,
    confusion: Array(5).fill([0, 0, 0, 0, 0]),
  })
})

test.run()
