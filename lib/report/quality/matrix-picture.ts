import type { QualityReport } from '../../analyses/quality/types.js'
import { indexedPng } from '../png.js'
import { CELL } from './cells.js'

/** Columns of the picture; a recording with more epochs has several in each column. */
const MOST_COLUMNS = 1000

/** Pixel rows of a channel where a column holds several epochs: their heights stand for shares. */
export const SHARE_ROWS = 6

/** Colours by CELL that keep apart on light and dark ground and for colour-blind readers; good cells are transparent. */
const PALETTE = [
  [0, 0, 0],
  [213, 94, 0],
  [47, 128, 199],
  [148, 156, 164],
]

/** How epochs become columns of equal duration from the recording's start. */
export interface Columns {
  count: number
  /** Epochs that a column can hold. */
  epochs: number
  length_s: number
  /** Column of each epoch. */
  of: number[]
}

/** The columns for a recording of `span_s` seconds. Gaps are columns without epochs. */
export function columnsFor({ epochs }: QualityReport, span_s: number): Columns {
  const slots = Math.max(1, Math.ceil(span_s / epochs.length_s - 1e-6))
  const each = Math.ceil(slots / MOST_COLUMNS)
  const count = Math.ceil(slots / each)
  const length_s = each * epochs.length_s
  const columnAt = (time: number) => Math.min(count - 1, Math.floor(time / length_s))
  return { count, epochs: each, length_s, of: epochs.start_s.map((start) => columnAt(start + epochs.length_s / 2)) }
}

/**
 * Channels by time as a PNG: a pixel a cell, or, where a column holds several epochs, a bar of SHARE_ROWS pixels whose
 * parts are the shares that are bad (at the bottom), repaired and left out.
 * @param states of the cells, channel after channel
 */
export function matrixPng(states: Uint8Array, channels: number, columns: Columns): Buffer {
  const epochs = states.length / channels
  const tall = columns.epochs > 1 ? SHARE_ROWS : 1
  const pixels = new Uint8Array(columns.count * channels * tall)
  const counts = new Uint32Array(columns.count * 4)
  for (let channel = 0; channel < channels; channel++) {
    counts.fill(0)
    for (let epoch = 0; epoch < epochs; epoch++) counts[4 * columns.of[epoch]! + states[channel * epochs + epoch]!]!++
    for (let column = 0; column < columns.count; column++) {
      let row = (channel + 1) * tall
      for (const state of bar(counts.subarray(4 * column, 4 * column + 4), tall))
        pixels[--row * columns.count + column] = state
    }
  }
  return indexedPng(columns.count, channels * tall, pixels, PALETTE)
}

/** The states of a bar's pixels from the bottom up; what occurs at all has one, at the expense of the largest part. */
export function bar(counts: ArrayLike<number>, tall: number): number[] {
  const states = [CELL.bad, CELL.repaired, CELL.leftOut]
  const all = counts[CELL.good]! + states.reduce((sum, state) => sum + counts[state]!, 0)
  const rows = states.map((state) => (counts[state]! > 0 ? Math.max(1, Math.round((tall * counts[state]!) / all)) : 0))
  while (rows.reduce((a, b) => a + b, 0) > tall) rows[rows.indexOf(Math.max(...rows))]!--
  return states.flatMap((state, i) => new Array<number>(rows[i]!).fill(state))
}
