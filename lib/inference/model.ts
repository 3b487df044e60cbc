// What a caller calls a model - a file, its bytes or a folder with model.json - as what a backend loads.
import { existsSync, readFileSync, statSync } from 'node:fs'
import { basename, isAbsolute, join, normalize, resolve } from 'node:path'
import { BrrrError } from '../errors.js'

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
}

/** The part of a model folder's model.json that the inference layer reads. */
interface Manifest {
  /** The ONNX file, relative to the folder. */
  file: string
  /** Axis per input and output, or null where batching makes no sense. */
  batch_axes?: Record<string, number> | null
}

/**
 * @throws BrrrError FILE_NOT_FOUND, MODEL_INVALID (of a model.json), INVALID_ARGUMENT
 */
export function resolveModel(model: string | Uint8Array, externalData: string | undefined): ModelSource {
  const folder = externalData === undefined ? '' : resolve(externalData)
  if (folder && !existsSync(folder))
    throw new BrrrError('FILE_NOT_FOUND', `The folder of external data ${folder} does not exist.`)
  if (model instanceof Uint8Array) {
    if (model.byteLength === 0) throw new BrrrError('MODEL_INVALID', 'The model is empty: it has 0 bytes.')
    return { name: 'the model', path: null, bytes: model, externalData: folder, batchAxes: undefined }
  }
  if (typeof model !== 'string')
    throw new BrrrError('INVALID_ARGUMENT', `A model is a path or a Uint8Array; got ${typeof model}.`)
  const path = resolve(model)
  if (!existsSync(path)) throw new BrrrError('FILE_NOT_FOUND', `There is no model at ${path}.`)
  if (!statSync(path).isDirectory())
    return { name: basename(path), path, bytes: null, externalData: folder, batchAxes: undefined }
  const { file, batch_axes } = readManifest(path)
  return { name: basename(path), path: join(path, file), bytes: null, externalData: folder, batchAxes: batch_axes }
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
  const { file, batch_axes } = manifest ?? {}
  if (typeof file !== 'string' || file === '')
    throw invalid(`"file" must name the ONNX file; got ${JSON.stringify(file)}.`)
  if (isAbsolute(file) || normalize(file).startsWith('..')) throw invalid(`"file" must lie in the folder; got ${file}.`)
  if (!existsSync(join(folder, file)))
    throw new BrrrError('FILE_NOT_FOUND', `${path} names ${file}, which is not there.`)
  if (batch_axes !== undefined && batch_axes !== null) {
    const axes = typeof batch_axes === 'object' ? Object.values(batch_axes) : [NaN]
    if (!axes.every((axis) => Number.isInteger(axis) && axis >= 0))
      throw invalid(
        `"batch_axes" must be null or give an axis per input and output; got ${JSON.stringify(batch_axes)}.`,
      )
  }
  return { file, ...(batch_axes !== undefined && { batch_axes }) }
}
