// Takes the booster's text out of a joblib file of LightGBM's scikit-learn classifier, running nothing of it.
import { unzipSync } from 'node:zlib'
import { BrrrError } from '../errors.js'
import { Inert, readPickle } from './pickle.js'

/** YASA's files unpack to 7.4 MB. */
const MAX_UNPACKED_BYTES = 1 << 26
const PICKLE_PROTOCOL_OPCODE = 0x80
const PACKAGES = ['lightgbm', 'sklearn', 'numpy', 'joblib', 'collections', '_codecs']

export interface JoblibClassifier {
  /** The booster as LightGBM text. */
  text: string
  /** The labels of its classes in the order of its outputs. */
  classes: string[]
}

/**
 * Reads a classifier that joblib wrote as one zlib or gzip stream (`compress=True`) or uncompressed.
 * Throws MODEL_INVALID.
 */
export function readJoblibClassifier(bytes: Uint8Array): JoblibClassifier {
  const model = readPickle(unpack(bytes), PACKAGES)
  const booster = model instanceof Inert ? model.get('_Booster') : undefined
  const text = booster instanceof Inert ? booster.get('handle') : undefined
  if (typeof text !== 'string')
    throw new BrrrError('MODEL_INVALID', 'The joblib file holds no LightGBM classifier with its booster as text.')
  return { text, classes: classLabels(model as Inert) }
}

function unpack(bytes: Uint8Array): Uint8Array {
  if (bytes[0] === PICKLE_PROTOCOL_OPCODE) return bytes
  try {
    return unzipSync(bytes, { maxOutputLength: MAX_UNPACKED_BYTES })
  } catch (cause) {
    const limit = `${MAX_UNPACKED_BYTES >> 20} MB`
    throw new BrrrError(
      'MODEL_INVALID',
      `The file is no joblib file: one zlib or gzip stream of at most ${limit} is expected.`,
      { cause },
    )
  }
}

/** `_classes` is an object array: joblib's wrapper, then numpy's state (version, shape, dtype, order, items). */
function classLabels(model: Inert): string[] {
  const wrapper = model.get('_classes')
  const array = wrapper instanceof Inert ? wrapper.nested : undefined
  const items = array instanceof Inert && Array.isArray(array.state) ? array.state[4] : undefined
  if (!Array.isArray(items) || !items.every((label) => typeof label === 'string'))
    throw new BrrrError('MODEL_INVALID', 'The joblib file does not name the classes of its classifier.')
  return items
}
