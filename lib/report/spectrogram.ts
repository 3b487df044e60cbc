import { powerColour } from './colour.js'
import { indexedPng } from './png.js'
import type { ReportSpectrogram } from './types.js'

/** The decibels that the ends of the colour scale stand for: the 2nd and 98th percentile, as whole numbers. */
export function colourRange(spectrogram: ReportSpectrogram): { low: number; high: number } | null {
  const finite = spectrogram.power_db.filter(Number.isFinite).sort()
  if (finite.length === 0) return null
  const at = (share: number) => finite[Math.round(share * (finite.length - 1))]!
  const [low, high] = [Math.floor(at(0.02)), Math.ceil(at(0.98))]
  return { low, high: Math.max(high, low + 1) }
}

/** The spectrogram as a PNG, one pixel per value, high frequencies on top; what was not recorded is transparent. */
export function spectrogramPng(spectrogram: ReportSpectrogram, range: { low: number; high: number }): Buffer {
  const { columns, rows, power_db } = spectrogram
  const indices = new Uint8Array(columns * rows)
  for (let column = 0; column < columns; column++) {
    for (let row = 0; row < rows; row++) {
      const position = (power_db[column * rows + row]! - range.low) / (range.high - range.low)
      const step = Math.round(254 * Math.max(0, Math.min(1, position)))
      indices[(rows - 1 - row) * columns + column] = Number.isNaN(step) ? 0 : 1 + step
    }
  }
  const palette = Array.from({ length: 256 }, (_, i) => powerColour((i - 1) / 254) as number[])
  return indexedPng(columns, rows, indices, palette)
}
