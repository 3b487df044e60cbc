// Reads a pickle as data. A pickle is a program for Python's unpickler: here every class and function that it names is
// replaced by an inert record of its arguments and state, so nothing of it runs, and the walk is bounded.
import { BufferReader, Parser } from 'pickleparser'
import { BrrrError } from '../errors.js'

/** Bytes that direct the walk; one classifier takes about 1000. */
const MAX_STEPS = 100_000
/** Longest byte string or whole number; text may be longer. */
const MAX_RAW_BYTES = 1024

/** What stands in for an object: the arguments it was made with and the state it was given. */
export class Inert {
  state: unknown
  /** Items set one by one, as dictionary-like classes do. */
  readonly items = new Map<unknown, unknown>()
  /** Result of a pickle inside the pickle, as joblib stores arrays. */
  nested: unknown

  constructor(
    readonly type: string,
    readonly args: unknown[],
    private readonly restore: ((object: Inert) => void) | undefined,
  ) {}

  get(key: string): unknown {
    return this.state instanceof Map ? this.state.get(key) : undefined
  }

  /** Called by the parser for BUILD. */
  __setstate__(state: unknown): void {
    this.state = state
    this.restore?.(this)
  }

  /** Called by the parser for SETITEM. */
  set(key: unknown, value: unknown): void {
    this.items.set(key, value)
  }
}

/**
 * The object a pickle describes: strings, numbers, arrays (lists and tuples), Maps (dicts) and Inert records.
 * `packages`: the Python packages whose names may occur. Throws MODEL_INVALID.
 */
export function readPickle(bytes: Uint8Array, packages: string[]): unknown {
  const reader = new BoundedReader(bytes)
  const walk = () => new Parser({ nameResolver: { resolve }, unpicklingTypeOfDictionary: 'Map' }).read(reader)

  function resolve(module: string, name: string) {
    const type = `${module}.${name}`
    if (!packages.includes(module.split('.')[0]!))
      throw new BrrrError(
        'MODEL_INVALID',
        `The pickle names ${clip(type)}, which such a model does not need. Nothing of it was run; do not trust the file.`,
      )
    // joblib writes an array as a wrapper, followed by the pickle of an array of objects.
    const restore = type === 'joblib.numpy_pickle.NumpyArrayWrapper' ? readNestedArray : undefined
    return function make(...args: unknown[]) {
      return new Inert(type, args, restore)
    }
  }

  function readNestedArray(wrapper: Inert) {
    const dtype = wrapper.get('dtype')
    const kind = dtype instanceof Inert ? dtype.args[0] : undefined
    if (kind !== 'O8')
      throw new BrrrError('MODEL_INVALID', `The pickle holds an array of type ${clip(kind)}, not of objects.`)
    wrapper.nested = walk()
  }

  try {
    return walk()
  } catch (cause) {
    if (cause instanceof BrrrError) throw cause
    throw new BrrrError('MODEL_INVALID', 'The file does not hold a readable pickle.', { cause })
  }
}

/** Ends the walk of a hostile pickle: bounds on steps and lengths, and no way back in the stream. */
class BoundedReader extends BufferReader {
  private steps = 0

  constructor(private readonly source: Uint8Array) {
    super(source)
  }

  override byte(): number {
    if (++this.steps > MAX_STEPS) throw new Error(`The pickle takes more than ${MAX_STEPS} steps.`)
    return super.byte()
  }

  override bytes(length: number) {
    if (length > MAX_RAW_BYTES) throw new Error(`The pickle holds a byte string of ${length} bytes.`)
    return super.bytes(length)
  }

  override uint64(): number {
    const low = this.uint32()
    return low + 2 ** 32 * this.uint32()
  }

  override skip(length: number): void {
    if (length < 0) throw new Error('The pickle holds a negative length.')
    super.skip(length)
  }

  override string(length: number, encoding: 'ascii' | 'utf-8'): string {
    const start = this.position
    this.skip(length)
    return new TextDecoder(encoding).decode(this.source.subarray(start, this.position))
  }
}

const clip = (text: unknown) => String(text).slice(0, 80)
