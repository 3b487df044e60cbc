import { loadYasaVariant } from '../lib/models/registry.js'
import { native, runNative } from '../lib/native.js'
import { inMemory, nightChannels } from './harness/signals.js'
import type { Bench } from './harness/suite.js'

const EPOCH_S = 30

const bench: Bench = async ({ night, recording }) => {
  const rows = (night.hours * 3600) / EPOCH_S
  const channels = nightChannels(recording)
  const requests = await Promise.all(
    (['eeg', 'eog', 'emg'] as const).map(async (role) => {
      const { source } = (await inMemory(recording, channels[role])).stretches[0]!
      return { role, stretches: [{ source, firstEpochS: 0, epochs: rows, firstRow: 0 }] }
    }),
  )
  const [eeg, eog, emg] = await runNative({}, (addon, job) => addon.sleepFeatures(requests, rows, job))
  const { bytes } = await loadYasaVariant('eeg+eog+emg')
  const { TreeModel } = native()
  const model = new TreeModel(bytes)
  const table = { eeg: eeg!, eog: eog!, emg: emg!, rows, age: null, male: null }
  return [
    { name: 'load the classifier', run: async () => new TreeModel((await loadYasaVariant('eeg+eog+emg')).bytes) },
    {
      name: 'smooth, scale and predict a night',
      run: () => runNative({}, (addon, job) => addon.sleepPredict(model, table, job)),
    },
  ]
}
export default bench
