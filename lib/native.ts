import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import type * as Binding from '../binding.js'
import { BrrrError, type ErrorCode } from './errors.js'
import { packageRoot } from './root.js'

export type { Binding }

/** What a caller may give to every long computation. */
export interface RunOptions {
  /** Stops the computation: it then rejects with code ABORTED. */
  signal?: AbortSignal | undefined
  /** Called about ten times a second with the share that is done, 0 to 1. */
  onProgress?: ((share: number) => void) | undefined
}

let binding: typeof Binding | undefined

/** Where node-gyp-build looks, and what is there: the explanation of a failed load. */
function whatWasTried(): string {
  const places = [
    join(packageRoot, 'build', 'Release'),
    join(packageRoot, 'prebuilds', `${process.platform}-${process.arch}`),
  ]
  return places
    .map((place) => {
      const files = existsSync(place) ? readdirSync(place).filter((file) => file.endsWith('.node')) : []
      return `${place}: ${files.length > 0 ? files.join(', ') : 'no binary'}`
    })
    .join('; ')
}

/** The addon. Loaded on first use. */
export function native(): typeof Binding {
  if (!binding) {
    try {
      binding = require('node-gyp-build')(packageRoot) as typeof Binding
    } catch (cause) {
      throw new BrrrError(
        'NATIVE_UNAVAILABLE',
        `The native addon for ${process.platform}-${process.arch} (Node ${process.versions.node}) could not be loaded. ` +
          `Looked in ${whatWasTried()}. In a clone, \`npm run build:native\` makes it; else reinstall the package. ` +
          `Reason: ${(cause as Error).message.split('\n')[0]}`,
        { cause },
      )
    }
  }
  return binding
}

/** An error of the addon as ours; any other stays what it is. */
function translate(error: unknown): unknown {
  const code = (error as { code?: unknown } | null)?.code
  if (error instanceof Error && typeof code === 'string' && !(error instanceof BrrrError))
    return new BrrrError(code as ErrorCode, error.message, { cause: error })
  return error
}

/** Runs one native computation under an AbortSignal and with progress. */
export async function runNative<T>(
  options: RunOptions,
  start: (addon: typeof Binding, job: Binding.Job) => Promise<T>,
): Promise<T> {
  const { signal, onProgress } = options
  if (signal?.aborted) throw new BrrrError('ABORTED', 'The operation was aborted.', { cause: signal.reason })
  const addon = native()
  const job = new addon.Job()
  const cancel = () => job.cancel()
  signal?.addEventListener('abort', cancel, { once: true })
  const timer = onProgress && setInterval(() => onProgress(job.progress), 100)
  try {
    return await start(addon, job)
  } catch (error) {
    throw translate(error)
  } finally {
    clearInterval(timer)
    signal?.removeEventListener('abort', cancel)
  }
}

/** Runs one native computation under an AbortSignal, with no job where there is none: for those of microseconds. */
export async function runNativeLean<T>(
  signal: AbortSignal | undefined,
  start: (job: Binding.Job | null) => Promise<T>,
): Promise<T> {
  if (signal) return runNative({ signal }, (_, job) => start(job))
  try {
    return await start(null)
  } catch (error) {
    throw translate(error)
  }
}

/** Calls a native function that answers at once. */
export function callNative<T>(call: (addon: typeof Binding) => T): T {
  try {
    return call(native())
  } catch (error) {
    throw translate(error)
  }
}
