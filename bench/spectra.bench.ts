import { spectra } from '../lib/index.js'
import { inMemory, nightChannels } from './harness/signals.js'
import type { Bench } from './harness/suite.js'

const bench: Bench = async ({ recording }) => {
  const { eeg } = nightChannels(recording)
  const samples = await inMemory(recording, eeg)
  return [
    { name: 'Welch per epoch, from the file', run: () => spectra(recording.signal(eeg)) },
    { name: 'Welch per epoch, from memory', run: () => spectra(samples) },
    { name: 'median instead of mean', run: () => spectra(samples, { average: 'median' }) },
  ]
}
export default bench
