import { GRADES } from '../../analyses/quality/grade.js'
import type { QualityReport } from '../../analyses/quality/types.js'
import { percent } from '../format.js'
import { html, type Markup } from '../html.js'

/** The grades from best to worst, and the shares between which they lie; all are drawn equally wide. */
const NAMES = ['EXCELLENT', ...GRADES.map(([, grade]) => grade).reverse()]
const BOUNDS = [0, ...GRADES.map(([above]) => above).reverse(), 1]

/** The two shares of which the worse decides the grade. */
export function gradeShares({ bad_channels, channels, epochs }: QualityReport): { channels: number; epochs: number } {
  const share = (part: number, whole: number) => (whole > 0 ? part / whole : 0)
  return { channels: share(bad_channels.length, channels.length), epochs: share(epochs.n_rejected, epochs.n) }
}

/** The grades side by side, the share of bad channels marked above them and that of rejected epochs below. */
export function gradeScale(report: QualityReport): Markup {
  const shares = gradeShares(report)
  const bands = NAMES.map((grade, i) => {
    const chosen = grade === report.grade ? ` chosen grade-${grade}` : ''
    return html`<rect class="band${chosen}" x="${25 * i}%" y="20" width="25%" height="24"/><text class="band-name${chosen}" x="${25 * i + 12.5}%" y="36" text-anchor="middle">${grade}<tspan class="band-bound"> ${i + 1 < NAMES.length ? `≤ ${100 * BOUNDS[i + 1]!}` : `> ${100 * BOUNDS[i]!}`} %</tspan></text>`
  })
  return html`<svg class="grade-scale" height="68" role="img" aria-label="Bad channels ${percent(shares.channels)}, rejected epochs ${percent(shares.epochs)}; the larger one makes ${report.grade}">
${bands}${marker(shares.channels, 'Bad channels', { tip: 20, end: 3, text: 12 })}${marker(shares.epochs, 'Rejected epochs', { tip: 44, end: 62, text: 62 })}</svg>`
}

function marker(share: number, name: string, y: { tip: number; end: number; text: number }): Markup {
  const x = place(share)
  const right = x > 60
  return html`<line class="marker" x1="${x}%" x2="${x}%" y1="${y.end}" y2="${y.tip}"/><text class="marker-name" x="${x}%" dx="${right ? -5 : 5}" y="${y.text}" text-anchor="${right ? 'end' : 'start'}">${name} ${percent(share)}</text>`
}

/** Percent of the scale's width at which a share stands. */
function place(share: number): number {
  const band = Math.max(
    0,
    BOUNDS.findLastIndex((bound, i) => share > bound && i < NAMES.length),
  )
  const [from, to] = [BOUNDS[band]!, BOUNDS[band + 1]!]
  return Math.round(100 * (25 * band + (25 * (share - from)) / (to - from))) / 100
}
