import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { matmulChain, weightsOf } from './onnx-models.js'
import { librariesOrSkip } from './onnxruntime-libraries.js'
import { temporaryFolder } from './temporary.js'

const CHILD = join(__dirname, 'onnxruntime-child.cjs')
const folder = temporaryFolder()
const models = join(folder, 'models')
const home = join(folder, 'home')

interface End {
  code: number | null
  signal: string | null
  stdout: string
  stderr: string
  /** From the child's own word that it ends to its end. */
  wait_ms: number
}

/** A process of its own, in an empty home and without the variables that would keep a library from reporting usage. */
function run(name: string, library: string): Promise<End> {
  const { CI, ORT_DISABLE_TELEMETRY, ...environment } = process.env
  return new Promise((resolve) => {
    const child = spawn(process.execPath, ['--expose-gc', CHILD, name, models, library], {
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: 60_000,
      env: { ...environment, HOME: home, XDG_CACHE_HOME: join(home, '.cache') },
    })
    let stdout = ''
    let stderr = ''
    child.stdout.on('data', (chunk) => {
      stdout += chunk
    })
    child.stderr.on('data', (chunk) => {
      stderr += chunk
    })
    child.on('close', (code, signal) => {
      const ended = /^end (\d+)$/m.exec(stdout)
      resolve({ code, signal, stdout, stderr, wait_ms: ended ? Date.now() - Number(ended[1]) : 0 })
    })
  })
}

/** A neighbour on the same cores may hold a process up; what hangs takes far longer. */
const PROMPT_MS = 400

/** Exit code by case. A number for `within` is the longest wait in ms. */
const ENDS: Record<string, { code?: number; signal?: string; within?: number; stderr?: RegExp }> = {
  'exit 0': { code: 0, within: PROMPT_MS },
  'exit 7': { code: 7, within: PROMPT_MS },
  throw: { code: 1, within: PROMPT_MS, stderr: /Error: on purpose/ },
  'rejected promise': { code: 1, within: PROMPT_MS, stderr: /Error: on purpose/ },
  'exit while loading': { code: 5, within: 2 * PROMPT_MS },
  'end without close': { code: 0, within: PROMPT_MS },
  'end with runs under way': { code: 0 },
  'end after close': { code: 0, within: PROMPT_MS },
  'worker terminate': { code: 0, within: PROMPT_MS },
  'worker terminate while loading': { code: 0 },
  'worker exit 3': { code: 0 },
  'worker throw': { code: 0 },
  'worker end': { code: 0 },
  'exit 9 with a worker running': { code: 9, within: PROMPT_MS },
  'exit 9 with two workers and main running': { code: 9, within: PROMPT_MS },
  'two workers and main': { code: 0 },
  'fifteen workers': { code: 0 },
  'main goes on after a worker': { code: 0 },
  SIGTERM: { signal: 'SIGTERM', within: PROMPT_MS },
  'SIGTERM with a handler': { code: 143, within: PROMPT_MS },
  'exit inside a long node': { code: 6 },
  'worker terminate inside a long node': { code: 0 },
  'aborted, then used again': { code: 0 },
  'forked child': { code: 0 },
  'ours before onnxruntime-node': { code: 0 },
  'onnxruntime-node before ours': { code: 0 },
  'no file': { code: 0 },
  'not a model': { code: 0 },
  'empty model': { code: 0 },
  'wrong shape': { code: 0 },
}

test.before(() => {
  for (const path of [models, home]) mkdirSync(path)
  const write = (name: string, bytes: Uint8Array) => writeFileSync(join(models, `${name}.onnx`), bytes)
  write('chain', matmulChain({ rows: 'rows' }))
  write('one-node', matmulChain({ length: 1, size: 4096, rows: 4096 }))
  write('weights', weightsOf(100))
})

for (const { name: version, path } of librariesOrSkip('the lifecycle')) {
  for (const [name, expected] of Object.entries(ENDS))
    test(`${version}: ${name}`, async () => {
      const { code, signal, stderr, wait_ms } = await run(name, path)
      assert.is(signal, expected.signal ?? null, stderr)
      assert.is(code, expected.code ?? null, stderr)
      if (expected.within) assert.ok(wait_ms <= expected.within, `the end took ${wait_ms} ms`)
      if (expected.stderr) assert.match(stderr, expected.stderr)
      else assert.is(stderr, '')
    })

  test(`${version}: a hundred loads and closes keep no memory`, async () => {
    const { code, stdout, stderr } = await run('cycles', path)
    assert.is(code, 0, stderr)
    const { growth_mb } = JSON.parse(stdout)
    assert.ok(growth_mb <= 20, `grew by ${growth_mb} MB from cycle 10 to 100`)
  })

  for (const lanes of [1, 8])
    test(`${version}: 100 MB of weights take 130 MB at most with ${lanes} idle lane${lanes > 1 ? 's' : ''}`, async () => {
      const { code, stdout, stderr } = await run(`memory with ${lanes} lane${lanes > 1 ? 's' : ''}`, path)
      assert.is(code, 0, stderr)
      const [loaded, closed] = stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line))
      assert.ok(loaded.growth_mb <= 130, `${loaded.growth_mb} MB`)
      assert.ok(closed.closed_mb <= 30, `${closed.closed_mb} MB are left after close`)
    })
}

test('none of it wrote a file into the home folder', () => {
  assert.ok(existsSync(home))
  assert.equal(readdirSync(home), [])
})

test.run()
