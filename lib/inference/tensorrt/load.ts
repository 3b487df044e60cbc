// An engine on a GPU: its plan out of the cache or built, loaded, with a CUDA graph per batch size.
import { BrrrError } from '../../errors.js'
import { runNative } from '../../native.js'
import { listDevices } from '../devices.js'
import type { EngineOptions, EngineSettings } from '../engine-options.js'
import type { Placed } from '../placement.js'
import type { TensorInfo } from '../types.js'
import type { Dims, Profile } from './build-options.js'
import { TOLERANCES } from './numeric-check.js'
import { openPlan } from './plan-file.js'
import { obtainPlan } from './prepare.js'

/** Runs in flight per lane. */
const SLOTS = 2

/** @throws BrrrError as Engine.load */
export async function loadOnGpu(
  { source, memory, lanes = 1 }: EngineSettings,
  options: EngineOptions,
  device: number,
): Promise<Omit<Placed, 'fallback'>> {
  const { tensorrt = '', cudaRuntime = '', signal, graphs = true, library } = options
  const where = { library: tensorrt, cudaRuntime, device }
  const obtain = source.isPlan ? openPlan : obtainPlan
  const { value: handle, ...plan } = await obtain(
    source,
    { ...options, device, onnxRuntime: library },
    ({ profiles, versionCompatible }, inputs) => {
      const batchSizes = graphSizes(graphs, profiles, inputs)
      const how = { graphs: graphs !== false, batchSizes, lanes, memoryBudget: memory, hostCode: versionCompatible }
      return async (bytes) => {
        await admit(source.name, bytes.length, memory, device, options)
        return runNative({ signal }, (addon, job) => addon.loadPlan({ ...where, ...how, bytes }, job))
      }
    },
  )
  const { precision, profiles } = plan.identity.options
  return {
    handle,
    plan,
    concurrency: lanes * SLOTS,
    hints: { tolerance: TOLERANCES[precision], sizes: optimum(profiles[0]!) },
  }
}

/** Beside its weights a plan takes what its kernels and contexts do; this much at least. */
const PLAN_FACTOR = 1.1
const LEAST_BESIDE = 64 * 2 ** 20

/**
 * Refuses what cannot fit before anything is allocated; what the plan really takes is counted as it is allocated.
 * Throws MEMORY_BUDGET, OUT_OF_DEVICE_MEMORY.
 */
async function admit(name: string, planBytes: number, budget: number, device: number, options: EngineOptions) {
  const need = Math.ceil(planBytes * PLAN_FACTOR)
  const mb = (bytes: number) => `${Math.ceil(bytes / 2 ** 20)} MiB`
  if (budget > 0 && need > budget)
    throw new BrrrError(
      'MEMORY_BUDGET',
      `The plan of ${name} needs about ${mb(need)} for its weights alone, and the budget (memory) is ${mb(budget)}.`,
    )
  const { devices } = await listDevices({ cudaRuntime: options.cudaRuntime, signal: options.signal })
  const free = devices[device]?.memoryFreeBytes
  if (free !== undefined && need + LEAST_BESIDE > free)
    throw new BrrrError(
      'OUT_OF_DEVICE_MEMORY',
      `The plan of ${name} needs about ${mb(need + LEAST_BESIDE)} on cuda:${device}, and ${mb(free)} are free there. Close other engines, or choose another device.`,
    )
}

const optimum = (profile: Profile): Record<string, Dims> =>
  Object.fromEntries(Object.entries(profile).map(([name, { opt }]) => [name, opt]))

/** Ascending. Throws SHAPE_MISMATCH for a size that no profile takes: before a build, which may take minutes. */
export function graphSizes(
  graphs: boolean | readonly number[],
  profiles: readonly Profile[],
  inputs: readonly TensorInfo[],
): number[] {
  const ranges = profiles.map((profile) => batchRange(profile, inputs)).filter((range) => range !== null)
  if (graphs === false || ranges.length === 0) return []
  const taken = (size: number) => ranges.some(({ least, most }) => least <= size && size <= most)
  if (graphs !== true) {
    const wrong = graphs.find((size) => !taken(size))
    if (wrong === undefined) return [...new Set(graphs)].sort((a, b) => a - b)
    throw new BrrrError(
      'SHAPE_MISMATCH',
      `graphs has the batch size ${wrong}, which no profile takes: they go from ${ranges.map(({ least, most }) => `${least} to ${most}`).join(', ')}.`,
    )
  }
  const sizes = new Set(ranges.flatMap(({ least, best, most }) => [least, best, most]))
  for (let size = 1; size <= Math.max(...sizes); size *= 2) if (taken(size)) sizes.add(size)
  return [...sizes].filter(taken).sort((a, b) => a - b)
}

/** What all inputs with a dynamic first dimension take there; null where there is none. */
function batchRange(profile: Profile, inputs: readonly TensorInfo[]) {
  const ranges = inputs.filter(({ dims }) => dims === null || dims[0] === null).map(({ name }) => profile[name]!)
  if (ranges.length === 0) return null
  return {
    least: Math.max(...ranges.map(({ min }) => min[0]!)),
    best: ranges[0]!.opt[0]!,
    most: Math.min(...ranges.map(({ max }) => max[0]!)),
  }
}
