import { readFile } from 'node:fs/promises'
import { BrrrError } from '../../errors.js'
import { writeText } from '../../pipeline/export.js'

/** @throws BrrrError WRITE_FAILED */
export const writeJson = (path: string, value: unknown): Promise<void> => writeText(path, `${JSON.stringify(value)}\n`)

/** @throws BrrrError FILE_NOT_FOUND, FILE_UNREADABLE, MODEL_INVALID (no JSON) */
export async function readJson(path: string): Promise<unknown> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (cause) {
    const missing = (cause as NodeJS.ErrnoException).code === 'ENOENT'
    if (missing) throw new BrrrError('FILE_NOT_FOUND', `There is no file ${path}.`, { cause })
    throw new BrrrError('FILE_UNREADABLE', `${path} could not be read: ${(cause as Error).message}`, { cause })
  }
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new BrrrError('MODEL_INVALID', `${path} is not JSON: ${(cause as Error).message}`, { cause })
  }
}
