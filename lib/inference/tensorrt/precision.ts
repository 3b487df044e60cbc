// A graph as a strongly typed build computes it: TensorRT takes every type from the ONNX file, so that 16-bit engines
// need a graph with casts. Sources: NVIDIA's AutoCast (which operators stay in FP32) and the ONNX operator schemas.
import { BrrrError } from '../../errors.js'
import { ATTRIBUTE_TYPES, type GraphProto, type NodeProto, type TensorProto } from '../onnx/messages.js'
import type { OnnxModel } from '../onnx/model.js'
import { DATA_TYPES, makeTensor, tensorValues } from '../onnx/tensors.js'
import { inlined } from './external-data.js'
import { FLOAT16_MAX, FLOAT16_SMALLEST_NORMAL, toBfloat16, toFloat16 } from './half.js'
import { takesBfloat16, weightOf } from './half-operators.js'
import { type ValueTypes, valueTypes } from './value-types.js'

/** int8 and fp8 are what a model's own QuantizeLinear and DequantizeLinear say. */
export type Precision = 'fp32' | 'tf32' | 'fp16' | 'bf16' | 'int8' | 'fp8'
export const PRECISIONS: readonly Precision[] = ['fp32', 'tf32', 'fp16', 'bf16', 'int8', 'fp8']

export interface CastOptions {
  precision: Precision
  /** true: inputs and outputs become 16-bit too. Default: they keep their types. */
  halfIo?: boolean | undefined
  /** Folder of the model's external data. */
  externalData: string
}

export interface CastModel {
  model: OnnxModel
  /** False where the model is the given one, as it was. */
  changed: boolean
  /** Whether FP32 multiplications may be done in TF32. */
  tf32: boolean
  /** Operators that compute in 16 bits and those that take FP32, by count. */
  half: Record<string, number>
  kept: Record<string, number>
  /** What a user should know of it. */
  notes: string[]
}

/**
 * Casts a model for a precision. The given one is not changed.
 * @throws BrrrError MODEL_UNSUPPORTED where that cannot be done, with the reason; MODEL_INVALID, FILE_UNREADABLE
 */
export function castModel(model: OnnxModel, options: CastOptions): CastModel {
  const { precision } = options
  const asItIs: CastModel = { model, changed: false, tf32: precision !== 'fp32', half: {}, kept: {}, notes: [] }
  const quantised = quantisedTypes(model.graph)
  if (precision === 'int8' || precision === 'fp8') {
    if (quantised.has(precision)) return asItIs
    throw new BrrrError(
      'MODEL_UNSUPPORTED',
      `${precision} needs a model with ${precision === 'fp8' ? 'FP8' : 'INT8'} QuantizeLinear and DequantizeLinear nodes; this one has ${quantised.size > 0 ? `those of ${[...quantised].join(', ')}` : 'none'}. Quantise it before, or choose fp16.`,
    )
  }
  if (precision === 'fp32' || precision === 'tf32') return asItIs
  if (quantised.size > 0)
    return {
      ...asItIs,
      notes: [`The model carries Q/DQ nodes: it is built with the types that it states, not ${precision}.`],
    }
  return new Caster(model, options, precision).cast()
}

function quantisedTypes(graph: GraphProto): Set<string> {
  const found = new Set<string>()
  const types = valueTypes(graph)
  for (const { opType, input, output } of graph.node) {
    if (/^(QLinear|DynamicQuantizeLinear|MatMulInteger|ConvInteger)/.test(opType ?? '')) found.add('int8')
    const value = opType === 'DequantizeLinear' ? input[0] : opType === 'QuantizeLinear' ? output[0] : undefined
    const type = value === undefined ? undefined : types.get(value)
    // FLOAT8E4M3FN to FLOAT8E5M2FNUZ are 17 to 20.
    if (type !== undefined) found.add(type >= 17 && type <= 20 ? 'fp8' : 'int8')
  }
  return found
}

/** Float values have up to two forms, by name: the one that is made, and a cast of it where that is needed. */
class Caster {
  private readonly half: 'float16' | 'bfloat16'
  private readonly opset: number
  private readonly types: ValueTypes
  private readonly names = new Set<string>()
  /** Values known beforehand: initializers and Constant nodes. */
  private readonly constants = new Map<string, TensorProto>()
  private readonly floats = new Map<string, Float32Array>()
  /** Name of each form; missing: not made yet. */
  private readonly inFloat = new Map<string, string>()
  private readonly inHalf = new Map<string, string>()
  /** Values that an operator kept in FP32 makes. */
  private readonly keptValues = new Set<string>()
  private readonly halfIo = new Set<string>()
  private readonly nodes: NodeProto[] = []
  private readonly added: TensorProto[] = []
  private readonly counts = { half: {} as Record<string, number>, kept: {} as Record<string, number> }
  private readonly notes: string[] = []

  constructor(
    private readonly source: OnnxModel,
    private readonly options: CastOptions,
    precision: 'fp16' | 'bf16',
  ) {
    const { graph, opsetImport } = source
    this.half = precision === 'fp16' ? 'float16' : 'bfloat16'
    this.opset = opsetImport.find(({ domain = '' }) => domain === '' || domain === 'ai.onnx')?.version ?? 0
    if (this.half === 'bfloat16' && this.opset < 13)
      throw new BrrrError(
        'MODEL_UNSUPPORTED',
        `bf16 needs operators of version 13 or newer; the model states ${this.opset}. Export it anew, or choose fp16.`,
      )
    this.types = valueTypes(graph)
    for (const name of this.types.keys()) this.names.add(name)
    for (const { output } of graph.node) for (const name of output) this.names.add(name)
    for (const tensor of graph.initializer) this.constants.set(tensor.name ?? '', tensor)
    for (const node of graph.node) {
      const tensor = node.opType === 'Constant' ? constantTensor(node) : undefined
      if (tensor) this.constants.set(node.output[0]!, tensor)
    }
  }

  cast(): CastModel {
    const { graph } = this.source
    this.begin(graph)
    for (const node of graph.node) this.add(node)
    this.end(graph)
    const used = new Set([...this.nodes.flatMap(namesUsed), ...graph.output.map(({ name = '' }) => name)])
    const made = new Set(this.nodes.flatMap(({ output }) => output))
    const initializer = [...graph.initializer.filter(({ name = '' }) => used.has(name)), ...this.added]
    const cast: GraphProto = {
      ...graph,
      node: this.nodes.filter(({ opType, output }) => opType !== 'Constant' || output.some((name) => used.has(name))),
      initializer,
      input: this.io(graph.input.filter(({ name = '' }) => !this.constants.has(name))),
      output: this.io(graph.output),
      valueInfo: graph.valueInfo.filter(({ name = '' }) => made.has(name)),
    }
    // Before version 4 every initializer had to be listed as an input.
    const irVersion = Math.max(this.source.irVersion ?? 0, 4)
    const model: OnnxModel = { ...this.source, irVersion, graph: cast }
    return { model, changed: true, tf32: true, ...this.counts, notes: this.notes }
  }

  private isFloat(name: string): boolean {
    return this.types.get(name) === DATA_TYPES.float32
  }

  private begin(graph: GraphProto): void {
    if (this.options.halfIo)
      for (const { name = '' } of [...graph.input, ...graph.output])
        if (this.isFloat(name) && !this.constants.has(name)) this.halfIo.add(name)
    const captured = new Set(graph.node.flatMap(capturedNames))
    const clash = [...this.halfIo].find((name) => captured.has(name))
    if (clash)
      throw new BrrrError(
        'MODEL_UNSUPPORTED',
        `${JSON.stringify(clash)} is used inside a Loop, If or Scan, so that it cannot become 16-bit. Leave halfIo out.`,
      )
    for (const { name = '' } of graph.input)
      if (!this.constants.has(name)) (this.halfIo.has(name) ? this.inHalf : this.inFloat).set(name, name)
    for (const { name = '' } of graph.initializer) this.inFloat.set(name, name)
  }

  private add(node: NodeProto): void {
    const place = this.computesInHalf(node)
    if (node.opType === 'Constant') {
      this.inFloat.set(node.output[0]!, node.output[0]!)
      this.nodes.push(node)
      return
    }
    const input = node.input.map((name) =>
      !this.isFloat(name) ? name : place ? this.asHalf(name) : this.asFloat(name),
    )
    if (!place) for (const name of capturedNames(node)) if (this.isFloat(name)) this.asFloat(name)
    const output = node.output.map((name) => {
      if (!this.isFloat(name)) return name
      const made = place ? this.halfName(name) : this.floatName(name)
      ;(place ? this.inHalf : this.inFloat).set(name, made)
      if (!place) this.keptValues.add(name)
      return made
    })
    this.nodes.push({ ...node, input, output })
    if (node.input.some((name) => this.isFloat(name))) {
      const count = place ? this.counts.half : this.counts.kept
      count[node.opType ?? ''] = (count[node.opType ?? ''] ?? 0) + 1
    }
  }

  private computesInHalf(node: NodeProto): boolean {
    const weight = weightOf(node, (name) => this.constants.has(name))
    const floats = node.input.filter((name) => this.isFloat(name))
    if (weight === 'kept' || floats.length === 0) return false
    // A type that is not known may be one that the operator's other inputs have to share.
    if (node.input.some((name) => name && !this.types.has(name))) return false
    if (node.input.some((name) => this.types.get(name) === DATA_TYPES.float16)) return false
    if (this.half === 'bfloat16' && !takesBfloat16(node.opType ?? '', this.opset)) return false
    const computed = floats.filter((name) => !this.constants.has(name))
    if (computed.length === 0) return false
    if (weight === 'light' && computed.every((name) => this.keptValues.has(name))) return false
    const tooWide = floats.find((name) => this.constants.has(name) && !this.fits(name, node))
    if (tooWide !== undefined && weight === 'heavy')
      this.notes.push(`${node.opType} stays in FP32: the values of ${JSON.stringify(tooWide)} do not fit into float16.`)
    return tooWide === undefined
  }

  /** Whether float16 holds these constants. */
  private fits(name: string, node: NodeProto): boolean {
    if (this.half === 'bfloat16') return true
    const values = this.floatsOf(name)
    const isVariance = node.opType === 'BatchNormalization' && node.input[4] === name
    return isVariance
      ? values.every((v) => v <= FLOAT16_MAX && v >= FLOAT16_SMALLEST_NORMAL)
      : values.every((v) => Math.abs(v) <= FLOAT16_MAX || !Number.isFinite(v))
  }

  private floatsOf(name: string): Float32Array {
    let values = this.floats.get(name)
    if (!values) {
      values = tensorValues(inlined(this.constants.get(name)!, this.options.externalData, 4)) as Float32Array
      this.floats.set(name, values)
    }
    return values
  }

  private asHalf(name: string): string {
    const have = this.inHalf.get(name)
    if (have !== undefined) return have
    const made = this.halfName(name)
    this.inHalf.set(name, made)
    if (this.constants.has(name)) {
      const values = this.floatsOf(name)
      const halves = this.half === 'float16' ? toFloat16(values) : toBfloat16(values)
      this.floats.delete(name)
      this.added.push(makeTensor(made, this.half, this.constants.get(name)!.dims, halves))
    } else {
      this.nodes.push(castNode(this.inFloat.get(name) ?? name, made, DATA_TYPES[this.half]))
    }
    return made
  }

  private asFloat(name: string): string {
    const have = this.inFloat.get(name)
    if (have !== undefined) return have
    const source = this.inHalf.get(name)
    const made = this.floatName(name)
    this.inFloat.set(name, made)
    if (source !== undefined) this.nodes.push(castNode(source, made, DATA_TYPES.float32))
    return made
  }

  /** What is half at the model's edge keeps its name in 16 bits, all else in 32. */
  private halfName(name: string): string {
    return this.halfIo.has(name) ? name : this.unused(`${name}_${this.half}`)
  }
  private floatName(name: string): string {
    return this.halfIo.has(name) ? this.unused(`${name}_float32`) : name
  }
  private unused(name: string): string {
    while (this.names.has(name)) name += '_'
    this.names.add(name)
    return name
  }

  private end(graph: GraphProto): void {
    for (const { name = '' } of graph.output)
      if (this.isFloat(name)) this.halfIo.has(name) ? this.asHalf(name) : this.asFloat(name)
  }

  private io(values: GraphProto['input']): GraphProto['input'] {
    return values.map((value) => {
      if (!this.halfIo.has(value.name ?? '')) return value
      const tensorType = { ...value.type!.tensorType!, elemType: DATA_TYPES[this.half] }
      return { ...value, type: { ...value.type, tensorType } }
    })
  }
}

function castNode(from: string, to: string, type: number): NodeProto {
  const empty = { floats: [], ints: [], strings: [], tensors: [], graphs: [] }
  const attribute = [{ ...empty, name: 'to', i: BigInt(type), type: ATTRIBUTE_TYPES.int }]
  return { opType: 'Cast', name: `cast ${to}`, input: [from], output: [to], attribute }
}

/** The value of a Constant node, where it is one of float32. */
function constantTensor(node: NodeProto): TensorProto | undefined {
  const name = node.output[0] ?? ''
  for (const { name: kind, t, f, floats } of node.attribute) {
    if (kind === 'value' && t?.dataType === DATA_TYPES.float32) return t
    if (kind === 'value_float') return makeTensor(name, 'float32', [], Float32Array.of(f ?? 0))
    if (kind === 'value_floats') return makeTensor(name, 'float32', [floats.length], Float32Array.from(floats))
  }
  return undefined
}

/** Names that the graphs inside a node use. More than it captures (their own values too), which does no harm. */
const capturedNames = (node: NodeProto): string[] =>
  node.attribute.flatMap(({ g, graphs }) =>
    (g ? [g, ...graphs] : graphs).flatMap((graph) => [
      ...graph.node.flatMap(namesUsed),
      ...graph.output.map(({ name = '' }) => name),
    ]),
  )

const namesUsed = (node: NodeProto): string[] => [...node.input, ...capturedNames(node)]
