/** Every error code of this package, in one list; native code uses the same strings. */
export const ERROR_CODES = [
  'ABORTED',
  'INVALID_ARGUMENT',
  'NATIVE_UNAVAILABLE',
  'FILE_NOT_FOUND',
  'FILE_UNREADABLE',
  'NOT_A_FILE',
  'FILE_CHANGED',
  'EDF_INVALID',
  'EDF_TRUNCATED',
  'EDF_UNSUPPORTED',
  'NO_SUCH_CHANNEL',
  'RATE_TOO_LOW',
  'TOO_SHORT',
  'HYPNOGRAM_INVALID',
  'MODEL_NOT_FOUND',
  'MODEL_INVALID',
  'WRITE_FAILED',
  'ENGINE_UNAVAILABLE',
  'DEVICE_UNAVAILABLE',
  'MODEL_UNSUPPORTED',
  'SHAPE_MISMATCH',
  'TYPE_MISMATCH',
  'MEMORY_BUDGET',
  'QUEUE_FULL',
  'DEADLINE_EXCEEDED',
  'RUN_FAILED',
  'BUILD_FAILED',
  'PLAN_STALE',
  'DRIVER_TOO_OLD',
  'OUT_OF_DEVICE_MEMORY',
  'OUT_OF_MEMORY',
  'CLOSED',
  'INTERNAL',
] as const

export type ErrorCode = (typeof ERROR_CODES)[number]

/** The one error type of this package: `code` is for programs, `message` says what to do. */
export class BrrrError extends Error {
  readonly code: ErrorCode
  constructor(code: ErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options)
    this.name = code === 'ABORTED' ? 'AbortError' : 'BrrrError'
    this.code = code
  }
}
