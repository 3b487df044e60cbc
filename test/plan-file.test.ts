// Plans that are loaded as files of their own, and model folders with reference tensors.
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { Engine, type EngineOptions } from '../lib/index.js'
import { resolveModel } from '../lib/inference/model.js'
import { TENSOR } from '../lib/inference/onnx/messages.js'
import { writeMessage } from '../lib/inference/onnx/schema.js'
import { makeTensor } from '../lib/inference/onnx/tensors.js'
import { checkPlanFits } from '../lib/inference/tensorrt/plan-file.js'
import { failure, tensor } from './engine-fixture.js'
import { addAndSubtract, identity } from './onnx-models.js'
import { identityOf } from './plan-fixture.js'
import { newFolder, onDoubles, onGpu, onGpus } from './tensorrt-doubles.js'

async function builtPlan(options: EngineOptions): Promise<string> {
  const engine = await Engine.load(identity(), options)
  await engine.close()
  return engine.plan!.path
}

onGpus('a plan runs without the model that it was built from', async (major) => {
  const options = onGpu(major)
  const file = join(newFolder(), 'shipped.plan')
  copyFileSync(await builtPlan(options), file)
  for (const source of [file, readFileSync(file)]) {
    const engine = await Engine.load(source, { ...options, cache: { folder: newFolder(), readOnly: true } })
    assert.equal([engine.plan!.built, engine.plan!.notes, engine.batchSizes], [false, [], [1, 2, 4, 8]])
    assert.equal((await engine.run({ x: tensor([1, 2, 3, 4], [1, 4]) })).y, tensor([1, 2, 3, 4], [1, 4]))
    await engine.close()
  }
  assert.match(
    await failure(() => Engine.load(file, { ...options, device: 'cpu' })),
    /^MODEL_UNSUPPORTED: shipped\.plan is a plan of TensorRT, which only a GPU runs\. For the CPU load the ONNX model/,
  )
  assert.match(
    await failure(() => Engine.load(file, { device: 'auto', tensorrt: newFolder() })),
    /^ENGINE_UNAVAILABLE: shipped\.plan is a plan, which only a GPU runs\. /,
  )
  writeFileSync(file, readFileSync(file).subarray(0, -3))
  assert.match(
    await failure(() => Engine.load(file, options)),
    /^MODEL_INVALID: The plan file shipped\.plan cannot be used: it has \d+ of \d+ bytes\. Build it again\.$/,
  )
})

onDoubles('a version-compatible plan is built, trusted and run', async (major) => {
  const options = onGpu(major, { versionCompatible: true })
  const file = await builtPlan(options)
  const engine = await Engine.load(file, options)
  assert.equal((await engine.run({ x: tensor([1, 2, 3, 4], [1, 4]) })).y, tensor([1, 2, 3, 4], [1, 4]))
  await engine.close()
})

onDoubles('what cannot fit is refused before it is loaded', async (major) => {
  const options = onGpu(major)
  const file = await builtPlan(options)
  assert.match(
    await failure(() => Engine.load(file, { ...options, memory: 16 })),
    /^MEMORY_BUDGET: The plan of .*\.plan needs about 1 MiB for its weights alone, and the budget \(memory\) is 1 MiB\.$/,
  )
})

const OTHER = { name: 'Other GPU', sm: '8.9', multiprocessors: 76, memory_bytes: 16e9 }

test('a plan is taken where TensorRT would take it, and what else differs is told', () => {
  const built = identityOf()
  assert.is(checkPlanFits(built, built), '')
  assert.is(checkPlanFits(built, identityOf({ driver: '570' })), 'driver was 580 and is 570')
  const refused = async (there: typeof built) => failure(async () => checkPlanFits(built, there))
  const compatible = (changes: Partial<typeof built.options>) =>
    identityOf({ options: { ...built.options, ...changes } })
  return Promise.all([
    refused(identityOf({ device: OTHER })),
    refused(identityOf({ tensorrt: '10.16.0.72' })),
    refused(identityOf({ platform: 'linux-arm64' })),
  ]).then(([device, version, platform]) => {
    assert.match(device, /^PLAN_STALE: .*built for compute capability 9\.0 and this GPU has 8\.9\. Load the ONNX model/)
    assert.match(version, /^PLAN_STALE: .*built by TensorRT 10\.15\.1\.29 and this is 10\.16\.0\.72/)
    assert.match(platform, /^PLAN_STALE: .*built on linux-x64 and this is linux-arm64/)
    assert.match(
      checkPlanFits(compatible({ hardwareCompatible: 'ampere+' }), identityOf({ device: OTHER })),
      /device sm was 9\.0 and is 8\.9/,
    )
    assert.match(
      checkPlanFits(compatible({ versionCompatible: true }), identityOf({ tensorrt: '10.16.0.72' })),
      /tensorrt was 10\.15\.1\.29 and is 10\.16\.0\.72/,
    )
    assert.throws(() => checkPlanFits(compatible({ versionCompatible: true }), identityOf({ tensorrt: '10.9.0.34' })))
  })
})

/** A model folder whose reference says y = x, but for `error` in one value. */
function folderWithReference(error: number): string {
  const folder = newFolder()
  writeFileSync(join(folder, 'model.onnx'), identity())
  writeFileSync(join(folder, 'model.json'), JSON.stringify({ file: 'model.onnx' }))
  const reference = join(folder, 'test_data_set_0')
  mkdirSync(reference)
  const pb = (name: string, values: number[]) =>
    writeMessage(makeTensor(name, 'float32', [1, 4], Float32Array.from(values)), TENSOR).finish()
  writeFileSync(join(reference, 'input_0.pb'), pb('x', [1, 2, 3, 4]))
  writeFileSync(join(reference, 'output_0.pb'), pb('y', [1, 2, 3, 4 + error]))
  return folder
}

onDoubles("a new plan is compared with the model folder's own reference", async (major) => {
  const engine = await Engine.load(folderWithReference(0), onGpu(major))
  assert.equal(engine.plan!.deviations, [{ output: 'y', share: 0 }])
  await engine.close()
  const messages: string[] = []
  const onMessage = ({ text }: { text: string }) => messages.push(text)
  assert.match(
    await failure(() => Engine.load(folderWithReference(1), onGpu(major, { onMessage }))),
    /^BUILD_FAILED: The new plan computes wrongly: output "y" deviates from the reference by 0\.20/,
  )
})

test('a model that cannot be read is a coded error of the backend', async () => {
  const folder = newFolder()
  mkdirSync(join(folder, 'inner'))
  writeFileSync(join(folder, 'model.json'), JSON.stringify({ file: 'inner' }))
  assert.match(await failure(() => Engine.load(folder, { device: 'cpu' })), /^(MODEL_INVALID|FILE_\w+): /)
})

test('a reference that is not there is named', async () => {
  const folder = newFolder()
  writeFileSync(join(folder, 'model.onnx'), addAndSubtract())
  const manifest = (reference?: unknown) =>
    writeFileSync(join(folder, 'model.json'), JSON.stringify({ file: 'model.onnx', reference }))
  manifest()
  assert.is(resolveModel(folder, undefined).reference, null)
  manifest('golden')
  assert.match(await failure(() => resolveModel(folder, undefined)), /^FILE_NOT_FOUND: .*names golden, which is not/)
  manifest('../x')
  assert.match(await failure(() => resolveModel(folder, undefined)), /^MODEL_INVALID: .*"reference" must name a folder/)
})

test.run()
