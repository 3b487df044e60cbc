import { timeAt } from '../format.js'
import { html, type Markup } from '../html.js'
import type { QualityRepair, ReportQuality } from '../types.js'
import { roundUp } from './axis.js'
import { magnitudeQuantile, tracePath } from './trace-path.js'

/** Units of a panel's plot. */
const WIDTH = 800
const HEIGHT = 400

/** Repaired cells before and after interpolation. */
export function repairsFigure({ repairs, epoch_s }: ReportQuality, startOfDay: number | null): Markup | null {
  if (repairs.length === 0) return null
  return html`<figure id="repairs">
<figcaption><h3>Interpolation, before and after</h3>
<p class="muted">The channels repaired most often, one typical epoch of each. After the high-pass; µV over seconds.</p></figcaption>
<div class="repairs">${repairs.map((repair) => panel(repair, epoch_s, startOfDay))}</div>
<ul class="legend"><li><i class="line-key bad"></i>As recorded</li><li><i class="line-key repaired"></i>Interpolated from the other channels</li></ul>
</figure>`
}

function panel({ channel, start_s, before, after }: QualityRepair, epoch_s: number, startOfDay: number | null): Markup {
  const range = roundUp(Math.max(5, magnitudeQuantile([before, after], 1)))
  const y = (uv: number) => (HEIGHT * (1 - uv / range)) / 2
  const seconds = Array.from({ length: Math.floor(epoch_s) + 1 }, (_, second) => second)
  const at = (second: number) => `${((100 * second) / epoch_s).toFixed(2)}%`
  const anchor = (second: number) => (second === 0 ? 'start' : second === epoch_s ? 'end' : 'middle')
  return html`<div class="repair"><h4>${channel} <span class="muted">${timeAt(start_s, startOfDay)}</span></h4>
<svg class="repair-range" height="130" aria-hidden="true">${[range, 0, -range].map((uv, i) => html`<text class="tick" x="100%" dx="-4" y="${50 * i}%" dy="${['.8em', '.35em', '-.1em'][i]}">${String(uv).replace('-', '−')}</text>`)}</svg>
<svg class="repair-plot" height="130" viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none" role="img" aria-label="${channel} at ${timeAt(start_s, startOfDay)}: largest amplitude ${Math.round(magnitudeQuantile([before], 1))} µV before, ${Math.round(magnitudeQuantile([after], 1))} µV after">
${seconds.map((second) => html`<line class="second" x1="${(WIDTH * second) / epoch_s}" x2="${(WIDTH * second) / epoch_s}" y2="${HEIGHT}"/>`)}<line class="second" x2="${WIDTH}" y1="${HEIGHT / 2}" y2="${HEIGHT / 2}"/>
<path class="trace bad" d="${tracePath(before, WIDTH, y)}"/><path class="trace repaired" d="${tracePath(after, WIDTH, y)}"/></svg>
<svg class="foot" height="15" aria-hidden="true">${seconds.map((second) => html`<text class="tick" x="${at(second)}" y="12" text-anchor="${anchor(second)}">${second}${second === 0 ? ' s' : ''}</text>`)}</svg></div>`
}
