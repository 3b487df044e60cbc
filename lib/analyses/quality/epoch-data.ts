import { BrrrError } from '../../errors.js'

/** Epochs of a caller: samples with what they are of. */
export interface EpochData {
  /** Volts, epochs x channels x samples; read in place, so it must not be transferred while a computation runs. */
  data: Float32Array | Float64Array
  /** Epochs, channels, samples. */
  shape: readonly [number, number, number]
  /** Different names. */
  channels: readonly string[]
  /**
   * x, y, z of each channel in the head frame (x to the right ear, y to the nose), metres. Without it positions come from
   * the names (standard 10-05 montage).
   */
  positions?: Float64Array | ReadonlyArray<readonly number[]> | undefined
  /** Channels that are left alone. */
  bads?: readonly string[] | undefined
  /** Number of each epoch among those that these were chosen from. */
  selection?: readonly number[] | undefined
}

/** Epochs for what needs to know time. */
export interface TimedEpochData extends EpochData {
  /** Samples per second. */
  rate_hz: number
}

export const invalid = (message: string) => new BrrrError('INVALID_ARGUMENT', message)

/** Refuses options that a class does not have: a misspelt one must not be passed over. @throws BrrrError INVALID_ARGUMENT */
export function checkNames(owner: string, options: object, names: readonly string[]): void {
  const unknown = Object.keys(options).find((name) => !names.includes(name))
  if (unknown !== undefined) throw invalid(`${owner} has no option ${unknown}; it has ${names.join(', ')}.`)
}

const isArray = (data: unknown): data is Float32Array | Float64Array =>
  data instanceof Float32Array || data instanceof Float64Array

/** @throws BrrrError INVALID_ARGUMENT where the parts do not fit together */
export function checkEpochs(given: EpochData): void {
  if (typeof given !== 'object' || given === null)
    throw invalid(`Epochs are an object with data, shape and channels; got ${given}.`)
  const { data, shape, channels } = given
  if (!isArray(data)) throw invalid('Epochs need their data as a Float32Array or a Float64Array of volts.')
  if (!Array.isArray(shape) || shape.length !== 3 || !shape.every((n) => Number.isSafeInteger(n) && n > 0))
    throw invalid(`Epochs need the shape [epochs, channels, samples], each at least 1; got [${shape}].`)
  const [epochs, count, samples] = shape
  if (data.length !== epochs * count * samples)
    throw invalid(
      data.byteLength === 0
        ? 'The data of the epochs are empty, or their memory was transferred elsewhere.'
        : `Epochs of shape ${epochs} x ${count} x ${samples} need ${epochs * count * samples} values; got ${data.length}.`,
    )
  if ((data.buffer as { resizable?: boolean }).resizable)
    throw invalid('The data of the epochs lie in a resizable buffer, which could shrink while it is read; pass a copy.')
  if (!Array.isArray(channels) || channels.length !== count)
    throw invalid(`Epochs of ${count} channels need as many names; got ${channels?.length}.`)
  if (new Set(channels).size !== count) throw invalid('The channels of epochs need different names.')
  if (given.bads !== undefined && !Array.isArray(given.bads)) throw invalid('The bads of epochs are a list of names.')
}

/** Rows of three from either form. */
export function positionRows(positions: Float64Array | ReadonlyArray<readonly number[]>): Array<readonly number[]> {
  if (!(positions instanceof Float64Array)) return [...positions]
  return Array.from({ length: positions.length / 3 }, (_, i) => [...positions.subarray(3 * i, 3 * i + 3)])
}
