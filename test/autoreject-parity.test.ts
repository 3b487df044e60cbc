import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { packageRoot } from '../lib/root.js'
import { reference, referenceOrSkip } from './reference.js'
import { temporaryFolder } from './temporary.js'

const out = temporaryFolder()
const folder = join(reference, 'autoreject')

function pythonOrSkip(): boolean {
  const there = spawnSync('python3', ['--version']).status === 0
  if (!there) console.log('SKIPPED parity with autoreject: its comparer needs python3, which is not there')
  return there
}

const there = referenceOrSkip('parity with autoreject', 'autoreject', 'compare.py') && pythonOrSkip()

/** Number of comparisons that passed; none may fail. */
function compare(...options: string[]): number {
  const { status, stdout, stderr } = spawnSync(
    'python3',
    [join(folder, 'compare.py'), ...options, folder, join(out, 'autoreject')],
    { encoding: 'utf8' },
  )
  assert.is(status, 0, `${stdout.match(/^FAIL.*|.*passed.*/gm)?.join('\n')}${stderr}`)
  return Number(/(\d+) passed, 0 failed/.exec(stdout)?.[1])
}

if (there)
  test.before(() => {
    const script = join(packageRoot, 'scripts', 'parity.mjs')
    const made = spawnSync(process.execPath, [script, reference, out, 'autoreject'], { encoding: 'utf8' })
    assert.is(made.status, 0, made.stdout + made.stderr)
  })

test('thresholds, losses, labels, repairs, RANSAC, weights and splits are those of the Python package', () => {
  if (there) assert.ok(compare() >= 87)
})

test('planted flat channels and line noise are found, and no more clean cells are marked than by Python', () => {
  if (there) assert.ok(compare('--truth') >= 8)
})

test.run()
