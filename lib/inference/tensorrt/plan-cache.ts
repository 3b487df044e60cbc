// A folder of plans, shared by processes: KEY.plan, and one lock under which plans are built.
import { randomUUID } from 'node:crypto'
import { type FileHandle, mkdir, open, readdir, readFile, rename, rm, stat, utimes } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { BrrrError } from '../../errors.js'
import { takeFileLock } from './file-lock.js'
import {
  canonicalJson,
  decodeHeader,
  decodePlan,
  differences,
  encodeHeader,
  keyOf,
  MOST_HEADER_BYTES,
  type PlanHeader,
  type PlanIdentity,
  sha256,
} from './plan-header.js'

export interface PlanCacheOptions {
  /** Default: $BRRR_ENGINES, else brain-go-brrr/engines in the user's cache folder. */
  folder?: string | undefined
  /** Use the plans that are there; build and write nothing. */
  readOnly?: boolean | undefined
  /** Plans that were not used for the longest time go where all together exceed this. Default 20 GB. */
  maxBytes?: number | undefined
}

export interface CachedPlan<T> {
  /** What `accept` made of the plan. */
  value: T
  path: string
  built: boolean
  /** Why it was built: none was there, or the one there did not serve. null where it was not built. */
  reason: string | null
  /** Why it could not be kept; null where it lies in the cache. */
  notKept: string | null
}

export interface PlanRequest<T> {
  identity: PlanIdentity
  modelName: string
  build: () => Promise<Uint8Array>
  /** Deserialises a plan. PLAN_STALE and MODEL_INVALID make it be built once more. */
  accept: (plan: Buffer) => Promise<T>
  signal?: AbortSignal | undefined
}

/** A file of the cache, for people. */
export interface PlanEntry {
  path: string
  bytes: number
  used: Date
  /** null where the file is none of ours; `problem` says why. */
  header: PlanHeader | null
  problem: string | null
}

const SUFFIX = '.plan'
const DEFAULT_MAX_BYTES = 20e9
const ABANDONED_MS = 3_600_000

export class PlanCache {
  readonly folder: string
  readonly readOnly: boolean
  readonly maxBytes: number

  constructor({ folder, readOnly = false, maxBytes = DEFAULT_MAX_BYTES }: PlanCacheOptions = {}) {
    const caches = process.env.XDG_CACHE_HOME || join(homedir(), '.cache')
    this.folder = resolve(folder || process.env.BRRR_ENGINES || join(caches, 'brain-go-brrr', 'engines'))
    this.readOnly = readOnly
    this.maxBytes = maxBytes
  }

  /**
   * The plan for an identity: the one of the cache, or one that is built and put there. Processes that ask for it at one
   * time build it once.
   * @throws BrrrError PLAN_STALE (read-only and no plan that serves), ABORTED, and what `build` and `accept` throw
   */
  async obtain<T>(request: PlanRequest<T>): Promise<CachedPlan<T>> {
    const path = this.pathOf(request.identity)
    const found = await this.tryExisting(path, request)
    if ('value' in found) return found
    if (this.readOnly)
      throw new BrrrError(
        'PLAN_STALE',
        `The cache of plans ${this.folder} is read-only and has no plan for ${request.modelName} here: ${found.reason}. Build one with \`brrr engines build\`.`,
      )
    const lock = await this.lock(request.signal)
    if (typeof lock === 'string') return this.build(path, request, found.reason, lock)
    try {
      const since = await this.tryExisting(path, request)
      return 'value' in since ? since : await this.build(path, request, since.reason, null)
    } finally {
      await lock()
    }
  }

  /** A text says why there can be none: then a plan is built for this process alone. */
  private async lock(signal: AbortSignal | undefined): Promise<(() => Promise<void>) | string> {
    try {
      await mkdir(this.folder, { recursive: true })
      return await takeFileLock(join(this.folder, 'build.lock'), signal)
    } catch (error) {
      if ((error as BrrrError).code === 'ABORTED') throw error
      return reasonOf(error)
    }
  }

  private async tryExisting<T>(path: string, request: PlanRequest<T>): Promise<CachedPlan<T> | { reason: string }> {
    const plan = await readPlan(path)
    if (plan === null) return { reason: await this.explainMissing(request.identity) }
    if (typeof plan === 'string') return { reason: `the plan file ${path} cannot be used: ${plan}` }
    try {
      const value = await request.accept(plan)
      if (!this.readOnly) await utimes(path, new Date(), new Date()).catch(() => {})
      return { value, path, built: false, reason: null, notKept: null }
    } catch (error) {
      const { code, message } = error as BrrrError
      if (code !== 'PLAN_STALE' && code !== 'MODEL_INVALID') throw error
      return { reason: `TensorRT refused the plan file ${path}: ${message}` }
    }
  }

  private async build<T>(
    path: string,
    request: PlanRequest<T>,
    reason: string,
    unwritable: string | null,
  ): Promise<CachedPlan<T>> {
    const plan = Buffer.from(await request.build())
    const value = await request.accept(plan)
    const notKept = unwritable ?? (await this.write(path, request, plan).then(() => null, reasonOf))
    if (!notKept) await this.prune(path)
    return { value, path, built: true, reason, notKept }
  }

  private async write<T>(path: string, { identity, modelName }: PlanRequest<T>, plan: Buffer): Promise<void> {
    const header = encodeHeader({
      key: keyOf(identity),
      identity,
      plan: { bytes: plan.length, sha256: sha256(plan) },
      model_name: modelName,
      built: new Date().toISOString(),
    })
    await writeAtomically(path, [header, plan])
  }

  /** Bytes of TensorRT's timing cache for this library and device; empty where there is none. */
  async readTimings(identity: PlanIdentity): Promise<Buffer> {
    return readFile(this.timingsPath(identity)).catch(() => Buffer.alloc(0))
  }

  /** Kept for the next build. That it could not be written is no failure. */
  async writeTimings(identity: PlanIdentity, bytes: Uint8Array): Promise<void> {
    if (this.readOnly || bytes.length === 0) return
    await mkdir(this.folder, { recursive: true })
      .then(() => writeAtomically(this.timingsPath(identity), [bytes]))
      .catch(() => {})
  }

  private timingsPath({ tensorrt, cuda, device }: PlanIdentity): string {
    return join(this.folder, `${sha256(canonicalJson({ tensorrt, cuda, device })).slice(0, 16)}.timings`)
  }

  pathOf(identity: PlanIdentity): string {
    return join(this.folder, keyOf(identity) + SUFFIX)
  }

  /** Every plan file, the last used first. Reads headers only. */
  async list(): Promise<PlanEntry[]> {
    const names = (await readdir(this.folder).catch(() => [])).filter((name) => name.endsWith(SUFFIX))
    const entries = await Promise.all(names.map((name) => readEntry(join(this.folder, name))))
    return entries.filter((entry) => entry !== null).sort((a, b) => b.used.getTime() - a.used.getTime())
  }

  /** Why each file cannot be used; null where it can. Reads them whole. */
  async verify(): Promise<Array<PlanEntry & { problem: string | null }>> {
    const checked = []
    for (const entry of await this.list()) {
      const plan = await readPlan(entry.path)
      if (plan !== null) checked.push({ ...entry, problem: typeof plan === 'string' ? plan : null })
    }
    return checked
  }

  /** Removes the plans whose keys begin so; all where that is "". Returns their paths. */
  async remove(keyPrefix: string): Promise<string[]> {
    const doomed = (await this.list()).filter(({ path }) => path.slice(this.folder.length + 1).startsWith(keyPrefix))
    for (const { path } of doomed) await rm(path, { force: true })
    return doomed.map(({ path }) => path)
  }

  /** The nearest plan of the same model says what has changed. */
  private async explainMissing(identity: PlanIdentity): Promise<string> {
    const same = (await this.list()).filter(({ header }) => header?.identity.model === identity.model)
    const nearest = same
      .map(({ header }) => differences(header!.identity, identity))
      .sort((a, b) => a.split('; ').length - b.split('; ').length)[0]
    return nearest ? `the plan that is there does not serve: ${nearest}` : 'there is no plan of this model yet'
  }

  /** Down to maxBytes, and drafts of processes that died. `kept` stays. */
  private async prune(kept: string): Promise<void> {
    let total = 0
    for (const { path, bytes } of await this.list()) {
      total += bytes
      if (total > this.maxBytes && path !== kept) await rm(path, { force: true })
    }
    for (const name of await readdir(this.folder).catch(() => [])) {
      const path = join(this.folder, name)
      const info = name.endsWith('.draft') ? await stat(path).catch(() => null) : null
      if (info && Date.now() - info.mtimeMs > ABANDONED_MS) await rm(path, { force: true })
    }
  }
}

const reasonOf = (error: unknown): string => (error as Error).message

/** A plan, verified; null where there is no file; a text says what is wrong with it. */
async function readPlan(path: string): Promise<Buffer | string | null> {
  let file: Buffer
  try {
    file = await readFile(path)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? null : reasonOf(error)
  }
  const found = decodePlan(file)
  if (typeof found === 'string') return found
  return path.endsWith(found.header.key + SUFFIX) ? found.plan : 'it belongs under another name'
}

async function readEntry(path: string): Promise<PlanEntry | null> {
  let file: FileHandle | undefined
  try {
    file = await open(path)
    const { size, mtime } = await file.stat()
    const start = Buffer.alloc(Math.min(size, MOST_HEADER_BYTES))
    await file.read(start, 0, start.length, 0)
    const found = decodeHeader(start)
    const [header, problem] = typeof found === 'string' ? [null, found] : [found.header, null]
    return { path, bytes: size, used: mtime, header, problem }
  } catch {
    return null
  } finally {
    await file?.close()
  }
}

/** Under another name, to the disk, and then in place: a reader sees all of it or nothing. */
async function writeAtomically(path: string, pieces: readonly Uint8Array[]): Promise<void> {
  const draft = `${path}.${randomUUID()}.draft`
  try {
    const file = await open(draft, 'wx')
    try {
      for (const piece of pieces) await file.writeFile(piece)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(draft, path)
  } catch (error) {
    await rm(draft, { force: true })
    throw error
  }
}
