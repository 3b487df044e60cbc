import type { QualityReport } from '../../analyses/quality/types.js'
import { fixed, timeAt } from '../format.js'
import { html, type Markup } from '../html.js'
import type { QualitySegment, ReportQuality } from '../types.js'
import { roundUp } from './axis.js'
import { CELL } from './cells.js'
import { magnitudeQuantile, median, tracePath } from './trace-path.js'
import { count } from './words.js'

/** Units of a row's height and most units of an epoch's width in the paths. */
const ROW = 40
const MOST_WIDTH = 480

/** Units of width of all traces together: bounds what they take of the page, about 6 bytes each. */
const ALL_WIDTHS = 130_000

/** How far a trace may reach from the middle of its row, in rows. */
const REACH = 0.75

/** Pixels of a channel's row. */
function rowHeight(channels: number): number {
  return channels <= 4 ? 56 : channels <= 10 ? 34 : channels <= 32 ? 22 : channels <= 72 ? 14 : 9
}

/** What the page knows of time: for labels, and for links to the epoch viewer where there is one. */
export interface TimeFrame {
  startOfDay: number | null
  /** Seconds of an epoch of the viewer; null where there is no viewer. */
  viewer_epoch_s: number | null
}

/** An epoch with the state of each of its cells, one of CELL. */
interface Judged extends QualitySegment {
  states: number[]
}

/** Sizes that all pictures share: units of width, pixels of height, and microvolts a row. */
interface Sizes {
  width: number
  height: number
  row_uv: number
}

/** The worst epochs side by side, every channel on one scale, what is bad or repaired in colour. */
export function segmentsFigure(
  report: QualityReport,
  states: Uint8Array,
  { segments, epoch_s }: ReportQuality,
  time: TimeFrame,
): Markup | null {
  if (segments.length === 0) return null
  const { channels, labels } = report
  const judged = segments.map((segment) => ({
    ...segment,
    states: channels.map((_, channel) => states[channel * labels.length + segment.epoch]!),
  }))
  const row = rowHeight(channels.length)
  const room = 2 * Math.floor(ALL_WIDTHS / (2 * segments.length * channels.length))
  const sizes = {
    width: Math.max(60, Math.min(MOST_WIDTH, room)),
    height: row * channels.length,
    row_uv: scaleOf(judged),
  }
  const names = channels.map(
    (name, i) => html`<text class="name" x="0" y="${row * (i + 0.5)}" dy=".35em">${name}</text>`,
  )
  return html`<figure id="worst-segments">
<figcaption><h3>${segments.length === 1 ? 'The worst epoch' : `The ${segments.length} worst epochs`}</h3>
<p class="muted">Most bad channels first; ${fixed(epoch_s, epoch_s % 1 ? 1 : 0)} s each, a line every second. After the high-pass, before repair; cut off at ±${Number((REACH * sizes.row_uv).toFixed(1))} µV.</p></figcaption>
<div class="scroll" tabindex="0" role="group" aria-label="Worst epochs">
<div class="segments of-${segments.length} rows-${row}">
<span></span>${judged.map((segment) => heading(segment, report, time))}
<svg class="names" height="${sizes.height}" aria-hidden="true">${names}</svg>${judged.map((segment) => picture(segment, epoch_s, sizes, inWords(segment, channels, time)))}
</div></div>
<ul class="legend"><li><svg class="scale-bar" width="9" height="${row}" aria-hidden="true"><path d="M0.5 0.5h8M4.5 0.5V${row - 0.5}M0.5 ${row - 0.5}h8"/></svg><b>${sizes.row_uv} µV</b>&nbsp;a row</li><li><i class="line-key good"></i>Good</li><li><i class="line-key bad"></i>Bad, not repaired</li><li><i class="line-key repaired"></i>Bad, repaired</li></ul>
</figure>`
}

const isBad = (state: number) => state === CELL.bad || state === CELL.repaired

function heading({ epoch, start_s, states }: Judged, report: QualityReport, time: TimeFrame): Markup {
  const clock = timeAt(start_s, time.startOfDay)
  const shown = time.viewer_epoch_s === null ? null : Math.floor(start_s / time.viewer_epoch_s) + 1
  const link = shown === null ? clock : html`<a href="#epoch=${shown}" title="Show epoch ${shown} above">${clock}</a>`
  const fate = report.rejected.includes(epoch) ? 'rejected' : 'kept'
  return html`<p class="segment-head"><b>${link}</b> <span class="muted">${states.filter(isBad).length} of ${states.length} bad, ${fate}</span></p>`
}

function picture({ traces, states }: Judged, epoch_s: number, { width, height, row_uv }: Sizes, label: string): Markup {
  const tall = ROW * traces.length
  const paths = traces.map(({ samples }, row) => rowPath(samples, row, width, row_uv))
  const lines = (name: string, ...wanted: number[]) =>
    html`<path class="trace ${name}" d="${paths.filter((_, i) => wanted.includes(states[i]!)).join('')}"/>`
  const bands = states.map((state, i) =>
    isBad(state)
      ? html`<rect class="row-band ${state === CELL.bad ? 'bad' : 'repaired'}" y="${i * ROW}" width="${width}" height="${ROW}"/>`
      : null,
  )
  const seconds = Array.from({ length: Math.ceil(epoch_s) - 1 }, (_, i) => {
    const x = Number((((i + 1) * width) / epoch_s).toFixed(1))
    return html`<line class="second" x1="${x}" x2="${x}" y2="${tall}"/>`
  })
  return html`<svg class="segment" height="${height}" viewBox="0 0 ${width} ${tall}" preserveAspectRatio="none" role="img" aria-label="${label}">${bands}${seconds}${lines('good', CELL.good, CELL.leftOut)}${lines('repaired', CELL.repaired)}${lines('bad', CELL.bad)}</svg>`
}

function inWords({ start_s, states }: Judged, channels: readonly string[], time: TimeFrame): string {
  const named = (state: number) => channels.filter((_, i) => states[i] === state).join(', ') || 'none'
  return `Signals at ${timeAt(start_s, time.startOfDay)}, ${count(channels.length, 'channel')}. Bad: ${named(CELL.bad)}. Repaired: ${named(CELL.repaired)}`
}

/** Microvolts a row: what most of the good samples need, or of all where nothing is good. */
function scaleOf(segments: readonly Judged[]): number {
  const all = segments.flatMap(({ traces, states }) => traces.map(({ samples }, i) => ({ samples, state: states[i]! })))
  const good = all.filter(({ state }) => state === CELL.good)
  const shown = (good.length > 0 ? good : all).map(({ samples }) => centred(samples))
  return roundUp(Math.max(1, 2 * magnitudeQuantile(shown, 0.95)))
}

function centred(samples: Float32Array): Float32Array {
  const middle = median(samples)
  return samples.map((value) => value - middle)
}

function rowPath(samples: Float32Array, row: number, width: number, row_uv: number): string {
  const middle = (row + 0.5) * ROW
  const reach = REACH * ROW
  return tracePath(centred(samples), width, (uv) => middle - Math.max(-reach, Math.min(reach, (uv / row_uv) * ROW)))
}
