// What the batcher's figures are taken on: a device that only takes time, and a real model on one lane of the CPU.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { Engine } from '../../lib/index.js'
import type { BatchRunner, TensorInfo, Tensors } from '../../lib/inference/types.js'
import { identity, matmulChain } from '../../test/onnx-models.js'
import { BENCH_FOLDER } from '../harness/nights.js'

export interface Device {
  name: string
  runner: BatchRunner
  largest: number
  /** Its work leaves the cores to us, so that arrivals may be timed by spinning. */
  spin: boolean
  /** One row, and a batch of zeros. */
  row: (value: number) => Tensors
  rows: (count: number) => Tensors
  close: () => Promise<unknown>
}

const WIDTH = 64

/** Runs one batch after another: sleeps, so that it costs no CPU. */
const SLEEPER = `
const { parentPort } = require('node:worker_threads')
const never = new Int32Array(new SharedArrayBuffer(4))
parentPort.on('message', ({ id, ms }) => {
  Atomics.wait(never, 0, 0, ms)
  parentPort.postMessage(id)
})`

/** A device that takes 2 ms a batch and 0.05 ms a row, as a small transformer does on a GPU: y = x. */
export function simulatedDevice(): Device {
  const worker = new Worker(SLEEPER, { eval: true })
  const waiting = new Map<number, () => void>()
  worker.on('message', (id: number) => {
    waiting.get(id)!()
    waiting.delete(id)
  })
  let next = 0
  const info = (name: string): TensorInfo => ({
    ...{ name, type: 'float32', dims: [null, WIDTH], symbols: ['batch', null], batchAxis: 0 },
  })
  const runner: BatchRunner = {
    inputs: [info('x')],
    outputs: [info('y')],
    unbatchable: null,
    batchSizes: [1, 2, 4, 8, 16, 32],
    concurrency: 1,
    run: ({ x }) =>
      new Promise((resolve) => {
        const id = next++
        waiting.set(id, () => resolve({ y: { data: x!.data.slice(), dims: x!.dims } }))
        worker.postMessage({ id, ms: 2 + 0.05 * x!.dims[0]! })
      }),
  }
  return {
    name: 'simulated',
    runner,
    largest: 32,
    spin: true,
    ...tensorsOf('x', WIDTH),
    close: () => worker.terminate(),
  }
}

const tensorsOf = (input: string, width: number) => ({
  row: (value: number): Tensors => ({ [input]: { data: new Float32Array(width).fill(value), dims: [1, width] } }),
  rows: (count: number): Tensors => ({ [input]: { data: new Float32Array(width * count), dims: [count, width] } }),
})

async function onCpu(name: string, model: Uint8Array, width: number, largest: number): Promise<Device> {
  const path = join(BENCH_FOLDER, `${name.replace(/\W+/g, '-')}.onnx`)
  mkdirSync(BENCH_FOLDER, { recursive: true })
  writeFileSync(path, model)
  const engine = await Engine.load(path, { device: 'cpu', lanes: 1 })
  const input = engine.inputs[0]!.name
  return { name, runner: engine, largest, spin: false, ...tensorsOf(input, width), close: () => engine.close() }
}

/**
 * Eight matrix products with 33.5 MB of weights, which are read once a batch: a batch of 32 costs little more than one
 * row.
 */
export const cpuDevice = () => onCpu('CPU', matmulChain({ length: 8, size: 1024, rows: 'batch' }), 1024, 32)

/** y = x on four values: all of a run but the model. */
export const trivialDevice = () => onCpu('trivial model', identity(), 4, 64)
