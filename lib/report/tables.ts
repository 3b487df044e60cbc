import type { EventSummary, SleepResult, SleepStage, StageAgreement } from '../analyses/sleep/types.js'
import type { ResultDocument } from '../pipeline/document.js'
import { duration, fixed, measure, percent } from './format.js'
import { type Content, html, type Markup } from './html.js'
import { STAGE_NAMES, STAGES } from './stages.js'
import { describeStatistics } from './statistics.js'
import { hasStatistics } from './summary.js'
import { EVENT_NAMES } from './timeline.js'

/** Time in each stage, then every statistic with what it means. */
export function sleepTables(document: ResultDocument): Markup | null {
  if (!hasStatistics(document)) return null
  const { sleep } = document
  const scoring = sleep.given_stages ? 'the given scoring' : 'the automatic scoring'
  const lights = sleep.lights
    ? `, from lights off (${duration(sleep.lights.off_s)}) to lights on (${duration(sleep.lights.on_s)} after the start)`
    : ''
  return html`<section id="statistics" aria-labelledby="statistics-title">
  <h2 id="statistics-title">Sleep</h2>
  <p class="muted">From ${scoring}${lights}.</p>
  <div class="columns">${stageTable(sleep)}${sleep.transitions ? transitionTable(sleep.transitions) : null}</div>
  ${statisticsTable(sleep)}
</section>`
}

function stageTable(sleep: SleepResult): Markup {
  const stages = sleep.given_stages ?? sleep.sleep_stages
  const { off_s, on_s } = sleep.lights ?? { off_s: 0, on_s: stages.length * sleep.epoch_s }
  const covered = stages.filter((_, i) => i * sleep.epoch_s >= off_s && (i + 1) * sleep.epoch_s <= on_s)
  const count = (stage: SleepStage) => covered.filter((other) => other === stage).length
  const asleep = covered.filter((stage) => stage !== 'W' && stage !== '?').length
  const row = (stage: SleepStage) => html`<tr>
    <th scope="row"><span class="chip stage-${stage === '?' ? 'none' : stage}"></span>${STAGE_NAMES[stage]}</th>
    <td>${fixed((count(stage) * sleep.epoch_s) / 60, 1)}</td>
    <td>${stage === 'W' || stage === '?' || asleep === 0 ? '–' : fixed((100 * count(stage)) / asleep, 1)}</td>
    <td>${count(stage)}</td></tr>`
  return table(
    'stages',
    'Time in each stage',
    ['Stage', 'min', '% of TST', 'Epochs'],
    [...STAGES.map(row), ...(count('?') > 0 ? [row('?')] : [])],
  )
}

function transitionTable({ counts, probabilities }: NonNullable<SleepResult['transitions']>): Markup {
  return table(
    'transitions',
    'Transitions from (row) to (column): % of the row, and number',
    ['', ...STAGES],
    STAGES.map(
      (stage, i) =>
        html`<tr><th scope="row">${stage}</th>${STAGES.map((_, k) => shareCell(probabilities[i]?.[k], counts[i]?.[k]))}</tr>`,
    ),
  )
}

function statisticsTable({ statistics }: SleepResult): Markup {
  const rows = describeStatistics(statistics).map(
    ({ key, name, unit, definition, value }) =>
      html`<tr><th scope="row">${key}</th><td>${fixed(value, 2)}</td><td class="text unit">${unit}</td><td class="text definition">${key === name ? '' : html`<b>${name}.</b> `}${definition}</td></tr>`,
  )
  return table('all-statistics', 'All statistics', ['Key', 'Value', { text: 'Unit' }, { text: 'Meaning' }], rows)
}

/** How the given scoring and the automatic one agree. */
export function agreementSection(agreement: StageAgreement | undefined): Markup | null {
  if (!agreement) return null
  const rows = STAGES.map((stage, i) => {
    const counts = STAGES.map((_, k) => agreement.confusion[i]?.[k] ?? 0)
    const sum = counts.reduce((a, b) => a + b, 0)
    return html`<tr><th scope="row">${stage}</th>${counts.map((count) => shareCell(sum > 0 ? count / sum : null, count))}</tr>`
  })
  return html`<section id="agreement" aria-labelledby="agreement-title">
  <h2 id="agreement-title">Agreement of the given and the automatic scoring</h2>
  <p><b>${percent(agreement.agreement)}</b> of ${agreement.epochs} epochs that both score; Cohen’s kappa <b>${fixed(agreement.kappa, 3)}</b>.</p>
  ${table('confusion', 'Given (row), automatic (column): % of the row, and epochs', ['', ...STAGES], rows)}
</section>`
}

/** Number, density and mean measures of each kind of event. */
export function eventSection({ sleep }: ResultDocument): Markup | null {
  const kinds: Array<[string, EventSummary | null]> = [
    [EVENT_NAMES.spindle, sleep.spindles],
    [EVENT_NAMES.slow_wave, sleep.slow_waves],
    [EVENT_NAMES.rem, sleep.rems],
  ]
  const found = kinds.filter((kind): kind is [string, EventSummary] => kind[1] !== null)
  if (found.length === 0) return null
  const rows = found.map(
    ([name, summary]) => html`<tr>
    <th scope="row">${name}</th><td class="text">${summary.channels.join(', ')}</td>
    <td>${summary.count}</td><td>${fixed(summary.density_per_min, 2)}</td>
    ${STAGES.map((stage) => html`<td>${stageCell(summary, stage)}</td>`)}</tr>`,
  )
  const means = found.map(
    ([name, summary]) =>
      html`<div><dt>${name}</dt><dd>${Object.entries(summary.means).map(([key, value]) => html`<span class="pair">${key} <b>${measure(value)}</b>${unitOf(key)}</span> `)}</dd></div>`,
  )
  return html`<section id="events" aria-labelledby="events-title">
  <h2 id="events-title">Events</h2>
  ${table('event-summary', 'Number, and number per minute of each stage', ['Event', { text: 'Channels' }, 'Count', 'per min', ...STAGES], rows)}
  <h3>Means</h3><dl class="means">${means}</dl>
</section>`
}

function stageCell(summary: EventSummary, stage: SleepStage): Content {
  const found = summary.by_stage[stage]
  return found ? html`${found.count} <small>${fixed(found.density_per_min, 1)}</small>` : '–'
}

/** Units of the detectors' columns, YASA's names. */
const UNITS: Record<string, string> = {
  Duration: 's',
  Amplitude: 'µV',
  AmpFiltered: 'µV',
  RMS: 'µV',
  AbsPower: 'log10 µV²',
  Frequency: 'Hz',
  ValNegPeak: 'µV',
  ValPosPeak: 'µV',
  PTP: 'µV',
  Slope: 'µV/s',
  PhaseAtSigmaPeak: 'rad',
  LOCAbsValPeak: 'µV',
  ROCAbsValPeak: 'µV',
  LOCAbsRiseSlope: 'µV/s',
  ROCAbsRiseSlope: 'µV/s',
  LOCAbsFallSlope: 'µV/s',
  ROCAbsFallSlope: 'µV/s',
}

const unitOf = (column: string) => (UNITS[column] ? ` ${UNITS[column]}` : '')

function shareCell(share: number | null | undefined, count: number | undefined): Markup {
  const shade = share === null || share === undefined ? 0 : Math.round(share * 5)
  return html`<td class="shade-${shade}">${percent(share, 0).replace(' %', '')}<small> ${count ?? 0}</small></td>`
}

/** A column's heading: a string stands over numbers, `text` over words. */
export type Heading = string | { text: string }

/** A table with a caption; it scrolls by itself where the page is narrow. */
export function table(id: string, caption: string, head: Heading[], rows: Markup[]): Markup {
  return html`<div class="scroll"><table id="${id}"><caption>${caption}</caption>
<thead><tr>${head.map(headingCell)}</tr></thead>
<tbody>${rows}</tbody></table></div>`
}

function headingCell(heading: Heading): Markup {
  return typeof heading === 'string'
    ? html`<th scope="col">${heading}</th>`
    : html`<th scope="col" class="text">${heading.text}</th>`
}
