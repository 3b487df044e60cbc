import { spawn } from 'node:child_process'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { synthesise } from '../lib/index.js'

const CHILD = join(__dirname, 'lifecycle-child.cjs')
const FILE = join(tmpdir(), `brrr-lifecycle-${process.pid}.edf`)
const STEPS = [
  'loaded',
  'opening',
  'opened',
  'closed',
  'reading',
  'closed while reading',
  'staging',
  'detecting',
  'fitting',
  'two fits at once',
  'judging quality',
  'many at once',
  'aborted',
  'finished',
]
const ENDINGS: Record<string, { code?: number; signal?: string }> = {
  return: { code: 0 },
  exit: { code: 0 },
  throw: { code: 1 },
  SIGTERM: { signal: 'SIGTERM' },
  'worker return': { code: 0 },
  'worker exit': { code: 0 },
  'worker terminate': { code: 0 },
}

function end(step: string, ending: string): Promise<{ code: number | null; signal: string | null; stderr: string }> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, ['--expose-gc', CHILD, step, ending, FILE], {
      stdio: ['ignore', 'ignore', 'pipe'],
      timeout: 60_000,
    })
    let stderr = ''
    child.stderr.on('data', (chunk) => {
      stderr += chunk
    })
    child.on('close', (code, signal) => resolve({ code, signal, stderr }))
  })
}

test.before(async () => {
  await synthesise(FILE, { kind: 'night', hours: 0.5, rate: 100, seed: 1 })
})

for (const step of STEPS)
  test(`${step}: every way to end a process or worker is clean`, async () => {
    for (const [ending, expected] of Object.entries(ENDINGS)) {
      const { code, signal, stderr } = await end(step, ending)
      const where = `${step}, ${ending}: ${stderr.slice(0, 600)}`
      assert.is(signal, expected.signal ?? null, where)
      if (expected.code !== undefined) assert.is(code, expected.code, where)
    }
  })

test.run()
