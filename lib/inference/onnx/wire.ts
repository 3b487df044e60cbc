// The protobuf wire format: what every message of an ONNX file is made of.
// https://protobuf.dev/programming-guides/encoding/
import { BrrrError } from '../../errors.js'

export const WIRE = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const
export type WireType = (typeof WIRE)[keyof typeof WIRE]

/** A field that this reader does not know, kept as it lay in the file: key, length and payload. */
export interface UnknownField {
  number: number
  bytes: Uint8Array
}

const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
const MAX_VARINT_BYTES = 10

/** Reads a piece of a buffer. Every read checks the bounds; malformed bytes are MODEL_INVALID. */
export class WireReader {
  private readonly view: DataView

  constructor(
    readonly buffer: Uint8Array,
    private position = 0,
    private readonly end = buffer.length,
  ) {
    this.view = new DataView(buffer.buffer, buffer.byteOffset, buffer.byteLength)
  }

  get done(): boolean {
    return this.position >= this.end
  }

  /** Bytes from the file's start, for messages and to cut out what lies between two places. */
  get at(): number {
    return this.position
  }

  fail(what: string): never {
    throw new BrrrError('MODEL_INVALID', `Not a valid ONNX file: ${what} at byte ${this.position}.`)
  }

  /** Any integer field, as its 64 bits. */
  varint(): bigint {
    let low = 0
    for (let shift = 0; shift < 28; shift += 7) {
      const byte = this.byte()
      low |= (byte & 0x7f) << shift
      if (byte < 0x80) return BigInt(low)
    }
    let value = BigInt(low)
    for (let i = 4; i < MAX_VARINT_BYTES; i++) {
      const byte = this.byte()
      value |= BigInt(byte & 0x7f) << BigInt(7 * i)
      if (byte < 0x80) return BigInt.asUintN(64, value)
    }
    return this.fail('an integer of more than ten bytes')
  }

  /** A signed integer that a JavaScript number holds exactly. */
  integer(): number {
    const value = Number(BigInt.asIntN(64, this.varint()))
    return Number.isSafeInteger(value) ? value : this.fail('an integer beyond 2^53')
  }

  key(): { number: number; wire: number } {
    const key = this.varint()
    const number = Number(key >> 3n)
    if (number < 1 || number > 0x1fffffff) this.fail(`field number ${number}`)
    return { number, wire: Number(key & 7n) }
  }

  float(): number {
    return this.view.getFloat32(this.advance(4), true)
  }

  double(): number {
    return this.view.getFloat64(this.advance(8), true)
  }

  /** A view of the payload, not a copy. */
  bytes(): Uint8Array {
    const length = this.length()
    const from = this.advance(length)
    return this.buffer.subarray(from, from + length)
  }

  string(): string {
    const bytes = this.bytes()
    try {
      return text.decode(bytes)
    } catch {
      return this.fail('text that is not UTF-8')
    }
  }

  /** A reader of the payload. */
  nested(): WireReader {
    const length = this.length()
    const from = this.advance(length)
    return new WireReader(this.buffer, from, from + length)
  }

  skip(wire: number): void {
    if (wire === WIRE.varint) this.varint()
    else if (wire === WIRE.fixed64) this.advance(8)
    else if (wire === WIRE.bytes) this.bytes()
    else if (wire === WIRE.fixed32) this.advance(4)
    else this.fail(`wire type ${wire}`)
  }

  private byte(): number {
    return this.buffer[this.advance(1)]!
  }

  private length(): number {
    return Number(this.varint())
  }

  private advance(count: number): number {
    const from = this.position
    if (count > this.end - from) this.fail(`${count} bytes expected and ${this.end - from} left`)
    this.position = from + count
    return from
  }
}

/** Collects bytes. Long pieces, such as weights, are kept as views until the one copy of `finish`. */
export class WireWriter {
  private readonly pieces: Uint8Array[] = []
  private pending: number[] = []
  private written = 0

  get length(): number {
    return this.written + this.pending.length
  }

  varint(value: bigint | number): void {
    let rest = BigInt.asUintN(64, BigInt(value))
    while (rest >= 0x80n) {
      this.pending.push(Number(rest & 0x7fn) | 0x80)
      rest >>= 7n
    }
    this.pending.push(Number(rest))
  }

  key(number: number, wire: WireType): void {
    this.varint((number << 3) | wire)
  }

  raw(bytes: Uint8Array): void {
    if (bytes.length <= 32) {
      this.pending.push(...bytes)
      return
    }
    this.flush()
    this.pieces.push(bytes)
    this.written += bytes.length
  }

  float(value: number): void {
    this.raw(new Uint8Array(new Float32Array([value]).buffer))
  }

  double(value: number): void {
    this.raw(new Uint8Array(new Float64Array([value]).buffer))
  }

  /** A length and then the payload. */
  block(payload: Uint8Array | WireWriter): void {
    this.varint(payload.length)
    if (payload instanceof WireWriter) {
      payload.flush()
      for (const piece of payload.pieces) this.raw(piece)
    } else {
      this.raw(payload)
    }
  }

  finish(): Uint8Array {
    this.flush()
    const whole = new Uint8Array(this.written)
    let at = 0
    for (const piece of this.pieces) {
      whole.set(piece, at)
      at += piece.length
    }
    return whole
  }

  private flush(): void {
    if (this.pending.length === 0) return
    this.pieces.push(Uint8Array.from(this.pending))
    this.written += this.pending.length
    this.pending = []
  }
}
