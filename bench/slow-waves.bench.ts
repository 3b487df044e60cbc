import { detectSlowWaves, stageSleep } from '../lib/index.js'
import { inMemory, nightChannels } from './harness/signals.js'
import type { Bench } from './harness/suite.js'

const bench: Bench = async ({ recording }) => {
  const eeg = await inMemory(recording, nightChannels(recording).eeg)
  const hypnogram = await stageSleep({ eeg })
  return [
    { name: 'one channel', run: () => detectSlowWaves(eeg) },
    { name: 'with a hypnogram', run: () => detectSlowWaves(eeg, { hypnogram }) },
    { name: 'with coupling', run: () => detectSlowWaves(eeg, { coupling: true }) },
  ]
}
export default bench
