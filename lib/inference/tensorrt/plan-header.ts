// A plan on disk: what it was built for, then the plan. TensorRT crashes on foreign bytes or runs them wrongly, so that
// a file is verified, whole, before a byte of it is deserialised.
//   8 bytes "BRRRPLAN" | uint32 LE length of the header | header, JSON | the plan
import { createHash } from 'node:crypto'
import type { BuildOptions } from './build-options.js'

/** Grows with each change of how plans are built or stored: older files are then built anew. */
export const PLAN_SCHEMA = 1

/** All that a plan depends on. */
export interface PlanIdentity {
  readonly schema: number
  /** SHA-256 of the ONNX file and its external data. */
  readonly model: string
  /** Of the library that builds: "10.15.1.29". */
  readonly tensorrt: string
  /** Major version of the CUDA that TensorRT was packed for or runs on: "12". */
  readonly cuda: string
  /** Major version of the GPU's driver: "580". */
  readonly driver: string
  readonly device: {
    readonly name: string
    /** Compute capability, "9.0". */
    readonly sm: string
    readonly multiprocessors: number
    /** A slice of a GPU (MIG) has the whole's name and less of this. */
    readonly memory_bytes: number
  }
  /** "linux-x64". */
  readonly platform: string
  readonly options: BuildOptions
}

export interface PlanHeader {
  readonly key: string
  readonly identity: PlanIdentity
  readonly plan: { readonly bytes: number; readonly sha256: string }
  /** For people: what the model is called and when the plan was built. */
  readonly model_name: string
  readonly built: string
}

const MAGIC = Buffer.from('BRRRPLAN', 'latin1')
const PREFIX_BYTES = MAGIC.length + 4
/** Bounds what a damaged length can make us read. */
export const MOST_HEADER_BYTES = 1 << 20

/** JSON with the keys of each object in order: equal values, equal text. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    part !== null && typeof part === 'object' && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  )
}

export const sha256 = (bytes: Uint8Array | string): string => createHash('sha256').update(bytes).digest('hex')
export const keyOf = (identity: PlanIdentity): string => sha256(canonicalJson(identity))

/** Whether bytes begin as a plan file does. */
export const isPlan = (start: Uint8Array): boolean =>
  start.length >= MAGIC.length && MAGIC.equals(start.subarray(0, MAGIC.length))

/** What is written before the plan. */
export function encodeHeader(header: PlanHeader): Buffer {
  const json = Buffer.from(JSON.stringify(header))
  const length = Buffer.alloc(4)
  length.writeUInt32LE(json.length)
  return Buffer.concat([MAGIC, length, json])
}

/** The header at the start of a file and where the plan begins; a text says why there is none. */
export function decodeHeader(start: Buffer): { header: PlanHeader; offset: number } | string {
  if (start.length < PREFIX_BYTES || !isPlan(start)) return 'it is not a plan file'
  const offset = PREFIX_BYTES + start.readUInt32LE(MAGIC.length)
  if (offset > MOST_HEADER_BYTES || offset > start.length) return 'its header is cut short'
  let header: PlanHeader
  try {
    header = JSON.parse(start.toString('utf8', PREFIX_BYTES, offset)) as PlanHeader
  } catch {
    return 'its header is damaged'
  }
  if (header?.identity?.schema !== PLAN_SCHEMA)
    return `it has the format ${header?.identity?.schema ?? '?'}, and this version of the package writes ${PLAN_SCHEMA}`
  if (typeof header.plan?.bytes !== 'number' || typeof header.plan.sha256 !== 'string') return 'its header is damaged'
  if (header.key !== keyOf(header.identity)) return 'its header was changed'
  return { header, offset }
}

/** The plan in a file, whole and unchanged, with its header; a text says why there is none. */
export function decodePlan(file: Buffer): { header: PlanHeader; plan: Buffer } | string {
  const found = decodeHeader(file)
  if (typeof found === 'string') return found
  const { header, offset } = found
  const plan = file.subarray(offset)
  if (plan.length !== header.plan.bytes) return `it has ${plan.length} of ${header.plan.bytes} bytes`
  return sha256(plan) === header.plan.sha256 ? { header, plan } : 'its contents were changed'
}

/** Why a plan for `before` does not serve `now`: each field that differs, with both values. */
export function differences(before: PlanIdentity, now: PlanIdentity): string {
  const flat = (identity: PlanIdentity) => {
    const { device, options, ...rest } = identity
    return { ...rest, ...prefixed('device', device), ...prefixed('option', options) } as Record<string, unknown>
  }
  const [a, b] = [flat(before), flat(now)]
  return Object.keys(b)
    .filter((name) => canonicalJson(a[name]) !== canonicalJson(b[name]))
    .map((name) => `${name} was ${text(a[name])} and is ${text(b[name])}`)
    .join('; ')
}

const text = (value: unknown) => (typeof value === 'string' ? value : canonicalJson(value ?? null))
const prefixed = (prefix: string, fields: object) =>
  Object.fromEntries(Object.entries(fields).map(([name, value]) => [`${prefix} ${name}`, value]))
