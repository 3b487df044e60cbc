// The same weights in PyTorch, eager and compiled.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Engine } from '../../lib/index.js'
import { readOnnx } from '../../lib/inference/onnx/model.js'
import { tensorValues } from '../../lib/inference/onnx/tensors.js'
import { packageRoot } from '../../lib/root.js'
import { items, rivalModel, type Setup, save } from './setup.js'

/** Seconds that the end of a call needs for itself. */
const REST_S = 20

export async function torch(setup: Setup): Promise<string> {
  const folder = await exportWeights(setup)
  const report = join(setup.home, 'torch.json')
  rmSync(report, { force: true })
  const budget = Math.max(REST_S, (setup.deadline - performance.now()) / 1000 - REST_S)
  const { status, signal, error, stdout, stderr } = spawnSync(
    setup.python,
    [
      join(packageRoot, 'bench', 'gpu', 'torch_rival.py'),
      ...['--weights', folder, '--out', report, '--seconds', String(setup.seconds), '--budget', budget.toFixed(0)],
      ...['--batches', ...setup.batches.map(String), '--precisions', ...setup.precisions],
      ...(setup.dryRun ? ['--cpu'] : []),
    ],
    { encoding: 'utf8', timeout: Math.ceil(budget + 3 * REST_S) * 1000, maxBuffer: 1 << 26 },
  )
  if (existsSync(report)) await save(setup, 'torch', JSON.parse(readFileSync(report, 'utf8')))
  if (status === 0) return stdout.trim()
  const missing = (error as NodeJS.ErrnoException | undefined)?.code === 'ENOENT' || /No module named '/.test(stderr)
  if (missing) return `SKIPPED PyTorch: ${setup.python} has none here`
  throw new Error(`PyTorch ended with ${signal ?? status}: ${stdout.slice(-2000)}${stderr.slice(-2000)}`)
}

/** Weights in the graph's order, an input of two items and what the CPU makes of it, as raw float32. */
async function exportWeights(setup: Setup): Promise<string> {
  const folder = join(setup.home, 'weights')
  mkdirSync(folder, { recursive: true })
  const write = (name: string, ...arrays: Float32Array[]) =>
    writeFileSync(
      join(folder, name),
      Buffer.concat(arrays.map(({ buffer, byteOffset, byteLength }) => Buffer.from(buffer, byteOffset, byteLength))),
    )
  const onnx = rivalModel(setup)
  const weights = readOnnx(onnx).graph.initializer.filter(({ name = '' }) => /^(embed|token|norm|linear)/.test(name))
  write('weights.bin', ...weights.map((weight) => tensorValues(weight) as Float32Array))
  writeFileSync(join(folder, 'weights.json'), JSON.stringify(weights.map(({ name, dims }) => ({ name, dims }))))
  const x = items(2, 7)
  const cpu = await Engine.load(onnx, { device: 'cpu', probeBatch: false })
  const { y } = await cpu.run({ x })
  await cpu.close()
  write('input.bin', x.data)
  write('expected.bin', y!.data as Float32Array)
  return folder
}
