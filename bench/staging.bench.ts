import { Recording, stageSleep } from '../lib/index.js'
import { inMemory, nightChannels } from './harness/signals.js'
import type { Bench } from './harness/suite.js'

const bench: Bench = async ({ night, recording }) => {
  const { eeg, eog, emg } = nightChannels(recording)
  const samples = await inMemory(recording, eeg)
  return [
    {
      name: 'EDF to stages (EEG, EOG, EMG)',
      run: async () => {
        const file = await Recording.open(night.path)
        await stageSleep({ eeg: file.signal(eeg), eog: file.signal(eog), emg: file.signal(emg) })
        file.close()
      },
    },
    { name: 'EEG alone, from memory', run: () => stageSleep({ eeg: samples }) },
  ]
}
export default bench
