// From an ONNX model to a plan that may serve: out of the cache, or cast, built in a process of its own, compared with
// the CPU's results, and kept.
import { readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { BrrrError } from '../../errors.js'
import { type Binding, runNative, runNativeLean } from '../../native.js'
import { type Device, findTensorRT, listDevices, readUtilisation } from '../devices.js'
import { type ModelSource, resolveModel } from '../model.js'
import { type OnnxModel, readOnnx } from '../onnx/model.js'
import { typeOf } from '../onnx/tensors.js'
import { bindTensors } from '../tensor.js'
import type { DataType, TensorInfo, Tensors } from '../types.js'
import { type BuilderMessage, buildPlan } from './build.js'
import { type BuildOptions, type BuildSettings, resolveBuildOptions } from './build-options.js'
import { hashModel } from './external-data.js'
import { type Computation, checkPlan, type Deviation, makeReference, readReference } from './numeric-check.js'
import { PlanCache, type PlanCacheOptions } from './plan-cache.js'
import { PLAN_SCHEMA, type PlanIdentity } from './plan-header.js'
import { type CastModel, castModel } from './precision.js'

export interface PrepareOptions extends BuildSettings {
  /** Index of the GPU. Default 0. */
  device?: number | undefined
  /** Folder of the model's external data. Default: that of the model file. */
  externalData?: string | undefined
  cache?: PlanCacheOptions | undefined
  /** false: a new plan is compared neither with the model folder's reference results nor with the CPU's. */
  check?: boolean | undefined
  /** Folder of TensorRT and path of the CUDA runtime, instead of those that are found. */
  tensorrt?: string | undefined
  cudaRuntime?: string | undefined
  /** Path of the library of ONNX Runtime, which a new plan is compared with. */
  onnxRuntime?: string | undefined
  signal?: AbortSignal | undefined
  onProgress?: ((share: number) => void) | undefined
  onMessage?: ((message: BuilderMessage) => void) | undefined
}

/**
 * Called once before anything is built; what it gives loads a plan: at first perhaps one of the cache that does not serve
 * (PLAN_STALE, MODEL_INVALID), then a new one.
 */
export type PlanLoader<T> = (build: BuildOptions, inputs: readonly TensorInfo[]) => (plan: Uint8Array) => Promise<T>

export interface PreparedPlan {
  path: string
  built: boolean
  /** Why it was built; null where it was in the cache. */
  reason: string | null
  /** Why it could not be kept. */
  notKept: string | null
  identity: PlanIdentity
  /** Of a plan that was built: how it deviates from the reference results; empty where that was not asked for. */
  deviations: Deviation[]
  /** What the cast has to say. */
  notes: string[]
}

/**
 * Makes sure that the cache has a plan of a model for a GPU of this machine, which TensorRT takes.
 * @throws BrrrError as Engine.load, and MODEL_UNSUPPORTED, BUILD_FAILED, OUT_OF_DEVICE_MEMORY, PLAN_STALE (read-only cache)
 */
export async function preparePlan(model: string | Uint8Array, options: PrepareOptions = {}): Promise<PreparedPlan> {
  const source = resolveModel(model, options.externalData)
  const { value: _, ...prepared } = await obtainPlan(source, options, () => async (plan) => {
    const loaded = await loadPlan(plan, options)
    await loaded.close()
  })
  return prepared
}

/** A plan of a model, and what `loader` makes of it. */
export async function obtainPlan<T>(
  source: ModelSource,
  options: PrepareOptions,
  loader: PlanLoader<T>,
): Promise<PreparedPlan & { value: T }> {
  const { device = 0, signal } = options
  const bytes = source.bytes ?? readFileSync(source.path!)
  const onnx = readOnnx(bytes)
  const externalData = source.externalData || (source.path ? dirname(source.path) : '')
  const inputs = inputsOf(onnx)
  const build = resolveBuildOptions(options, inputs)
  const accept = loader(build, inputs)
  const identity = await identify(await hashModel(bytes, onnx.graph, externalData), build, options)
  const cache = new PlanCache(options.cache)
  let cast: CastModel | undefined
  let deviations: Deviation[] = []
  const found = await cache.obtain({
    identity,
    modelName: source.name,
    signal,
    accept,
    build: async () => {
      cast = castModel(onnx, { precision: build.precision, halfIo: build.halfIo, externalData })
      const timings = await cache.readTimings(identity)
      const path = externalData ? join(externalData, basename(source.path ?? 'model.onnx')) : null
      const built = await buildPlan({ ...options, cast, path, options: build, timings, device })
      await cache.writeTimings(identity, built.timings)
      if (options.check !== false) {
        const loaded = await loadPlan(built.plan, options)
        deviations = await compare(loaded, source, build, options).finally(() => loaded.close())
      }
      return built.plan
    },
  })
  return { ...found, identity, deviations, notes: cast?.notes ?? [] }
}

/** What a plan built or loaded here would be for. */
export async function identify(model: string, options: BuildOptions, where: PrepareOptions): Promise<PlanIdentity> {
  const { device: index = 0, tensorrt, cudaRuntime, signal } = where
  const status = await findTensorRT({ path: tensorrt, cudaRuntime, signal })
  if (!status.library) throw new BrrrError(status.problem!.code, status.problem!.message)
  const list = await listDevices({ cudaRuntime, signal })
  if (list.problem) throw new BrrrError(list.problem.code, list.problem.message)
  const device = list.devices[index]
  if (!device)
    throw new BrrrError(
      'DEVICE_UNAVAILABLE',
      `There is no cuda:${index}; this machine has ${list.devices.length} GPUs.`,
    )
  return {
    schema: PLAN_SCHEMA,
    model,
    tensorrt: status.library.version,
    cuda: major(list.cudaRuntime ?? ''),
    driver: await driverOf(device, list.cudaDriver ?? ''),
    device: {
      name: device.name,
      sm: device.sm,
      multiprocessors: device.multiprocessors,
      memory_bytes: device.memoryTotalBytes,
    },
    platform: `${process.platform}-${process.arch}`,
    options,
  }
}

const major = (version: string) => version.split('.')[0]!

/** The driver's version as NVML has it, else the CUDA version that it serves. */
async function driverOf(device: Device, cudaDriver: string): Promise<string> {
  try {
    return major((await readUtilisation(device)).driver)
  } catch {
    return `cuda ${major(cudaDriver)}`
  }
}

/** What a model takes, as its file has it: without what has a value there. */
function inputsOf({ graph }: OnnxModel): TensorInfo[] {
  const known = new Set(graph.initializer.map(({ name }) => name))
  return graph.input
    .filter(({ name }) => !known.has(name))
    .map(({ name = '', type }) => ({
      name,
      type: typeOf(type?.tensorType?.elemType) ?? 'float32',
      dims: type?.tensorType?.shape?.dim.map(({ dimValue }) => dimValue ?? null) ?? null,
      symbols: [],
      batchAxis: null,
    }))
}

async function compare(
  plan: Computation,
  source: ModelSource,
  { profiles, precision }: BuildOptions,
  { onnxRuntime, signal }: PrepareOptions,
): Promise<Deviation[]> {
  const { externalData, reference } = source
  if (reference) return checkPlan(plan, await readReference(reference, plan), precision)
  const { Engine } = await import('../engine.js')
  const cpu = await Engine.load(source.path ?? source.bytes!, {
    device: 'cpu',
    lanes: 1,
    probeBatch: false,
    library: onnxRuntime,
    signal,
    ...(externalData && { externalData }),
  })
  try {
    return await checkPlan(plan, await makeReference(cpu, profiles[0]!), precision)
  } finally {
    await cpu.close()
  }
}

/** A plan on the GPU, for one trial: one lane, no graphs. */
async function loadPlan(
  bytes: Uint8Array,
  { device = 0, tensorrt = '', cudaRuntime = '', versionCompatible: hostCode = false, signal }: PrepareOptions,
): Promise<Computation & { close(): Promise<void> }> {
  const where = { library: tensorrt, cudaRuntime, device }
  const handle: Binding.EngineHandle = await runNative({ signal }, (addon, job) =>
    addon.loadPlan({ ...where, lanes: 1, bytes, hostCode, graphs: false, batchSizes: [], memoryBudget: 0 }, job),
  )
  const describe = ({ name, type, dims }: Binding.NativeTensorInfo): TensorInfo => ({
    name,
    type: type as DataType,
    dims: dims?.map((size) => (size < 0 ? null : size)) ?? null,
    symbols: [],
    batchAxis: null,
  })
  const inputs = handle.info.inputs.map(describe)
  const outputs = handle.info.outputs.map(describe)
  return {
    inputs,
    outputs,
    async run(given) {
      const { arrays, shapes } = bindTensors(inputs, outputs, given, undefined)
      const results = await runNativeLean(signal, (job) => handle.run(arrays, shapes, job))
      return Object.fromEntries(outputs.map(({ name }, i) => [name, results[i]!])) as Tensors
    },
    close: () => runNative({}, (_, job) => handle.close(false, job)),
  }
}
