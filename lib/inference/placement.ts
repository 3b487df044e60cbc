// A model on the device that was asked for, or on the CPU where `auto` finds no way to use a GPU.
import { availableParallelism } from 'node:os'
import { BrrrError, type ErrorCode } from '../errors.js'
import { type Binding, runNative } from '../native.js'
import type { ProbeHints } from './batch-axes.js'
import { gpuProblem } from './devices.js'
import type { EngineOptions, EngineSettings } from './engine-options.js'
import { isSteady } from './onnx/steady.js'
import { findOnnxRuntime } from './onnxruntime.js'
import type { PreparedPlan } from './tensorrt/prepare.js'

export interface Placed {
  readonly handle: Binding.EngineHandle
  /** Runs that it works on at one time. */
  readonly concurrency: number
  /** Why not on a GPU, where `device` was auto; else null. */
  readonly fallback: string | null
  /** On a GPU: the plan and how it came about; else null. */
  readonly plan: PreparedPlan | null
  readonly hints: ProbeHints
}

/** What a GPU, its TensorRT or the model lack; other errors are the caller's, and the CPU would not help. */
const CPU_INSTEAD: readonly ErrorCode[] = [
  'ENGINE_UNAVAILABLE',
  'DEVICE_UNAVAILABLE',
  'DRIVER_TOO_OLD',
  'MODEL_UNSUPPORTED',
  'BUILD_FAILED',
  'PLAN_STALE',
  'OUT_OF_DEVICE_MEMORY',
]

export async function place(settings: EngineSettings, options: EngineOptions): Promise<Placed> {
  const { device } = settings
  if (settings.source.isPlan) return placePlan(settings, options)
  if (device === 'cpu') return onCpu(settings, options, null)
  if (device !== 'auto') return onGpu(settings, options, device)
  const problem = await gpuProblem(options)
  if (problem) return onCpu(settings, options, problem.message)
  try {
    return await onGpu(settings, options, 0)
  } catch (error) {
    const { code, message } = error as BrrrError
    if (!CPU_INSTEAD.includes(code)) throw error
    return onCpu(settings, options, message)
  }
}

/** Nothing but a GPU runs a plan. */
async function placePlan(settings: EngineSettings, options: EngineOptions): Promise<Placed> {
  const { device, source } = settings
  if (device === 'cpu')
    throw new BrrrError(
      'MODEL_UNSUPPORTED',
      `${source.name} is a plan of TensorRT, which only a GPU runs. For the CPU load the ONNX model that it was built from.`,
    )
  const problem = device === 'auto' ? await gpuProblem(options) : null
  if (problem) throw new BrrrError(problem.code, `${source.name} is a plan, which only a GPU runs. ${problem.message}`)
  return onGpu(settings, options, device === 'auto' ? 0 : device)
}

async function onCpu(
  { source, memory, lanes = availableParallelism() }: EngineSettings,
  { library, signal }: EngineOptions,
  fallback: string | null,
): Promise<Placed> {
  const { path, bytes, externalData } = source
  const where = { library: findOnnxRuntime(library), path, bytes, externalData }
  const request = { ...where, memoryBudget: memory, lanes, steady: isSteady(source) }
  const handle = await runNative({ signal }, (addon, job) => addon.loadOnnxRuntime(request, job))
  return { handle, concurrency: lanes, fallback, plan: null, hints: {} }
}

async function onGpu(settings: EngineSettings, options: EngineOptions, device: number): Promise<Placed> {
  const { loadOnGpu } = await import('./tensorrt/load.js')
  return { ...(await loadOnGpu(settings, options, device)), fallback: null }
}
