// LightGBM's text model format, versions 3 and 4, as far as YASA's classifiers use it: multiclass gradient boosting with
// numerical splits whose missing values count as 0. Anything else is refused by name, never approximated.
import { BrrrError } from '../errors.js'

/** Negative children are leaves: child `~i` is leaf `i`. A value goes left where it is <= the threshold. */
export interface Tree {
  splitFeature: number[]
  threshold: number[]
  leftChild: number[]
  rightChild: number[]
  leafValue: number[]
}

/** Trees in file order; tree i belongs to class i mod `classes`. */
export interface Forest {
  classes: number
  featureNames: string[]
  trees: Tree[]
}

/** Numerical split (bit 0 clear), default left (bit 1), missing type none (bits 2 and 3 clear). */
const NUMERICAL_DEFAULT_LEFT = '2'
const VERSIONS = ['v3', 'v4']

const invalid = (message: string) => new BrrrError('MODEL_INVALID', `The LightGBM model text ${message}.`)

/** Parses the text of a model. Throws MODEL_INVALID naming the first thing that it does not know. */
export function parseLightGbmText(text: string): Forest {
  const end = text.indexOf('\nend of trees')
  if (end < 0) throw invalid('is cut short: the line "end of trees" is missing')
  const [header, ...blocks] = text.slice(0, end).split('\nTree=')
  const { classes, featureNames } = parseHeader(header!)
  if (blocks.length === 0) throw invalid('holds no tree')
  if (blocks.length % classes !== 0)
    throw invalid(`holds ${blocks.length} trees, which is no multiple of its ${classes} classes`)
  const trees = blocks.map((block, index) => parseTree(block, index, featureNames.length))
  return { classes, featureNames, trees }
}

function parseHeader(header: string): { classes: number; featureNames: string[] } {
  if (!header.startsWith('tree\n')) throw invalid('must start with the line "tree"')
  const fields = readFields(header)
  const version = need(fields, 'version', 'the header')
  if (!VERSIONS.includes(version)) throw invalid(`has version ${clip(version)}; ${VERSIONS.join(' and ')} are known`)
  const classes = integer(need(fields, 'num_class', 'the header'), 'num_class')
  if (classes < 2) throw invalid(`has num_class=${classes}; a classifier has at least 2`)
  expect(fields, 'num_tree_per_iteration', String(classes), 'the header')
  expect(fields, 'objective', `multiclass num_class:${classes}`, 'the header')
  if (/^average_output$/m.test(header)) throw invalid('averages its trees (average_output), which is not supported')
  const featureNames = need(fields, 'feature_names', 'the header').split(' ')
  expect(fields, 'max_feature_idx', String(featureNames.length - 1), 'the header')
  return { classes, featureNames }
}

function parseTree(block: string, index: number, features: number): Tree {
  const where = `tree ${index}`
  if (!block.startsWith(`${index}\n`)) throw invalid(`has "Tree=${clip(block)}" where tree ${index} was expected`)
  const fields = readFields(block)
  const leaves = integer(need(fields, 'num_leaves', where), `num_leaves of ${where}`)
  if (leaves < 1) throw invalid(`has num_leaves=${leaves} in ${where}`)
  expect(fields, 'num_cat', '0', where)
  if (fields.has('is_linear')) expect(fields, 'is_linear', '0', where)

  const list = (key: string, count: number) => numbers(count === 0 ? '' : need(fields, key, where), count, key, where)
  const splits = leaves - 1
  const tree: Tree = {
    splitFeature: list('split_feature', splits),
    threshold: list('threshold', splits),
    leftChild: list('left_child', splits),
    rightChild: list('right_child', splits),
    leafValue: list('leaf_value', leaves),
  }
  const decisions = splits === 0 ? [] : need(fields, 'decision_type', where).split(' ')
  if (decisions.length !== splits) throw invalid(`has ${decisions.length} decision_type in ${where}, not ${splits}`)
  const unknown = decisions.find((type) => type !== NUMERICAL_DEFAULT_LEFT)
  if (unknown !== undefined)
    throw invalid(
      `has decision_type ${clip(unknown)} in ${where}; only 2 (numerical, missing counts as 0) is supported`,
    )
  for (const feature of tree.splitFeature)
    if (!(Number.isInteger(feature) && feature >= 0 && feature < features))
      throw invalid(`has split_feature ${feature} in ${where}; there are ${features} features`)
  checkShape(tree, where)
  return tree
}

/** Every split but the root and every leaf has exactly one parent, and all hang together: no cycle, no orphan. */
function checkShape(tree: Tree, where: string): void {
  const splits = tree.splitFeature.length
  const seenSplit = new Uint8Array(splits)
  const seenLeaf = new Uint8Array(splits + 1)
  const pending = [splits === 0 ? ~0 : 0]
  let visited = 0
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    const seen = node < 0 ? seenLeaf : seenSplit
    const at = node < 0 ? ~node : node
    if (!Number.isInteger(node) || at >= seen.length)
      throw invalid(`names child ${node} in ${where}, which is not there`)
    if (seen[at]) throw invalid(`reaches child ${node} of ${where} twice: that is not a tree`)
    seen[at] = 1
    visited++
    if (node >= 0) pending.push(tree.rightChild[node]!, tree.leftChild[node]!)
  }
  if (visited !== 2 * splits + 1) throw invalid(`has parts of ${where} that no split leads to`)
}

/** The `key=value` lines of one block. */
function readFields(block: string): Map<string, string> {
  const fields = new Map<string, string>()
  for (const line of block.split('\n')) {
    const equals = line.indexOf('=')
    if (equals > 0) fields.set(line.slice(0, equals), line.slice(equals + 1))
  }
  return fields
}

function need(fields: Map<string, string>, key: string, where: string): string {
  const value = fields.get(key)
  if (value === undefined) throw invalid(`lacks ${key} in ${where}`)
  return value
}

function expect(fields: Map<string, string>, key: string, wanted: string, where: string): void {
  const value = need(fields, key, where)
  if (value !== wanted) throw invalid(`has ${key}=${clip(value)} in ${where}; only ${wanted} is supported`)
}

function integer(text: string, what: string): number {
  if (!/^\d{1,9}$/.test(text)) throw invalid(`has "${clip(text)}" for ${what}, where a whole number was expected`)
  return Number(text)
}

function numbers(text: string, count: number, key: string, where: string): number[] {
  const words = text === '' ? [] : text.split(' ')
  if (words.length !== count) throw invalid(`has ${words.length} ${key} in ${where}, not ${count}`)
  return words.map((word) => {
    const value = Number(word)
    if (word === '' || !Number.isFinite(value)) throw invalid(`has "${clip(word)}" among ${key} of ${where}`)
    return value
  })
}

const clip = (text: string) => text.split('\n', 1)[0]!.slice(0, 40)
