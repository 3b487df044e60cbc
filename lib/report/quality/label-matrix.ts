import type { QualityReport } from '../../analyses/quality/types.js'
import { duration, percent } from '../format.js'
import { html, type Markup } from '../html.js'
import { roundTimes, timeAxis } from './axis.js'
import { badShare, type CellCounts } from './cells.js'
import { type Columns, columnsFor, matrixPng, SHARE_ROWS } from './matrix-picture.js'
import { count } from './words.js'

/** Pixels of a channel's row: what a page has room for. */
function rowHeight(channels: number): number {
  return channels <= 24 ? 15 : channels <= 40 ? 12 : channels <= 72 ? 10 : 9
}

/** All channels in all epochs: the picture with names, shares, rejected epochs and a time axis. */
export function labelMatrix(
  report: QualityReport,
  states: Uint8Array,
  counts: readonly CellCounts[],
  recording: { span_s: number; startOfDay: number | null },
): Markup {
  const { channels, epochs } = report
  const { span_s, startOfDay } = recording
  const columns = columnsFor(report, span_s)
  const row = rowHeight(channels.length)
  const image = matrixPng(states, channels.length, columns).toString('base64')
  return html`<figure id="label-matrix" data-span-s="${span_s}" data-epoch-s="${epochs.length_s}">
<figcaption><h3>Every channel in every epoch</h3><p class="muted" id="matrix-readout">${note(report, columns)}</p></figcaption>
<div class="matrix rows-${row}">
<span class="strip-name">Rejected</span><span class="strip-share">${percent(epochs.n_rejected / epochs.n, 0)}</span>
<svg class="strip" viewBox="0 0 ${span_s} 1" preserveAspectRatio="none" height="12" role="img" aria-label="${count(epochs.n_rejected, 'rejected epoch')}">${ground(report)}<path class="rejected" d="${rejectedPath(report, columns)}"/></svg>
${margins(report, counts, row)}
<svg class="cells" id="matrix-cells" height="${row * channels.length}" role="img" aria-label="${inWords(report, counts)}">
<svg viewBox="0 0 ${span_s} 1" preserveAspectRatio="none" width="100%" height="100%">${ground(report)}<image href="data:image/png;base64,${image}" width="${columns.count * columns.length_s}" height="1" preserveAspectRatio="none"/></svg>
${channels.slice(1).map((_, i) => html`<line class="row-line" x2="100%" y1="${row * (i + 1)}" y2="${row * (i + 1)}"/>`)}${timeLines(span_s, startOfDay)}</svg>
<div class="axis-cell">${timeAxis(span_s, startOfDay)}</div>
</div>
<ul class="legend"><li><i class="cell-key good"></i>Good</li><li><i class="cell-key bad"></i>Bad, not repaired</li><li><i class="cell-key repaired"></i>Bad, repaired</li><li><i class="cell-key left-out"></i>Not judged, nothing found</li><li><i class="cell-key rejected"></i>Rejected epoch</li><li class="muted">Beside each name: % of epochs bad or repaired</li></ul>
</figure>`
}

function note({ epochs, channels }: QualityReport, columns: Columns): string {
  const size = `${count(epochs.n, 'epoch')} of ${duration(epochs.length_s)}, ${count(channels.length, 'channel')}.`
  if (columns.epochs === 1) return size
  return `${size} Each column stands for ${columns.epochs} epochs (${duration(columns.length_s)}): how much of a row’s height has a colour is their share, and whatever occurs shows.`
}

/** Names and shares at the left of the rows. */
function margins(report: QualityReport, counts: readonly CellCounts[], row: number): Markup {
  const bad = new Set(report.bad_channels.map((channel) => channel.name))
  const y = (i: number) => row * (i + 0.5)
  const share = (cells: CellCounts) => {
    const value = badShare(cells)
    return value === 0 ? '' : value < 0.005 ? '<1 %' : percent(value, 0)
  }
  const height = row * report.channels.length
  return html`<svg class="names" height="${height}" aria-hidden="true">${report.channels.map((name, i) => html`<text class="${bad.has(name) ? 'name bad' : 'name'}" x="0" y="${y(i)}" dy=".35em">${name}</text>`)}</svg>
<svg class="shares" height="${height}" aria-hidden="true">${counts.map((cells, i) => html`<text class="share" x="100%" dx="-5" y="${y(i)}" dy=".35em">${share(cells)}</text>`)}</svg>`
}

function timeLines(span_s: number, startOfDay: number | null): Markup[] {
  return roundTimes(span_s, startOfDay, 10).map((time) => {
    const x = `${((100 * time) / span_s).toFixed(3)}%`
    return html`<line class="time-line" x1="${x}" x2="${x}" y2="100%"/>`
  })
}

function inWords({ channels, epochs }: QualityReport, counts: readonly CellCounts[]): string {
  const sum = (state: keyof CellCounts) => counts.reduce((total, channel) => total + channel[state], 0)
  return `${count(channels.length, 'channel')} in ${count(epochs.n, 'epoch')}: ${sum('good')} cells good, ${sum('bad')} bad and not repaired, ${sum('repaired')} repaired, ${sum('leftOut')} not judged`
}

/** What lies under good cells: a rectangle for each stretch of epochs without a gap. */
function ground({ epochs }: QualityReport): Markup {
  let path = ''
  let from = epochs.start_s[0]!
  for (const [i, start] of epochs.start_s.entries()) {
    const end = start + epochs.length_s
    const next = epochs.start_s[i + 1]
    if (next !== undefined && next - end < 1e-6) continue
    path += `M${tidy(from)} 0H${tidy(end)}V1H${tidy(from)}z`
    from = next ?? end
  }
  return html`<path class="ground" d="${path}"/>`
}

/** Columns with rejected epochs as bars, as high as their share; equal neighbours are joined. */
function rejectedPath({ rejected, epochs }: QualityReport, columns: Columns): string {
  const [hit, all] = [new Uint32Array(columns.count), new Uint32Array(columns.count)]
  for (let epoch = 0; epoch < epochs.n; epoch++) all[columns.of[epoch]!]!++
  for (const epoch of rejected) hit[columns.of[epoch]!]!++
  const heights = Array.from(hit, (number, i) => (number > 0 ? Math.max(number / all[i]!, 1 / SHARE_ROWS) : 0))
  let path = ''
  for (let column = 0; column < columns.count; ) {
    const height = heights[column]!
    const next = heights.findIndex((other, i) => i > column && other !== height)
    const end = next < 0 ? columns.count : next
    const [from, to] = [tidy(column * columns.length_s), tidy(end * columns.length_s)]
    if (height > 0) path += `M${from} 1V${tidy(1 - height)}H${to}V1z`
    column = end
  }
  return path
}

const tidy = (value: number) => Number(value.toFixed(3))
