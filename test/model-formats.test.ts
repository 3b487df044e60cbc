import { deflateSync, gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type CompactInfo, encodeCompact, floatBelow, readCompactHeader } from '../lib/models/compact.js'
import { readJoblibClassifier } from '../lib/models/joblib.js'
import { type Forest, parseLightGbmText } from '../lib/models/lightgbm-text.js'
import { classifierPickle, modelText, opcodes, TREE } from './lightgbm-fixture.js'

const refuses = (run: () => unknown, pattern: RegExp) =>
  assert.throws(
    run,
    (error: Error & { code?: string }) => error.code === 'MODEL_INVALID' && pattern.test(error.message),
  )

const text = suite('LightGBM text')

text('reads splits, children and leaves of versions 3 and 4', () => {
  for (const version of ['v3', 'v4']) {
    const forest = parseLightGbmText(modelText({ version }))
    assert.is(forest.classes, 5)
    assert.equal(forest.featureNames, ['eeg_std', 'eeg_nzc', 'time_hour'])
    assert.is(forest.trees.length, 5)
    assert.equal(forest.trees[0], {
      splitFeature: [0, 2],
      threshold: [0.1, -3.5e-7],
      leftChild: [1, -1],
      rightChild: [-2, -3],
      leafValue: [-2.4896353367369866, 0.5, 1e-300],
    })
  }
})

text('reads a tree that is a single leaf', () => {
  const forest = parseLightGbmText(modelText({ trees: Array(5).fill({ num_leaves: '1', leaf_value: '0.25' }) }))
  assert.equal(forest.trees[3], { splitFeature: [], threshold: [], leftChild: [], rightChild: [], leafValue: [0.25] })
})

text('refuses what it does not know, by name', () => {
  const tree = (change: Record<string, string>) =>
    modelText({ trees: [{ ...TREE, ...change }, TREE, TREE, TREE, TREE] })
  const cases: Array<[string, RegExp]> = [
    ['', /end of trees/],
    [modelText({}).replace('end of trees', ''), /cut short/],
    [modelText({}).replace('tree\n', 'forest\n'), /must start with the line "tree"/],
    [modelText({ version: 'v5' }), /version v5; v3 and v4 are known/],
    [modelText({ objective: 'multiclassova num_class:5' }), /objective=multiclassova num_class:5 in the header/],
    [modelText({}).replace('label_index=0', 'average_output'), /average_output/],
    [modelText({}).replace('max_feature_idx=2', 'max_feature_idx=7'), /max_feature_idx=7/],
    [modelText({ trees: [TREE, TREE] }), /2 trees, which is no multiple of its 5 classes/],
    [tree({ num_cat: '1' }), /num_cat=1 in tree 0/],
    [tree({ is_linear: '1' }), /is_linear=1 in tree 0/],
    [tree({ decision_type: '2 10' }), /decision_type 10 in tree 0/],
    [tree({ decision_type: '2' }), /1 decision_type in tree 0, not 2/],
    [tree({ split_feature: '0 3' }), /split_feature 3 in tree 0; there are 3 features/],
    [tree({ split_feature: '0 0.5' }), /split_feature 0.5/],
    [tree({ threshold: '0.1 nan' }), /"nan" among threshold of tree 0/],
    [tree({ threshold: '0.1' }), /1 threshold in tree 0, not 2/],
    [tree({ threshold: '0.1  2' }), /3 threshold in tree 0, not 2/],
    [tree({ leaf_value: '1 2 inf' }), /"inf" among leaf_value/],
    [tree({ num_leaves: '-3' }), /"-3" for num_leaves of tree 0/],
    [tree({ num_leaves: '0' }), /num_leaves=0/],
    [tree({ left_child: '0 -1' }), /reaches child 0 of tree 0 twice/],
    [tree({ right_child: '-2 -2' }), /reaches child -2 of tree 0 twice/],
    [tree({ left_child: '9 -1' }), /names child 9 in tree 0/],
    [tree({ left_child: '-1 -3' }), /parts of tree 0 that no split leads to|twice/],
    [modelText({}).replace('Tree=1\n', 'Tree=7\n'), /"Tree=7" where tree 1 was expected/],
  ]
  for (const [model, pattern] of cases) refuses(() => parseLightGbmText(model), pattern)
})

text('gives a forest or MODEL_INVALID for any damaged text', () => {
  const good = modelText({})
  fc.assert(
    fc.property(fc.nat(good.length - 1), fc.nat(4), fc.string({ maxLength: 3 }), (at, cut, insert) => {
      try {
        parseLightGbmText(good.slice(0, at) + insert + good.slice(at + cut))
      } catch (error) {
        assert.is((error as { code?: string }).code, 'MODEL_INVALID')
      }
    }),
    { numRuns: 2000 },
  )
})

text.run()

const joblib = suite('joblib')

joblib('takes the text and the class labels out of a classifier, compressed or not', () => {
  const pickle = classifierPickle({ text: 'tree\n…', classes: ['N1', 'N2', 'N3', 'R', 'W'] })
  for (const file of [pickle, deflateSync(pickle), gzipSync(pickle)])
    assert.equal(readJoblibClassifier(file), { text: 'tree\n…', classes: ['N1', 'N2', 'N3', 'R', 'W'] })
})

joblib('refuses a pickle that names anything else, and runs nothing', () => {
  const { proto, str, stackGlobal, tuple1, reduce, stop } = opcodes
  const evil = Buffer.concat([
    proto(4),
    str('os'),
    str('system'),
    stackGlobal,
    str('touch pwned'),
    tuple1,
    reduce,
    stop,
  ])
  refuses(() => readJoblibClassifier(deflateSync(evil)), /names os\.system, which such a model does not need/)
})

joblib('refuses what is no classifier', () => {
  const { proto, str, stop } = opcodes
  refuses(() => readJoblibClassifier(Buffer.from('plain text')), /no joblib file/)
  refuses(() => readJoblibClassifier(new Uint8Array(0)), /no joblib file/)
  refuses(() => readJoblibClassifier(deflateSync(Buffer.alloc(0))), /readable pickle/)
  refuses(() => readJoblibClassifier(deflateSync(Buffer.concat([proto(4), str('x'), stop]))), /no LightGBM classifier/)
  refuses(() => readJoblibClassifier(classifierPickle({ text: 'tree', classes: [] })), /does not name the classes/)
})

joblib('is not led astray by hostile lengths, endless walks and bombs', () => {
  const { proto } = opcodes
  const hostile: Array<[string, Buffer]> = [
    ['a length that leads backwards', Buffer.from([0x42, 0xf0, 0xff, 0xff, 0xff])], // BINBYTES, -16
    ['a string longer than the file', Buffer.from([0x58, 0xff, 0xff, 0xff, 0x7f])], // BINUNICODE
    ['a whole number of a megabyte', Buffer.concat([Buffer.from([0x8b, 0, 0, 0x10, 0]), Buffer.alloc(1 << 20)])], // LONG4
    ['a million empty lists', Buffer.alloc(1_000_000, 0x5d)], // EMPTY_LIST
    ['a stack that runs empty', Buffer.from([0x86, 0x86, 0x52, 0x62])], // TUPLE2, TUPLE2, REDUCE, BUILD
  ]
  for (const [name, body] of hostile) {
    const started = Date.now()
    refuses(() => readJoblibClassifier(deflateSync(Buffer.concat([proto(4), body]))), /readable pickle/)
    assert.ok(Date.now() - started < 1000, name)
  }
  refuses(() => readJoblibClassifier(deflateSync(Buffer.alloc(80 << 20))), /at most 64 MB/)
})

joblib('gives a classifier or MODEL_INVALID for any damaged file', () => {
  const good = classifierPickle({ text: modelText({}), classes: ['N1', 'N2', 'N3', 'R', 'W'] })
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 }), (changes) => {
      const bytes = Buffer.from(good)
      for (const [at, value] of changes) bytes[at] = value
      try {
        readJoblibClassifier(bytes)
      } catch (error) {
        assert.is((error as { code?: string }).code, 'MODEL_INVALID')
      }
    }),
    { numRuns: 3000 },
  )
})

joblib.run()

const compact = suite('compact form')

const INFO: CompactInfo = { variant: 'eeg', classes: ['a', 'b'], source: { file: 'f', sha256: 's', text_sha256: 't' } }

/** The arrays as models/README.md lays them out, read a second way. */
function decode(bytes: Uint8Array) {
  const file = Buffer.from(bytes)
  const [json, names, , trees, splits] = [12, 16, 20, 24, 28].map((at) => file.readUInt32LE(at)) as number[]
  let at = 32 + json! + names!
  assert.is(at % 8, 0)
  const take = (count: number, width: number, read: (offset: number) => number) => {
    const values = Array.from({ length: count }, (_, i) => read(at + i * width))
    at += count * width
    return values
  }
  const decoded = {
    leafValue: take(splits! + trees!, 8, (o) => file.readDoubleLE(o)),
    threshold: take(splits!, 4, (o) => file.readFloatLE(o)),
    leftLeaves: take(splits!, 1, (o) => file.readUInt8(o)),
    feature: take(splits!, 1, (o) => file.readUInt8(o)),
    leaves: take(trees!, 1, (o) => file.readUInt8(o)),
  }
  assert.is(at, file.length)
  return decoded
}

compact('lays trees out in pre-order with their left leaves', () => {
  const forest: Forest = {
    classes: 2,
    featureNames: ['x', 'y'],
    trees: [
      { splitFeature: [1, 0], threshold: [0.5, -1], leftChild: [-2, -1], rightChild: [1, -3], leafValue: [10, 20, 30] },
      { splitFeature: [], threshold: [], leftChild: [], rightChild: [], leafValue: [7] },
    ],
  }
  assert.equal(decode(encodeCompact(forest, INFO)), {
    leafValue: [20, 10, 30, 7],
    threshold: [0.5, -1],
    leftLeaves: [1, 1],
    feature: [1, 0],
    leaves: [3, 1],
  })
})

compact('says in its header what it is', () => {
  const bytes = encodeCompact(parseLightGbmText(modelText({})), INFO)
  const featureNames = ['eeg_std', 'eeg_nzc', 'time_hour']
  assert.equal(readCompactHeader(bytes), { ...INFO, featureNames, trees: 5, splits: 10 })
  refuses(() => readCompactHeader(bytes.subarray(0, 40)), /ends within its header/)
  refuses(() => readCompactHeader(Buffer.from('tree\nversion=v3')), /must start with BRRRTREE/)
})

compact('decides about float32 features as the double threshold does', () => {
  const tiny = 2 ** -149
  for (const [value, below] of [
    [0.5, 0.5],
    [1e300, 3.4028234663852886e38],
    [-1e300, -Infinity],
    [1e-300, 0],
    [-1e-300, -tiny],
    [0, 0],
  ] as const)
    assert.is(floatBelow(value), below)
  fc.assert(
    fc.property(fc.double({ noNaN: true }), fc.float({ noNaN: true }), (threshold, feature) => {
      for (const value of [feature, Math.fround(threshold)])
        assert.is(value <= floatBelow(threshold), value <= threshold)
    }),
    { numRuns: 5000 },
  )
})

compact('refuses a forest that it cannot hold', () => {
  const chain = { splitFeature: [], threshold: [], leftChild: [], rightChild: [], leafValue: Array(33).fill(0) }
  refuses(() => encodeCompact({ classes: 1, featureNames: ['x'], trees: [chain] }, INFO), /Tree 0 has 33 leaves/)
  const names = Array.from({ length: 257 }, (_, i) => `f${i}`)
  refuses(() => encodeCompact({ classes: 1, featureNames: names, trees: [] }, INFO), /257 features/)
})

compact.run()
