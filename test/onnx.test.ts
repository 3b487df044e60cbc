import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { BrrrError } from '../lib/errors.js'
import { readOnnx, writeOnnx } from '../lib/inference/onnx/model.js'
import { makeTensor, tensorValues } from '../lib/inference/onnx/tensors.js'
import { eegptShaped } from './eegpt-shaped-model.js'
import { addAndSubtract, identity, matmulChain, model, node, value } from './onnx-models.js'
import { realModel, realModelsOrSkip } from './real-models.js'

const hex = (text: string) => Uint8Array.from(Buffer.from(text.replace(/\s/g, ''), 'hex'))

function refusal(bytes: Uint8Array): string {
  try {
    readOnnx(bytes)
  } catch (error) {
    assert.instance(error, BrrrError)
    assert.is((error as BrrrError).code, 'MODEL_INVALID')
    return (error as BrrrError).message
  }
  return 'no error'
}

test('a hand-assembled file is read field by field', () => {
  // ir_version 8; graph { node { input "x" output "y" op_type "Abs" } input { name "x" type { tensor { elem 1 shape
  // { dim_param "n" } { dim_value 300 } } } } }; opset_import { version 17 }
  const file = hex(`08 08 3a 26
    0a 0b 0a 01 78 12 01 79 22 03 41 62 73
    5a 17 0a 01 78 12 12 0a 10 08 01 12 0c 0a 03 12 01 6e 0a 05 08 ac 82 80 00
    42 02 10 11`)
  const { irVersion, graph, opsetImport } = readOnnx(file)
  assert.is(irVersion, 8)
  assert.equal(graph.node, [{ input: ['x'], output: ['y'], opType: 'Abs', attribute: [] }])
  assert.equal(graph.input[0], {
    name: 'x',
    type: { tensorType: { elemType: 1, shape: { dim: [{ dimParam: 'n' }, { dimValue: 300 }] } } },
  })
  assert.equal(opsetImport, [{ version: 17 }])
})

test('integers keep all 64 bits and their sign', () => {
  const file = model({
    node: [node('Cast', ['x'], ['y'], { to: Number.MIN_SAFE_INTEGER, ends: [-1, 0, 1] })],
    initializer: [makeTensor('big', 'int64', [3], BigInt64Array.of(2n ** 63n - 1n, -(2n ** 63n), -1n))],
  })
  const { graph } = readOnnx(file)
  assert.is(graph.node[0]!.attribute[0]!.i, BigInt(Number.MIN_SAFE_INTEGER))
  assert.equal(graph.node[0]!.attribute[1]!.ints, [-1n, 0n, 1n])
  assert.equal(tensorValues(graph.initializer[0]!), BigInt64Array.of(2n ** 63n - 1n, -(2n ** 63n), -1n))
})

test('values are the same from raw bytes and from each typed field', () => {
  const raw = [
    makeTensor('a', 'float32', [2], Float32Array.of(1.5, -2)),
    makeTensor('b', 'float64', [2], Float64Array.of(0.1, 1e300)),
    makeTensor('c', 'int64', [2], BigInt64Array.of(-5n, 7n)),
    makeTensor('d', 'uint64', [1], BigUint64Array.of(2n ** 64n - 1n)),
    makeTensor('e', 'uint32', [1], Uint32Array.of(4_000_000_000)),
    makeTensor('f', 'int8', [2], Int8Array.of(-128, 127)),
    makeTensor('g', 'float16', [1], Uint16Array.of(0x3c00)),
  ]
  const typed = raw.map(({ rawData: _, ...tensor }) => tensor)
  typed[0]!.floatData = [1.5, -2]
  typed[1]!.doubleData = [0.1, 1e300]
  typed[2]!.int64Data = [-5n, 7n]
  typed[3]!.uint64Data = [2n ** 64n - 1n]
  typed[4]!.uint64Data = [4_000_000_000n]
  typed[5]!.int32Data = [-128, 127]
  typed[6]!.int32Data = [0x3c00]
  const read = readOnnx(model({ initializer: [...raw, ...typed] })).graph.initializer.map(tensorValues)
  assert.equal(read.slice(raw.length), read.slice(0, raw.length))
  assert.equal(read[0], Float32Array.of(1.5, -2))
})

test('a tensor whose bytes do not fit its shape is refused by name', () => {
  const tensor = makeTensor('weight', 'float32', [2, 2], new Float32Array(4))
  tensor.dims = [3, 2]
  assert.throws(() => tensorValues(tensor), /^Tensor "weight" has 16 bytes, but its shape \[3,2\] needs 24\.$/)
  tensor.externalData = [{ key: 'location', value: 'weights.bin' }]
  assert.throws(() => tensorValues(tensor), /"weight" has its values in another file/)
})

test('what was written is read again, and written again byte for byte', () => {
  for (const file of [
    identity(),
    addAndSubtract(),
    matmulChain({ length: 2, size: 8, rows: 'n' }),
    eegptShaped({ blocks: 1, width: 64 }),
  ])
    assert.equal(writeOnnx(readOnnx(file)), file)
})

test('unknown fields of every wire type survive, in place, also inside a graph that is edited', () => {
  const unknown = hex('78 96 01  79 0102030405060708  7a 03 aabbcc  7d 01020304')
  const read = readOnnx(identity())
  const field = (bytes: Uint8Array) => ({ number: 15, bytes })
  const pieces = [unknown.subarray(0, 3), unknown.subarray(3, 12), unknown.subarray(12, 17), unknown.subarray(17)]
  read.unknown = pieces.map(field)
  read.graph.unknown = pieces.map(field)
  const again = readOnnx(writeOnnx(read))
  assert.equal(Buffer.concat(again.unknown!.map(({ bytes }) => bytes)), Buffer.from(unknown))
  again.graph.node[0]!.name = 'renamed'
  const edited = readOnnx(writeOnnx(again))
  assert.is(edited.graph.node[0]!.name, 'renamed')
  assert.equal(Buffer.concat(edited.graph.unknown!.map(({ bytes }) => bytes)), Buffer.from(unknown))
})

test('a name that is not ASCII and a byte order mark stay', () => {
  const read = readOnnx(identity())
  read.graph.name = '\ufeffEEG µV'
  assert.is(readOnnx(writeOnnx(read)).graph.name, '\ufeffEEG µV')
})

for (const [what, bytes, message] of [
  ['nothing', '', 'it is empty'],
  ['text', Buffer.from('not a model').toString('hex'), 'wire type 6'],
  ['an HTML page', Buffer.from('<!DOCTYPE html>').toString('hex'), 'wire type 4'],
  ['a cut field', '3a 05 0a', '5 bytes expected and 1 left at byte 2'],
  ['a cut integer', '08 ff', '1 bytes expected and 0 left'],
  ['an endless integer', `08 ${'ff'.repeat(11)}`, 'an integer of more than ten bytes'],
  ['a length of 2^63', '3a ffffffffffffffff7f', 'bytes expected'],
  ['field number 0', '00 01', 'field number 0'],
  ['a number where a message belongs', '38 01', 'wire type 0 in graph'],
  ['text that is not UTF-8', '12 02 c3 28', 'text that is not UTF-8'],
  ['no graph', '08 08', 'it has no graph'],
  ['no operators', '08 08 3a 00', 'it names no version of the operators'],
] as const)
  test(`${what} is refused, with what is wrong`, () => {
    assert.ok(refusal(hex(bytes)).includes(message), refusal(hex(bytes)))
  })

test('messages nested without end are refused before the stack is', () => {
  let inner: Uint8Array = new Uint8Array(0)
  // node { attribute { g { ... } } }
  const wrap = (key: number) => {
    const length = []
    for (let rest = inner.length; ; rest >>>= 7) {
      length.push(rest > 127 ? (rest & 127) | 128 : rest)
      if (rest <= 127) break
    }
    inner = Uint8Array.from(Buffer.concat([Buffer.from([key, ...length]), inner]))
  }
  for (let i = 0; i < 2000; i++) for (const key of [0x32, 0x2a, 0x0a]) wrap(key)
  wrap(0x3a)
  assert.match(refusal(inner), /more than 64 messages inside one another/)
})

test('any change to a file gives a model or MODEL_INVALID, never another error', () => {
  const file = matmulChain({ length: 2, size: 2, rows: 'n' })
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(file.length - 1), fc.nat(255)), { minLength: 1, maxLength: 8 }),
      fc.nat(file.length),
      (changes, length) => {
        const broken = file.slice(0, length)
        for (const [at, byte] of changes) if (at < length) broken[at] = byte
        const message = refusal(broken)
        return message === 'no error' || message.startsWith('Not a valid ONNX file: ')
      },
    ),
    { numRuns: 2000 },
  )
})

for (const name of realModelsOrSkip('reading real models'))
  test(`${name} is written back byte for byte`, () => {
    const bytes = realModel(name)
    const read = readOnnx(bytes)
    assert.ok(Buffer.from(writeOnnx(read)).equals(bytes))
    const { graph } = read
    const produced = new Set([...graph.input, ...graph.initializer].map((v) => v.name))
    for (const { output } of graph.node) for (const name of output) produced.add(name)
    for (const { name } of graph.output) assert.ok(produced.has(name), `nothing makes output ${name}`)
    assert.ok(graph.initializer.reduce((sum, tensor) => sum + tensorValues(tensor).length, 0) > 100_000)
  })

test('a value has a type and axes', () => {
  assert.equal(value('x', 'float16', ['n', 3]), {
    name: 'x',
    type: { tensorType: { elemType: 10, shape: { dim: [{ dimParam: 'n' }, { dimValue: 3 }] } } },
  })
})

test.run()
