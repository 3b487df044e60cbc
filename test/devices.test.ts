import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { BrrrError, findTensorRT, listDevices, readUtilisation } from '../lib/index.js'
import { packageRoot } from '../lib/root.js'

/** Stand-ins for CUDA, NVML and TensorRT, which the C++ tests build. */
const doubles = join(packageRoot, 'build', 'native', 'double')
const cudaRuntime = join(doubles, 'libcudart.so.12')
const nvml = join(doubles, 'libnvidia-ml.so.1')

/** A test on the doubles, in the way of test(). */
function onDoubles(title: string, needs: string, body: () => Promise<void>): void {
  test(title, async () => {
    if (existsSync(join(doubles, needs))) await body()
    else console.log(`SKIPPED ${title}: ${needs} of the C++ tests is not built`)
  })
}

/** An expression of the package, evaluated in another process: doubles read their settings when they are loaded. */
function elsewhere(expression: string, environment: Record<string, string>): unknown {
  const script = `const brrr = require(${JSON.stringify(join(packageRoot, 'dist', 'index.js'))});
    (async () => console.log(JSON.stringify(await ${expression})))()`
  const env = { ...process.env, BRRR_TENSORRT: '', BRRR_CUDART: '', ...environment }
  return JSON.parse(execFileSync(process.execPath, ['-e', script], { encoding: 'utf8', env }))
}

test('a machine with or without a GPU answers, and says why it has none', async () => {
  const list = await listDevices()
  if (list.problem) {
    assert.equal(list.devices, [])
    assert.ok(['DEVICE_UNAVAILABLE', 'DRIVER_TOO_OLD', 'ENGINE_UNAVAILABLE'].includes(list.problem.code))
    assert.match(list.problem.message, /driver|device|CUDA runtime/)
  } else {
    assert.ok(list.devices.length > 0)
    assert.is(list.devices[0]!.id, 'cuda:0')
  }
})

test('a folder without TensorRT is named in the reason', async () => {
  const status = await findTensorRT({ path: packageRoot })
  assert.is(status.library, null)
  assert.is(status.found, false)
  assert.equal(status.searched, [packageRoot])
  assert.equal(status.problem, {
    code: 'ENGINE_UNAVAILABLE',
    message: `TensorRT was not found. Looked in: ${packageRoot}. Install TensorRT 10 or 11, or name its folder in BRRR_TENSORRT; or use device "cpu".`,
  })
  assert.equal(
    status.builtFor.map(({ major }) => major),
    [11, 10],
  )
})

test('misuse is a coded error', async () => {
  const code = async (promise: Promise<unknown>) => {
    try {
      await promise
    } catch (error) {
      return error instanceof BrrrError ? `${error.code} ${error.message}` : String(error)
    }
    return 'no error'
  }
  assert.is(
    await code(findTensorRT({ device: -1 })),
    'INVALID_ARGUMENT Expected the index of a device, 0 or above, and got -1.',
  )
  assert.is(
    await code(readUtilisation({ pciBusId: '' })),
    'INVALID_ARGUMENT Expected a device of listDevices(), with its pciBusId.',
  )
  const stopped = AbortSignal.abort()
  assert.is(await code(listDevices({ signal: stopped })), 'ABORTED The operation was aborted.')
  assert.match(
    await code(readUtilisation({ pciBusId: '0000:01:00.0' }, { nvml: '/nowhere/nvml.so' })),
    /^DEVICE_UNAVAILABLE The utilisation of the GPU cannot be read: \/nowhere\/nvml.so: cannot open shared object file/,
  )
})

test('another CUDA runtime that cannot be loaded is the problem that is told', async () => {
  const { problem, cudaRuntimeSource } = await listDevices({ cudaRuntime: '/nowhere/libcudart.so.12' })
  assert.is(problem?.code, 'ENGINE_UNAVAILABLE')
  assert.match(problem!.message, /^The CUDA runtime could not be loaded: \/nowhere\/libcudart.so.12: cannot open/)
  assert.is(cudaRuntimeSource, null)
})

onDoubles('devices come with their memory and versions', 'libcudart.so.12', async () => {
  const list = await listDevices({ cudaRuntime })
  assert.equal(list, {
    cudaRuntime: '12.9',
    cudaRuntimeSource: cudaRuntime,
    cudaDriver: '12.9',
    devices: [
      {
        id: 'cuda:0',
        index: 0,
        name: 'Double GPU 0',
        sm: '9.0',
        multiprocessors: 132,
        integrated: false,
        pciBusId: '0000:01:00.0',
        memoryFreeBytes: 4 * 2 ** 30,
        memoryTotalBytes: 8 * 2 ** 30,
      },
    ],
    problem: null,
  })
  assert.equal(await readUtilisation(list.devices[0]!, { nvml }), {
    driver: '575.57.08',
    busy: 0.5,
    memoryUsedBytes: 6000,
    memoryTotalBytes: 8000,
    temperatureC: 61,
    powerW: 250.5,
  })
})

onDoubles('an old driver is told by its versions', 'libcudart.so.12', async () => {
  const list = elsewhere('brrr.listDevices()', { BRRR_CUDART: cudaRuntime, BRRR_DOUBLE: 'driver=11040' })
  assert.equal((list as { problem: unknown }).problem, {
    code: 'DRIVER_TOO_OLD',
    message:
      'The NVIDIA driver is too old: it knows CUDA 11.4, the CUDA runtime is 12.9 (CUDA error 35, text of the double). Install NVIDIA driver 525 or newer.',
  })
})

for (const major of [10, 11]) {
  const folder = join(doubles, `tensorrt${major}`)

  onDoubles(`TensorRT ${major} starts on a device, or its code is missing by name`, `tensorrt${major}`, async () => {
    const status = await findTensorRT({ path: folder, cudaRuntime, device: 0 })
    assert.is(status.found, true)
    if (status.builtFor.find((built) => built.major === major)!.headers) {
      assert.is(status.problem, null)
      assert.match(status.library!.version, new RegExp(`^${major}\\.`))
      assert.is(status.library!.parser, join(folder, `libnvonnxparser.so.${major}`))
      assert.is(status.library!.plugins, null)
    } else {
      assert.is(status.library, null)
      assert.match(status.problem!.message, new RegExp(`This build has no code for TensorRT ${major}: the headers of`))
    }
  })

  onDoubles(`without a device TensorRT ${major} is not started`, `tensorrt${major}`, async () => {
    const status = elsewhere('brrr.findTensorRT({ device: 0 })', {
      BRRR_TENSORRT: folder,
      BRRR_CUDART: cudaRuntime,
      // A factory that is called all the same would give garbage, and another error.
      BRRR_DOUBLE: 'devices=0 runtime=garbage',
    }) as Awaited<ReturnType<typeof findTensorRT>>
    if (status.library) {
      assert.is(status.problem!.code, 'DEVICE_UNAVAILABLE')
      assert.match(status.problem!.message, /^The NVIDIA driver reports no device \(CUDA error 100/)
    } else assert.match(status.problem!.message, /This build has no code/)
  })

  onDoubles(`a failing start of TensorRT ${major} brings its log`, `tensorrt${major}`, async () => {
    const status = elsewhere('brrr.findTensorRT({ device: 0 })', {
      BRRR_TENSORRT: folder,
      BRRR_CUDART: cudaRuntime,
      BRRR_DOUBLE: 'runtime=garbage',
    }) as Awaited<ReturnType<typeof findTensorRT>>
    if (status.library)
      assert.is(
        status.problem!.message,
        `TensorRT ${status.library.version} (${status.library.path}) could not make its runtime: createInfer: CUDA initialization failure with error: 35`,
      )
    else assert.match(status.problem!.message, /This build has no code/)
  })
}

onDoubles('doctor shows GPU, TensorRT and the code for it', 'tensorrt10', async () => {
  const doctor = (environment: Record<string, string>) => {
    const env = { ...process.env, BRRR_CUDART: cudaRuntime, LD_LIBRARY_PATH: doubles, ...environment }
    const cli = join(packageRoot, 'dist', 'cli', 'main.js')
    const { checks } = JSON.parse(execFileSync(process.execPath, [cli, 'doctor', '--json'], { encoding: 'utf8', env }))
    return new Map((checks as Array<{ what: string; state: string; detail: string }>).map((c) => [c.what, c]))
  }
  const checks = doctor({ BRRR_TENSORRT: join(doubles, 'tensorrt10') })
  assert.equal(checks.get('GPU cuda:0'), {
    what: 'GPU cuda:0',
    state: 'ok',
    detail: 'Double GPU 0, SM 9.0, 4.0 of 8.0 GiB free, driver 575.57.08, CUDA 12.9 (runtime 12.9)',
  })
  const code = checks.get('code for TensorRT 10')!
  if (code.state === 'ok') {
    assert.match(code.detail, /^headers of 10\./)
    assert.match(checks.get('TensorRT')!.detail, /^10\..*libnvinfer\.so\.10$/)
  } else assert.match(code.detail, /^left out of this build, its headers were missing/)
  const without = doctor({ BRRR_TENSORRT: doubles, BRRR_DOUBLE: 'devices=0' })
  assert.is(without.get('GPU')!.state, 'missing')
  assert.is(without.get('TensorRT')!.state, 'missing')
})

onDoubles('worker threads and the main thread ask at the same time', 'libcudart.so.12', async () => {
  const script = `const { listDevices } = require(${JSON.stringify(join(packageRoot, 'dist', 'index.js'))});
    listDevices({ cudaRuntime: ${JSON.stringify(cudaRuntime)} }).then((l) => require('worker_threads').parentPort.postMessage(l.devices.length))`
  const workers = Array.from({ length: 3 }, () => new Worker(script, { eval: true }))
  const counts = await Promise.all([
    listDevices({ cudaRuntime }).then((list) => list.devices.length),
    ...workers.map((worker) => new Promise((resolve, reject) => worker.on('message', resolve).on('error', reject))),
  ])
  assert.equal(counts, [1, 1, 1, 1])
  await Promise.all(workers.map((worker) => worker.terminate()))
})

test.run()
