import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
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

test.run()
