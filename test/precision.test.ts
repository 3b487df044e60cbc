import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { type NodeProto, type OnnxModel, readOnnx, writeOnnx } from '../lib/inference/onnx/model.js'
import { DATA_TYPES, makeTensor } from '../lib/inference/onnx/tensors.js'
import { randomSource, randomTensor, toNumbers } from '../lib/inference/random-tensor.js'
import { toBfloat16, toFloat16 } from '../lib/inference/tensorrt/half.js'
import { type CastOptions, castModel } from '../lib/inference/tensorrt/precision.js'
import { valueTypes } from '../lib/inference/tensorrt/value-types.js'
import type { DataType, TensorData } from '../lib/inference/types.js'
import { eegptShaped } from './eegpt-shaped-model.js'
import { matmulChain, mixesRows, model, node, noise, value, weights } from './onnx-models.js'
import { type RealModel, realModel, realModelsOrSkip } from './real-models.js'
import { temporaryFolder } from './temporary.js'

const cast = (bytes: Uint8Array, options: Partial<CastOptions> = {}) =>
  castModel(readOnnx(bytes), { precision: 'fp16', externalData: '', ...options })

type Shapes = Record<string, readonly number[]>

/** Outputs on the CPU as numbers, from the same random inputs whatever their types are. */
async function outputsOf(bytes: Uint8Array, shapes: Shapes): Promise<Record<string, Float64Array>> {
  const session = await InferenceSession.create(bytes, { intraOpNumThreads: 1, logSeverityLevel: 3 })
  const next = randomSource(7)
  const feeds: Record<string, OrtTensor> = {}
  for (const { name = '', type } of readOnnx(bytes).graph.input) {
    const dims = shapes[name]
    if (!dims) continue
    const { data } = randomTensor('float32', dims, next)
    const isHalf = type?.tensorType?.elemType === DATA_TYPES.float16
    feeds[name] = isHalf
      ? new OrtTensor('float16', toFloat16(data as Float32Array), dims)
      : new OrtTensor('float32', data as Float32Array, dims)
  }
  const results = await session.run(feeds)
  await session.release()
  return Object.fromEntries(
    Object.entries(results).map(([name, { type, data }]) => [name, toNumbers(type as DataType, data as TensorData)]),
  )
}

/** Largest difference over the largest value. */
function worst(actual: Record<string, Float64Array>, expected: Record<string, Float64Array>): number {
  assert.equal(Object.keys(actual), Object.keys(expected))
  let share = 0
  for (const [name, values] of Object.entries(expected)) {
    assert.is(actual[name]!.length, values.length)
    const largest = values.reduce((most, v) => Math.max(most, Math.abs(v)), 0)
    values.forEach((v, i) => {
      const difference = Math.abs(v - actual[name]![i]!)
      share = Math.max(share, Number.isFinite(difference) ? difference / largest : Number.POSITIVE_INFINITY)
    })
  }
  return share
}

/** The CPU has bfloat16 casts and nothing else of that type: each other node gets casts around it, which rounds the same. */
function withCastsAround(source: OnnxModel): Uint8Array {
  const types = valueTypes(source.graph)
  const isHalf = (name: string) => types.get(name) === DATA_TYPES.bfloat16
  const nodes: NodeProto[] = []
  let made = 0
  for (const one of source.graph.node) {
    if (one.opType === 'Cast' || ![...one.input, ...one.output].some(isHalf)) {
      nodes.push(one)
      continue
    }
    const swap = (name: string) => (isHalf(name) ? `wide${made++}` : name)
    const input = one.input.map(swap)
    const output = one.output.map(swap)
    one.input.forEach((name, i) => {
      if (isHalf(name)) nodes.push(node('Cast', [name], [input[i]!], { to: 1 }))
    })
    nodes.push({ ...one, input, output })
    one.output.forEach((name, i) => {
      if (isHalf(name)) nodes.push(node('Cast', [output[i]!], [name], { to: 16 }))
    })
  }
  return writeOnnx({ ...source, graph: { ...source.graph, node: nodes } })
}

/** Two residual branches with each kind of operator: Conv, norm, attention's Softmax, GELU by Erf, a mean over time. */
function mixed(): Uint8Array {
  return model({
    node: [
      node('Conv', ['x', 'kernel', 'bias'], ['c'], { pads: [1, 1] }),
      node('BatchNormalization', ['c', 'one', 'zero', 'zero', 'variance'], ['b']),
      node('Relu', ['b'], ['r']),
      node('Transpose', ['r'], ['t'], { perm: [0, 2, 1] }),
      node('LayerNormalization', ['t', 'one', 'zero'], ['n'], { axis: -1 }),
      node('MatMul', ['n', 'w'], ['q']),
      node('Transpose', ['q'], ['k'], { perm: [0, 2, 1] }),
      node('MatMul', ['q', 'k'], ['scores']),
      node('Div', ['scores', 'root'], ['scaled']),
      node('Add', ['scaled', 'mask'], ['masked']),
      node('Softmax', ['masked'], ['p']),
      node('MatMul', ['p', 'q'], ['a']),
      node('Add', ['a', 't'], ['sum']),
      node('Div', ['sum', 'root'], ['d']),
      node('Erf', ['d'], ['e']),
      node('Mul', ['sum', 'e'], ['g']),
      node('ReduceMean', ['g'], ['y'], { axes: [1], keepdims: 0 }),
      node('Shape', ['g'], ['size']),
    ],
    initializer: [
      weights('kernel', [8, 4, 3], 1),
      makeTensor('bias', 'float32', [8], noise(8, 2)),
      makeTensor('one', 'float32', [8], new Float32Array(8).fill(1)),
      makeTensor('zero', 'float32', [8], new Float32Array(8)),
      makeTensor('variance', 'float32', [8], new Float32Array(8).fill(0.5)),
      weights('w', [8, 8], 3),
      makeTensor('root', 'float32', [], Float32Array.of(Math.sqrt(8))),
      makeTensor('mask', 'float32', [5], Float32Array.of(0, 0, 0, 0, -1e9)),
    ],
    input: [value('x', 'float32', ['batch', 4, 5])],
    output: [value('y', 'float32', ['batch', 8]), value('size', 'int64', [3])],
  })
}

test('32-bit floats round to the nearest 16-bit ones', () => {
  const cases: Array<[number, number, number]> = [
    [0, 0, 0],
    [-0, 0x8000, 0x8000],
    [1, 0x3c00, 0x3f80],
    [1 + 2 ** -11, 0x3c00, 0x3f80],
    [1 + 3 * 2 ** -11, 0x3c02, 0x3f80],
    [1 + 2 ** -8 + 2 ** -20, 0x3c04, 0x3f81],
    [65504, 0x7bff, 0x4780],
    [65520, 0x7c00, 0x4780],
    [65519.99, 0x7bff, 0x4780],
    [2 ** -14, 0x0400, 0x3880],
    [2 ** -24, 0x0001, 0x3380],
    [2 ** -25, 0, 0x3300],
    [1.5 * 2 ** -25, 0x0001, 0x3340],
    [-(2 ** -15), 0x8200, 0xb800],
    [Number.POSITIVE_INFINITY, 0x7c00, 0x7f80],
    [Number.NaN, 0x7e00, 0x7fc0],
  ]
  const values = Float32Array.from(cases, ([v]) => v)
  assert.equal(
    [...toFloat16(values)],
    cases.map(([, half]) => half),
  )
  assert.equal(
    [...toBfloat16(values)],
    cases.map(([, , brain]) => brain),
  )
})

test('each 16-bit float comes back from its 32-bit form', () => {
  const all = Uint16Array.from({ length: 65536 }, (_, i) => i)
  for (const [type, round, exponent] of [
    ['float16', toFloat16, 0x7c00],
    ['bfloat16', toBfloat16, 0x7f80],
  ] as const) {
    const back = round(Float32Array.from(toNumbers(type, all)))
    all.forEach((bits, i) => {
      const isNumber = (bits & 0x7fff) <= exponent
      if (isNumber && back[i] !== bits) assert.unreachable(`${type} ${bits.toString(16)}: ${back[i]}`)
    })
  }
})

test('fp32 and tf32 leave the model as it is and differ in the flag', () => {
  const source = readOnnx(mixed())
  const fp32 = castModel(source, { precision: 'fp32', externalData: '' })
  const tf32 = castModel(source, { precision: 'tf32', externalData: '' })
  assert.is(fp32.model, source)
  assert.is(tf32.model, source)
  assert.equal([fp32.tf32, tf32.tf32, fp32.changed, tf32.changed], [false, true, false, false])
})

test('products, convolutions and what lies between them are 16-bit; normalisations, Softmax and means 32-bit', () => {
  const { half, kept } = cast(mixed())
  assert.equal(half, {
    Conv: 1,
    BatchNormalization: 1,
    Relu: 1,
    Transpose: 2,
    MatMul: 3,
    Div: 2,
    Add: 1,
    Erf: 1,
    Mul: 1,
  })
  // -1e9 does not fit into float16, so that the mask is added in 32 bits.
  assert.equal(kept, { LayerNormalization: 1, Add: 1, Softmax: 1, ReduceMean: 1, Shape: 1 })
})

test('a fp16 graph gives the same results within 4e-3, with its inputs and outputs in 32 or 16 bits', async () => {
  const bytes = mixed()
  const expected = await outputsOf(bytes, { x: [3, 4, 5] })
  const { model: narrow } = cast(bytes)
  assert.is(narrow.graph.input[0]!.type!.tensorType!.elemType, DATA_TYPES.float32)
  assert.ok(worst(await outputsOf(writeOnnx(narrow), { x: [3, 4, 5] }), expected) < 4e-3)

  const { model: whole } = cast(bytes, { halfIo: true })
  assert.equal(
    [...whole.graph.input, ...whole.graph.output].map((v) => [v.name, v.type!.tensorType!.elemType]),
    [
      ['x', DATA_TYPES.float16],
      ['y', DATA_TYPES.float16],
      ['size', DATA_TYPES.int64],
    ],
  )
  assert.ok(worst(await outputsOf(writeOnnx(whole), { x: [3, 4, 5] }), expected) < 4e-3)
})

test('a bf16 graph gives the same results within 3e-2', async () => {
  const bytes = mixed()
  const { model: narrow, half, kept } = cast(bytes, { precision: 'bf16' })
  assert.is(half.MatMul, 3)
  // Convolutions take bfloat16 from version 22 of the operators on.
  assert.is(kept.Conv, 1)
  const expected = await outputsOf(bytes, { x: [3, 4, 5] })
  assert.ok(worst(await outputsOf(withCastsAround(narrow), { x: [3, 4, 5] }), expected) < 3e-2)
})

test("a transformer's weights take half the bytes, and its results are within 5e-3 (fp16)", async () => {
  const bytes = eegptShaped({ blocks: 1, width: 128, channels: 4 })
  const { model: narrow } = cast(bytes)
  const cut = writeOnnx(narrow)
  assert.ok(cut.length < 0.55 * bytes.length, `${cut.length} of ${bytes.length}`)
  const shapes = { x: [1, 4, 1024] }
  assert.ok(worst(await outputsOf(cut, shapes), await outputsOf(bytes, shapes)) < 5e-3)
})

test('a normalisation that is written out as Pow, ReduceMean, Sqrt and Div stays in 32 bits throughout', async () => {
  const bytes = model({
    node: [
      node('MatMul', ['x', 'w'], ['h']),
      node('ReduceMean', ['h'], ['mean'], { axes: [-1] }),
      node('Sub', ['h', 'mean'], ['d']),
      node('Pow', ['d', 'two'], ['square']),
      node('ReduceMean', ['square'], ['variance'], { axes: [-1] }),
      node('Add', ['variance', 'epsilon'], ['safe']),
      node('Sqrt', ['safe'], ['deviation']),
      node('Div', ['d', 'deviation'], ['z']),
      node('Mul', ['z', 'gain'], ['scaled']),
      node('MatMul', ['scaled', 'w'], ['y']),
    ],
    initializer: [
      weights('w', [16, 16], 1),
      makeTensor('two', 'float32', [], Float32Array.of(2)),
      makeTensor('epsilon', 'float32', [], Float32Array.of(1e-12)),
      // 1000 squared is beyond float16.
      makeTensor('gain', 'float32', [16], new Float32Array(16).fill(1000)),
    ],
    input: [value('x', 'float32', ['n', 16])],
    output: [value('y', 'float32', ['n', 16])],
  })
  const { kept, half } = cast(bytes)
  assert.equal(kept, { ReduceMean: 2, Pow: 1, Add: 1, Sqrt: 1, Div: 1, Mul: 1 })
  assert.equal(half, { MatMul: 2, Sub: 1 })
})

test('weights beyond float16 keep their operator in 32 bits, and that is told', () => {
  const big = makeTensor('w0', 'float32', [2, 2], Float32Array.of(1, 2, 3, 70000))
  const bytes = matmulChain({ length: 1, size: 2, rows: 'n' })
  const source = readOnnx(bytes)
  const { notes, half } = castModel(
    { ...source, graph: { ...source.graph, initializer: [big] } },
    { precision: 'fp16', externalData: '' },
  )
  assert.equal(half, {})
  assert.equal(notes, ['MatMul stays in FP32: the values of "w0" do not fit into float16.'])
})

test('weights in another file are cast; a file outside the folder or cut short is MODEL_INVALID', () => {
  const folder = temporaryFolder()
  const values = noise(4, 1)
  writeFileSync(join(folder, 'w.bin'), Buffer.concat([Buffer.alloc(8), Buffer.from(values.buffer)]))
  const source = readOnnx(matmulChain({ length: 1, size: 2, rows: 'n' }))
  const within = (location: string, length: number) => {
    const { rawData: _, ...rest } = source.graph.initializer[0]!
    const externalData = Object.entries({ location, offset: '8', length: String(length) }).map(([key, v]) => ({
      key,
      value: v,
    }))
    const graph = { ...source.graph, initializer: [{ ...rest, externalData, dataLocation: 1 }] }
    return castModel({ ...source, graph }, { precision: 'fp16', externalData: folder })
  }
  const { initializer } = within('w.bin', 16).model.graph
  assert.equal(
    initializer.map(({ name }) => name),
    ['w0_float16'],
  )
  assert.equal(Buffer.from(initializer[0]!.rawData!), Buffer.from(toFloat16(values).buffer))
  const message = (call: () => unknown) => {
    try {
      call()
    } catch (error) {
      return (error as Error).message
    }
    return 'no error'
  }
  assert.is(
    message(() => within('../w.bin', 16)),
    'Tensor "w0" lies in ../w.bin, which is outside the model\'s folder.',
  )
  assert.match(
    message(() => within('w.bin', 20)),
    /^Tensor "w0" needs 20 bytes at 8 of .*w\.bin; it has 16\.$/,
  )
})

test('a value that a Loop, If or Scan captures keeps its 32-bit form', async () => {
  const branch = (name: string, opType: string) => ({
    name,
    floats: [],
    ints: [],
    strings: [],
    tensors: [],
    graphs: [],
    type: 5,
    g: {
      node: [node(opType, ['h'], [`${name}.out`])],
      name,
      initializer: [],
      input: [],
      output: [value(`${name}.out`, 'float32', ['n', 4])],
      valueInfo: [],
    },
  })
  const bytes = model({
    node: [
      node('MatMul', ['x', 'w'], ['h']),
      { ...node('If', ['flag'], ['r']), attribute: [branch('then_branch', 'Neg'), branch('else_branch', 'Abs')] },
      node('MatMul', ['r', 'w'], ['y']),
    ],
    initializer: [weights('w', [4, 4], 1), makeTensor('flag', 'bool', [1], Uint8Array.of(1))],
    input: [value('x', 'float32', ['n', 4])],
    output: [value('y', 'float32', ['n', 4])],
  })
  const expected = await outputsOf(bytes, { x: [3, 4] })
  assert.ok(worst(await outputsOf(writeOnnx(cast(bytes).model), { x: [3, 4] }), expected) < 2e-3)
})

test('a model that carries Q/DQ nodes is left alone; int8 of one that has none is refused', () => {
  const quantised = model({
    node: [
      node('QuantizeLinear', ['x', 'scale', 'zero'], ['q']),
      node('DequantizeLinear', ['q', 'scale', 'zero'], ['d']),
      node('MatMul', ['d', 'w'], ['y']),
    ],
    initializer: [
      makeTensor('scale', 'float32', [], Float32Array.of(0.1)),
      makeTensor('zero', 'int8', [], Int8Array.of(0)),
      weights('w', [4, 4], 1),
    ],
    input: [value('x', 'float32', ['n', 4])],
    output: [value('y', 'float32', ['n', 4])],
  })
  assert.is(cast(quantised, { precision: 'int8' }).changed, false)
  const narrow = cast(quantised)
  assert.is(narrow.changed, false)
  assert.equal(narrow.notes, ['The model carries Q/DQ nodes: it is built with the types that it states, not fp16.'])
  const refusals: Array<[Uint8Array, CastOptions['precision'], string]> = [
    [mixesRows(), 'int8', 'int8 needs a model with INT8 QuantizeLinear and DequantizeLinear nodes; this one has none'],
    [
      quantised,
      'fp8',
      'fp8 needs a model with FP8 QuantizeLinear and DequantizeLinear nodes; this one has those of int8',
    ],
    [model({ node: [] }, 11), 'bf16', 'bf16 needs operators of version 13 or newer; the model states 11'],
  ]
  for (const [bytes, precision, text] of refusals)
    assert.throws(
      () => cast(bytes, { precision }),
      (e: { code: string; message: string }) => e.code === 'MODEL_UNSUPPORTED' && e.message.startsWith(text),
    )
})

/** Shapes for one item, and the largest difference of fp16 in shares of the largest value. */
const REAL: Record<RealModel, { shapes: Shapes; tolerance: number }> = {
  'spindle-detector-eeg': { shapes: { raw_signal: [1, 1, 7500], spectrogram: [1, 15, 7500] }, tolerance: 1e-2 },
  'spindle-detector-ieeg': { shapes: { raw_signal: [1, 1, 7500], spectrogram: [1, 15, 7500] }, tolerance: 1e-2 },
  modelA_paper: { shapes: { x: [1, 100, 64] }, tolerance: 1e-2 },
  modelB_full: { shapes: { x: [1, 100, 64] }, tolerance: 1e-2 },
  ICLabelNet: { shapes: { topo: [4, 1, 32, 32], psds: [4, 1, 1, 100], autocorr: [4, 1, 1, 100] }, tolerance: 1e-2 },
  megnet: { shapes: { spatial_input: [1, 120, 120, 3], temporal_input: [1, 15000, 1] }, tolerance: 1e-2 },
}

for (const name of realModelsOrSkip('fp16 of real models'))
  test(`${name} in fp16 gives the same results`, async () => {
    const bytes = realModel(name)
    const { model: narrow } = cast(bytes)
    const { shapes, tolerance } = REAL[name]
    const difference = worst(await outputsOf(writeOnnx(narrow), shapes), await outputsOf(bytes, shapes))
    assert.ok(difference < tolerance, `${difference}`)
  })

test.run()
