// One process that uses engines on plans of TensorRT (its double) and ends in one way; test/plan-lifecycle.test.ts runs
// each case. Usage: plan-child.cjs CASE LIBRARY CUDART. 97 is a surprise. On a GPU, BRRR_GPU_TEST_PLAN names a plan of
// y = 2 x + 1 for float32 [1 to 8, 4].
const { once } = require('node:events')
const { readFileSync } = require('node:fs')
const { join } = require('node:path')
const { isMainThread, parentPort, Worker, workerData } = require('node:worker_threads')
const { runNative } = require(join(__dirname, '..', 'dist', 'native.js'))

const [name, library, cudaRuntime] = isMainThread ? process.argv.slice(2) : workerData
const real = process.env.BRRR_GPU_TEST_PLAN
const ofDouble = Buffer.from(`brrr-double-plan
input x float32 -1,4
profile x 1,4 4,4 8,4
output y float32 -1,4
op affine x y 2 1
weights 1000
scratch 512
end
`)
const plan = real ? readFileSync(real) : ofDouble
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

const load = (lanes = 2, bytes = plan) =>
  runNative({}, (addon, job) =>
    addon.loadPlan(
      {
        library,
        cudaRuntime,
        device: 0,
        lanes,
        bytes,
        hostCode: false,
        graphs: true,
        batchSizes: [1, 4],
        memoryBudget: 0,
      },
      job,
    ),
  )
const run = (engine) => engine.run([new Float32Array(8).fill(3), null], [2, 2, 4], null)

async function checked(engine) {
  const [y] = await run(engine)
  if (y.data.some((value) => value !== 7)) throw new Error(`wrong result ${y.data}`)
}

/** Four runs on the device and two waiting; a run takes 3 x 30 ms, on a GPU microseconds. */
async function running() {
  const engine = await load()
  for (let i = 0; i < (real ? 5000 : 6); i++) run(engine).catch(() => {})
  if (!real && engine.stats().running !== 4) throw new Error(`${engine.stats().running} runs are under way`)
  return engine
}

const worker = (what) => new Worker(__filename, { workerData: [what, library, cudaRuntime] })

async function workerThat(what) {
  const thread = worker(what)
  await once(thread, 'message')
  return thread
}

async function expectExit(thread, code) {
  thread.on('error', () => {})
  const found = await new Promise((resolve) => thread.once('exit', resolve))
  if (found !== code) throw new Error(`the worker ended with ${found}`)
}

const throwSoon = () =>
  setImmediate(() => {
    throw new Error('on purpose')
  })

const cases = {
  'exit 7': async () => {
    await running()
    process.exit(7)
  },
  throw: async () => {
    await running()
    throwSoon()
  },
  'rejected promise': async () => {
    await running()
    Promise.reject(new Error('on purpose'))
    await sleep(1000)
  },
  'exit 9 with a worker running': async () => {
    await workerThat('in worker: running')
    process.exit(9)
  },
  'exit 9 with two workers and main running': async () => {
    await Promise.all([workerThat('in worker: running'), workerThat('in worker: running'), running()])
    process.exit(9)
  },
  'exit while loading': async () => {
    load(8).catch(() => {})
    await sleep(5)
    process.exit(5)
  },
  'end without close': async () => checked(await load()),
  'end with runs under way': async () => running(),
  'close with runs under way': async () => {
    const engine = await running()
    await runNative({}, (_, job) => engine.close(false, job))
    if (engine.memory().length > 0) throw new Error('memory is left')
  },
  'drain and close': async () => {
    const engine = await load()
    const runs = [1, 2, 3, 4, 5, 6].map(() => checked(engine))
    await runNative({}, (_, job) => engine.close(true, job))
    await Promise.all(runs)
  },
  'collected with runs under way': async () => {
    let runs
    await (async () => {
      const engine = await load()
      runs = [1, 2, 3].map(() => checked(engine))
    })()
    global.gc()
    await Promise.all(runs)
    global.gc()
  },
  'a buffer outlives its engine': async () => {
    const engine = await load()
    const buffer = new Float32Array(engine.buffer(32))
    await runNative({}, (_, job) => engine.close(false, job))
    buffer.fill(1)
  },
  'worker terminate with runs under way': async () => (await workerThat('in worker: running')).terminate(),
  'worker terminate while loading': async () => (await workerThat('in worker: loading')).terminate(),
  'worker exit 3': () => expectExit(worker('in worker: exit 3'), 3),
  'worker throw': () => expectExit(worker('in worker: throw'), 1),
  'fifteen workers': async () => {
    for (let i = 0; i < 15; i++) await (await workerThat('in worker: running')).terminate()
  },
  'worker and main': async () => {
    const engine = await load()
    const thread = await workerThat('in worker: running')
    await checked(engine)
    await thread.terminate()
    await checked(engine)
  },
  SIGTERM: async () => {
    await running()
    process.kill(process.pid, 'SIGTERM')
    await sleep(2000)
  },
  'SIGTERM with a handler': async () => {
    process.on('SIGTERM', () => process.exit(143))
    await running()
    process.kill(process.pid, 'SIGTERM')
    await sleep(2000)
  },
  'forked child': async () => {
    await running()
    const args = ['exit 7', library, cudaRuntime]
    const child = require('node:child_process').fork(__filename, args, { stdio: 'ignore', execArgv: [] })
    const [code] = await once(child, 'exit')
    if (code !== 7) throw new Error(`the fork ended with ${code}`)
  },
  'in worker: running': async () => {
    await running()
    parentPort.postMessage('running')
    await sleep(5000)
  },
  'in worker: exit 3': async () => {
    await running()
    process.exit(3)
  },
  'in worker: throw': async () => {
    await running()
    throwSoon()
  },
  'in worker: loading': async () => {
    load(8).catch(() => {})
    await sleep(5)
    parentPort.postMessage('loading')
    await sleep(5000)
  },
}

cases[name]().catch((error) => {
  console.error(error)
  process.exit(97)
})
