import type { BadChannelReason, FindingKind, QualityReport } from '../../analyses/quality/types.js'
import { measure } from '../format.js'

export const FINDING_NAMES: Record<FindingKind, string> = {
  flat: 'Flat',
  disconnected: 'Disconnected',
  noisy: 'Noisy',
  mains: 'Mains',
  bridged: 'Bridged',
  clipped: 'Clipped',
  units: 'Wrong unit',
}

export const REASON_NAMES: Record<BadChannelReason, string> = {
  flat: 'flat',
  noisy: 'noisy',
  mains: 'mains',
  autoreject: 'bad in most epochs',
  amplitude: 'bad in most epochs',
}

/** Units as the ends of names spell them, longest first where one ends another. */
const UNITS: ReadonlyArray<[ending: string, unit: string, factor: number]> = [
  ['_uv_per_s', 'µV/s', 1],
  ['_per_min', '/min', 1],
  ['_uv2', 'µV²', 1],
  ['_uv', 'µV', 1],
  ['_hz', 'Hz', 1],
  ['_db', 'dB', 1],
  ['_ms', 'ms', 1],
  ['_s', 's', 1],
  ['_share', '%', 100],
  ['_ratio', '×', 1],
]

/** Words whose plain lower case would puzzle. */
const SPELLING: Record<string, string> = { ptp: 'peak-to-peak', z: 'z', autoreject: 'AutoReject', eeg: 'EEG' }

/** A snake_case name with its unit at the end, as words, and the unit with the factor that leads to it. */
export function readName(name: string): { words: string; unit: string; factor: number } {
  const [ending, unit, factor] = UNITS.find(([ending]) => name.endsWith(ending)) ?? ['', '', 1]
  const bare = name.slice(0, name.length - ending.length)
  const words = bare.split('_').map((word) => SPELLING[word] ?? word)
  if (ending === '_share' || ending === '_ratio') words.push(ending.slice(1))
  return { words: words.join(' '), unit, factor }
}

/** What is smaller is rounding: a flat line after a filter. */
const NOTHING = 1e-6

/** A value with the unit that its name ends in: `flat_ptp_uv` 0.5 is `0.500 µV`. */
export function withUnit(name: string, value: number): string {
  const { unit, factor } = readName(name)
  const shown = Math.abs(value * factor) < NOTHING ? 0 : value * factor
  const text = Number.isInteger(shown) ? String(shown) : measure(shown)
  return unit ? `${text} ${unit}` : text
}

/** `1 epoch`, `2 epochs`. */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`
}

/** The kinds of `names` that could be looked for in at least one channel; `all`: the word that stands for all of them. */
function assessed(names: Record<string, string>, all: string, { not_assessed, channels }: QualityReport): string[] {
  return Object.keys(names).filter((kind) => {
    const gaps = not_assessed.filter(({ what }) => what === kind || what === all)
    const left = new Set(gaps.flatMap((gap) => gap.channels))
    return channels.some((channel) => !left.has(channel))
  })
}

/** Says what was looked for and not found. */
export function nothingFound(names: Record<string, string>, all: string, report: QualityReport): string {
  const kinds = assessed(names, all, report).map((kind) => names[kind]!.toLowerCase())
  return kinds.length > 0 ? `None found. Looked for: ${kinds.join(', ')}.` : 'None could be looked for.'
}
