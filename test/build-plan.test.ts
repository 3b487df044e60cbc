import { existsSync, mkdirSync, mkdtempSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { BrrrError } from '../lib/errors.js'
import { readOnnx } from '../lib/inference/onnx/model.js'
import { type BuilderMessage, type BuildJob, buildPlan } from '../lib/inference/tensorrt/build.js'
import { type BuildSettings, resolveBuildOptions } from '../lib/inference/tensorrt/build-options.js'
import { castModel } from '../lib/inference/tensorrt/precision.js'
import type { TensorInfo } from '../lib/inference/types.js'
import { packageRoot } from '../lib/root.js'
import { addAndSubtract, identity } from './onnx-models.js'
import { temporaryFolder } from './temporary.js'

/** Stand-ins for CUDA and TensorRT, which the C++ tests build. */
const doubles = join(packageRoot, 'build', 'native', 'double')
const cudaRuntime = join(doubles, 'libcudart.so.12')

const input = (dims: readonly (number | null)[] | null, name = 'x'): TensorInfo => ({
  name,
  type: 'float32',
  dims,
  symbols: [],
  batchAxis: null,
})

const options = (settings: BuildSettings = {}) =>
  resolveBuildOptions({ precision: 'fp32', maxBatch: 8, ...settings }, [input([null, 4])])

/** One build on the double of a major version; `steering` as test/double/control.h says. */
async function build(major: number, steering: string, changes: Partial<BuildJob> = {}) {
  const model = readOnnx(identity())
  const before = process.env.BRRR_DOUBLE
  process.env.BRRR_DOUBLE = steering
  try {
    return await buildPlan({
      cast: castModel(model, { precision: 'fp32', externalData: '' }),
      path: null,
      options: options(),
      timings: new Uint8Array(0),
      device: 0,
      tensorrt: join(doubles, `tensorrt${major}`),
      cudaRuntime,
      ...changes,
    })
  } finally {
    process.env.BRRR_DOUBLE = before ?? ''
  }
}

async function errorOf(promise: Promise<unknown>): Promise<BrrrError> {
  try {
    await promise
  } catch (error) {
    return error as BrrrError
  }
  throw new Error('no error')
}

/** A test per major version of TensorRT that there is a double of. */
function onDoubles(title: string, body: (major: number) => Promise<void>): void {
  for (const major of [10, 11])
    test(`${title} (TensorRT ${major})`, async () => {
      if (existsSync(join(doubles, `tensorrt${major}`, `libnvinfer.so.${major}`))) await body(major)
      else console.log(`SKIPPED ${title}: the double of TensorRT ${major} is not built`)
    })
}

onDoubles('a model becomes a plan, in another process, with progress', async (major) => {
  const shares: number[] = []
  const told: BuilderMessage[] = []
  const { plan, timings, workspaceBytes, messages } = await build(major, 'build_steps=4 build_step_ms=120', {
    onProgress: (share) => shares.push(share),
    onMessage: (message) => told.push(message),
    timings: Buffer.from('timings'),
  })
  const text = plan.toString()
  assert.match(text, /^brrr-double-plan\n/)
  assert.match(text, / tf32 0 /)
  assert.match(text, /\nprofile x 1,4 8,4 8,4\nend\n$/)
  assert.is(timings.toString(), 'timings+')
  assert.is(workspaceBytes, Math.floor(2 ** 32 / 5) * 4)
  assert.ok(shares.some((share) => share > 0 && share < 1))
  assert.equal(
    shares,
    [...shares].sort((a, b) => a - b),
  )
  assert.equal(messages, told)
})

onDoubles('what TensorRT refuses is said in its words, and all of its messages are kept', async (major) => {
  const unsupported = await errorOf(
    build(major, '', { cast: castModel(readOnnx(addAndSubtract()), { precision: 'fp32', externalData: '' }) }),
  )
  assert.is(unsupported.code, 'MODEL_UNSUPPORTED')
  assert.match(unsupported.message, /^TensorRT cannot build this model: Sub: No importer registered for op: Sub$/)

  const failed = await errorOf(build(major, 'fail=buildSerializedNetwork:1 build_error=Boom'))
  assert.is(failed.code, 'BUILD_FAILED')
  assert.is(failed.message, 'TensorRT could not build the plan: Boom')
  const { messages } = failed.cause as { messages: BuilderMessage[] }
  assert.equal(messages, [{ severity: 'error', text: 'Boom' }])

  const full = await errorOf(build(major, 'build_memory_mb=1'))
  assert.is(full.code, 'OUT_OF_DEVICE_MEMORY')
  assert.is((full.cause as { messages: BuilderMessage[] }).messages.length, 4)
})

onDoubles('a crash of the builder is BUILD_FAILED, and this process goes on', async (major) => {
  const crash = await errorOf(build(major, 'build_crash=abort'))
  assert.is(crash.code, 'BUILD_FAILED')
  assert.match(crash.message, /^The process that built the plan crashed \(SIGABRT\)\. Its last messages: /)
})

onDoubles('an AbortSignal ends the build within one of its steps', async (major) => {
  const abort = new AbortController()
  const started = Date.now()
  const stopped = await errorOf(
    build(major, 'build_steps=10000 build_step_ms=10', {
      signal: abort.signal,
      onProgress: (share) => share > 0 && abort.abort(),
    }),
  )
  assert.is(stopped.code, 'ABORTED')
  assert.ok(Date.now() - started < 4000)
  assert.is((await errorOf(build(major, '', { signal: AbortSignal.abort() }))).code, 'ABORTED')
})

onDoubles('a TensorRT without its parser, and a machine without a GPU, are told apart', async (major) => {
  const folder = mkdtempSync(join(temporaryFolder(), 'bare-'))
  mkdirSync(folder, { recursive: true })
  symlinkSync(join(doubles, `tensorrt${major}`, `libnvinfer.so.${major}`), join(folder, `libnvinfer.so.${major}`))
  const bare = await errorOf(build(major, '', { tensorrt: folder }))
  assert.is(bare.code, 'ENGINE_UNAVAILABLE')
  assert.match(bare.message, /has no ONNX parser here, so that nothing can be built/)
  assert.is((await errorOf(build(major, 'devices=0'))).code, 'DEVICE_UNAVAILABLE')
  assert.is((await errorOf(build(major, 'driver=0'))).code, 'DEVICE_UNAVAILABLE')
})

test('a build without profiles takes batches from 1 to maxBatch', () => {
  assert.equal(options({ precision: undefined, maxBatch: undefined }), {
    precision: 'fp16',
    halfIo: false,
    profiles: [{ x: { min: [1, 4], opt: [32, 4], max: [32, 4] } }],
    workspaceBytes: null,
    optimizationLevel: 3,
    auxStreams: null,
    hardwareCompatible: 'none',
    versionCompatible: false,
  })
  assert.equal(resolveBuildOptions({}, [input([2, 4])]).profiles, [{}])
})

test('misuse of the options is a coded error that says what was expected', () => {
  const range = (min: number[], opt: number[], max: number[]) => ({ profiles: [{ x: { min, opt, max } }] })
  const cases: Array<[BuildSettings, string]> = [
    [{ precision: 'fp64' as never }, 'precision is one of fp32, tf32, fp16, bf16, int8, fp8; got "fp64".'],
    [{ halfIo: true }, 'halfIo goes with precision fp16 or bf16; got fp32.'],
    [{ hardwareCompatible: 'all' as never }, 'hardwareCompatible is none, ampere+ or same; got "all".'],
    [{ optimizationLevel: 6 }, 'optimizationLevel is an integer from 0 to 5; got 6.'],
    [{ maxBatch: 0.5 }, 'maxBatch is an integer from 1 to 65536; got 0.5.'],
    [{ profiles: [] }, 'profiles is empty: give at least one, or leave it out.'],
    [{ profiles: [{ z: range([1], [1], [1]).profiles[0]!.x }] }, 'The model has no input "z"; it has x.'],
    [{ profiles: [{}] }, 'A profile lacks the dynamic input "x".'],
    [range([1, 5], [1, 5], [1, 5]), 'A profile\'s min of "x" is [1,5]; the input is [?,4].'],
    [range([4, 4], [2, 4], [8, 4]), 'A profile of "x" needs min <= opt <= max; got [4,4], [2,4], [8,4].'],
    [range([0, 4], [2, 4], [8, 4]), 'A profile\'s min of "x" is a list of sizes; got [0,4].'],
  ]
  for (const [settings, message] of cases) {
    assert.throws(
      () => options(settings),
      (error: Error) => error.message === message,
      message,
    )
  }
  assert.throws(
    () => resolveBuildOptions({}, [input([null, null])]),
    (error: Error) =>
      error.message === 'Input "x" has dynamic axes besides the first: give profiles with the shapes that it takes.',
  )
})

test.run()
