// The seventh model of the benches: EEGPT's shape and cost with weights that nobody trained.
import type { NodeProto, TensorProto } from '../lib/inference/onnx/messages.js'
import { makeTensor } from '../lib/inference/onnx/tensors.js'
import type { TensorData } from '../lib/inference/types.js'
import { model, node, noise, value, weights } from './onnx-models.js'

const constant = (name: string, dims: readonly number[], values: TensorData) =>
  makeTensor(name, values instanceof BigInt64Array ? 'int64' : 'float32', dims, values)

const ints = (...values: number[]) => BigInt64Array.from(values, BigInt)

/**
 * An untrained transformer of EEGPT's shape and cost (25 M parameters, 19.5 GFLOP): x [batch, 20, 1024] to y
 * [batch, 16, 4, 512]. Patches of 64 samples; each patch's 20 channels and 4 summary tokens attend to one another;
 * 8 blocks, width 512, 8 heads. For benches only: its outputs mean nothing.
 */
export function eegptShaped({ blocks = 8, width = 512, channels = 20 } = {}): Uint8Array {
  const tokens = channels + 4
  const nodes: NodeProto[] = []
  const initializer: TensorProto[] = [
    constant('patches', [4], ints(-1, channels, 16, 64)),
    constant('columns', [3], ints(-1, channels, 64)),
    constant('pads', [6], ints(0, 0, 0, 0, 4, 0)),
    constant('heads', [4], ints(0, tokens, 8, width / 8)),
    constant('joined', [3], ints(0, tokens, width)),
    constant('from', [1], ints(channels)),
    constant('to', [1], ints(tokens)),
    constant('axis', [1], ints(1)),
    constant('result', [4], ints(-1, 16, 4, width)),
    constant('root2', [], Float32Array.of(Math.SQRT2)),
    constant('one', [], Float32Array.of(1)),
    constant('half', [], Float32Array.of(0.5)),
    constant('scale', [], Float32Array.of(1 / Math.sqrt(width / 8))),
    weights('embed', [64, width], 1),
    makeTensor('token', 'float32', [tokens, width], noise(tokens * width, 2, 0.02)),
  ]
  let seed = 3
  let count = 0
  const op = (type: string, input: readonly string[], attributes = {}): string => {
    const output = `v${count++}`
    nodes.push(node(type, input, [output], attributes))
    return output
  }
  const filled = (name: string, fill: number) => {
    initializer.push(makeTensor(name, 'float32', [width], new Float32Array(width).fill(fill)))
    return name
  }
  const linear = (x: string, from: number, to: number) => {
    const name = `linear${seed}`
    initializer.push(
      weights(`${name}.weight`, [from, to], seed++),
      makeTensor(`${name}.bias`, 'float32', [to], noise(to, seed++, 0.02)),
    )
    return op('Add', [op('MatMul', [x, `${name}.weight`]), `${name}.bias`])
  }
  const normalised = (x: string) => {
    const name = `norm${seed++}`
    return op('LayerNormalization', [x, filled(`${name}.weight`, 1), filled(`${name}.bias`, 0)], {
      axis: -1,
      epsilon: { float: 1e-6 },
    })
  }
  const gelu = (x: string) =>
    op('Mul', [op('Mul', [x, op('Add', [op('Erf', [op('Div', [x, 'root2'])]), 'one'])]), 'half'])
  const attention = (x: string) => {
    const [q, k, v] = ['query', 'key', 'value'].map((part) => `${part}${count}`) as [string, string, string]
    nodes.push(node('Split', [linear(x, width, 3 * width)], [q, k, v], { axis: -1 }))
    const heads = (part: string, perm: readonly number[]) => op('Transpose', [op('Reshape', [part, 'heads'])], { perm })
    const scores = op('MatMul', [heads(q, [0, 2, 1, 3]), heads(k, [0, 2, 3, 1])])
    const shares = op('Softmax', [op('Mul', [scores, 'scale'])], { axis: -1 })
    const mixed = op('Transpose', [op('MatMul', [shares, heads(v, [0, 2, 1, 3])])], { perm: [0, 2, 1, 3] })
    return linear(op('Reshape', [mixed, 'joined']), width, width)
  }

  const patches = op('Transpose', [op('Reshape', ['x', 'patches'])], { perm: [0, 2, 1, 3] })
  const embedded = op('MatMul', [op('Reshape', [patches, 'columns']), 'embed'])
  let x = op('Add', [op('Pad', [embedded, 'pads']), 'token'])
  for (let i = 0; i < blocks; i++) {
    x = op('Add', [x, attention(normalised(x))])
    x = op('Add', [x, linear(gelu(linear(normalised(x), width, 4 * width)), 4 * width, width)])
  }
  const summaries = normalised(op('Slice', [x, 'from', 'to', 'axis']))
  nodes.push(node('Reshape', [summaries, 'result'], ['y']))
  return model({
    node: nodes,
    initializer,
    input: [value('x', 'float32', ['batch', channels, 1024])],
    output: [value('y', 'float32', ['batch', 16, 4, width])],
  })
}
