// An ONNX file as plain objects and back. Weights stay views of the bytes that were read.
import { BrrrError } from '../../errors.js'
import { type GraphProto, MODEL, type ModelProto } from './messages.js'
import { readMessage, writeMessage } from './schema.js'
import { WireReader } from './wire.js'

export type * from './messages.js'

/** A model that has what every model must have. */
export type OnnxModel = ModelProto & { graph: GraphProto }

/** Reads a model. Bytes that are none are MODEL_INVALID, with what is wrong and where. */
export function readOnnx(bytes: Uint8Array): OnnxModel {
  const refuse = (why: string) => new BrrrError('MODEL_INVALID', `Not a valid ONNX file: ${why}.`)
  if (bytes.length === 0) throw refuse('it is empty')
  const model = readMessage(new WireReader(bytes), MODEL) as unknown as ModelProto
  if (!model.graph) throw refuse('it has no graph')
  if (model.opsetImport.length === 0) throw refuse('it names no version of the operators')
  return model as OnnxModel
}

/**
 * The file of a model. A model that was read and not changed gives the same bytes again where its writer put fields in
 * the order of their numbers, as protobuf's own writers do.
 */
export function writeOnnx(model: ModelProto): Uint8Array {
  return writeMessage(model, MODEL).finish()
}
