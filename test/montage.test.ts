import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { electrodePositions, HEAD_OUTLINE, headMap, type Position } from '../lib/recording/montage.js'
import { channelName } from '../lib/recording/names.js'
import { reference, referenceOrSkip } from './reference.js'

const positionOf = (name: string) => electrodePositions([name])[0]
const has = (...names: string[]) => electrodePositions(names).map((position) => position !== undefined)

test('positions are those of MNE-Python in the head frame, to 10 nm', () => {
  if (!referenceOrSkip('montage', 'autoreject', 'positions_standard_1005.json')) return
  const { channels } = JSON.parse(readFileSync(join(reference, 'autoreject', 'positions_standard_1005.json'), 'utf8'))
  const names = Object.keys(channels)
  assert.is(names.length, 78)
  for (const [i, position] of electrodePositions(names).entries())
    for (const [k, value] of (channels[names[i]!].loc_head_m as number[]).entries())
      assert.ok(Math.abs(position![k]! - value) < 1e-8, `${names[i]}[${k}]: ${position![k]} against ${value}`)
})

test('the head frame: left is negative x, the nose is positive y, the crown is up; both halves mirror each other', () => {
  const [fp1, fp2, t7, oz, cz] = electrodePositions(['Fp1', 'Fp2', 'T7', 'Oz', 'Cz']) as Position[]
  assert.ok(t7![0] < -0.08 && Math.abs(cz![0]) < 0.002)
  assert.ok(fp1![1] > 0.1 && oz![1] < -0.08)
  assert.ok(cz![2] > 0.13)
  assert.ok(Math.abs(fp1![0] + fp2![0]) < 0.003 && Math.abs(fp1![1] - fp2![1]) < 0.003)
})

test('old names, other cases and labels of amplifiers lead to the same place', () => {
  assert.equal(positionOf('T3'), positionOf('T7'))
  assert.equal(positionOf('t6'), positionOf('P8'))
  assert.equal(positionOf('FPZ'), positionOf('Fpz'))
  assert.equal(positionOf('afp3H'), positionOf('AFp3h'))
  assert.equal(positionOf(channelName('EEG T5-REF')), positionOf('P7'))
  assert.equal(has('X1', '', 'ECG', 'E12', 'C3 (2)'), [false, false, false, false, false])
})

test('connectors of an amplifier are no electrodes, though they may be called so', () => {
  assert.equal(has('A1', 'A2', 'A3', 'A4', 'C3', 'Cz'), [false, false, false, false, false, true])
  assert.equal(has('A1', 'A2', 'C3'), [true, true, true])
})

test('a derivation lies at its lead where the other is a common reference, and nowhere where it is bipolar', () => {
  assert.equal(positionOf('C4-M1'), positionOf('C4'))
  assert.equal(positionOf('O1-A2'), positionOf('O1'))
  assert.equal(positionOf('Fp1-AVG'), positionOf('Fp1'))
  assert.equal(has('Fp1-F7', 'F7-T7', 'T7-P7', 'P7-O1'), [false, false, false, false])
  assert.equal(has('Fpz-Cz', 'Pz-Oz', 'C4-M1'), [false, false, true])
  assert.equal(has('M1-M2', 'ECG-M1'), [false, false])
})

test('one electrode that all are taken against is a reference, two derivations against it are not enough to tell', () => {
  assert.equal(has('Fp1-Cz', 'F3-Cz', 'P3-Cz', 'O1-Cz', 'C4-M1'), [true, true, true, true, true])
  assert.equal(has('Fp1-Cz', 'F3-Cz'), [false, false])
  assert.equal(has('Fp1-Cz', 'F3-Cz', 'P3-Cz', 'O1-Pz'), [false, false, false, false])
})

test('on the map Cz is in the middle, the 10 % ring on the outline, and all that is lower still inside', () => {
  const at = (name: string) => headMap(positionOf(name)!)
  assert.ok(Math.hypot(at('Cz').x, at('Cz').y) < 0.02)
  for (const name of ['Fpz', 'T7', 'Oz', 'T8']) {
    const { x, y } = at(name)
    assert.ok(Math.abs(Math.hypot(x, y) - HEAD_OUTLINE) < 0.06, name)
  }
  assert.ok(at('Fpz').y > 0.65 && at('Oz').y < -0.65 && at('T7').x < -0.7 && at('T8').x > 0.7)
  for (const name of ['M1', 'TP10', 'F9', 'Iz']) assert.ok(Math.hypot(at(name).x, at(name).y) <= 1)
  assert.equal(headMap([0, 0, 0]).y < 0, true)
})

test.run()
