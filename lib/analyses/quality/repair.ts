import { BrrrError } from '../../errors.js'
import { type RunOptions, runNative } from '../../native.js'
import { type EpochData, invalid } from './epoch-data.js'
import { type PickedEpochs, positionsOf } from './picks.js'
import type { RejectLog } from './reject-log.js'
import { checkBytes, type MemoryOptions } from './thresholds.js'

/** What a log says about the channels that take part: epochs x picks. */
function pickedLabels(log: RejectLog, { epochs, channels, picks }: PickedEpochs): Uint8Array {
  if (log.labels.length !== epochs || log.ch_names.join('\n') !== channels.join('\n'))
    throw invalid(
      `The reject log is of other epochs: ${log.labels.length} epochs of ${log.ch_names.join(', ')}; ` +
        `got ${epochs} of ${channels.join(', ')}.`,
    )
  const labels = new Uint8Array(epochs * picks.length)
  for (const [e, row] of log.labels.entries())
    for (const [i, index] of picks.entries()) labels[e * picks.length + i] = row[index] ?? 0
  return labels
}

/** Positions of the picks; of a log that repairs nothing, any will do. */
function positionsFor(epochs: EpochData, picked: PickedEpochs, labels: Uint8Array): Float64Array {
  if (labels.includes(2)) return positionsOf(epochs, picked.picks)
  return new Float64Array(3 * picked.picks.length).fill(1)
}

/**
 * Copies of the epochs that a log does not reject, repaired by spherical splines. `seen_from`: a centre that is
 * subtracted from the positions.
 */
export async function repairedEpochs(
  epochs: EpochData,
  picked: PickedEpochs,
  log: RejectLog,
  options: RunOptions & MemoryOptions,
  seen_from: (positions: Float64Array) => Float64Array = (positions) => positions,
): Promise<EpochData> {
  if (!('shape' in epochs))
    throw invalid('Repaired epochs are arrays, so they are made of arrays: pass epochs with data, shape and channels.')
  const { data, shape } = epochs
  const [count, channels, samples] = shape
  const labels = pickedLabels(log, picked)
  const chosen = Array.from({ length: count }, (_, e) => e).filter((e) => !log.bad_epochs[e])
  const bytes = chosen.length * channels * samples * data.BYTES_PER_ELEMENT
  const most = checkBytes(options)
  if (most > 0 && bytes > most)
    throw new BrrrError(
      'MEMORY_BUDGET',
      `Repaired epochs take ${bytes} bytes, but maxBytes allows ${most}. Transform fewer epochs at a time, or raise it.`,
    )
  const size = chosen.length * channels * samples
  const out = data instanceof Float32Array ? new Float32Array(size) : new Float64Array(size)
  const positions = seen_from(positionsFor(epochs, picked, labels))
  await runNative(options, (addon, job) => addon.autorejectRepair(picked.native, positions, labels, chosen, out, job))
  return {
    ...epochs,
    data: out,
    shape: [chosen.length, channels, samples],
    selection: chosen.map((e) => epochs.selection?.[e] ?? e),
  }
}
