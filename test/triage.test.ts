import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { triage } from '../lib/analyses/triage.js'

const priority = (...of: Parameters<typeof triage>) => triage(...of).priority

test('the score alone: a bound belongs to the lower priority', () => {
  assert.equal(
    [1, 0.81, 0.8, 0.61, 0.6, 0.41, 0.4, 0].map((score) => priority(score, 'EXCELLENT')),
    ['URGENT', 'URGENT', 'EXPEDITE', 'EXPEDITE', 'ROUTINE', 'ROUTINE', 'NORMAL', 'NORMAL'],
  )
})

test('the highest rule wins, and all that fired are told, the one that decided first', () => {
  assert.equal(triage(0.5, 'POOR'), {
    priority: 'URGENT',
    reasons: ['The signal quality is POOR.', 'The abnormality score 0.50 is above 0.4.'],
  })
  assert.is(priority(0.7, 'FAIR'), 'EXPEDITE')
  assert.is(triage(0.7, 'FAIR').reasons.length, 2)
  assert.is(priority(0.9, 'FAIR'), 'URGENT')
  assert.is(priority(0.1, 'GOOD'), 'NORMAL')
})

test('without a score it is never NORMAL', () => {
  assert.is(priority(null, 'EXCELLENT'), 'UNTRIAGED')
  assert.is(priority(null, null), 'UNTRIAGED')
  assert.is(priority(null, 'FAIR'), 'EXPEDITE')
  assert.equal(triage(null, 'POOR').reasons, ['The signal quality is POOR.', 'There is no abnormality score.'])
})

test.run()
