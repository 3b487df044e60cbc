// One step of the addon's life and one way to end in it; test/lifecycle.test.ts runs every pair in a process of its own.
// Usage: lifecycle-child.cjs STEP ENDING FILE
const { isMainThread, Worker, workerData, parentPort } = require('node:worker_threads')
const brrr = require('brain-go-brrr')

const [step, ending, file] = isMainThread ? process.argv.slice(2) : workerData
const samples = Float64Array.from(
  { length: 100 * 3600 },
  (_, i) => 40 * Math.sin(i / 7) + 20 * Math.sin(i / 1.9 + (i % 977)),
)
const signal = brrr.signalFromArray(samples, 100)

const NAMES = ['Fp1', 'Fp2', 'F3', 'F4', 'C3', 'C4', 'P3', 'P4', 'O1', 'O2']
const epochs = { data: samples.subarray(0, 120 * 10 * 300), shape: [120, 10, 300], channels: NAMES }

/** Brings the addon to the step; resolves when it is there, with work possibly under way. */
const steps = {
  loaded: async () => {},
  opening: async () => void brrr.Recording.open(file).catch(() => {}),
  opened: async () => void (await brrr.Recording.open(file)),
  closed: async () => (await brrr.Recording.open(file)).close(),
  reading: async () => {
    const recording = await brrr.Recording.open(file)
    void recording.read(recording.channels[0], new Float32Array(recording.channels[0].samples)).catch(() => {})
  },
  'closed while reading': async () => {
    const recording = await brrr.Recording.open(file)
    void recording.read(recording.channels[0], new Float32Array(recording.channels[0].samples)).catch(() => {})
    recording.close()
  },
  staging: async () => void brrr.stageSleep({ eeg: signal }).catch(() => {}),
  detecting: async () => void brrr.detectSpindles(signal).catch(() => {}),
  fitting: async () => void new brrr.AutoReject().fit(epochs).catch(() => {}),
  'two fits at once': async () => {
    const autoreject = new brrr.AutoReject({ thresh_method: 'random_search' })
    for (let i = 0; i < 2; i++) void autoreject.fit(epochs).catch(() => {})
    await new Promise((resolve) => setTimeout(resolve, 5))
  },
  'judging quality': async () => {
    const recording = await brrr.Recording.open(file)
    const channels = recording.channels.slice(0, 4).map(({ name }) => name)
    void brrr.analyzeQuality(recording, { channels }).catch(() => {})
    await new Promise((resolve) => setTimeout(resolve, 5))
  },
  'many at once': async () => {
    for (let i = 0; i < 20; i++) void brrr.bandpass(signal, 1, 30).catch(() => {})
  },
  aborted: async () => {
    const abort = new AbortController()
    const staging = brrr.stageSleep({ eeg: signal }, { signal: abort.signal }).catch((error) => error.code)
    abort.abort()
    if ((await staging) !== 'ABORTED') process.exit(99)
  },
  finished: async () => {
    await brrr.stageSleep({ eeg: signal })
    global.gc?.()
  },
}

const endings = {
  return: () => {},
  exit: () => process.exit(0),
  throw: () => {
    setImmediate(() => {
      throw new Error('on purpose')
    })
  },
  SIGTERM: () => process.kill(process.pid, 'SIGTERM'),
}

async function main() {
  if (isMainThread && ending.startsWith('worker')) {
    const worker = new Worker(__filename, { workerData: [step, ending, file] })
    await new Promise((resolve, reject) => {
      worker.once('message', resolve)
      worker.once('error', reject)
    })
    if (ending === 'worker terminate') await worker.terminate()
    else await new Promise((resolve) => worker.once('exit', resolve))
    // The addon must go on working in this thread.
    await brrr.bandpass(signal, 1, 30)
    return
  }
  await steps[step]()
  if (!isMainThread) {
    parentPort.postMessage('there')
    if (ending === 'worker exit') process.exit(0)
    if (ending === 'worker terminate') setInterval(() => {}, 1000)
    return
  }
  endings[ending]()
}

main().catch((error) => {
  console.error(error)
  process.exit(98)
})
