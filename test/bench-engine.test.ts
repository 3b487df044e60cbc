// brrr bench-engine, and how it sums up.
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { Engine } from '../lib/index.js'
import { benchEngine, distribution } from '../lib/inference/engine-bench.js'
import { packageRoot } from '../lib/root.js'
import { batchSecond, identity, matmulChain, mixesRows } from './onnx-models.js'
import { temporaryFolder } from './temporary.js'
import { onDoubles, onGpu } from './tensorrt-doubles.js'

const folder = temporaryFolder()
const main = join(packageRoot, 'dist', 'cli', 'main.js')
const modelFile = (name: string, model: Uint8Array) => {
  writeFileSync(join(folder, name), model)
  return name
}
const model = modelFile('identity.onnx', identity())
const quick = ['--duration', '0.1', '--warm-up', '10']
const environment = (changes: Record<string, string> = {}) => ({ ...process.env, NO_COLOR: '1', ...changes })

function bench(args: string[], changes?: Record<string, string>) {
  const command = [main, 'bench-engine', ...args]
  const { stdout, stderr, status } = spawnSync(process.execPath, command, {
    ...{ encoding: 'utf8', cwd: folder, env: environment(changes), maxBuffer: 1 << 28 },
  })
  return { stdout, stderr, status }
}

test('percentiles and medians are those of trtexec', () => {
  const hundred = distribution(Array.from({ length: 100 }, (_, i) => 100 - i))
  assert.equal(hundred, { min: 1, mean: 50.5, median: 50.5, p90: 90, p95: 95, p99: 99, max: 100 })
  assert.equal(distribution([3, 1, 2]), { min: 1, mean: 2, median: 2, p90: 3, p95: 3, p99: 3, max: 3 })
  assert.is(distribution([5]).p99, 5)
})

test('a table on the CPU: backend, threads, a row per batch size, and what the figures mean', () => {
  const { stdout, stderr, status } = bench([model, ...quick, '--device', 'cpu', '--lanes', '3', '--batch', '1,8'])
  assert.equal([status, stderr], [0, ''])
  assert.match(
    stdout,
    /^identity\.onnx: onnxruntime 1\.\d+\.\d+, cpu, 3 threads, one of them to a run; 3 runs in flight\n/,
  )
  const rows = stdout.split('\n').filter((line) => /^ +\d/.test(line))
  assert.equal(
    rows.map((line) => line.trim().split(/ +/)[0]),
    ['1', '8'],
  )
  for (const row of rows) {
    const [, runs, items, least, mean, , p90, , p99, most] = row.trim().split(/ +/).map(Number) as number[]
    assert.ok(Math.abs(items! / runs! - (row === rows[0] ? 1 : 8)) < 0.05)
    assert.ok(least! <= mean! && p90! <= p99! && p99! <= most!, row)
  }
  assert.not.match(stdout, 'H2D')
  assert.match(stdout, /^latency: .*On the CPU the computation: nothing is copied\.$/m)
})

test('--json, and what it says holds together', () => {
  const { stdout, status } = bench([model, ...quick, '--device', 'cpu', '--batch', '4', '--json'])
  assert.is(status, 0)
  const { results, interrupted, backend, lanes, definitions, ...about } = JSON.parse(stdout)
  assert.equal([backend, about.device, interrupted, about.fallback], ['onnxruntime', 'cpu', false, null])
  assert.match(definitions.throughput, /trtexec/)
  const [row] = results
  assert.is(results.length, 1)
  assert.equal([row.batch, row.h2d_ms, row.d2h_ms, row.enqueue_ms, row.graph_runs], [4, null, null, null, 0])
  assert.equal(row.latency_ms, row.compute_ms)
  assert.ok(Math.abs(row.items_per_s - 4 * row.queries_per_s) < 1e-6 * row.items_per_s)
  assert.ok(Math.abs(row.queries_per_s - (1000 * row.runs) / row.wall_ms) < 1e-6 * row.queries_per_s)
  assert.ok(row.host_ms.median > row.latency_ms.median)
  assert.ok(row.wall_ms > 30 && row.busy.mean_share > 0 && row.busy.mean_share <= 1)
  // What lanes computed is what their runs took.
  const computed = (row.runs * row.compute_ms.mean) / lanes / row.wall_ms
  assert.ok(Math.abs(computed / row.busy.mean_share - 1) < 0.5, `${computed} and ${row.busy.mean_share}`)
})

test('models that cannot be batched, and open sizes', () => {
  const mixes = modelFile('mixes.onnx', mixesRows())
  const second = modelFile('second.onnx', batchSecond())
  const onCpu = [...quick, '--device', 'cpu']
  const open = bench([second, ...onCpu])
  assert.is(open.status, 2)
  assert.match(
    open.stderr,
    'The model leaves sizes of "x" (float32 [batch, 2, time]) open: give them with --shape x:1x',
  )
  const run = (...args: string[]) => {
    const { stdout, stderr, status } = bench([...args, ...onCpu, '--json'])
    assert.is(status, 0, stderr)
    return JSON.parse(stdout)
  }
  const batches = (document: { results: { batch: number | null }[] }) => document.results.map(({ batch }) => batch)
  assert.equal(batches(run(second, '--shape', 'x:3x2x7')), [3])
  assert.equal(batches(run(second, '--shape', 'x:3x2x7', '--batch', '2,5')), [2, 5])
  assert.equal(batches(run(modelFile('fixed.onnx', identity([2, 4])))), [null])
  const mixed = run(mixes, '--shape', 'x:3x4')
  assert.equal(batches(mixed), [null])
  assert.match(mixed.unbatchable, /depends on the other items/)
  const refused = bench([mixes, ...onCpu, '--batch', '2'])
  assert.match(refused.stderr, /--batch: this model cannot be batched, output "y"/)
  assert.is(refused.status, 2)
})

test('a wrong command line ends with 2, a missing model with 3', () => {
  const cases: Array<[string[], number, string]> = [
    [['nowhere.onnx'], 3, 'There is no model at'],
    [[model, '--batch', '1,x'], 2, '--batch takes sizes from 1 to 65536, separated by commas; got 1,x.'],
    [[model, '--batch', '0'], 2, '--batch takes sizes'],
    [[model, '--shape', 'x'], 2, '--shape takes an input and its sizes, as x:1x3x224x224; got x.'],
    [
      [model, '--device', 'cpu', '--shape', 'z:1x4'],
      2,
      '--shape: the model has no input "z"; it has "x" (float32 [batch, 4]).',
    ],
    [[model, '--device', 'cpu', '--shape', 'x:1x5'], 2, '--shape x:1x5 is no "x" (float32 [batch, 4]).'],
    [[model, '--device', 'gpu'], 2, 'device is auto, cpu or cuda:N; got "gpu".'],
    [[model, '--duration', '0'], 2, '--duration lies between 0 and 3600 seconds; got 0.'],
    [[model, '--precision', 'fp64'], 2, "argument 'fp64' is invalid"],
    [[], 2, "missing required argument 'model'"],
  ]
  for (const [args, code, message] of cases) {
    const { status, stderr } = bench(args)
    assert.match(stderr, message)
    assert.is(status, code, message)
  }
})

test('--timeline writes a trace of the last runs', () => {
  const { status } = bench([model, ...quick, '--device', 'cpu', '--batch', '2', '--timeline', 'trace.json'])
  assert.is(status, 0)
  const { traceEvents, otherData } = JSON.parse(readFileSync(join(folder, 'trace.json'), 'utf8'))
  const computed = traceEvents.filter(({ name }: { name: string }) => name === 'compute')
  assert.ok(computed.length > 10)
  assert.ok(computed.every(({ ph, args }: { ph: string; args: { batch: number } }) => ph === 'X' && args.batch === 2))
  assert.is(otherData.model, 'identity.onnx')
})

test('Ctrl-C shows what was measured until then, with code 130', async () => {
  const args = [
    main,
    'bench-engine',
    model,
    '--device',
    'cpu',
    '--batch',
    '1,2,4',
    '--duration',
    '60',
    '--warm-up',
    '1',
  ]
  const child = spawn(process.execPath, args, { cwd: folder, env: environment() })
  let [stdout, stderr] = ['', '']
  child.stdout.on('data', (data) => {
    stdout += data
  })
  child.stderr.on('data', (data) => {
    stderr += data
  })
  while (!/batch .*busy %\n/.test(stdout)) await sleep(20)
  await sleep(1000)
  child.kill('SIGINT')
  const [code] = await once(child, 'close')
  assert.is(code, 130)
  assert.match(stderr, 'Interrupted: this is what was measured until then.')
  assert.is(stdout.split('\n').filter((line) => /^ +\d/.test(line)).length, 1)
  assert.match(stdout, /^throughput: /m)
})

test('a measurement that is stopped before its first run ended has no result', async () => {
  const engine = await Engine.load(matmulChain({ length: 1 }), { device: 'cpu', lanes: 1, probeBatch: false })
  assert.is(await benchEngine(engine, { x: [1024, 1024] }, { signal: AbortSignal.abort() }), null)
  const one = await benchEngine(engine, { x: [1024, 1024] }, { warmUpMs: 0, durationMs: 1, leastRuns: 3 })
  assert.ok(one!.runs >= 3)
  await engine.close()
})

onDoubles('on a GPU: copies, launches, graphs or none', async (major) => {
  const { tensorrt, cudaRuntime } = onGpu(major)
  const plans = join(folder, `plans${major}`)
  const changes = { BRRR_TENSORRT: tensorrt!, BRRR_CUDART: cudaRuntime!, BRRR_DOUBLE: 'delay_us=200' }
  const common = [model, ...quick, '--device', 'cuda:0', '--precision', 'fp32', '--folder', plans]
  const run = (...args: string[]) => bench([...common, ...args], changes)
  const { stdout, stderr, status } = run('--batch', '1,3', '--lanes', '2')
  assert.equal([status, stderr], [0, ''])
  assert.match(
    stdout,
    new RegExp(`^identity.onnx: tensorrt ${major}\\.[0-9.]+, cuda:0, fp32, 2 lanes of two slots; 4 runs in flight\n`),
  )
  assert.match(stdout, /H2D % compute % +D2H % +enqueue +host +busy %\n/)
  assert.match(stdout, /^enqueue: /m)

  const { results, ...about } = JSON.parse(run('--batch', '1,3', '--json').stdout)
  assert.equal(
    about.graphs,
    [1, 3].map((batch) => ({ batch, reason: null })),
  )
  for (const row of results) {
    assert.is(row.graph_runs, row.runs)
    for (const part of ['h2d_ms', 'compute_ms', 'd2h_ms']) assert.ok(row[part].min >= 0.19, part)
    const sum = row.h2d_ms.mean + row.compute_ms.mean + row.d2h_ms.mean
    assert.ok(Math.abs(row.latency_ms.mean / sum - 1) < 1e-6)
    assert.ok(row.enqueue_ms.median < row.compute_ms.median, 'launching does not wait')
    assert.ok(row.busy.any_share > 0.2 && row.busy.any_share <= 1)
  }
  const plain = JSON.parse(run('--batch', '1,3', '--no-graphs', '--json').stdout)
  assert.equal([plain.graphs, plain.results.map((row: { graph_runs: number }) => row.graph_runs)], [[], [0, 0]])
  const swept = JSON.parse(run('--json').stdout).results.map(({ batch }: { batch: number }) => batch)
  assert.equal(swept, [1, 2, 4, 8, 16, 32])
})

test.run()
