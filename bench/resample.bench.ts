import { resample } from '../lib/index.js'
import { inMemory, nightChannels } from './harness/signals.js'
import type { Bench } from './harness/suite.js'

const bench: Bench = async ({ recording }) => {
  const eeg = await inMemory(recording, nightChannels(recording).eeg)
  return [100, 128]
    .filter((rate_hz) => rate_hz !== eeg.rate_hz)
    .map((rate_hz) => ({ name: `one channel to ${rate_hz} Hz`, run: () => resample(eeg, rate_hz) }))
}
export default bench
