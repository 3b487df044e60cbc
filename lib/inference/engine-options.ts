import { BrrrError } from '../errors.js'
import { type ModelSource, resolveModel } from './model.js'
import type { BuilderMessage } from './tensorrt/build.js'
import { type BuildSettings, checkBuildSettings } from './tensorrt/build-options.js'
import type { PlanCacheOptions } from './tensorrt/plan-cache.js'
import { type TimelineOptions, timelineRuns } from './timeline.js'

/** `precision`, `profiles` and the other settings of a build are for the GPU: the CPU computes the model as it is. */
export interface EngineOptions extends BuildSettings {
  /**
   * Where to run: the CPU (ONNX Runtime), a GPU (TensorRT), or `auto`, the default: the first GPU where that is
   * possible, else the CPU, and stats().fallback says why.
   */
  device?: 'auto' | 'cpu' | `cuda:${number}` | undefined
  /**
   * Runs that are computed at one time; more of them wait. Default: one per core of the CPU; on a GPU one, which has two
   * runs in flight.
   */
  lanes?: number | undefined
  /** Bytes that the model and its runs may take together; beyond that MEMORY_BUDGET. Default: no limit. */
  memory?: number | undefined
  /** Folder of the model's external data files. Default: the folder of the model file. */
  externalData?: string | undefined
  /** Path of ONNX Runtime's library. Default: BRRR_ONNXRUNTIME, else the one that comes with this package. */
  library?: string | undefined
  /**
   * false: does not try for the batch axes, which takes four runs on one random item each. Every batchAxis is then null,
   * unless the model folder states them.
   */
  probeBatch?: boolean | undefined
  /**
   * GPU: the batch sizes that are captured as CUDA graphs, to which other batches are padded. Default, and true: the
   * powers of two and the limits of each profile. false: none.
   */
  graphs?: boolean | readonly number[] | undefined
  /** Keeps the last runs, and the batches of a Batcher over this engine, for timeline(). */
  timeline?: boolean | TimelineOptions | undefined
  /** GPU: where plans are kept between processes. */
  cache?: PlanCacheOptions | undefined
  /** GPU: false does not compare a new plan with the model folder's reference results or, without them, the CPU's. */
  check?: boolean | undefined
  /** Folder of TensorRT. Default: BRRR_TENSORRT, else where it is found. */
  tensorrt?: string | undefined
  /** Path of a CUDA runtime library, instead of the one built in. Default: BRRR_CUDART. */
  cudaRuntime?: string | undefined
  /** Stops the load: it then rejects with ABORTED. */
  signal?: AbortSignal | undefined
  /** GPU: called with the share that is done, 0 to 1, while a plan is built. */
  onProgress?: ((share: number) => void) | undefined
  /** GPU: called with each message of TensorRT while a plan is built. */
  onMessage?: ((message: BuilderMessage) => void) | undefined
}

/** What a load was asked for, checked. */
export interface EngineSettings {
  readonly source: ModelSource
  /** A number: of a GPU. */
  readonly device: 'auto' | 'cpu' | number
  /** undefined: as many as suit the device. */
  readonly lanes: number | undefined
  /** Bytes; 0: no limit. */
  readonly memory: number
  /** Runs that its timeline keeps; 0: it has none. */
  readonly timeline: number
}

const MOST_LANES = 1024
const MOST_BATCH = 65536

/** Throws INVALID_ARGUMENT, FILE_NOT_FOUND, MODEL_INVALID. */
export function resolveEngineOptions(model: string | Uint8Array, options: EngineOptions): EngineSettings {
  const { device = 'auto', lanes, memory = 0, graphs } = options
  const index = /^cuda:(\d{1,4})$/.exec(device)?.[1]
  if (device !== 'auto' && device !== 'cpu' && index === undefined)
    throw new BrrrError('INVALID_ARGUMENT', `device is auto, cpu or cuda:N; got ${JSON.stringify(device)}.`)
  if (lanes !== undefined && (!Number.isInteger(lanes) || lanes < 1 || lanes > MOST_LANES))
    throw new BrrrError('INVALID_ARGUMENT', `lanes is an integer from 1 to ${MOST_LANES}; got ${lanes}.`)
  if (options.memory !== undefined && (!Number.isSafeInteger(memory) || memory < 1))
    throw new BrrrError('INVALID_ARGUMENT', `memory is a budget in bytes, an integer of at least 1; got ${memory}.`)
  const isSize = (size: unknown) => Number.isInteger(size) && (size as number) >= 1 && (size as number) <= MOST_BATCH
  if (graphs !== undefined && typeof graphs !== 'boolean' && !(Array.isArray(graphs) && graphs.every(isSize)))
    throw new BrrrError(
      'INVALID_ARGUMENT',
      `graphs is true, false or a list of batch sizes from 1 to ${MOST_BATCH}; got ${JSON.stringify(graphs)}.`,
    )
  checkBuildSettings(options)
  const timeline = timelineRuns(options.timeline)
  const source = resolveModel(model, options.externalData)
  const where = index === undefined ? (device as 'auto' | 'cpu') : Number(index)
  return { source, device: where, lanes, memory, timeline }
}
