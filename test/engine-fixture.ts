import * as assert from 'uvu/assert'
import { BrrrError } from '../lib/index.js'

export const tensor = (values: readonly number[], dims: readonly number[]) => ({
  data: Float32Array.from(values),
  dims,
})

/** The code and text of the error that a call ends with. */
export async function failure(call: () => unknown): Promise<string> {
  try {
    await call()
  } catch (error) {
    assert.instance(error, BrrrError)
    return `${(error as BrrrError).code}: ${(error as Error).message}`
  }
  return 'no error'
}
