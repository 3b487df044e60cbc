// Messages by table: reading and writing any of them is the same loop over its fields.
import { type UnknownField, WIRE, type WireReader, type WireType, WireWriter } from './wire.js'

/**
 * integer: a number (int32, enum, small int64); int64: a bigint; packed kinds are written in one block, the others one by
 * one, as ONNX's own proto2 schema has it, and both ways are read.
 */
type ScalarKind = 'integer' | 'int64' | 'uint64' | 'float' | 'double' | 'string' | 'bytes'

export interface Field {
  number: number
  kind: ScalarKind | (() => Schema)
  repeated?: boolean
  packed?: boolean
}

/** The fields of a message by their name in TypeScript. */
export type Schema = Record<string, Field>

/** What every message has beside its fields. */
export interface Message {
  /** Fields of newer or private formats, written back byte for byte. */
  unknown?: UnknownField[]
}

type Values = Record<string, unknown> & Message

/** Deeper nesting than any real graph of graphs; bounds the stack on hostile bytes. */
const MAX_DEPTH = 64

const SCALARS: Record<
  ScalarKind,
  { wire: WireType; read(reader: WireReader): unknown; write(writer: WireWriter, value: never): void }
> = {
  integer: { wire: WIRE.varint, read: (r) => r.integer(), write: (w, value: number) => w.varint(value) },
  int64: {
    wire: WIRE.varint,
    read: (r) => BigInt.asIntN(64, r.varint()),
    write: (w, value: bigint) => w.varint(value),
  },
  uint64: { wire: WIRE.varint, read: (r) => r.varint(), write: (w, value: bigint) => w.varint(value) },
  float: { wire: WIRE.fixed32, read: (r) => r.float(), write: (w, value: number) => w.float(value) },
  double: { wire: WIRE.fixed64, read: (r) => r.double(), write: (w, value: number) => w.double(value) },
  string: {
    wire: WIRE.bytes,
    read: (r) => r.string(),
    write: (w, value: string) => w.block(Buffer.from(value, 'utf8')),
  },
  bytes: { wire: WIRE.bytes, read: (r) => r.bytes(), write: (w, value: Uint8Array) => w.block(value) },
}

const tables = new WeakMap<Schema, Map<number, [string, Field]>>()

function fieldsByNumber(schema: Schema): Map<number, [string, Field]> {
  let table = tables.get(schema)
  if (!table) {
    table = new Map(Object.entries(schema).map(([name, field]) => [field.number, [name, field]]))
    tables.set(schema, table)
  }
  return table
}

/** Reads one message to the reader's end. Repeated fields are always arrays; absent single ones are left out. */
export function readMessage(reader: WireReader, schema: Schema, depth = 0): Values {
  if (depth > MAX_DEPTH) reader.fail(`more than ${MAX_DEPTH} messages inside one another`)
  const values: Values = {}
  for (const [name, field] of Object.entries(schema)) if (field.repeated) values[name] = []
  const table = fieldsByNumber(schema)
  while (!reader.done) {
    const from = reader.at
    const { number, wire } = reader.key()
    const known = table.get(number)
    if (known) {
      readField(reader, known, wire, values, depth)
    } else {
      reader.skip(wire)
      values.unknown ??= []
      values.unknown.push({ number, bytes: reader.buffer.subarray(from, reader.at) })
    }
  }
  return values
}

function readField(reader: WireReader, [name, field]: [string, Field], wire: number, values: Values, depth: number) {
  const list = field.repeated ? (values[name] as unknown[]) : undefined
  const wrongWire = () => reader.fail(`wire type ${wire} in ${name}`)
  if (typeof field.kind === 'function') {
    if (wire !== WIRE.bytes) wrongWire()
    const message = readMessage(reader.nested(), field.kind(), depth + 1)
    if (list) list.push(message)
    else values[name] = message
    return
  }
  const scalar = SCALARS[field.kind]
  if (wire === scalar.wire) {
    const value = scalar.read(reader)
    if (list) list.push(value)
    else values[name] = value
  } else if (list && wire === WIRE.bytes) {
    const packed = reader.nested()
    while (!packed.done) list.push(scalar.read(packed))
  } else {
    wrongWire()
  }
}

/** Writes a message: fields in the order of their numbers, as protobuf's own writers do. */
export function writeMessage(message: Message, schema: Schema): WireWriter {
  const writer = new WireWriter()
  const values = message as Values
  const parts: Array<{ number: number; write(): void }> = (values.unknown ?? []).map(({ number, bytes }) => ({
    number,
    write: () => writer.raw(bytes),
  }))
  for (const [name, field] of Object.entries(schema))
    if (values[name] !== undefined)
      parts.push({ number: field.number, write: () => writeField(writer, field, values[name]) })
  parts.sort((a, b) => a.number - b.number)
  for (const part of parts) part.write()
  return writer
}

function writeField(writer: WireWriter, { number, kind, repeated, packed }: Field, value: unknown) {
  const list = (repeated ? value : [value]) as never[]
  if (typeof kind === 'function') {
    for (const message of list) {
      writer.key(number, WIRE.bytes)
      writer.block(writeMessage(message, kind()))
    }
  } else if (packed) {
    if (list.length === 0) return
    const block = new WireWriter()
    for (const item of list) SCALARS[kind].write(block, item)
    writer.key(number, WIRE.bytes)
    writer.block(block)
  } else {
    for (const item of list) {
      writer.key(number, SCALARS[kind].wire)
      SCALARS[kind].write(writer, item)
    }
  }
}
