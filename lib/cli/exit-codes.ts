import { BrrrError, type ErrorCode } from '../errors.js'

/** Exit codes of `brrr`, as its help and the README list them. */
export const EXIT = {
  ok: 0,
  /** Something in here went wrong. */
  failure: 1,
  /** The command line makes no sense. */
  usage: 2,
  /** A file cannot be read or is no valid recording. */
  input: 3,
  /** Several files: at least one failed, the others were done. */
  partial: 4,
  /** The native addon cannot be loaded. */
  unavailable: 5,
  interrupted: 130,
} as const

const BY_CODE: Partial<Record<ErrorCode, number>> = {
  ABORTED: EXIT.interrupted,
  INVALID_ARGUMENT: EXIT.usage,
  NO_SUCH_CHANNEL: EXIT.usage,
  RATE_TOO_LOW: EXIT.usage,
  NATIVE_UNAVAILABLE: EXIT.unavailable,
  FILE_NOT_FOUND: EXIT.input,
  FILE_UNREADABLE: EXIT.input,
  NOT_A_FILE: EXIT.input,
  FILE_CHANGED: EXIT.input,
  EDF_INVALID: EXIT.input,
  EDF_TRUNCATED: EXIT.input,
  EDF_UNSUPPORTED: EXIT.input,
  HYPNOGRAM_INVALID: EXIT.input,
  MODEL_INVALID: EXIT.input,
  TOO_SHORT: EXIT.input,
}

export function exitCode(error: unknown): number {
  return (error instanceof BrrrError && BY_CODE[error.code]) || EXIT.failure
}
