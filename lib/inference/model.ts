// What a caller calls a model - a file, its bytes or a folder with model.json - as what a backend loads.
import { closeSync, existsSync, openSync, readFileSync, readSync, statSync } from 'node:fs'
import { basename, isAbsolute, join, normalize, resolve } from 'node:path'
import { BrrrError } from '../errors.js'
import { isPlan } from './tensorrt/plan-header.js'

/** Which axis counts the items of a batch, by input and output name; null: the model cannot be batched. */
export type BatchAxes = Readonly<Record<string, number>> | null

export interface ModelSource {
  /** For messages. */
  readonly name: string
  /** One of the two. */
  readonly path: string | null
  readonly bytes: Uint8Array | null
  /** Folder of external data; empty: the model file's own. */
  readonly externalData: string
  /** As the model folder states them; undefined where nothing states them. */
  readonly batchAxes: BatchAxes | undefined
  /** Folder of inputs and the outputs that belong to them (input_0.pb, output_0.pb, ...); null where there is none. */
  readonly reference: string | null
  /** It is a plan of TensorRT that this package has built; else it is taken for an ONNX model. */
  readonly isPlan: boolean
}

/** The part of a model folder's model.json that the inference layer reads. */
interface Manifest {
  /** The ONNX file, relative to the folder. */
  file: string
  /** Axis per input and output, or null where batching makes no sense. */
  batch_axes?: Record<string, number> | null
  /** Folder of reference tensors, as ONNX's own model zoo has them; default test_data_set_0, if it is there. */
  reference?: string
}

const REFERENCE = 'test_data_set_0'

/**
 * @throws BrrrError FILE_NOT_FOUND, MODEL_INVALID (of a model.json), INVALID_ARGUMENT
 */
export function resolveModel(model: string | Uint8Array, externalData: string | undefined): ModelSource {
  const found = locate(model, externalData)
  return { ...found, isPlan: isPlan(found.bytes ?? startOf(found.path!)) }
}

function locate(model: string | Uint8Array, externalData: string | undefined): Omit<ModelSource, 'isPlan'> {
  const folder = externalData === undefined ? '' : resolve(externalData)
  if (folder && !existsSync(folder))
    throw new BrrrError('FILE_NOT_FOUND', `The folder of external data ${folder} does not exist.`)
  if (model instanceof Uint8Array) {
    if (model.byteLength === 0) throw new BrrrError('MODEL_INVALID', 'The model is empty: it has 0 bytes.')
    return { name: 'the model', path: null, bytes: model, externalData: folder, batchAxes: undefined, reference: null }
  }
  if (typeof model !== 'string')
    throw new BrrrError('INVALID_ARGUMENT', `A model is a path or a Uint8Array; got ${typeof model}.`)
  const path = resolve(model)
  if (!existsSync(path)) throw new BrrrError('FILE_NOT_FOUND', `There is no model at ${path}.`)
  if (!statSync(path).isDirectory())
    return {
      ...{ name: basename(path), path, bytes: null, externalData: folder, batchAxes: undefined },
      reference: null,
    }
  const { file, batch_axes, reference } = readManifest(path)
  return {
    ...{ name: basename(path), path: join(path, file), bytes: null, externalData: folder, batchAxes: batch_axes },
    reference: reference ? join(path, reference) : null,
  }
}

/** The first bytes of a file; none where it cannot be read, which is for the backend to say. */
function startOf(path: string): Buffer {
  const start = Buffer.alloc(16)
  try {
    const file = openSync(path, 'r')
    try {
      return start.subarray(0, readSync(file, start))
    } finally {
      closeSync(file)
    }
  } catch {
    return start
  }
}

function readManifest(folder: string): Manifest {
  const path = join(folder, 'model.json')
  if (!existsSync(path))
    throw new BrrrError('FILE_NOT_FOUND', `${folder} is a folder without model.json. Pass the ONNX file itself.`)
  const invalid = (problem: string, cause?: unknown) => new BrrrError('MODEL_INVALID', `${path}: ${problem}`, { cause })
  let manifest: Partial<Manifest>
  try {
    manifest = JSON.parse(readFileSync(path, 'utf8'))
  } catch (cause) {
    throw invalid((cause as Error).message, cause)
  }
  const { file, batch_axes, reference = REFERENCE } = manifest ?? {}
  if (typeof file !== 'string' || file === '')
    throw invalid(`"file" must name the ONNX file; got ${JSON.stringify(file)}.`)
  if (isAbsolute(file) || normalize(file).startsWith('..')) throw invalid(`"file" must lie in the folder; got ${file}.`)
  if (!existsSync(join(folder, file)))
    throw new BrrrError('FILE_NOT_FOUND', `${path} names ${file}, which is not there.`)
  if (typeof reference !== 'string' || isAbsolute(reference) || normalize(reference).startsWith('..'))
    throw invalid(`"reference" must name a folder inside the model's; got ${JSON.stringify(reference)}.`)
  const isThere = existsSync(join(folder, reference))
  if (!isThere && manifest.reference !== undefined)
    throw new BrrrError('FILE_NOT_FOUND', `${path} names ${reference}, which is not there.`)
  if (batch_axes !== undefined && batch_axes !== null) {
    const axes = typeof batch_axes === 'object' ? Object.values(batch_axes) : [NaN]
    if (!axes.every((axis) => Number.isInteger(axis) && axis >= 0))
      throw invalid(
        `"batch_axes" must be null or give an axis per input and output; got ${JSON.stringify(batch_axes)}.`,
      )
  }
  return { file, ...(batch_axes !== undefined && { batch_axes }), ...(isThere && { reference }) }
}
