import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { ResultDocument } from '../lib/index.js'
import { packageRoot } from '../lib/root.js'
import { reference, referenceOrSkip } from './reference.js'
import { temporaryFolder } from './temporary.js'

const out = temporaryFolder()
const there = referenceOrSkip('parity with YASA and with the EDF corpus', 'sleep', 'expected')

function compare(script: string, ...args: string[]) {
  const result = spawnSync('python3', [script, ...args], { encoding: 'utf8' })
  assert.is(
    result.status,
    0,
    `${result.stdout
      .split('\n')
      .filter((line) => /^FAIL|passed/.test(line))
      .join('\n')}${result.stderr}`,
  )
  return Number(/(\d+) passed, 0 failed/.exec(result.stdout)?.[1] ?? Number.NaN)
}

if (there)
  test.before(() => {
    const made = spawnSync(process.execPath, [join(packageRoot, 'scripts', 'parity.mjs'), reference, out], {
      encoding: 'utf8',
    })
    assert.is(made.status, 0, made.stdout + made.stderr)
  })

test('every recording and variant is staged as YASA does, every event found, by the strict marks', () => {
  if (!there) return
  const folder = join(reference, 'sleep')
  assert.ok(compare(join(folder, 'tools', 'compare.py'), join(folder, 'expected'), join(out, 'sleep'), '--strict') > 40)
})

test('every file of the EDF corpus comes out as expected, within time and memory', () => {
  if (!there) return
  const folder = join(reference, 'edf')
  assert.ok(compare(join(folder, 'compare.py'), join(folder, 'expected'), join(out, 'edf')) >= 59)
})

test("brrr sleep --json on d1 gives parity's stages, probabilities and events in every SIMD tier", () => {
  if (!there) return
  const recording = join(reference, 'sleep', 'recordings', 'd1_100hz.edf')
  const hypno = join(reference, 'sleep', 'recordings', 'd1_100hz.hypno.csv')
  const brrr = (...args: string[]) => {
    const result = spawnSync(process.execPath, [join(packageRoot, 'dist', 'cli', 'main.js'), ...args], {
      encoding: 'utf8',
      maxBuffer: 1 << 28,
    })
    assert.is(result.status, 0, result.stderr)
    return JSON.parse(result.stdout)
  }
  const column = (file: string, name: string) => {
    const [header, ...rows] = readFileSync(join(out, 'sleep', 'd1_100hz', file), 'utf8')
      .trim()
      .split('\n')
      .map((line) => line.split(','))
    return rows.map((row) => row[header!.indexOf(name)]!)
  }
  const variant = 'eeg+eog+emg+demo'
  const names = ['WAKE', 'N1', 'N2', 'N3', 'REM'].map((stage) => column('proba.csv', `${variant}:${stage}`))
  for (const tier of brrr('doctor', '--json').simd.available as string[]) {
    const { sleep, events } = brrr(
      'sleep',
      recording,
      '--json',
      '--simd',
      tier,
      '--age',
      '34',
      '--sex',
      'male',
      '--hypno',
      hypno,
    ) as ResultDocument
    assert.is(sleep.model!.variant, variant)
    assert.equal(
      sleep.sleep_stages.map((s) => String(['W', 'N1', 'N2', 'N3', 'R'].indexOf(s))),
      column('stages.csv', variant),
      tier,
    )
    for (const [epoch, p] of sleep.probabilities.entries())
      for (const [k, value] of p!.entries())
        assert.ok(Math.abs(value - Number(names[k]![epoch])) <= 1e-9, `${tier}, epoch ${epoch}`)
    for (const [type, file] of [
      ['spindle', 'spindles_hyp.csv'],
      ['slow_wave', 'sw_hyp_coupling.csv'],
      ['rem', 'rem_hyp.csv'],
    ] as const)
      assert.equal(
        events.filter((e) => e.type === type).map((e) => e.start_s),
        column(file, 'Start').map(Number),
        `${tier}, ${type}`,
      )
  }
})

test.run()
