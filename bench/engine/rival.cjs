// A worker that calls onnxruntime-node directly: told how many runs to do, it says when they are done.
const { parentPort, workerData } = require('node:worker_threads')
const { InferenceSession, Tensor } = require('onnxruntime-node')

async function main() {
  const session = await InferenceSession.create(workerData.path, { intraOpNumThreads: 1, interOpNumThreads: 1 })
  const feeds = Object.fromEntries(
    Object.entries(workerData.feeds).map(([name, { data, dims }]) => [name, new Tensor('float32', data, dims)]),
  )
  parentPort.on('message', async (runs) => {
    if (runs === 0) {
      await session.release()
      return parentPort.close()
    }
    for (let i = 0; i < runs; i++) await session.run(feeds)
    parentPort.postMessage('done')
  })
  parentPort.postMessage('ready')
}

main()
