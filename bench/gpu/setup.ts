// What all sections share: where things are, how long each takes, the model, and how results are kept.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Engine, type EngineOptions, findTensorRT, listDevices, readUtilisation } from '../../lib/index.js'
import { decodeHeader } from '../../lib/inference/tensorrt/plan-header.js'
import type { Precision } from '../../lib/inference/tensorrt/precision.js'
import { packageRoot } from '../../lib/root.js'
import { eegptShaped } from '../../test/eegpt-shaped-model.js'
import { model, node, noise, value } from '../../test/onnx-models.js'
import { describeMachine } from '../harness/machine.js'

export interface Setup {
  /** On stand-ins for CUDA and TensorRT, with a small model: no figure of such a run means anything. */
  readonly dryRun: boolean
  /** Plans, models and results between calls on one machine. */
  readonly home: string
  /** Where results are written for whoever collects them, and the time of this call in their names. */
  readonly out: string
  readonly stamp: string
  /** Seconds of one measurement. */
  readonly seconds: number
  /** performance.now() after which nothing new is begun. */
  readonly deadline: number
  readonly tensorrt: string
  readonly cudaRuntime: string | undefined
  readonly bareReplay: string
  readonly python: string
  readonly precisions: readonly Precision[]
  readonly batches: readonly number[]
  readonly cycles: number
}

/** Those worth most first, should time run out. */
const PRECISIONS: readonly Precision[] = ['fp16', 'bf16', 'tf32', 'fp32']
const BATCHES = [1, 2, 4, 8, 16, 32, 64]

/** Of the command line. */
export interface RunOptions {
  'dry-run'?: boolean
  out?: string
  seconds?: string
  /** Seconds after which no measurement is begun. */
  budget?: string
}

export function readSetup(environment: NodeJS.ProcessEnv, options: RunOptions): Setup {
  const { BRRR_GPU_HOME: home = join(packageRoot, 'build', 'gpu', 'home'), BRRR_PYTHON: python = 'python3' } =
    environment
  const { 'dry-run': dryRun = false, out = join(packageRoot, 'bench', 'results'), seconds, budget = '540' } = options
  for (const folder of [home, out, join(home, 'results')]) mkdirSync(folder, { recursive: true })
  return {
    stamp: new Date().toISOString().slice(0, 19).replace(/[:T]/g, '-'),
    ...{ dryRun, home, out, python, seconds: Number(seconds ?? (dryRun ? 0.05 : 1)) },
    deadline: performance.now() + Number(budget) * 1000,
    tensorrt: environment.BRRR_TENSORRT ?? '',
    cudaRuntime: environment.BRRR_CUDART || undefined,
    bareReplay: join(packageRoot, 'bin', 'bare_replay'),
    precisions: dryRun ? ['fp32', 'tf32'] : PRECISIONS,
    batches: dryRun ? [1, 2] : BATCHES,
    cycles: dryRun ? 5 : 100,
  }
}

export const isOver = ({ deadline }: Setup) => performance.now() > deadline

/** What one item of the transformer costs, and its input. */
export const GFLOP_AN_ITEM = 19.5
export const ITEM = [20, 1024] as const

/** So many random items. */
export function items(count: number, seed: number): { data: Float32Array; dims: readonly number[] } {
  const dims = [count, ...ITEM]
  const size = dims.reduce((a, b) => a * b)
  return { data: noise(size, seed), dims }
}

/** The transformer of EEGPT's size or, since the stand-ins know few operators, y = x + x on the same input. */
export function modelPath({ dryRun, home }: Setup): string {
  const path = join(home, dryRun ? 'doubled.onnx' : 'eegpt-shaped.onnx')
  if (!existsSync(path)) writeFileSync(path, dryRun ? doubled() : eegptShaped())
  return path
}

function doubled(): Uint8Array {
  const at = (name: string) => value(name, 'float32', ['batch', ...ITEM])
  return model({ node: [node('Add', ['x', 'x'], ['y'])], input: [at('x')], output: [at('y')] })
}

/** The transformer that PyTorch computes too. */
export const rivalModel = ({ dryRun }: Setup): Uint8Array =>
  dryRun ? eegptShaped({ blocks: 2, width: 64 }) : eegptShaped()

export const loadOptions = (setup: Setup, precision: Precision, options: EngineOptions = {}): EngineOptions => ({
  ...{ device: 'cuda:0', precision, tensorrt: setup.tensorrt, cudaRuntime: setup.cudaRuntime, maxBatch: 64 },
  cache: { folder: join(setup.home, 'engines') },
  ...options,
})

/** TensorRT's own plan out of the cache's file, in a file of its own. */
export function rawPlan({ home }: Setup, { plan }: Engine): string {
  const file = readFileSync(plan!.path)
  const found = decodeHeader(file)
  if (typeof found === 'string') throw new Error(`${plan!.path}: ${found}`)
  const path = join(home, 'raw.plan')
  writeFileSync(path, file.subarray(found.offset))
  return path
}

/** cudaMemGetInfo of the device, bytes. */
export async function freeBytes({ cudaRuntime }: Setup): Promise<number> {
  const { devices, problem } = await listDevices({ cudaRuntime })
  if (problem) throw new Error(problem.message)
  return devices[0]!.memoryFreeBytes
}

export async function describeGpu({ cudaRuntime, tensorrt, dryRun }: Setup) {
  const { devices, cudaDriver, cudaRuntime: runtime, problem } = await listDevices({ cudaRuntime })
  const device = devices[0]
  if (!device) throw new Error(problem!.message)
  const status = await findTensorRT({ path: tensorrt, cudaRuntime, device: 0 })
  if (status.problem) throw new Error(status.problem.message)
  const utilisation = dryRun ? null : await readUtilisation(device).catch(() => null)
  return {
    ...{ name: device.name, sm: device.sm, memory_mb: Math.round(device.memoryTotalBytes / 2 ** 20) },
    ...{ cuda_driver: cudaDriver, cuda_runtime: runtime, driver: utilisation?.driver ?? null },
    tensorrt: status.library!.version,
  }
}

const commit = () => {
  const manifest = join(packageRoot, 'manifest.json')
  return existsSync(manifest) ? JSON.parse(readFileSync(manifest, 'utf8')).commit : null
}

/** Keeps what a section found, also for the summary of a later call. */
export async function save(setup: Setup, section: string, results: unknown): Promise<void> {
  const machine = describeMachine()
  const document = {
    kind: 'gpu',
    section,
    ...(setup.dryRun && { dry_run: 'on stand-ins: no figure here means anything' }),
    machine: { ...machine, commit: commit() ?? machine.commit },
    device: await describeGpu(setup),
    results,
  }
  const text = `${JSON.stringify(document, null, 1)}\n`
  writeFileSync(join(setup.home, 'results', `${section}.json`), text)
  writeFileSync(join(setup.out, `${setup.dryRun ? 'dry-run' : 'gpu'}-${section}-${setup.stamp}.json`), text)
}
