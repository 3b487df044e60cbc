import { bandpass } from '../lib/index.js'
import { inMemory, nightChannels } from './harness/signals.js'
import type { Bench } from './harness/suite.js'

const bench: Bench = async ({ recording }) => {
  const eeg = await inMemory(recording, nightChannels(recording).eeg)
  return [
    { name: '0.4 to 30 Hz', run: () => bandpass(eeg, 0.4, 30) },
    { name: 'below 30 Hz', run: () => bandpass(eeg, null, 30) },
  ]
}
export default bench
