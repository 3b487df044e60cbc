// The sections of a run: each measures one thing, keeps it, and returns a table.
import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { Batcher, Engine } from '../../lib/index.js'
import { makeTensor } from '../../lib/inference/onnx/tensors.js'
import { packageRoot } from '../../lib/root.js'
import { model, node, value } from '../../test/onnx-models.js'
import { percentile } from '../harness/statistics.js'
import { digits, textTable } from '../harness/text-table.js'
import { freeBytes, isOver, items, loadOptions, modelPath, rawPlan, type Setup, save } from './setup.js'
import { type Sweep, sweep } from './sweep.js'

const MB = 2 ** 20

/** The engine's tests on this device: those of test/ that run on stand-ins elsewhere. */
export async function check(setup: Setup): Promise<string> {
  const plan = await planOfTests(setup)
  const rows = ['engine-tensorrt', 'plan-lifecycle'].map((name) => {
    const { status, signal, stdout, stderr } = spawnSync(
      process.execPath,
      ['--expose-gc', '--import', 'tsx', join('test', `${name}.test.ts`)],
      {
        cwd: packageRoot,
        encoding: 'utf8',
        timeout: 300_000,
        env: {
          ...process.env,
          NO_COLOR: '1',
          FORCE_COLOR: '0',
          BRRR_GPU_TESTS: setup.tensorrt,
          BRRR_GPU_TEST_PLAN: plan,
        },
      },
    )
    const number = (label: string) => Number(new RegExp(`${label}:\\s+(\\d+)`).exec(stdout)?.[1] ?? 0)
    const failed = number('Total') - number('Passed')
    const ended = status === 0 ? 'ok' : String(signal ?? status)
    if (ended !== 'ok' || failed > 0) console.log((stdout + stderr).slice(-4000))
    return { name, passed: number('Passed'), failed, skipped: [...stdout.matchAll(/SKIPPED .*/g)].map(String), ended }
  })
  await save(setup, 'check', rows)
  return textTable(
    ['tests', 'passed', 'failed', 'skipped', 'ended'],
    rows.map(({ name, passed, failed, skipped, ended }) => [
      ...[name, String(passed), String(failed), String(skipped.length), ended],
    ]),
  )
}

/** y = 2 x + 1 as the lifecycle's processes want it; a stand-in has its own. */
async function planOfTests(setup: Setup): Promise<string> {
  if (setup.dryRun) return ''
  const constant = (name: string, number: number) => makeTensor(name, 'float32', [], Float32Array.of(number))
  const affine = model({
    node: [node('Mul', ['x', 'two'], ['h']), node('Add', ['h', 'one'], ['y'])],
    initializer: [constant('two', 2), constant('one', 1)],
    input: [value('x', 'float32', ['batch', 4])],
    output: [value('y', 'float32', ['batch', 4])],
  })
  const engine = await Engine.load(affine, loadOptions(setup, 'fp32', { maxBatch: 8 }))
  await engine.close()
  const path = join(setup.home, 'affine.plan')
  writeFileSync(path, readFileSync(rawPlan(setup, engine)))
  return path
}

/** A plan per precision, its time, size and deviation from the CPU. */
export async function build(setup: Setup): Promise<string> {
  const built = []
  for (const precision of setup.precisions) {
    if (isOver(setup)) break
    const started = performance.now()
    const messages: string[] = []
    try {
      const engine = await Engine.load(modelPath(setup), loadOptions(setup, precision, { graphs: false }))
      const seconds = (performance.now() - started) / 1000
      const { plan } = engine
      await engine.close()
      built.push({ precision, seconds, ...plan!, messages, failed: null })
    } catch (error) {
      built.push({ precision, seconds: (performance.now() - started) / 1000, failed: (error as Error).message })
    }
    await save(setup, 'build', built)
  }
  return textTable(
    ['plan', 'seconds', 'new', 'deviation', 'failed'],
    built.map((b) => [
      ...[b.precision, digits(b.seconds), 'built' in b && b.built ? 'yes' : '-'],
      'deviations' in b ? (b.deviations[0]?.share.toExponential(1) ?? '-') : '-',
      b.failed ?? '',
    ]),
  )
}

export async function runSweep(setup: Setup): Promise<string> {
  const found = await sweep(setup, (so) => save(setup, 'sweep', so))
  const rows = found.runs.map((run) => {
    const bare = bareOf(found, run)
    return [
      ...[run.precision, run.graphs ? 'yes' : 'no', String(run.lanes), String(run.batch)],
      ...[digits(run.items_per_s), digits(run.tflops), digits(run.alone_ms[0]), digits(run.alone_ms[2])],
      ...(bare
        ? [digits(bare.runs_per_s * run.batch), digits(run.items_per_s / (bare.runs_per_s * run.batch))]
        : ['-', '-']),
    ]
  })
  const header = [
    'precision',
    'graphs',
    'lanes',
    'batch',
    'items/s',
    'TFLOP/s',
    'ms',
    'p99 ms',
    'bare items/s',
    'share',
  ]
  return [textTable(header, rows), ...found.left_out].join('\n')
}

const bareOf = ({ bare }: Sweep, { precision, batch }: { precision: string; batch: number }) =>
  bare.find((b) => b.precision === precision && b.batch === batch)

/** 256 clients of single items through a Batcher, and what that does to the event loop. */
export async function batcher(setup: Setup): Promise<string> {
  const engine = await Engine.load(modelPath(setup), loadOptions(setup, setup.precisions[0]!, { lanes: 1 }))
  const batching = new Batcher(engine)
  const clients = setup.dryRun ? 8 : 256
  const delays = monitorEventLoopDelay({ resolution: 1 })
  const latencies: number[] = []
  const client = async (i: number, end: number, kept: number[] | null) => {
    const x = items(1, i + 1)
    while (performance.now() < end) {
      const start = performance.now()
      await batching.run({ x }, { client: String(i) })
      kept?.push(performance.now() - start)
    }
  }
  const all = (seconds: number, kept: number[] | null) => {
    const end = performance.now() + seconds * 1000
    return Promise.all(Array.from({ length: clients }, (_, i) => client(i, end, kept)))
  }
  await all(setup.seconds, null)
  delays.enable()
  const start = performance.now()
  await all(3 * setup.seconds, latencies)
  const items_per_s = (latencies.length * 1000) / (performance.now() - start)
  delays.disable()
  await batching.close()
  await engine.close()
  const [p50, p99] = [50, 99].map((p) => percentile(latencies, p)) as [number, number]
  const result = { clients, items_per_s, p50_ms: p50, p99_ms: p99, loop_p99_ms: delays.percentile(99) / 1e6 }
  await save(setup, 'batcher', result)
  return textTable(
    ['clients', 'items/s', 'p50 ms', 'p99 ms', 'event-loop delay p99 ms'],
    [[String(clients), ...[items_per_s, p50, p99, result.loop_p99_ms].map(digits)]],
  )
}

/** Device memory over load, run and close, again and again: cudaMemGetInfo, and this process's own. */
export async function cycles(setup: Setup): Promise<string> {
  const path = modelPath(setup)
  const x = items(1, 1)
  const options = loadOptions(setup, setup.precisions[0]!, { graphs: [1, 2], probeBatch: false })
  const samples: { cycle: number; free_mb: number; rss_mb: number }[] = []
  const sample = async (cycle: number) => {
    samples.push({ cycle, free_mb: (await freeBytes(setup)) / MB, rss_mb: process.memoryUsage.rss() / MB })
  }
  await sample(0)
  let done = 0
  for (; done < setup.cycles && !isOver(setup); done++) {
    const engine = await Engine.load(path, options)
    await engine.run({ x })
    await engine.close()
    if (engine.memory().bytes !== 0) throw new Error(`${engine.memory().bytes} bytes are left after close`)
    if (done === 0 || done % 10 === 9 || done === setup.cycles - 1) await sample(done + 1)
  }
  await save(setup, 'cycles', { done, samples })
  return textTable(
    ['load/close cycles', 'free device MB', 'process MB'],
    samples.map(({ cycle, free_mb, rss_mb }) => [String(cycle), digits(free_mb), digits(rss_mb)]),
  )
}
