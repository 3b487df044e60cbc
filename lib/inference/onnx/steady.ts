// Whether a model's runs take a time that the shapes of its inputs alone decide.
import { readFileSync, statSync } from 'node:fs'
import type { ModelSource } from '../model.js'
import { readOnnx } from './model.js'

/** Larger models do not run in microseconds. */
const MOST_BYTES = 256 * 1024
const STANDARD = ['', 'ai.onnx']

/**
 * True of a small model of standard operators without loops or branches, which is read for that. False where that cannot
 * be told; what is wrong with the file is for the backend to say.
 */
export function isSteady({ path, bytes }: ModelSource): boolean {
  try {
    if ((bytes?.byteLength ?? statSync(path!).size) > MOST_BYTES) return false
    const { graph } = readOnnx(bytes ?? readFileSync(path!))
    return graph.node.every(
      ({ domain, attribute }) =>
        STANDARD.includes(domain ?? '') && attribute.every(({ g, graphs }) => !g && graphs.length === 0),
    )
  } catch {
    return false
  }
}
