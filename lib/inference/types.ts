import type { RunTimes } from './run-times.js'

/** The inference layer's shared types. It knows nothing of EEG: any ONNX model, any tensors. */

export type DataType =
  | 'float32'
  | 'float16'
  | 'bfloat16'
  | 'float64'
  | 'int8'
  | 'uint8'
  | 'int16'
  | 'uint16'
  | 'int32'
  | 'uint32'
  | 'int64'
  | 'uint64'
  | 'bool'

/**
 * Element arrays by data type: float16 and bfloat16 are the bits in a Uint16Array (a Float16Array is accepted too where
 * the runtime has one), int64 and uint64 the BigInt arrays, bool a Uint8Array of 0 and 1; the others as named.
 */
export type TensorData =
  | Float32Array
  | Float64Array
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array

/** Dense, row-major values. */
export interface Tensor {
  data: TensorData
  dims: readonly number[]
}

export type Tensors = Record<string, Tensor>

/** An input or output of a model. */
export interface TensorInfo {
  readonly name: string
  readonly type: DataType
  /** null where the size is chosen at run time; the whole is null where even the number of dimensions is. */
  readonly dims: readonly (number | null)[] | null
  /** The model's names of its dimensions ('batch', 'time'); null where one has none. */
  readonly symbols: readonly (string | null)[]
  /** Which dimension counts the items of a batch; null in every input and output of a model that cannot be batched. */
  readonly batchAxis: number | null
}

export interface RunRequest {
  /**
   * Arrays to write results into, by output name: exactly of the result's type and shape. Outputs that are not named
   * here come in arrays of their own.
   */
  outputs?: Tensors | undefined
  /** Stops this run, waiting or under way: it rejects with ABORTED. */
  signal?: AbortSignal | undefined
  /** Told where the time of a run that gave results went, before it resolves. */
  onTimes?: ((times: RunTimes) => void) | undefined
}

/** A batch that a runner was given and has given back. Times are milliseconds of performance.now(). */
export interface BatchNote {
  readonly rows: number
  /** Rows with padding. */
  readonly size: number
  readonly requests: number
  readonly sent_ms: number
  readonly done_ms: number
  readonly failed: boolean
}

/** Something that runs batches: an Engine, or what stands for one. */
export interface BatchRunner {
  readonly inputs: readonly TensorInfo[]
  readonly outputs: readonly TensorInfo[]
  /** Why runs of this model cannot be joined into batches; null where they can (every batchAxis is then a number). */
  readonly unbatchable: string | null
  /** Batch sizes that run as they are, ascending; others are padded to the next one. null: any size. */
  readonly batchSizes: readonly number[] | null
  /** Runs that the device works on at one time; more than that wait inside. */
  readonly concurrency: number
  run(inputs: Tensors, options?: RunRequest): Promise<Tensors>
  /** An array for an input in the memory from which the device copies fastest. Default: ordinary memory. */
  buffer?(name: string, dims: readonly number[]): Tensor
  /** Told of every batch, for a timeline. */
  noteBatch?: ((batch: BatchNote) => void) | undefined
}
