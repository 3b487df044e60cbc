// Where ONNX Runtime's library is.
import { existsSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { BrrrError } from '../errors.js'
import { runNative } from '../native.js'
import { packageRoot } from '../root.js'

const PLATFORM = `${process.platform}-${process.arch}`

/** The library inside the development dependency, which a clone has. */
function libraryOfDevelopmentDependency(): string | null {
  try {
    const bin = join(dirname(require.resolve('onnxruntime-node/package.json', { paths: [packageRoot] })), 'bin')
    const path = join(bin, 'napi-v6', process.platform, process.arch, 'libonnxruntime.so.1')
    return existsSync(path) ? path : null
  } catch {
    return null
  }
}

/**
 * The library to load: the one that is named, by option or by the environment variable BRRR_ONNXRUNTIME, else the
 * package's own, else that of onnxruntime-node. One that is named is not replaced by another.
 * @throws BrrrError ENGINE_UNAVAILABLE
 */
export function findOnnxRuntime(named?: string): string {
  const wanted = named ?? process.env.BRRR_ONNXRUNTIME
  if (wanted) {
    const path = resolve(wanted)
    if (existsSync(path)) return path
    throw new BrrrError(
      'ENGINE_UNAVAILABLE',
      `There is no ONNX Runtime library at ${path}, which ${named ? 'the option library' : 'BRRR_ONNXRUNTIME'} names.`,
    )
  }
  const own = join(packageRoot, 'prebuilds', PLATFORM, 'libbrrr-onnxruntime.so')
  const path = existsSync(own) ? own : libraryOfDevelopmentDependency()
  if (path) return path
  throw new BrrrError(
    'ENGINE_UNAVAILABLE',
    `ONNX Runtime's library was not found for ${PLATFORM}: neither ${own} nor the package onnxruntime-node. ` +
      'Reinstall the package, or name a libonnxruntime.so of version 1.22 or later by BRRR_ONNXRUNTIME.',
  )
}

/** @throws BrrrError ENGINE_UNAVAILABLE */
export async function inspectOnnxRuntime(named?: string): Promise<{ path: string; version: string }> {
  const path = findOnnxRuntime(named)
  return { path, version: await runNative({}, (addon, job) => addon.onnxRuntimeVersion(path, job)) }
}
