import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { packageRoot } from '../lib/root.js'

/** Stand-ins for CUDA and TensorRT, which the C++ tests build. */
const doubles = join(packageRoot, 'build', 'native', 'double')
const child = join(__dirname, 'plan-child.cjs')

/** Exit code by case. */
const ENDS: Record<string, number> = {
  'exit 7': 7,
  'exit while loading': 5,
  'end without close': 0,
  'end with runs under way': 0,
  'close with runs under way': 0,
  'drain and close': 0,
  'collected with runs under way': 0,
  'a buffer outlives its engine': 0,
  'worker terminate with runs under way': 0,
  'worker terminate while loading': 0,
  'worker and main': 0,
  'SIGTERM with a handler': 143,
  'forked child': 0,
}

interface End {
  code: number | null
  signal: string | null
  stderr: string
}

function run(name: string, library: string): Promise<End> {
  return new Promise((resolve) => {
    const args = ['--expose-gc', child, name, library, join(doubles, 'libcudart.so.12')]
    const process_ = spawn(process.execPath, args, {
      stdio: ['ignore', 'ignore', 'pipe'],
      timeout: 60_000,
      env: { ...process.env, BRRR_DOUBLE: 'delay_us=30000' },
    })
    let stderr = ''
    process_.stderr.on('data', (chunk) => {
      stderr += chunk
    })
    process_.on('close', (code, signal) => resolve({ code, signal, stderr }))
  })
}

for (const major of [10, 11]) {
  const library = join(doubles, `tensorrt${major}`)
  for (const [name, code] of Object.entries(ENDS))
    test(`TensorRT ${major}: ${name}`, async () => {
      if (!existsSync(library)) return console.log(`SKIPPED ${name}: ${library} of the C++ tests is not built`)
      assert.equal(await run(name, library), { code, signal: null, stderr: '' })
    })
}

test.run()
