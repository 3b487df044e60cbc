import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { packageRoot } from '../lib/root.js'

/** Stand-ins for CUDA and TensorRT, which the C++ tests build. */
const doubles = join(packageRoot, 'build', 'native', 'double')
const child = join(__dirname, 'plan-child.cjs')
/** Folder of a real TensorRT 10, on a machine with a GPU: bench/gpu runs this there, with a plan for plan-child.cjs. */
const { BRRR_GPU_TESTS: real, BRRR_CUDART: cudaRuntime = '' } = process.env

/** Exit code or signal by case. */
const ENDS: Record<string, number | 'SIGTERM'> = {
  'exit 7': 7,
  throw: 1,
  'rejected promise': 1,
  'exit while loading': 5,
  'exit 9 with a worker running': 9,
  'exit 9 with two workers and main running': 9,
  'end without close': 0,
  'end with runs under way': 0,
  'close with runs under way': 0,
  'drain and close': 0,
  'collected with runs under way': 0,
  'a buffer outlives its engine': 0,
  'worker terminate with runs under way': 0,
  'worker terminate while loading': 0,
  'worker exit 3': 0,
  'worker throw': 0,
  'fifteen workers': 0,
  'worker and main': 0,
  SIGTERM: 'SIGTERM',
  'SIGTERM with a handler': 143,
  'forked child': 0,
}

const ON_PURPOSE = ['throw', 'rejected promise']

interface End {
  code: number | null
  signal: string | null
  stderr: string
}

function run(name: string, library: string): Promise<End> {
  return new Promise((resolve) => {
    const args = ['--expose-gc', child, name, library, real ? cudaRuntime : join(doubles, 'libcudart.so.12')]
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

const libraries = real ? { GPU: real } : { 10: join(doubles, 'tensorrt10'), 11: join(doubles, 'tensorrt11') }
for (const [version, library] of Object.entries(libraries)) {
  for (const [name, code] of Object.entries(ENDS))
    test(`TensorRT ${version}: ${name}`, async () => {
      if (!existsSync(library)) return console.log(`SKIPPED ${name}: ${library} of the C++ tests is not built`)
      const { stderr, ...end } = await run(name, library)
      assert.equal(end, typeof code === 'string' ? { code: null, signal: code } : { code, signal: null }, stderr)
      assert.match(stderr, ON_PURPOSE.includes(name) ? /Error: on purpose/ : /^$/)
    })
}

test.run()
