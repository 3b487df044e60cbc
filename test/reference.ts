import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { packageRoot } from '../lib/root.js'

/** The folder of reference recordings with the originals' answers: BRRR_REFERENCE, or ../shared/reference. */
export const reference = process.env.BRRR_REFERENCE ?? join(packageRoot, '..', 'shared', 'reference')

/** True where a part of the reference is there; else says what is skipped, which the test runner counts. */
export function referenceOrSkip(what: string, ...path: string[]): boolean {
  const there = existsSync(join(reference, ...path))
  if (!there) console.log(`SKIPPED ${what}: no reference data at ${join(...path)} (set BRRR_REFERENCE)`)
  return there
}
