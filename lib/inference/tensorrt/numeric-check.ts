// A new plan against reference results, before it serves: builds differ from run to run, and kernels with wrong results
// have been shipped in minor versions of TensorRT.
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { BrrrError } from '../../errors.js'
import { readTensor, tensorValues, typeOf } from '../onnx/tensors.js'
import { randomSource, randomTensor, toNumbers } from '../random-tensor.js'
import type { BatchRunner, DataType, Tensor, Tensors } from '../types.js'
import type { Profile } from './build-options.js'
import { toBfloat16, toFloat16 } from './half.js'
import type { Precision } from './precision.js'

export interface Reference {
  inputs: Tensors
  outputs: Tensors
  /** Of every input and output. */
  types: Record<string, DataType>
}

/** What is needed of a model or plan that is compared. */
export type Computation = Pick<BatchRunner, 'inputs' | 'outputs' | 'run'>

/** Of one output: its largest difference in shares of the reference's largest value. */
export interface Deviation {
  output: string
  share: number
}

/** Largest deviation by precision. NVIDIA's own for a cast model is 5e-3 beside each value; these bound a whole network. */
export const TOLERANCES: Record<Precision, number> = {
  fp32: 1e-3,
  tf32: 5e-3,
  fp16: 1e-2,
  bf16: 5e-2,
  int8: 1e-1,
  fp8: 1e-1,
}

/** What another backend (ONNX Runtime on the CPU) makes of random inputs of a profile's smallest shapes. */
export async function makeReference(model: Computation, profile: Profile): Promise<Reference> {
  const next = randomSource(1)
  const inputs: Tensors = {}
  for (const { name, type, dims } of model.inputs) {
    const shape = profile[name]?.min ?? dims?.map((size) => size ?? 1)
    if (!shape) throw new BrrrError('INVALID_ARGUMENT', `The profile has no shape for input ${JSON.stringify(name)}.`)
    inputs[name] = randomTensor(type, shape, next)
  }
  const types = Object.fromEntries([...model.inputs, ...model.outputs].map(({ name, type }) => [name, type]))
  return { inputs, outputs: await model.run(inputs), types }
}

/**
 * A model folder's own tensors, as ONNX's model zoo keeps them: input_0.pb, output_0.pb and so on, which name the tensor
 * that they are or stand in the model's order.
 * @throws BrrrError MODEL_INVALID
 */
export async function readReference(folder: string, model: Computation): Promise<Reference> {
  const reference: Reference = { inputs: {}, outputs: {}, types: {} }
  for (const side of ['input', 'output'] as const) {
    const infos = model[`${side}s`]
    for (let i = 0; i < infos.length; i++) {
      const path = join(folder, `${side}_${i}.pb`)
      if (!existsSync(path))
        throw new BrrrError(
          'MODEL_INVALID',
          `${folder} has no ${side}_${i}.pb; the model has ${infos.length} ${side}s.`,
        )
      const proto = readTensor(await readFile(path))
      const name = infos.find((info) => info.name === proto.name)?.name ?? infos[i]!.name
      reference[`${side}s`][name] = { data: tensorValues(proto), dims: proto.dims }
      reference.types[name] = typeOf(proto.dataType)!
    }
  }
  return reference
}

/**
 * Runs a plan on the reference's inputs. Outputs that are not floats are not compared: a tie may fall either way.
 * @throws BrrrError BUILD_FAILED where an output deviates by more than the precision's tolerance
 */
export async function checkPlan(plan: Computation, reference: Reference, precision: Precision): Promise<Deviation[]> {
  const inputs: Tensors = {}
  for (const { name, type } of plan.inputs) inputs[name] = asType(type, reference.types[name]!, reference.inputs[name]!)
  const outputs = await plan.run(inputs)
  const deviations: Deviation[] = []
  for (const { name, type } of plan.outputs) {
    if (!isFloat(type)) continue
    const expected = toNumbers(reference.types[name]!, reference.outputs[name]!.data)
    const actual = toNumbers(type, outputs[name]!.data)
    deviations.push({ output: name, share: deviation(actual, expected) })
  }
  const tolerance = TOLERANCES[precision]
  const worst = deviations.find(({ share }) => !(share <= tolerance))
  if (worst)
    throw new BrrrError(
      'BUILD_FAILED',
      `The new plan computes wrongly: output ${JSON.stringify(worst.output)} deviates from the reference by ${worst.share.toPrecision(2)} of its largest value; ${precision} may by ${tolerance}. Try precision fp32 or bf16, or another version of TensorRT.`,
    )
  return deviations
}

function deviation(actual: Float64Array, expected: Float64Array): number {
  if (actual.length !== expected.length) return Number.POSITIVE_INFINITY
  let largest = 0
  let difference = 0
  for (let i = 0; i < expected.length; i++) {
    const [is, should] = [actual[i]!, expected[i]!]
    if (Object.is(is, should)) continue
    if (!Number.isFinite(is) || !Number.isFinite(should)) return Number.POSITIVE_INFINITY
    difference = Math.max(difference, Math.abs(is - should))
  }
  for (const value of expected) if (Number.isFinite(value)) largest = Math.max(largest, Math.abs(value))
  return largest > 0 ? difference / largest : difference
}

const isFloat = (type: DataType) =>
  type === 'float32' || type === 'float64' || type === 'float16' || type === 'bfloat16'

/** A tensor in the plan's type: 32-bit floats rounded to the 16 bits that it takes. */
function asType(wanted: DataType, type: DataType, { data, dims }: Tensor): Tensor {
  if (wanted === type || type !== 'float32') return { data, dims }
  const values = data as Float32Array
  return { data: wanted === 'float16' ? toFloat16(values) : toBfloat16(values), dims }
}
