// Always 256 Hz: AutoReject on 20 min of 20 channels in memory, the rest on a routine EEG of 20 min and 19 channels.
import { AutoReject, analyzeQuality, Epochs, findArtifacts, findInEpochs, Recording } from '../lib/index.js'
import { AUTOREJECT_OPTIONS, EPOCH_LENGTHS_S, eegEpochs } from './harness/eeg-epochs.js'
import { routineEeg } from './harness/nights.js'
import type { Bench } from './harness/suite.js'

const MINUTES = 20

const bench: Bench = async ({ night }) => {
  if (night.rate_hz !== 256) return []
  const fits = EPOCH_LENGTHS_S.map((length_s) => {
    const { epochs } = eegEpochs(length_s)
    return {
      name: `fit + transform, ${epochs.shape[0]} epochs of ${length_s} s`,
      run: () => new AutoReject(AUTOREJECT_OPTIONS).fitTransform(epochs),
    }
  })
  const path = await routineEeg(MINUTES)
  const recording = await Recording.open(path)
  const channels = recording.channels.filter((channel) => channel.kind === 'eeg')
  const epochs = await Epochs.fromRecording(recording, channels)
  return [
    ...fits,
    { name: 'epochs from the file', run: async () => (await Epochs.fromRecording(recording, channels)).close() },
    { name: 'measures and findings', run: () => findInEpochs(epochs) },
    { name: 'artifacts', run: () => findArtifacts(epochs) },
    {
      name: 'whole quality run, file opened',
      run: async () => {
        await using file = await Recording.open(path)
        await using _ = await analyzeQuality(file)
      },
    },
  ]
}
export default bench
