// What a user may say about a build, checked, with its defaults: the part of a plan's key that he decides.
import { BrrrError } from '../../errors.js'
import type { TensorInfo } from '../types.js'
import { PRECISIONS, type Precision } from './precision.js'

export type Dims = readonly number[]
/** The shapes that a plan takes for one input: it runs best at `opt`. */
export interface ProfileRange {
  readonly min: Dims
  readonly opt: Dims
  readonly max: Dims
}
/** One optimisation profile: a range for each input with a dynamic axis. */
export type Profile = Readonly<Record<string, ProfileRange>>

export interface BuildSettings {
  /** Default fp16: products in 16 bits, normalisations in 32. */
  precision?: Precision | undefined
  /** true: 16-bit inputs and outputs too (fp16 and bf16). */
  halfIo?: boolean | undefined
  /** Shapes by input; without them, every dynamic axis but the first is refused and the first goes from 1 to `maxBatch`. */
  profiles?: readonly Profile[] | undefined
  /** For a build without profiles. Default 32. */
  maxBatch?: number | undefined
  /** Device memory that one kernel may use, in bytes. Default and upper limit: 0.8 of what is free. */
  workspaceBytes?: number | undefined
  /** 0 to 5: how long TensorRT looks for fast kernels. Default 3. */
  optimizationLevel?: number | undefined
  /** Streams inside one run. Default: TensorRT decides; 0 is best for many lanes. */
  auxStreams?: number | undefined
  /** Run on other GPUs too, slower: `ampere+`, or those of the `same` compute capability. */
  hardwareCompatible?: 'none' | 'ampere+' | 'same' | undefined
  /**
   * true: later versions of TensorRT take the plan too, which may run slower. Such a plan holds code for the processor:
   * load only plans that you trust. Default false.
   */
  versionCompatible?: boolean | undefined
}

/** BuildSettings with every choice made. `null`: TensorRT decides. */
export interface BuildOptions {
  readonly precision: Precision
  readonly halfIo: boolean
  readonly profiles: readonly Profile[]
  readonly workspaceBytes: number | null
  readonly optimizationLevel: number
  readonly auxStreams: number | null
  readonly hardwareCompatible: 'none' | 'ampere+' | 'same'
  readonly versionCompatible: boolean
}

const refuse = (message: string) => new BrrrError('INVALID_ARGUMENT', message)

/** All that can be said without the model; throws INVALID_ARGUMENT. */
export function checkBuildSettings(settings: BuildSettings): Omit<BuildOptions, 'profiles'> & { maxBatch: number } {
  const { precision = 'fp16', halfIo = false, hardwareCompatible = 'none', versionCompatible = false } = settings
  if (!PRECISIONS.includes(precision))
    throw refuse(`precision is one of ${PRECISIONS.join(', ')}; got ${JSON.stringify(precision)}.`)
  if (halfIo && precision !== 'fp16' && precision !== 'bf16')
    throw refuse(`halfIo goes with precision fp16 or bf16; got ${precision}.`)
  if (!['none', 'ampere+', 'same'].includes(hardwareCompatible))
    throw refuse(`hardwareCompatible is none, ampere+ or same; got ${JSON.stringify(hardwareCompatible)}.`)
  if (settings.profiles?.length === 0) throw refuse('profiles is empty: give at least one, or leave it out.')
  return {
    precision,
    halfIo,
    maxBatch: integer('maxBatch', settings.maxBatch, 1, 65536) ?? 32,
    workspaceBytes: integer('workspaceBytes', settings.workspaceBytes, 1 << 20, Number.MAX_SAFE_INTEGER) ?? null,
    optimizationLevel: integer('optimizationLevel', settings.optimizationLevel, 0, 5) ?? 3,
    auxStreams: integer('auxStreams', settings.auxStreams, 0, 64) ?? null,
    hardwareCompatible,
    versionCompatible,
  }
}

/** Throws INVALID_ARGUMENT, SHAPE_MISMATCH, MODEL_UNSUPPORTED (without profiles, of a model that needs them). */
export function resolveBuildOptions(settings: BuildSettings, inputs: readonly TensorInfo[]): BuildOptions {
  const { maxBatch, ...checked } = checkBuildSettings(settings)
  const profiles = settings.profiles?.map((profile) => checkProfile(profile, inputs)) ?? [
    batchProfile(inputs, maxBatch),
  ]
  return { ...checked, profiles }
}

function integer(name: string, value: number | undefined, least: number, most: number): number | undefined {
  if (value === undefined || (Number.isInteger(value) && value >= least && value <= most)) return value
  throw refuse(`${name} is an integer from ${least} to ${most}; got ${value}.`)
}

const isDynamic = ({ dims }: TensorInfo) => dims === null || dims.includes(null)

/** Batches from 1 to `most`, best at the largest. */
function batchProfile(inputs: readonly TensorInfo[], most: number): Profile {
  const at = ({ name, dims }: TensorInfo, batch: number): Dims => {
    if (dims === null || dims.slice(1).includes(null))
      throw new BrrrError(
        'MODEL_UNSUPPORTED',
        `Input ${JSON.stringify(name)} has dynamic axes besides the first: give profiles with the shapes that it takes.`,
      )
    return dims.map((size) => size ?? batch)
  }
  return Object.fromEntries(
    inputs
      .filter(isDynamic)
      .map((input) => [input.name, { min: at(input, 1), opt: at(input, most), max: at(input, most) }]),
  )
}

function checkProfile(profile: Profile, inputs: readonly TensorInfo[]): Profile {
  for (const name of Object.keys(profile))
    if (!inputs.some((input) => input.name === name))
      throw refuse(`The model has no input ${JSON.stringify(name)}; it has ${inputs.map((i) => i.name).join(', ')}.`)
  const checked: Record<string, ProfileRange> = {}
  for (const input of inputs) {
    const range = profile[input.name]
    if (range) checked[input.name] = checkRange(input, range)
    else if (isDynamic(input)) throw refuse(`A profile lacks the dynamic input ${JSON.stringify(input.name)}.`)
  }
  return checked
}

function checkRange({ name, dims }: TensorInfo, { min, opt, max }: ProfileRange): ProfileRange {
  const rank = dims?.length ?? min?.length
  for (const [what, shape] of Object.entries({ min, opt, max })) {
    if (!Array.isArray(shape) || !shape.every((size) => Number.isSafeInteger(size) && size > 0))
      throw refuse(`A profile's ${what} of ${JSON.stringify(name)} is a list of sizes; got ${JSON.stringify(shape)}.`)
    if (shape.length !== rank || dims?.some((size, axis) => size !== null && size !== shape[axis]))
      throw new BrrrError(
        'SHAPE_MISMATCH',
        `A profile's ${what} of ${JSON.stringify(name)} is [${shape}]; the input is [${dims?.map((size) => size ?? '?') ?? `${rank} sizes`}].`,
      )
  }
  if (!opt.every((size, axis) => min[axis]! <= size && size <= max[axis]!))
    throw refuse(`A profile of ${JSON.stringify(name)} needs min <= opt <= max; got [${min}], [${opt}], [${max}].`)
  return { min: [...min], opt: [...opt], max: [...max] }
}
