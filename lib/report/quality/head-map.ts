import type { QualityReport } from '../../analyses/quality/types.js'
import { electrodePositions, HEAD_OUTLINE, headMap } from '../../recording/montage.js'
import { derivationLeads } from '../../recording/names.js'
import { percent } from '../format.js'
import { html, type Markup } from '../html.js'
import { badShare, type CellCounts } from './cells.js'
import { REASON_NAMES } from './words.js'

/** A channel is "often" bad or repaired when that holds in a larger share of its epochs. */
export const OFTEN = 0.2

/** Radius of the map's disc in the drawing's units, and the room about all that is drawn. */
const DISC = 200
const MARGIN = 6

/** Below this a name does not fit into its disc: those of channels that are not good then stand above it. */
const SMALLEST_FONT = 6.5

interface Spot {
  name: string
  /** The name as the disc has room for it. */
  short: string
  x: number
  y: number
  state: 'good' | 'often' | 'bad'
  text: string
  counts: CellCounts
}

/** The channels on the head, seen from above with the nose up; channels without a position are listed below it. */
export function headMapFigure(report: QualityReport, counts: readonly CellCounts[]): Markup {
  const positions = electrodePositions(report.channels)
  const spots = spotsOf(report, counts, positions)
  const elsewhere = report.channels.filter((_, i) => !positions[i])
  const number = (state: Spot['state']) => spots.filter((spot) => spot.state === state).length
  const radius = radiusFor(spots)
  const size = DISC * HEAD_OUTLINE * 1.12
  const [width, height] = [
    Math.max(size, ...spots.map(({ x }) => Math.abs(x) + radius)) + MARGIN,
    Math.max(size, ...spots.map(({ y }) => Math.abs(y) + radius)) + MARGIN,
  ]
  const map =
    spots.length > 0
      ? html`<svg class="head-map" viewBox="${[-width, -height, 2 * width, 2 * height].map((side) => side.toFixed(1)).join(' ')}" role="img" aria-label="Head seen from above: ${number('good')} channels good, ${number('often')} often bad or repaired, ${number('bad')} bad">
${outline()}${[...spots].sort(goodFirst).map((spot) => disc(spot, radius))}</svg>`
      : null
  const missing =
    elsewhere.length > 0 ? html`<p class="muted">No known position: <b>${elsewhere.join(', ')}</b></p>` : null
  return html`<figure id="head-map" class="${spots.length > 40 ? 'dense' : ''}">
<figcaption><h3>Channels on the head</h3></figcaption>
${map}
${map ? html`<ul class="legend"><li><i class="spot-key"></i>Good</li><li><i class="spot-key often"></i>Bad or repaired in over ${100 * OFTEN} % of epochs</li><li><i class="spot-key bad"></i>Bad channel</li></ul><p class="muted">From above, nose up. The ring shows the share of epochs that are bad (orange) or repaired (blue).</p>` : null}${missing}
</figure>`
}

function spotsOf(
  report: QualityReport,
  counts: readonly CellCounts[],
  positions: ReturnType<typeof electrodePositions>,
): Spot[] {
  const taken = new Map<string, number>()
  return report.channels.flatMap((name, i) => {
    const position = positions[i]
    if (!position) return []
    const { x, y } = headMap(position)
    const place = `${x.toFixed(4)} ${y.toFixed(4)}`
    const before = taken.get(place) ?? 0
    taken.set(place, before + 1)
    const bad = report.bad_channels.find((channel) => channel.name === name)
    const share = badShare(counts[i]!)
    const why = bad ? `bad (${bad.reasons.map((reason) => REASON_NAMES[reason]).join(', ')}), ` : ''
    return {
      name,
      short: derivationLeads(name)?.[0] ?? name,
      // Derivations of one lead share its position: they stand side by side.
      x: DISC * x + 26 * before,
      y: -DISC * y,
      state: bad ? 'bad' : share > OFTEN ? 'often' : 'good',
      text: `${name}: ${why}${percent(share, 0)} of epochs bad or repaired`,
      counts: counts[i]!,
    }
  })
}

/** As large as the closest pair leaves room for, within what reads well. */
function radiusFor(spots: readonly Spot[]): number {
  let closest = Number.POSITIVE_INFINITY
  for (const [i, a] of spots.entries())
    for (const b of spots.slice(i + 1)) closest = Math.min(closest, Math.hypot(a.x - b.x, a.y - b.y))
  return Math.max(5, Math.min(17, closest / 2 - 3))
}

/** What is drawn later lies on top. */
const goodFirst = (a: Spot, b: Spot) => Number(a.state !== 'good') - Number(b.state !== 'good')

function outline(): Markup {
  const head = DISC * HEAD_OUTLINE
  const nose = head * 0.12
  return html`<path class="head" d="M${-nose} ${(-head * 0.99).toFixed(1)}L0 ${(-head * 1.12).toFixed(1)}L${nose} ${(-head * 0.99).toFixed(1)}"/><circle class="head" r="${head}"/>`
}

function disc({ short, x, y, state, text, counts }: Spot, radius: number): Markup {
  const all = counts.good + counts.bad + counts.repaired + counts.leftOut || 1
  const bad = counts.bad / all
  const inside = Math.min(11, (radius * 1.9) / Math.max(2, short.length * 0.62))
  const name =
    inside >= SMALLEST_FONT
      ? html`<text font-size="${inside.toFixed(1)}" dy=".35em">${short}</text>`
      : state === 'good'
        ? null
        : html`<text class="beside" font-size="9" dy="${(-radius - 5).toFixed(1)}">${short}</text>`
  return html`<g class="spot ${state}" transform="translate(${x.toFixed(1)} ${y.toFixed(1)})"><title>${text}</title>
<circle class="face" r="${radius.toFixed(1)}"/>${arc(radius, 0, bad, 'bad')}${arc(radius, bad, counts.repaired / all, 'repaired')}${state === 'bad' ? html`<circle class="rim" r="${(radius + 3).toFixed(1)}"/>` : null}${name}</g>`
}

/** A part of the ring, clockwise from the top; shares of a full turn. */
function arc(radius: number, from: number, share: number, kind: string): Markup | null {
  if (share <= 0) return null
  if (share > 0.999) return html`<circle class="ring ${kind}" r="${radius.toFixed(1)}"/>`
  const point = (turn: number) =>
    `${(radius * Math.sin(2 * Math.PI * turn)).toFixed(2)} ${(-radius * Math.cos(2 * Math.PI * turn)).toFixed(2)}`
  return html`<path class="ring ${kind}" d="M${point(from)}A${radius.toFixed(1)} ${radius.toFixed(1)} 0 ${share > 0.5 ? 1 : 0} 1 ${point(from + share)}"/>`
}
