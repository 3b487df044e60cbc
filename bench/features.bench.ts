import { runNative } from '../lib/native.js'
import { inMemory, nightChannels } from './harness/signals.js'
import type { Bench } from './harness/suite.js'

const EPOCH_S = 30

const bench: Bench = async ({ night, recording }) => {
  const rows = (night.hours * 3600) / EPOCH_S
  const channels = nightChannels(recording)
  const cases = (['eeg', 'eog', 'emg'] as const).map(async (role) => {
    const { source } = (await inMemory(recording, channels[role])).stretches[0]!
    const request = { role, stretches: [{ source, firstEpochS: 0, epochs: rows, firstRow: 0 }] }
    return { name: role, run: () => runNative({}, (addon, job) => addon.sleepFeatures([request], rows, job)) }
  })
  return Promise.all(cases)
}
export default bench
