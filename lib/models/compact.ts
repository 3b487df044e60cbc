// The compact binary form of a forest, which the addon loads without parsing text. Layout: models/README.md.
import { BrrrError } from '../errors.js'
import type { Forest, Tree } from './lightgbm-text.js'

const MAGIC = 'BRRRTREE'
const VERSION = 1
const FIXED_BYTES = 32
const MAX_LEAVES = 32
const MAX_FEATURES = 256

/** What the file says of itself, beside the feature names. */
export interface CompactInfo {
  variant: string
  classes: string[]
  /** The file that was converted, and the SHA-256 of it and of the LightGBM text in it. */
  source: { file: string; sha256: string; text_sha256: string }
}

export interface CompactHeader extends CompactInfo {
  featureNames: string[]
  trees: number
  splits: number
}

const invalid = (message: string) => new BrrrError('MODEL_INVALID', message)

/** Writes the compact form. Throws MODEL_INVALID where the forest has more leaves or features than it can hold. */
export function encodeCompact(forest: Forest, info: CompactInfo): Uint8Array {
  if (forest.featureNames.length > MAX_FEATURES)
    throw invalid(`The model has ${forest.featureNames.length} features; the compact form holds ${MAX_FEATURES}.`)
  const trees = forest.trees.map(inPreorder)
  const splits = trees.reduce((sum, tree) => sum + tree.feature.length, 0)
  const names = Buffer.from(forest.featureNames.join('\n'))
  const arraysAt = roundUp(FIXED_BYTES + Buffer.byteLength(JSON.stringify(info)) + names.length, 8)
  // Spaces after the JSON put the doubles on a multiple of 8.
  const json = Buffer.alloc(arraysAt - FIXED_BYTES - names.length, ' ')
  json.write(JSON.stringify(info))

  const fixed = Buffer.alloc(FIXED_BYTES)
  fixed.write(MAGIC, 'latin1')
  const counts = [VERSION, json.length, names.length, forest.featureNames.length, trees.length, splits]
  for (const [i, count] of counts.entries()) fixed.writeUInt32LE(count, 8 + 4 * i)

  const leafValues = Buffer.alloc(8 * (splits + trees.length))
  for (const [i, value] of trees.flatMap((tree) => tree.leafValue).entries()) leafValues.writeDoubleLE(value, 8 * i)
  const thresholds = Buffer.alloc(4 * splits)
  for (const [i, value] of trees.flatMap((tree) => tree.threshold).entries())
    thresholds.writeFloatLE(floatBelow(value), 4 * i)
  const leftLeaves = Buffer.from(trees.flatMap((tree) => tree.leftLeaves))
  const features = Buffer.from(trees.flatMap((tree) => tree.feature))
  const leaves = Buffer.from(trees.map((tree) => tree.leafValue.length))
  return Buffer.concat([fixed, json, names, leafValues, thresholds, leftLeaves, features, leaves])
}

/** Reads what comes before the arrays. Throws MODEL_INVALID. */
export function readCompactHeader(bytes: Uint8Array): CompactHeader {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (file.length < FIXED_BYTES || file.toString('latin1', 0, 8) !== MAGIC)
    throw invalid(`The file is not in the compact tree form: it must start with ${MAGIC}.`)
  const [version, jsonBytes, nameBytes, features, trees, splits] = [0, 1, 2, 3, 4, 5].map((i) =>
    file.readUInt32LE(8 + 4 * i),
  ) as [number, number, number, number, number, number]
  if (version !== VERSION) throw invalid(`Version ${VERSION} of the compact tree form is expected, this is ${version}.`)
  const namesAt = FIXED_BYTES + jsonBytes
  if (namesAt + nameBytes > file.length) throw invalid('The compact tree file ends within its header.')
  const featureNames = file.toString('utf8', namesAt, namesAt + nameBytes).split('\n')
  if (featureNames.length !== features) throw invalid('The compact tree file does not name each of its features.')
  const info = parseInfo(file.toString('utf8', FIXED_BYTES, namesAt))
  return { ...info, featureNames, trees, splits }
}

function parseInfo(json: string): CompactInfo {
  let info: Partial<CompactInfo>
  try {
    info = JSON.parse(json)
  } catch (cause) {
    throw new BrrrError('MODEL_INVALID', 'The header of the compact tree file is not JSON.', { cause })
  }
  const { variant, classes, source } = info ?? {}
  if (typeof variant !== 'string' || !Array.isArray(classes) || typeof source?.sha256 !== 'string')
    throw invalid('The header of the compact tree file must hold variant, classes and source.')
  return info as CompactInfo
}

interface PreorderTree {
  feature: number[]
  threshold: number[]
  /** Leaves below the left child of each split. */
  leftLeaves: number[]
  /** From left to right. */
  leafValue: number[]
}

function inPreorder(tree: Tree, index: number): PreorderTree {
  if (tree.leafValue.length > MAX_LEAVES)
    throw invalid(`Tree ${index} has ${tree.leafValue.length} leaves; the compact form holds ${MAX_LEAVES} a tree.`)
  const out: PreorderTree = { feature: [], threshold: [], leftLeaves: [], leafValue: [] }
  const visit = (node: number) => {
    if (node < 0) {
      out.leafValue.push(tree.leafValue[~node]!)
      return
    }
    const split = out.feature.push(tree.splitFeature[node]!) - 1
    out.threshold.push(tree.threshold[node]!)
    const leavesBefore = out.leafValue.length
    visit(tree.leftChild[node]!)
    out.leftLeaves[split] = out.leafValue.length - leavesBefore
    visit(tree.rightChild[node]!)
  }
  visit(tree.splitFeature.length === 0 ? ~0 : 0)
  return out
}

const oneFloat = new Float32Array(1)
const itsBits = new Int32Array(oneFloat.buffer)

/**
 * The largest float32 that is not above `value`. Features are float32, so `feature <= floatBelow(threshold)` decides
 * exactly as `feature <= threshold` does in double.
 */
export function floatBelow(value: number): number {
  oneFloat[0] = value
  if (oneFloat[0]! <= value) return oneFloat[0]!
  if (oneFloat[0] === 0) return -(2 ** -149)
  itsBits[0]! += oneFloat[0]! > 0 ? -1 : 1
  return oneFloat[0]!
}

const roundUp = (value: number, step: number) => Math.ceil(value / step) * step
