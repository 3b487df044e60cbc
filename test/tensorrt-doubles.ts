import { existsSync, mkdtempSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import { type EngineOptions, findTensorRT } from '../lib/index.js'
import { packageRoot } from '../lib/root.js'
import { temporaryFolder } from './temporary.js'

/** Stand-ins for CUDA and TensorRT, which the C++ tests build. */
const doubles = join(packageRoot, 'build', 'native', 'double')
/** Folder of a real TensorRT 10, on a machine with a GPU: bench/gpu runs these tests there. */
export const realTensorrt = process.env.BRRR_GPU_TESTS || undefined
export const cudaRuntime = realTensorrt ? process.env.BRRR_CUDART : join(doubles, 'libcudart.so.12')

const temporary = temporaryFolder()
export const newFolder = () => mkdtempSync(join(temporary, 'f-'))

/** Options of a load on TensorRT of a major version, with a cache of its own. */
export const onGpu = (major: number, options: EngineOptions = {}): EngineOptions => ({
  ...{ device: 'cuda:0', precision: 'fp32', maxBatch: 8, cudaRuntime },
  tensorrt: realTensorrt ?? join(doubles, `tensorrt${major}`),
  cache: { folder: newFolder() },
  ...options,
})

/** A test on the GPU that is there or, elsewhere, on the doubles. */
export function onGpus(title: string, body: (major: number) => Promise<void>): void {
  if (realTensorrt) test(`${title} (GPU)`, () => body(10))
  else onDoubles(title, body)
}

/** A test per major version of TensorRT that there is a double of. */
export function onDoubles(title: string, body: (major: number) => Promise<void>): void {
  for (const major of [10, 11])
    test(`${title} (TensorRT ${major})`, async () => {
      const { builtFor } = await findTensorRT()
      if (realTensorrt) console.log(`SKIPPED ${title}: needs a double, which can be steered`)
      else if (!existsSync(join(doubles, `tensorrt${major}`, `libnvinfer.so.${major}`)))
        console.log(`SKIPPED ${title}: the double of TensorRT ${major} of the C++ tests is not built`)
      else if (!builtFor.some((known) => known.major === major && known.headers))
        console.log(`SKIPPED ${title}: the addon has no code for TensorRT ${major}`)
      else await body(major)
    })
}
