import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { deflateSync } from 'node:zlib'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { readCompactHeader } from '../lib/models/compact.js'
import { importYasa } from '../lib/models/import.js'
import { listModels, loadYasaVariant, userModelFolder } from '../lib/models/registry.js'
import { convertYasa, variantOf, YASA_VARIANTS } from '../lib/models/yasa.js'
import { packageRoot } from '../lib/root.js'
import { classifierPickle, modelText } from './lightgbm-fixture.js'

const SHIPPED = join(packageRoot, 'models', 'yasa-0.5.0')
const REFERENCE = process.env.BRRR_REFERENCE ?? join(packageRoot, '..', 'shared', 'reference')
const CLASSIFIERS = join(REFERENCE, 'sleep', 'classifiers')

function readReferenceIndex() {
  const path = join(CLASSIFIERS, 'index.json')
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : undefined
}

/** What follows the header of a compact file. */
function arrays(bytes: Uint8Array) {
  const file = Buffer.from(bytes)
  return file.subarray(32 + file.readUInt32LE(12) + file.readUInt32LE(16))
}

const refuses = (run: () => unknown, pattern: RegExp) =>
  assert.throws(
    run,
    (error: Error & { code?: string }) => error.code === 'MODEL_INVALID' && pattern.test(error.message),
  )

async function rejects(promise: Promise<unknown>, code: string, pattern: RegExp) {
  const error = await promise.then(
    () => assert.unreachable('must reject'),
    (reason) => reason,
  )
  assert.is(error.code, code, error.message)
  assert.match(error.message, pattern)
}

/** A temporary folder for one test. */
async function inFolder(run: (folder: string) => Promise<void>) {
  const folder = mkdtempSync(join(tmpdir(), 'brrr-models-'))
  try {
    await run(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const shipped = suite('shipped models')

shipped('are all eight variants, 12 MB at most, with checksums, licence and attribution that hold', () => {
  const [model] = listModels({ user: join(SHIPPED, 'nothing-here') })
  const manifest = model!.manifest!
  assert.is(manifest.id, 'yasa-0.5.0')
  assert.equal(Object.keys(manifest.files).sort(), [...YASA_VARIANTS].sort())
  let total = 0
  for (const [variant, entry] of Object.entries(manifest.files)) {
    const bytes = readFileSync(join(SHIPPED, entry.file))
    assert.is(createHash('sha256').update(bytes).digest('hex'), entry.sha256)
    assert.is(bytes.length, entry.bytes)
    const header = readCompactHeader(bytes)
    assert.is(header.variant, variant)
    assert.is(variantOf(header.featureNames), variant)
    assert.is(header.featureNames.length, entry.features)
    assert.equal(header.classes, manifest.output.classes)
    assert.equal(header.source, entry.source)
    assert.is(header.trees, 2000)
    total += bytes.length
  }
  assert.ok(total <= 12e6, `${total} bytes`)
  assert.match(manifest.attribution!, /Vallat.*eLife 2021;10:e70092/)
  assert.match(readFileSync(join(SHIPPED, manifest.licence.file!), 'utf8'), /BSD 3-Clause.*Raphael Vallat/s)
})

shipped('come from the joblib files of the reference', () => {
  const index = readReferenceIndex()
  if (!index) return console.log('SKIPPED shipped models against the reference: no reference data')
  const { files } = JSON.parse(readFileSync(join(SHIPPED, 'model.json'), 'utf8'))
  for (const variant of YASA_VARIANTS) {
    assert.is(files[variant].source.sha256, index[variant].source_sha256)
    const { featureNames } = readCompactHeader(readFileSync(join(SHIPPED, `${variant}.bin`)))
    assert.equal(featureNames, index[variant].feature_names)
  }
})

shipped('hold the splits and leaves that LightGBM 4 writes for the same booster', () => {
  const index = readReferenceIndex()
  if (!index) return console.log('SKIPPED shipped models against LightGBM 4 text: no reference data')
  const xz = spawnSync('xz', ['-dc', join(CLASSIFIERS, index['eeg+eog+emg'].file)], { maxBuffer: 1 << 26 })
  if (xz.error) return console.log('SKIPPED shipped models against LightGBM 4 text: xz is not installed')
  const { bytes } = convertYasa(xz.stdout, 'text')
  assert.ok(arrays(bytes).equals(arrays(readFileSync(join(SHIPPED, 'eeg+eog+emg.bin')))))
})

shipped('load by variant', async () => {
  const model = await loadYasaVariant('eeg+eog')
  assert.is(model.id, 'yasa-0.5.0')
  assert.is(model.trained, true)
  assert.is(createHash('sha256').update(model.bytes).digest('hex'), model.sha256)
})

shipped.run()

const importing = suite('importing')

const FILE = 'clf_eeg.joblib'
const writeClassifier = (folder: string) => {
  const path = join(folder, FILE)
  writeFileSync(path, deflateSync(classifierPickle({ text: modelText({}), classes: ['N1', 'N2', 'N3', 'R', 'W'] })))
  return path
}

importing('makes a package that the registry lists and loads by its id', () =>
  inFolder(async (folder) => {
    const user = join(folder, 'models')
    const { manifest, folder: made } = await importYasa(writeClassifier(folder), { user })
    assert.equal(readdirSync(made).sort(), ['eeg.bin', 'model.json'])
    assert.equal(readdirSync(user), [manifest.id])
    assert.equal(manifest.licence, { spdx: 'NOASSERTION', file: null })
    assert.equal(manifest.files.eeg!.needs, ['eeg'])
    const listed = listModels({ user }).map(({ manifest }) => manifest?.id)
    assert.equal(listed, ['yasa-0.5.0', manifest.id])
    assert.is((await loadYasaVariant('eeg', { user, id: manifest.id })).sha256, manifest.files.eeg!.sha256)
    assert.is((await loadYasaVariant('eeg', { user })).id, 'yasa-0.5.0')
    assert.is((await loadYasaVariant('eeg', { user, shipped: folder })).id, manifest.id)
  }),
)

importing('gives the same package for the same file, also over an older one', () =>
  inFolder(async (folder) => {
    const path = writeClassifier(folder)
    const first = await importYasa(path, { outDir: join(folder, 'a') })
    const again = await importYasa(path, { outDir: join(folder, 'a') })
    assert.equal(again, first)
  }),
)

importing('reads LightGBM text too', () => {
  const { variant, entry } = convertYasa(Buffer.from(modelText({})), 'model.txt')
  assert.is(variant, 'eeg')
  assert.is(entry.source.sha256, entry.source.text_sha256)
})

importing('tells the variant from the features', () => {
  assert.is(variantOf(['eeg_std', 'time_norm', 'eog_std_c7min_norm', 'emg_nzc', 'age', 'male']), 'eeg+eog+emg+demo')
  refuses(() => variantOf(['eeg_std', 'weight']), /"weight", which is no feature of YASA's/)
  refuses(() => variantOf(['eog_std', 'time_norm']), /The model uses eog, time/)
  refuses(() => variantOf(['eeg_std', 'age']), /The model uses eeg, age/)
})

importing('refuses other classes and other files', () =>
  inFolder(async (folder) => {
    const write = (content: Uint8Array | string) => {
      writeFileSync(join(folder, FILE), content)
      return importYasa(join(folder, FILE), { outDir: folder })
    }
    const dogs = classifierPickle({ text: modelText({}), classes: ['cat', 'dog', 'N3', 'R', 'W'] })
    await rejects(write(deflateSync(dogs)), 'MODEL_INVALID', /tells cat dog N3 R W apart/)
    await rejects(write(Buffer.from('fd377a585a000004', 'hex')), 'MODEL_INVALID', /xz -dk/)
    await rejects(importYasa(join(folder, 'absent'), { outDir: folder }), 'FILE_NOT_FOUND', /absent does not exist/)
    await rejects(importYasa(folder, { outDir: folder }), 'NOT_A_FILE', /is not a file/)
    await rejects(
      importYasa(writeClassifier(folder), { outDir: join(folder, FILE) }),
      'WRITE_FAILED',
      /cannot be written/,
    )
    assert.equal(readdirSync(folder), [FILE])
  }),
)

importing.run()

const registry = suite('registry')

registry('lists a broken package with its problem and never uses it', () =>
  inFolder(async (user) => {
    for (const [name, manifest] of [
      ['a-not-json', '{'],
      ['b-other-task', JSON.stringify({ schema_version: 1, id: 'b', task: 'dream-reading' })],
      [
        'c-escapes',
        JSON.stringify({
          ...JSON.parse(readFileSync(join(SHIPPED, 'model.json'), 'utf8')),
          files: { eeg: { file: '../../secret', sha256: '0'.repeat(64) } },
        }),
      ],
    ] as const) {
      mkdirSync(join(user, name))
      writeFileSync(join(user, name, 'model.json'), manifest)
    }
    const problems = listModels({ user, shipped: join(user, 'none') }).map(({ problem }) => problem)
    assert.match(problems[0]!, /not readable as JSON/)
    assert.match(problems[1]!, /task must be sleep-staging, not dream-reading/)
    assert.match(problems[2]!, /files\.eeg must hold a plain file name/)
    await rejects(
      loadYasaVariant('eeg', { user, shipped: join(user, 'none') }),
      'MODEL_NOT_FOUND',
      /variant eeg\. Installed: .*a-not-json \(broken\).*models import yasa FILE/,
    )
  }),
)

registry('refuses a file that is not the one its manifest describes', () =>
  inFolder(async (folder) => {
    const { manifest, folder: made } = await importYasa(writeClassifier(folder), { user: join(folder, 'models') })
    const where = { user: join(folder, 'models'), id: manifest.id }
    writeFileSync(join(made, 'eeg.bin'), 'changed')
    await rejects(loadYasaVariant('eeg', where), 'MODEL_INVALID', /is not the file that its model\.json describes/)
    rmSync(join(made, 'eeg.bin'))
    await rejects(loadYasaVariant('eeg', where), 'MODEL_INVALID', /cannot be read/)
  }),
)

registry('looks for imported models where BRRR_MODELS or the data folder says', () => {
  const { BRRR_MODELS, XDG_DATA_HOME } = process.env
  try {
    process.env.BRRR_MODELS = '/some/models'
    assert.is(userModelFolder(), '/some/models')
    delete process.env.BRRR_MODELS
    process.env.XDG_DATA_HOME = '/data'
    assert.is(userModelFolder(), join('/data', 'brain-go-brrr', 'models'))
  } finally {
    delete process.env.BRRR_MODELS
    delete process.env.XDG_DATA_HOME
    Object.assign(process.env, BRRR_MODELS && { BRRR_MODELS }, XDG_DATA_HOME && { XDG_DATA_HOME })
  }
})

registry.run()
