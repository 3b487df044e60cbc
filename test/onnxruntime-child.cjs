// One process that uses engines on ONNX Runtime and ends in one way; test/onnxruntime-lifecycle.test.ts runs each case.
// Usage: onnxruntime-child.cjs CASE MODELS LIBRARY. Prints the time at which the end begins; 97 is a surprise.
const { once } = require('node:events')
const { readFileSync } = require('node:fs')
const { join } = require('node:path')
const { isMainThread, parentPort, Worker, workerData } = require('node:worker_threads')
const brrr = require('brain-go-brrr')

const [name, models, library] = isMainThread ? process.argv.slice(2) : workerData
const model = (file) => join(models, `${file}.onnx`)
const load = (file, lanes = 2) => brrr.Engine.load(model(file), { device: 'cpu', lanes, library })
const input = (rows, columns = rows) => ({
  x: { data: new Float32Array(rows * columns).fill(0.01), dims: [rows, columns] },
})
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms))
const marks = (text) => require('node:fs').writeSync(1, `${text}\n`)

/** Two runs of 100 ms each under way, in nodes of about 10 ms, and two more waiting. */
async function running(onError = () => {}) {
  const engine = await load('chain')
  for (let i = 0; i < 4; i++) engine.run(input(1024)).catch(onError)
  await sleep(20)
  const under_way = engine.stats().running
  if (under_way !== 2) throw new Error(`${under_way} runs are under way`)
  return engine
}

/** One node of the graph that takes most of a second: nothing stops it. */
async function stuck() {
  const engine = await load('one-node', 1)
  engine.run(input(4096)).catch(() => {})
  await sleep(50)
  if (engine.stats().running !== 1) throw new Error('the long run is over')
}

const worker = (name) => new Worker(__filename, { workerData: [name, models, library] })

async function workerThat(name) {
  const thread = worker(name)
  await once(thread, 'message')
  return thread
}

async function expectExit(thread, code) {
  thread.on('error', () => {})
  const found = await new Promise((resolve) => thread.once('exit', resolve))
  if (found !== code) throw new Error(`the worker ended with ${found}`)
}

const exit = (code) => {
  marks(`end ${Date.now()}`)
  process.exit(code)
}

const cases = {
  'exit 0': async () => {
    await running()
    exit(0)
  },
  'exit 7': async () => {
    await running()
    exit(7)
  },
  throw: async () => {
    await running()
    setImmediate(() => {
      marks(`end ${Date.now()}`)
      throw new Error('on purpose')
    })
  },
  'rejected promise': async () => {
    await running()
    marks(`end ${Date.now()}`)
    Promise.reject(new Error('on purpose'))
    await sleep(1000)
  },
  'exit while loading': async () => {
    for (let i = 0; i < 2; i++) load('weights').catch(() => {})
    await sleep(20)
    exit(5)
  },
  'end without close': async () => {
    const engine = await load('chain')
    await engine.run(input(1024))
    marks(`end ${Date.now()}`)
  },
  'end with runs under way': async () => {
    await running((error) => {
      throw error
    })
  },
  'end after close': async () => {
    const engine = await running()
    await engine.close()
    await engine.close()
    marks(`end ${Date.now()}`)
  },
  'worker terminate': async () => {
    const thread = await workerThat('in worker: run and wait')
    marks(`end ${Date.now()}`)
    await thread.terminate()
  },
  'worker terminate while loading': async () => {
    const thread = await workerThat('in worker: load and wait')
    await thread.terminate()
  },
  'worker exit 3': async () => expectExit(worker('in worker: exit 3'), 3),
  'worker throw': async () => expectExit(worker('in worker: throw'), 1),
  'worker end': async () => expectExit(worker('in worker: run'), 0),
  'exit 9 with a worker running': async () => {
    await workerThat('in worker: run and wait')
    exit(9)
  },
  'exit 9 with two workers and main running': async () => {
    await Promise.all([workerThat('in worker: run and wait'), workerThat('in worker: run and wait'), running()])
    exit(9)
  },
  'two workers and main': async () => {
    const threads = [1, 2].map(() => expectExit(worker('in worker: run'), 0))
    const engine = await load('chain')
    await Promise.all([...threads, engine.run(input(1024))])
  },
  'fifteen workers': async () => {
    for (let i = 0; i < 15; i++) await (await workerThat('in worker: run and wait')).terminate()
  },
  'main goes on after a worker': async () => {
    const engine = await load('chain')
    await (await workerThat('in worker: run and wait')).terminate()
    await engine.run(input(1024))
  },
  SIGTERM: async () => {
    await running()
    marks(`end ${Date.now()}`)
    process.kill(process.pid, 'SIGTERM')
    await sleep(2000)
  },
  'SIGTERM with a handler': async () => {
    process.on('SIGTERM', () => exit(143))
    await running()
    process.kill(process.pid, 'SIGTERM')
    await sleep(2000)
  },
  'exit inside a long node': async () => {
    await stuck()
    exit(6)
  },
  'worker terminate inside a long node': async () => (await workerThat('in worker: long node')).terminate(),
  'aborted, then used again': async () => {
    const engine = await load('chain', 1)
    const before = await engine.run(input(1024))
    const abort = new AbortController()
    const run = engine.run(input(1024), { signal: abort.signal })
    await sleep(20)
    const aborted = performance.now()
    abort.abort()
    const code = await run.then(
      () => 'finished',
      (error) => error.code,
    )
    if (code !== 'ABORTED') throw new Error(`the run ${code}`)
    if (performance.now() - aborted > 80) throw new Error(`the abort took ${performance.now() - aborted} ms`)
    const after = await engine.run(input(1024))
    if (Buffer.compare(Buffer.from(before.y.data.buffer), Buffer.from(after.y.data.buffer)) !== 0)
      throw new Error('another result after an abort')
    await engine.close()
  },
  'forked child': async () => {
    await running()
    const child = require('node:child_process').fork(__filename, ['exit 7', models, library], {
      stdio: 'ignore',
      execArgv: [],
    })
    const [code] = await once(child, 'exit')
    if (code !== 7) throw new Error(`the fork ended with ${code}`)
  },
  'ours before onnxruntime-node': async () => {
    const engine = await load('chain')
    await theirs()
    await engine.run(input(1024))
  },
  'onnxruntime-node before ours': async () => {
    await theirs()
    const engine = await load('chain')
    await engine.run(input(1024))
  },
  'no file': async () => refused(brrr.Engine.load(model('none'), { device: 'cpu', library }), 'FILE_NOT_FOUND'),
  'not a model': async () =>
    refused(brrr.Engine.load(Buffer.from('text'), { device: 'cpu', library }), 'MODEL_INVALID'),
  'empty model': async () => refused(brrr.Engine.load(new Uint8Array(0), { device: 'cpu', library }), 'MODEL_INVALID'),
  'wrong shape': async () => {
    const engine = await load('chain')
    await refused(engine.run(input(3)), 'SHAPE_MISMATCH')
    await engine.run(input(1024))
  },
  cycles: async () => {
    const bytes = readFileSync(model('chain'))
    const rss = []
    for (let i = 0; i < 100; i++) {
      const engine = await brrr.Engine.load(bytes, { device: 'cpu', lanes: 2, library })
      await engine.run({ x: { data: new Float32Array(1024).fill(0.01), dims: [1, 1024] } })
      await engine.close()
      global.gc()
      rss.push(process.memoryUsage.rss())
    }
    // The heap's free memory comes and goes by 10 MB from one cycle to the next.
    const around = (cycle) => rss.slice(cycle - 5, cycle).sort((a, b) => a - b)[2]
    marks(JSON.stringify({ growth_mb: (around(100) - around(10)) / 2 ** 20 }))
  },
  'memory with 1 lane': () => memory(1),
  'memory with 8 lanes': () => memory(8),
}

const inWorker = {
  'in worker: run and wait': async () => {
    await running()
    parentPort.postMessage('there')
    setInterval(() => {}, 1000)
  },
  'in worker: load and wait': async () => {
    load('weights').catch(() => {})
    await sleep(20)
    parentPort.postMessage('there')
    setInterval(() => {}, 1000)
  },
  'in worker: long node': async () => {
    await stuck()
    parentPort.postMessage('there')
    setInterval(() => {}, 1000)
  },
  'in worker: run': async () => void (await running()),
  'in worker: exit 3': async () => {
    await running()
    process.exit(3)
  },
  'in worker: throw': async () => {
    await running()
    setImmediate(() => {
      throw new Error('on purpose')
    })
  },
}

async function theirs() {
  const { InferenceSession, Tensor } = require('onnxruntime-node')
  const session = await InferenceSession.create(model('chain'), { intraOpNumThreads: 1 })
  await session.run({ x: new Tensor('float32', input(1024).x.data, [1024, 1024]) })
}

async function refused(promise, code) {
  const found = await promise.then(
    () => 'no error',
    (error) => error.code,
  )
  if (found !== code) throw new Error(`${found} instead of ${code}`)
}

const anonymousMb = () => Number(/RssAnon:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))[1]) / 1024

async function memory(lanes) {
  // What the first load brings along whatever the model, such as the library's own tables, counts too.
  const before = anonymousMb()
  const engine = await load('weights', lanes)
  await engine.run(input(1, 1024))
  global.gc()
  const parts = await engine.memory()
  marks(JSON.stringify({ growth_mb: anonymousMb() - before, parts }))
  await engine.close()
  global.gc()
  marks(JSON.stringify({ closed_mb: anonymousMb() - before }))
}

void (cases[name] ?? inWorker[name])().catch((error) => {
  console.error(error)
  process.exit(97)
})
