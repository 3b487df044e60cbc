import { Recording } from '../lib/index.js'
import { buffersFor } from './harness/signals.js'
import type { Bench } from './harness/suite.js'

const bench: Bench = ({ night, recording }) => {
  const { channels, buffers } = buffersFor(recording)
  const wide = new Float64Array(channels[0]!.samples)
  const { records } = recording.header
  return [
    { name: 'open and close', run: async () => (await Recording.open(night.path)).close() },
    { name: 'all channels, float32', run: () => recording.readRecords(channels, 0, records, buffers) },
    { name: 'one channel, float64', run: () => recording.read(channels[0]!, wide) },
    { name: 'SHA-256 of the file', run: () => recording.sha256() },
  ]
}
export default bench
