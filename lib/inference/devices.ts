import { resolve } from 'node:path'
import { BrrrError, type ErrorCode } from '../errors.js'
import { type Binding, type RunOptions, runNative } from '../native.js'

/** Why something is not there: a code of ERROR_CODES, and what to do. */
export interface Problem {
  readonly code: ErrorCode
  readonly message: string
}

/** A CUDA device. Memory is that of the whole device, all processes together. */
export interface Device {
  /** What `Engine.load` takes: "cuda:0". */
  readonly id: string
  readonly index: number
  readonly name: string
  /** Compute capability: "9.0". */
  readonly sm: string
  readonly multiprocessors: number
  /** True where it shares its memory with the processor. */
  readonly integrated: boolean
  readonly pciBusId: string
  readonly memoryFreeBytes: number
  readonly memoryTotalBytes: number
}

export interface DeviceList {
  /** Versions of CUDA: of the runtime in use and of the driver ("12.9"); null where there is none. */
  readonly cudaRuntime: string | null
  readonly cudaDriver: string | null
  /** "linked in", or the path of the runtime's library; null where there is none. */
  readonly cudaRuntimeSource: string | null
  readonly devices: readonly Device[]
  /** Why there is no device; null where there is one. */
  readonly problem: Problem | null
}

export interface DeviceOptions extends RunOptions {
  /** Path of a CUDA runtime library (libcudart.so.12 or .13), instead of the one built in; default $BRRR_CUDART. */
  cudaRuntime?: string | undefined
}

/** The CUDA devices of this machine. Opens a context on each, which takes a few hundred megabytes of its memory. */
export async function listDevices(options: DeviceOptions = {}): Promise<DeviceList> {
  const list = await runNative(options, (addon, job) =>
    addon.listDevices({ cudaRuntime: options.cudaRuntime ?? '' }, job),
  )
  return {
    ...list,
    cudaRuntimeSource: list.cudaRuntimeSource || null,
    devices: list.devices.map((device) => ({ id: `cuda:${device.index}`, ...device })),
    problem: list.problem as Problem | null,
  }
}

export type DeviceUtilisation = Binding.NativeUtilisation

export interface UtilisationOptions extends RunOptions {
  /** Path of NVML, instead of libnvidia-ml.so.1. */
  nvml?: string | undefined
}

/**
 * How busy a device is now, how warm and how full. Reads the driver's management library once per call and never in
 * between. Rejects with DEVICE_UNAVAILABLE where that is missing.
 */
export async function readUtilisation(
  device: Pick<Device, 'pciBusId'>,
  options: UtilisationOptions = {},
): Promise<DeviceUtilisation> {
  if (typeof device?.pciBusId !== 'string' || device.pciBusId === '')
    throw new BrrrError('INVALID_ARGUMENT', 'Expected a device of listDevices(), with its pciBusId.')
  return runNative(options, (addon, job) =>
    addon.deviceUtilisation({ pciBusId: device.pciBusId, nvml: options.nvml ?? '' }, job),
  )
}

export interface TensorRtStatus {
  /** The major versions of TensorRT, newest first; `headers` is null where this build has no code for one. */
  readonly builtFor: ReadonlyArray<{ readonly major: number; readonly headers: string | null }>
  /** Where it was looked for, up to where it was found. */
  readonly searched: readonly string[]
  /** True where there is a TensorRT, be it one that cannot be used. */
  readonly found: boolean
  readonly library: {
    readonly version: string
    readonly path: string
    /** Paths of the ONNX parser (needed to build) and of the plugins; null where missing, which the problem explains. */
    readonly parser: string | null
    readonly parserProblem: string | null
    readonly plugins: string | null
    readonly pluginsProblem: string | null
  } | null
  /** Why TensorRT cannot be used; null where it can. */
  readonly problem: Problem | null
}

export interface TensorRtOptions extends DeviceOptions {
  /** Folder of TensorRT, or libnvinfer itself: nothing else is tried then. Default $BRRR_TENSORRT. */
  path?: string | undefined
  /** Also makes TensorRT's runtime on this device, as a trial: 0 for "cuda:0". */
  device?: number | undefined
}

/** The TensorRT that an engine would use, and what is the matter with it. */
export async function findTensorRT(options: TensorRtOptions = {}): Promise<TensorRtStatus> {
  const { device = null } = options
  if (device !== null && (!Number.isInteger(device) || device < 0))
    throw new BrrrError('INVALID_ARGUMENT', `Expected the index of a device, 0 or above, and got ${String(device)}.`)
  const status = await runNative(options, (addon, job) =>
    addon.tensorrtStatus(
      { path: options.path ? resolve(options.path) : '', cudaRuntime: options.cudaRuntime ?? '', device },
      job,
    ),
  )
  return { ...status, problem: status.problem as Problem | null }
}

const problems = new Map<string, Promise<Problem | null>>()

/** Why no GPU of this machine can run TensorRT; null where one can. Looked for once per process. */
export function gpuProblem({
  tensorrt,
  cudaRuntime,
}: {
  tensorrt?: string | undefined
  cudaRuntime?: string | undefined
}) {
  const { BRRR_TENSORRT, BRRR_CUDART } = process.env
  const key = JSON.stringify([tensorrt, cudaRuntime, BRRR_TENSORRT, BRRR_CUDART])
  let problem = problems.get(key)
  if (!problem) {
    problem = findTensorRT({ path: tensorrt, cudaRuntime }).then(
      async (status) => status.problem ?? (await listDevices({ cudaRuntime })).problem,
    )
    problems.set(key, problem)
  }
  return problem
}
