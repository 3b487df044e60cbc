import { spawn, spawnSync } from 'node:child_process'
import { appendFileSync, existsSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { PlanCache } from '../lib/inference/tensorrt/plan-cache.js'
import { keyOf } from '../lib/inference/tensorrt/plan-header.js'
import { packageRoot } from '../lib/root.js'
import { identity } from './onnx-models.js'
import { identityOf } from './plan-fixture.js'
import { temporaryFolder } from './temporary.js'

const folder = temporaryFolder()
const key = keyOf(identityOf())
let environment: Record<string, string> = {}
const brrr = (...args: string[]) => {
  const env = { ...process.env, BRRR_ENGINES: folder, NO_COLOR: '1', ...environment }
  const main = join(packageRoot, 'dist', 'cli', 'main.js')
  const { stdout, stderr, status } = spawnSync(process.execPath, [main, 'engines', ...args], { encoding: 'utf8', env })
  return { stdout, stderr, status }
}

test('an empty cache is said to be empty', () => {
  assert.equal(brrr(), { stdout: `No plans in ${folder}.\n`, stderr: '', status: 0 })
})

test('plans are listed, verified and removed', async () => {
  const plan = { identity: identityOf(), modelName: 'model.onnx', build: async () => Buffer.alloc(2_000_000) }
  const { path } = await new PlanCache({ folder }).obtain({ ...plan, accept: async () => null })

  const { stdout } = brrr('list')
  assert.match(stdout, `${key.slice(0, 12)}  model.onnx`)
  assert.match(stdout, /device +Some GPU, compute capability 9\.0/)
  assert.match(stdout, /TensorRT +10\.15\.1\.29, CUDA 12, driver 580/)
  assert.match(stdout, /size +2\.0 MB/)
  const listed = JSON.parse(brrr('list', '--json').stdout)
  assert.equal([listed[0].key, listed[0].header.identity], [key, identityOf()])

  assert.equal(brrr('verify'), { stdout: `ok ${path}\n`, stderr: '', status: 0 })
  appendFileSync(path, 'x')
  assert.equal(brrr('verify'), { stdout: `broken ${path}: it has 2000001 of 2000000 bytes\n`, stderr: '', status: 1 })

  assert.match(brrr('remove').stderr, 'Name a plan by the start of its key (`brrr engines list`), or give --all.')
  assert.match(brrr('remove', 'ffff').stderr, `No plan in ${folder} has a key that begins with ffff.`)
  assert.equal(brrr('remove', key.slice(0, 8)), { stdout: 'Removed 1 plan.\n', stderr: '', status: 0 })
  assert.equal(brrr('remove', '--all'), { stdout: 'Removed 0 plans.\n', stderr: '', status: 0 })
})

test('a machine without TensorRT says so, and where it looked', () => {
  const empty = temporaryFolder()
  const model = join(empty, 'identity.onnx')
  writeFileSync(model, identity())
  environment = { BRRR_TENSORRT: empty }
  const { stderr, status } = brrr('build', model)
  assert.is(status, 1)
  assert.match(stderr, `TensorRT was not found. Looked in: ${empty}.`)
  environment = {}
})

/** Stand-ins for CUDA and TensorRT, which the C++ tests build. */
const doubles = join(packageRoot, 'build', 'native', 'double')

for (const major of [10, 11])
  test(`a model is built, compared with the CPU, kept, and found the next time (TensorRT ${major})`, () => {
    const tensorrt = join(doubles, `tensorrt${major}`)
    if (!existsSync(join(tensorrt, `libnvinfer.so.${major}`))) {
      console.log(`SKIPPED brrr engines build: the double of TensorRT ${major} is not built`)
      return
    }
    environment = { BRRR_TENSORRT: tensorrt, BRRR_CUDART: join(doubles, 'libcudart.so.12') }
    const model = join(temporaryFolder(), 'identity.onnx')
    writeFileSync(model, identity())
    const run = (...args: string[]) => brrr('build', model, '--precision', 'fp32', ...args)
    brrr('remove', '--all')
    const first = run()
    assert.is(first.stderr, '')
    assert.match(first.stdout, /^built .*\.plan, since there is no plan of this model yet\n/)
    assert.match(first.stdout, "  output y deviates from the CPU's by at most 0.0 of its largest value\n")
    assert.match(run().stdout, /^there already .*\.plan\n$/)
    const other = run('--max-batch', '4')
    assert.match(other.stdout, /since the plan that is there does not serve: option profiles was .* and is /)
    assert.is(JSON.parse(run('--json').stdout).identity.device.name, 'Double GPU 0')
    environment = {}
  })

test('a build whose caller was killed ends and leaves no files', async () => {
  const tensorrt = join(doubles, 'tensorrt10')
  if (!existsSync(join(tensorrt, 'libnvinfer.so.10'))) {
    console.log('SKIPPED a build whose caller was killed: the double of TensorRT 10 is not built')
    return
  }
  const scratch = temporaryFolder()
  const model = join(temporaryFolder(), 'identity.onnx')
  writeFileSync(model, identity())
  const env = {
    ...process.env,
    BRRR_ENGINES: folder,
    BRRR_TENSORRT: tensorrt,
    BRRR_CUDART: join(doubles, 'libcudart.so.12'),
    BRRR_DOUBLE: 'build_steps=100000 build_step_ms=10',
    TMPDIR: scratch,
  }
  const main = join(packageRoot, 'dist', 'cli', 'main.js')
  brrr('remove', '--all')
  const caller = spawn(process.execPath, [main, 'engines', 'build', model, '--precision', 'fp32'], { env })
  while (readdirSync(scratch).length === 0) await sleep(20)
  await sleep(1500)
  assert.is(readdirSync(scratch).length, 1)
  caller.kill('SIGKILL')
  for (let tries = 0; readdirSync(scratch).length > 0 && tries < 100; tries++) await sleep(50)
  assert.equal(readdirSync(scratch), [])
})

test.run()
