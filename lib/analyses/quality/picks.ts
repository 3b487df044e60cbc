/** Which channels of which epochs take part, and where they are. */
import type { Binding } from '../../native.js'
import { electrodePositions } from '../../recording/montage.js'
import { checkEpochs, type EpochData, invalid, positionRows } from './epoch-data.js'
import { Epochs } from './store.js'

/** Names or indices of channels; null: all that are not listed as bad. */
export type Picks = ReadonlyArray<string | number> | null

/** Epochs with the channels that take part, checked, as the addon takes them. */
export interface PickedEpochs {
  native: Binding.NativeEpochs
  epochs: number
  samples: number
  /** All channels; `picks` are indices into them, ascending. */
  channels: readonly string[]
  picks: readonly number[]
}

/** @throws BrrrError INVALID_ARGUMENT; also for a string, as Python's 'eeg', whose letters would be taken for names */
export function checkPicks(picks: Picks): Picks {
  if (picks !== null && !Array.isArray(picks))
    throw invalid(`picks is a list of channel names or numbers, or null for all that are not bad; got ${picks}.`)
  return picks
}

function indexOf(channels: readonly string[], pick: string | number): number {
  const index = typeof pick === 'string' ? channels.indexOf(pick) : pick
  if (!Number.isInteger(index) || index < 0 || index >= channels.length)
    throw invalid(`There is no channel ${JSON.stringify(pick)} among ${channels.join(', ')}.`)
  return index
}

function chosenChannels(channels: readonly string[], bads: readonly string[], picks: Picks): number[] {
  checkPicks(picks)
  const left = new Set(bads.map((name) => indexOf(channels, name)))
  const chosen = picks ? picks.map((pick) => indexOf(channels, pick)) : [...channels.keys()].filter((i) => !left.has(i))
  if (chosen.length === 0) throw invalid('No channel is left to work on: all are listed as bad, or picks is empty.')
  return [...new Set(chosen)].sort((a, b) => a - b)
}

/** @throws BrrrError INVALID_ARGUMENT */
export function pickEpochs(epochs: EpochData | Epochs, picks: Picks = null): PickedEpochs {
  if (epochs instanceof Epochs) {
    const { channels, samples, handle } = epochs
    const chosen = chosenChannels(channels, [], picks)
    return { native: { store: handle, picks: chosen }, epochs: epochs.epochs, samples, channels, picks: chosen }
  }
  checkEpochs(epochs)
  const { data, channels, shape, bads = [] } = epochs
  const [count, width, samples] = shape
  const chosen = chosenChannels(channels, bads, picks)
  const native = { data, epochs: count, channels: width, samples, picks: chosen }
  return { native, epochs: count, samples, channels, picks: chosen }
}

const isPosition = (row: readonly number[] | undefined): row is readonly number[] =>
  row?.length === 3 && row.every(Number.isFinite) && row.some((value) => value !== 0)

/**
 * x, y, z of the given channels, one after the other.
 * @throws BrrrError INVALID_ARGUMENT naming the channels that have no position
 */
export function positionsOf(epochs: EpochData | Epochs, indices: readonly number[]): Float64Array {
  const given = epochs instanceof Epochs ? undefined : epochs.positions
  const rows = given ? positionRows(given) : electrodePositions(epochs.channels)
  if (rows.length !== epochs.channels.length)
    throw invalid(`${epochs.channels.length} channels need as many positions of x, y and z; got ${rows.length}.`)
  const lost = indices.filter((i) => !isPosition(rows[i])).map((i) => epochs.channels[i])
  if (lost.length > 0)
    throw invalid(
      `Channels need positions to be interpolated, finite and not zero; ${lost.join(', ')} ${lost.length > 1 ? 'have' : 'has'} none. ` +
        'Pass positions, or list such channels in bads.',
    )
  return Float64Array.from(indices.flatMap((i) => [...rows[i]!]))
}
