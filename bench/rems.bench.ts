import { detectRems, stageSleep } from '../lib/index.js'
import { inMemory, nightChannels } from './harness/signals.js'
import type { Bench } from './harness/suite.js'

const bench: Bench = async ({ recording }) => {
  const channels = nightChannels(recording)
  const loc = await inMemory(recording, channels.loc)
  const roc = await inMemory(recording, channels.roc)
  const hypnogram = await stageSleep({ eeg: await inMemory(recording, channels.eeg) })
  return [
    { name: 'LOC and ROC', run: () => detectRems(loc, roc) },
    { name: 'with a hypnogram', run: () => detectRems(loc, roc, { hypnogram }) },
  ]
}
export default bench
