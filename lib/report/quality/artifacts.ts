import type { EegEvent } from '../../analyses/events/types.js'
import type { QualityReport } from '../../analyses/quality/types.js'
import { duration, percent } from '../format.js'
import { html, type Markup } from '../html.js'
import { table } from '../tables.js'
import type { Lane } from '../timeline.js'
import { nothingFound } from './words.js'

export const ARTIFACT_NAMES: Record<string, string> = {
  blink: 'Blinks',
  muscle: 'Muscle',
  electrode_pop: 'Electrode pops',
  movement: 'Movement',
}

/** The types of artifact that occur, known ones first. */
export function artifactTypes(artifacts: readonly EegEvent[]): string[] {
  const found = new Set<string>(artifacts.map(({ type }) => type))
  const known = Object.keys(ARTIFACT_NAMES).filter((type) => found.delete(type))
  return [...known, ...found]
}

/** The artifacts over time: a row for each type that occurs, named beside it; or no lane where there are none. */
export function artifactLane(artifacts: readonly EegEvent[], epochs: number, height: number): Lane[] {
  const types = artifactTypes(artifacts)
  if (types.length === 0) return []
  const rows = types.map((type, row) => {
    const own = artifacts.filter((artifact) => artifact.type === type)
    const y = Math.round((height * (row + 1.5)) / (types.length + 1))
    const marks = own.map(({ start_s, duration_s }) => `M${tenths(start_s)} ${y}h${tenths(duration_s)}`)
    return {
      name: html`<span class="note">${type === 'electrode_pop' ? 'Pops' : (ARTIFACT_NAMES[type] ?? type)} ${own.length}</span>`,
      text: `${own.length} ${ARTIFACT_NAMES[type] ?? type}`,
      plot: html`<path class="artifact ${chipClass(type)}" d="${marks.join('')}"/>`,
    }
  })
  return [
    {
      id: 'artifacts-over-time',
      kind: `artifacts of-${types.length}`,
      title: 'Artifacts',
      note: html`${rows.map(({ name }) => name)}`,
      label: `Artifacts: ${rows.map(({ text }) => text).join(', ')}`,
      plot: rows.map(({ plot }) => plot),
      epochs,
    },
  ]
}

const tenths = (seconds: number) => Math.round(seconds * 10) / 10
const chipClass = (type: string) => `artifact-${type.replace(/\W/g, '')}`

/** How many artifacts of each type, for how long, and where most of them are. */
export function artifactTable(report: QualityReport, span_s: number): Markup {
  const { artifacts } = report
  if (artifacts.length === 0) return html`<p id="artifacts">${nothingFound(ARTIFACT_NAMES, 'artifacts', report)}</p>`
  const rows = artifactTypes(artifacts).map((type) => {
    const own = artifacts.filter((artifact) => artifact.type === type)
    const covered = coveredSeconds(own)
    return html`<tr><th scope="row"><span class="chip ${chipClass(type)}"></span>${ARTIFACT_NAMES[type] ?? type}</th><td>${own.length}</td><td>${((60 * own.length) / span_s).toFixed(2)}</td><td>${duration(covered)}</td><td>${percent(covered / span_s)}</td><td class="text">${mostAffected(own)}</td></tr>`
  })
  return table(
    'artifacts',
    'Each type: how often, for how long, and where',
    ['Type', 'Count', 'per min', 'Duration', 'of the time', { text: 'Channels most affected' }],
    rows,
  )
}

/** Seconds that at least one of the events covers. */
function coveredSeconds(events: readonly EegEvent[]): number {
  let [sum, end] = [0, Number.NEGATIVE_INFINITY]
  for (const { start_s, duration_s } of [...events].sort((a, b) => a.start_s - b.start_s)) {
    sum += Math.max(0, start_s + duration_s - Math.max(start_s, end))
    end = Math.max(end, start_s + duration_s)
  }
  return sum
}

function mostAffected(events: readonly EegEvent[]): string {
  const counts = new Map<string, number>()
  for (const channel of events.flatMap(({ channels }) => channels)) counts.set(channel, (counts.get(channel) ?? 0) + 1)
  const ranked = [...counts].sort((a, b) => b[1] - a[1])
  const listed = ranked.slice(0, 4).map(([channel, number]) => `${channel} ${number}`)
  return listed.join(', ') + (ranked.length > 4 ? ` and ${ranked.length - 4} more` : '')
}
