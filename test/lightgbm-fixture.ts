// Small LightGBM texts, and pickles as joblib writes them, put together by hand.

/** Three leaves: feature 0 at the root, feature 2 below it on the left. */
export const TREE: Record<string, string> = {
  num_leaves: '3',
  num_cat: '0',
  split_feature: '0 2',
  threshold: '0.10000000000000001 -3.4999999999999998e-07',
  decision_type: '2 2',
  left_child: '1 -1',
  right_child: '-2 -3',
  leaf_value: '-2.4896353367369866 0.5 1e-300',
  is_linear: '0',
  shrinkage: '1',
}

interface ModelOptions {
  version?: string
  objective?: string
  trees?: Array<Record<string, string>>
}

export function modelText({
  version = 'v3',
  objective = 'multiclass num_class:5',
  trees = Array(5).fill(TREE),
}: ModelOptions): string {
  const header = [
    'tree',
    `version=${version}`,
    'num_class=5',
    'num_tree_per_iteration=5',
    'label_index=0',
    'max_feature_idx=2',
    `objective=${objective}`,
    'feature_names=eeg_std eeg_nzc time_hour',
    'tree_sizes=1 1 1 1 1',
  ]
  const blocks = trees.map((tree, index) => {
    const lines = Object.entries({ num_cat: '0', ...tree }).map(([key, value]) => `${key}=${value}`)
    return [`Tree=${index}`, ...lines].join('\n')
  })
  return `${header.join('\n')}\n\n${blocks.join('\n\n\n')}\n\n\nend of trees\n\npandas_categorical:[]\n`
}

const uint32 = (value: number) => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value)
  return bytes
}

/** Opcodes of Python's pickle, protocol 4. */
export const opcodes = {
  proto: (version: number) => Buffer.from([0x80, version]),
  str: (value: string) => Buffer.concat([Buffer.from('X'), uint32(Buffer.byteLength(value)), Buffer.from(value)]),
  int: (value: number) => Buffer.concat([Buffer.from('J'), uint32(value)]),
  no: Buffer.from([0x89]),
  mark: Buffer.from('('),
  stackGlobal: Buffer.from([0x93]),
  emptyTuple: Buffer.from(')'),
  tuple1: Buffer.from([0x85]),
  tuple: Buffer.from('t'),
  emptyDict: Buffer.from('}'),
  emptyList: Buffer.from(']'),
  setItems: Buffer.from('u'),
  appends: Buffer.from('e'),
  newObject: Buffer.from([0x81]),
  reduce: Buffer.from('R'),
  build: Buffer.from('b'),
  stop: Buffer.from('.'),
}

const { proto, str, int, no, mark, stackGlobal, emptyTuple, tuple1, tuple, emptyDict, emptyList } = opcodes
const { setItems, appends, newObject, reduce, build, stop } = opcodes

const named = (module: string, name: string) => Buffer.concat([str(module), str(name), stackGlobal])
const dict = (items: Record<string, Buffer>) =>
  Buffer.concat([emptyDict, mark, ...Object.entries(items).flatMap(([key, value]) => [str(key), value]), setItems])
const object = (module: string, name: string, state: Buffer) =>
  Buffer.concat([named(module, name), emptyTuple, newObject, state, build])

/** An array of labels as joblib writes it: its wrapper, then a pickle of the array in the middle of the pickle. */
function objectArray(labels: string[]): Buffer {
  const dtype = Buffer.concat([named('numpy', 'dtype'), str('O8'), tuple1, reduce])
  const wrapper = object('joblib.numpy_pickle', 'NumpyArrayWrapper', dict({ dtype }))
  const list = labels.length > 0 ? Buffer.concat([emptyList, mark, ...labels.map(str), appends]) : str('')
  const shape = Buffer.concat([int(labels.length), tuple1])
  const state = Buffer.concat([mark, int(1), shape, dtype, no, list, tuple])
  const array = Buffer.concat([named('numpy.core.multiarray', '_reconstruct'), emptyTuple, reduce, state, build])
  return Buffer.concat([wrapper, proto(2), array, stop])
}

/** A LightGBM classifier with its booster as text, uncompressed. */
export function classifierPickle({ text, classes }: { text: string; classes: string[] }): Buffer {
  const booster = object('lightgbm.basic', 'Booster', dict({ handle: str(text) }))
  const state = dict({ _classes: objectArray(classes), _Booster: booster })
  return Buffer.concat([proto(4), object('lightgbm.sklearn', 'LGBMClassifier', state), stop])
}
