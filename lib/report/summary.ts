import type { QualityReport } from '../analyses/quality/types.js'
import type { DocumentWarning, ResultDocument } from '../pipeline/document.js'
import { duration, fixed, hoursMinutes, shortHash } from './format.js'
import { type Content, html, type Markup } from './html.js'
import { KEY_FIGURES, STATISTICS } from './statistics.js'

export const DECISION_SUPPORT = 'Decision support only: a person must read the recording.'

/** File name without its folder. */
export function fileName(document: ResultDocument): string {
  return document.recording.file.split(/[\\/]/).pop() ?? ''
}

/** The quality report, or null where the quality run gave none. */
export function qualityReport({ quality_report }: ResultDocument): QualityReport | null {
  return quality_report.status === 'ok' ? quality_report : null
}

/** What was recorded and what was read of it. */
export function header(document: ResultDocument): Markup {
  const { recording, sleep } = document
  const { eeg, eog, emg } = sleep.channels
  const staged = [...eeg, eog, emg].filter((channel) => channel !== null)
  const quality = qualityReport(document)
  const facts: Array<[string, Content]> = [
    ['Start', recording.start_time?.replace('T', ' ') ?? 'not in the file'],
    ['Duration', duration(recording.duration_s)],
    ['Staged channels', staged.join(', ') || null],
    ['Model', sleep.model && `${sleep.model.id} (${sleep.model.variant})`],
    ['Signal quality', quality && qualityFact(quality)],
    ['Format', `${recording.format}, ${recording.channels.length} channels`],
    ['SHA-256', shortHash(recording.sha256)],
  ]
  return html`<header>
  <h1>${fileName(document)}</h1>
  <p class="decision-support" role="note">${DECISION_SUPPORT}</p>
  <dl class="facts">${facts.filter(([, value]) => value !== null).map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>
</header>`
}

function qualityFact({ grade, quality_score }: QualityReport): Markup {
  return html`<a href="#quality">${grade}</a> (${fixed(quality_score, 3)})`
}

/** Everything that a reader must know before the results, or nothing. */
export function warnings(document: ResultDocument): Markup | null {
  const { sleep, provenance } = document
  const found: DocumentWarning[] = [...document.warnings, ...sleep.warnings]
  const untrained = provenance.models.filter((model) => !model.trained).map((model) => model.id)
  if (untrained.length > 0) {
    const message = `Untrained weights (${untrained.join(', ')}): the results mean nothing for this person.`
    found.unshift({ code: 'untrained', message })
  }
  const distinct = found.filter(
    ({ code, message }, i) => found.findIndex((other) => other.code === code && other.message === message) === i,
  )
  if (distinct.length === 0) return null
  return html`<section id="warnings" aria-labelledby="warnings-title">
  <h2 id="warnings-title">${distinct.length === 1 ? 'Warning' : `${distinct.length} warnings`}</h2>
  <ul>${distinct.map(({ code, message }) => html`<li>${message} <code>${code}</code></li>`)}</ul>
</section>`
}

/** Nobody asked for staging: no channel was chosen for it. */
export function sleepNotAsked({ sleep: { status, channels } }: ResultDocument): boolean {
  return status === 'skipped' && channels.eeg.length === 0 && !channels.eog && !channels.emg
}

/** The reason where staging was asked for and there is none. */
export function notStaged(document: ResultDocument): Markup | null {
  const { sleep } = document
  if (sleep.status === 'ok' || sleepNotAsked(document)) return null
  return html`<section id="no-sleep"><h2>Sleep staging: ${sleep.status}</h2><p>${sleep.reason ?? 'No reason was given.'}</p></section>`
}

/** True where there is a night to describe: staged automatically, or by the scoring that was given. */
export function hasStatistics({ sleep }: ResultDocument): boolean {
  return Object.keys(sleep.statistics).length > 0
}

/** The figures that are looked for first. */
export function keyFigures(document: ResultDocument): Markup | null {
  if (!hasStatistics(document)) return null
  const { sleep } = document
  const figures = KEY_FIGURES.filter((key) => key in sleep.statistics).map((key) => {
    const { name, unit } = STATISTICS.find((statistic) => statistic.key === key)!
    const value = sleep.statistics[key]
    const long = key === 'TST'
    return html`<div><dt><abbr title="${name}">${key === 'Lat_REM' ? 'REM latency' : key}</abbr></dt><dd>${long ? hoursMinutes(value) : fixed(value, 1)} <span class="unit">${long ? '' : unit.replace(' of TST', '').replace('per hour', '/h')}</span></dd></div>`
  })
  return html`<dl id="key-figures">${figures}</dl>`
}
