import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { fitToRecording, hypnogramFromAnnotations, hypnogramToAnnotations } from '../lib/analyses/sleep/hypnogram.js'
import { hypnogramToCsv, hypnogramToJson, parseHypnogram } from '../lib/analyses/sleep/hypnogram-text.js'
import type { SleepStage } from '../lib/analyses/sleep/types.js'
import { BrrrError } from '../lib/errors.js'

const night = (text: string): SleepStage[] => text.split(' ') as SleepStage[]
const refused = (run: () => unknown, message: string | RegExp) => {
  let error: unknown
  try {
    run()
  } catch (thrown) {
    error = thrown
  }
  assert.instance(error, BrrrError)
  assert.is((error as BrrrError).code, 'HYPNOGRAM_INVALID')
  if (typeof message === 'string') assert.is((error as BrrrError).message, message)
  else assert.match((error as BrrrError).message, message)
}

for (const [what, text] of Object.entries({
  'one integer a line': '0\n1\n2\n3\n4\n-1\n-2\n',
  'one name a line': 'W\nN1\nN2\nN3\nR\nArt\nUns',
  'names of several conventions, Windows line ends': 'Wake\r\nS1\r\nNREM2\r\nS4\r\nREM\r\nMT\r\n?\r\n',
  'a header of one column': 'stage\nW\nN1\nN2\nN3\nR\n?\n?\n',
  'epoch numbers from 0': 'epoch,stage\n0,0\n1,1\n2,2\n3,3\n4,4\n5,-1\n6,-2\n',
  'epoch numbers from 1, semicolons, blank line at the end': 'Epoch;Stage\n1;W\n2;N1\n3;N2\n4;N3\n5;R\n6;?\n7;?\n\n',
  'onsets and durations': 'onset,duration,stage\n0,30,W\n30,30,N1\n60,30,N2\n90,30,N3\n120,30,R\n150,60,?\n',
  'onsets alone, in any order, with quotes':
    '"onset_s"\t"stage"\n30\tN1\n0\tW\n60\tN2\n90\tN3\n120\tR\n150\t?\n180\t?\n',
  'dates and times':
    'Time,Stage\n2024-01-01 23:00:00,W\n2024-01-01 23:00:30,N1\n2024-01-01 23:01:00,N2\n2024-01-01 23:01:30,N3\n2024-01-01 23:02:00,R\n2024-01-01 23:02:30,?\n2024-01-01 23:03:00,?\n',
  'a JSON list': '["W","N1",2,3.0,"REM",-1,"UNS"]',
  'a JSON object of ours': '{"epoch_s":30,"sleep_stages":["W","N1","N2","N3","R","?","?"]}',
  "YASA's JSON": '{"values":["WAKE","N1","N2","N3","REM","ART","UNS"],"n_stages":5,"freq":"30s"}',
  'a result document': '{"sleep":{"epoch_s":30,"sleep_stages":["W","N1","N2","N3","R","?","?"]}}',
  'a text with a byte order mark': '\ufeffW\nN1\nN2\nN3\nR\n?\n?\n',
})) {
  test(`reads ${what}`, () => {
    assert.equal(parseHypnogram(text), { stages: night('W N1 N2 N3 R ? ?'), shift_s: 0 })
  })
}

test('says in which line what is wrong', () => {
  refused(
    () => parseHypnogram('W\nN1\nN5\n'),
    'Line 3: "N5" is no sleep stage. Stages are W 0, N1 1, N2 2, N3 3, R 4, artefact -1, unscored -2 or ?.',
  )
  refused(() => parseHypnogram('epoch,stage\n0,W\n2,W\n'), 'Line 3: epoch 1 was expected, found "2".')
  refused(() => parseHypnogram('epoch,stage\n7,W\n'), 'Line 2: epoch 0 or 1 was expected, found "7".')
  refused(() => parseHypnogram('epoch,stage\n0\n'), /^Line 2: "" is no sleep stage/)
  refused(() => parseHypnogram('onset,stage\nsoon,W\n'), 'Line 2: a number of seconds was expected, found "soon".')
  refused(() => parseHypnogram('onset,stage\n,W\n'), 'Line 2: a number of seconds was expected, found "".')
  assert.equal(parseHypnogram('onset,stage\n-30,W\n0,N1\n').stages, ['N1'])
  refused(() => parseHypnogram('0,1\n2,3\n'), 'Line 1: a table needs a header with a column "stage"; found "0,1".')
  refused(() => parseHypnogram(' \n'), 'The hypnogram is empty.')
  refused(() => parseHypnogram('stage\n'), 'The hypnogram has a header but no epochs.')
  refused(() => parseHypnogram('[1,'), /^The hypnogram is no valid JSON: /)
  refused(() => parseHypnogram('{"stages":[]}'), /^The JSON holds no list of stages/)
  refused(() => parseHypnogram('["W","X"]'), /^Epoch 1: "X" is no sleep stage/)
})

test('epochs of 20 s are refused, wherever they show', () => {
  refused(
    () => parseHypnogram('{"epoch_s":20,"stages":[0]}'),
    'The hypnogram has epochs of 20; only 30 s epochs are read.',
  )
  refused(
    () => parseHypnogram('onset,duration,stage\n0,20,W\n20,20,N1\n'),
    /^Line 2 lasts 20 s, which is no multiple of 30 s\./,
  )
  refused(() => parseHypnogram('epoch,start_s,stage\n0,0,W\n1,20,N1\n'), /^Line 2 lasts 20 s/)
  const scored = [0, 20, 40].map((onset_s) => ({ onset_s, duration_s: 20, text: 'Sleep stage W' }))
  refused(() => hypnogramFromAnnotations(scored), /"Sleep stage W" at 0 s lasts 20 s/)
  refused(() => fitToRecording(Array(90).fill('N2'), 60), /has 90 epochs, the recording has 60 of 30 s/)
})

test('Rechtschaffen and Kales stages become those of the AASM', () => {
  const texts = ['W', '1', '2', '3', '4', 'R', '?'].map((stage) => `Sleep stage ${stage}`).concat('Movement time')
  const annotations = texts.map((text, i) => ({ onset_s: 30 * i, duration_s: 30, text }))
  assert.equal(hypnogramFromAnnotations(annotations).stages, night('W N1 N2 N3 N3 R ? ?'))
})

test('annotations that are no stages are passed over, and none at all is an error', () => {
  const lights = { onset_s: 3, duration_s: null, text: 'Lights off' }
  const stage = { onset_s: 60, duration_s: null, text: 'Sleep stage N2' }
  assert.equal(hypnogramFromAnnotations([lights, stage]).stages, night('? ? N2'))
  refused(() => hypnogramFromAnnotations([lights]), /^No annotation names a sleep stage/)
})

test("a scorer's own grid is moved to the recording's, by 15 s at most, and the shift is told", () => {
  const scored = (offset: number) => [
    { onset_s: offset, duration_s: 60, text: 'Sleep stage W' },
    { onset_s: offset + 60, duration_s: 30, text: 'Sleep stage N1' },
  ]
  assert.equal(hypnogramFromAnnotations(scored(12)), { stages: night('W W N1'), shift_s: -12 })
  assert.equal(hypnogramFromAnnotations(scored(40)), { stages: night('? W W N1'), shift_s: -10 })
  assert.equal(hypnogramFromAnnotations(scored(20)), { stages: night('? W W N1'), shift_s: 10 })
  assert.equal(hypnogramFromAnnotations(scored(15)), { stages: night('W W N1'), shift_s: -15 })
  assert.equal(hypnogramFromAnnotations(scored(-60)), { stages: night('N1'), shift_s: 0 })
})

test('irregular, overlapping and endless scorings are refused', () => {
  const stage = (onset_s: number, duration_s: number, name: string) => ({
    onset_s,
    duration_s,
    text: `Sleep stage ${name}`,
  })
  refused(() => hypnogramFromAnnotations([stage(0, 30, 'W'), stage(37, 30, 'N1')]), /off the 30 s grid/)
  refused(
    () => hypnogramFromAnnotations([stage(0, 90, 'W'), stage(60, 30, 'N1')]),
    /scores epoch 2 as N1; it is W already/,
  )
  refused(() => hypnogramFromAnnotations([stage(0, 3e9, 'W')]), /ends more than 31 days/)
  refused(() => hypnogramFromAnnotations([stage(Number.NaN, 30, 'W')]), /off the 30 s grid/)
  assert.equal(hypnogramFromAnnotations([stage(0, 60, 'W'), stage(30, 30, 'W')]).stages, night('W W'))
})

test('a hypnogram is cut and padded to its recording; one epoch more than the recording is no error', () => {
  assert.equal(fitToRecording(night('W N1'), 4), night('W N1 ? ?'))
  assert.equal(fitToRecording(night('W N1 N2'), 2), night('W N1'))
  assert.equal(fitToRecording(night('W N1 ? ? ? ?'), 2), night('W N1'))
  refused(() => fitToRecording(night('W N1 N2 N2'), 2), /belongs|of another recording/)
})

test('what is written is read back', () => {
  const stage = fc.constantFrom<SleepStage>('W', 'N1', 'N2', 'N3', 'R', '?')
  fc.assert(
    fc.property(fc.array(stage, { minLength: 1, maxLength: 40 }), (stages) => {
      assert.equal(parseHypnogram(hypnogramToCsv(stages)).stages, stages)
      assert.equal(parseHypnogram(hypnogramToJson(stages)).stages, stages)
      assert.equal(hypnogramFromAnnotations(hypnogramToAnnotations(stages)), { stages, shift_s: 0 })
    }),
  )
})

test('probabilities stand beside the stages, empty where unscored', () => {
  assert.is(
    hypnogramToCsv(night('W ?'), [[0.5, 0.125, 0.25, 0.125, 0], null]),
    'epoch,start_s,stage,p_W,p_N1,p_N2,p_N3,p_R\n0,0,W,0.5,0.125,0.25,0.125,0\n1,30,?,,,,,\n',
  )
})

const sleepEdf = join(
  process.env.BRRR_REFERENCE ?? join(__dirname, '../../shared/reference'),
  'edf/expected/sleepedf_SC4001EC-Hypnogram.edf.json',
)
const testSleepEdf = existsSync(sleepEdf) ? test : test.skip
testSleepEdf('the hypnogram of a Sleep-EDF night is read whole', () => {
  const { list } = JSON.parse(readFileSync(sleepEdf, 'utf8')).annotations
  const annotations = list.map((a: { onset: number; duration: number; text: string }) => ({
    onset_s: a.onset,
    duration_s: a.duration,
    text: a.text,
  }))
  const { stages, shift_s } = hypnogramFromAnnotations(annotations)
  assert.is(shift_s, 0)
  assert.is(stages.length, annotations.reduce((sum: number, a: { duration_s: number }) => sum + a.duration_s, 0) / 30)
  assert.equal(stages.slice(1020, 1026), night('W N1 N1 N1 N1 N2'))
})

test.run()
