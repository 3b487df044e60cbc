// A lock between processes: a file that only one can create. Its holder touches it; one whose process is gone, or that
// nobody has touched for a while, is taken over.
import { randomUUID } from 'node:crypto'
import { link, open, readFile, rename, stat, unlink, utimes } from 'node:fs/promises'
import { hostname } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { BrrrError } from '../../errors.js'

const TOUCH_MS = 10_000
const STALE_MS = 60_000
const POLL_MS = 50

interface Holder {
  pid: number
  host: string
  token: string
}

/**
 * Waits for the lock and takes it; call what it resolves with to give it back. Two holders at one time are possible only
 * where one was stopped for longer than a minute, so that what is done under the lock has to be harmless twice.
 * @throws BrrrError ABORTED; the file system's error where a lock cannot be made
 */
export async function takeFileLock(path: string, signal: AbortSignal | undefined): Promise<() => Promise<void>> {
  const token = await acquire(path, signal)
  const touching = setInterval(() => utimes(path, new Date(), new Date()).catch(() => {}), TOUCH_MS)
  touching.unref()
  return async () => {
    clearInterval(touching)
    if ((await holderOf(path))?.token === token) await unlink(path).catch(() => {})
  }
}

async function acquire(path: string, signal: AbortSignal | undefined): Promise<string> {
  const holder: Holder = { pid: process.pid, host: hostname(), token: randomUUID() }
  for (;;) {
    if (signal?.aborted) throw new BrrrError('ABORTED', 'The operation was aborted.', { cause: signal.reason })
    if (await create(path, holder)) return holder.token
    if (!(await removeStale(path))) await sleep(POLL_MS)
  }
}

/** By a link, so that the file is never seen without its contents. */
async function create(path: string, holder: Holder): Promise<boolean> {
  const draft = `${path}.${holder.token}`
  const file = await open(draft, 'wx')
  try {
    await file.writeFile(JSON.stringify(holder))
  } finally {
    await file.close()
  }
  try {
    await link(draft, path)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  } finally {
    await unlink(draft)
  }
}

async function holderOf(path: string): Promise<Holder | null> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Holder
  } catch {
    return null
  }
}

/** True where the lock's file was stale and is gone. */
async function removeStale(path: string): Promise<boolean> {
  const holder = await holderOf(path)
  if (!(await isStale(path, holder))) return false
  const aside = `${path}.${randomUUID()}`
  try {
    await rename(path, aside)
  } catch {
    return true
  }
  // Somebody may have taken the stale lock over since it was read: then it is put back.
  const taken = (await holderOf(aside))?.token
  if (taken !== holder?.token) await link(aside, path).catch(() => {})
  await unlink(aside)
  return true
}

async function isStale(path: string, holder: Holder | null): Promise<boolean> {
  try {
    if (holder?.host === hostname() && !isAlive(holder.pid)) return true
    return Date.now() - (await stat(path)).mtimeMs > STALE_MS
  } catch {
    return false
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
