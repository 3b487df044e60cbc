import type { DocumentWarning, ResultDocument } from '../pipeline/document.js'
import { duration, fixed, hoursMinutes, shortHash } from './format.js'
import { html, type Markup } from './html.js'
import { KEY_FIGURES, STATISTICS } from './statistics.js'

export const DECISION_SUPPORT = 'Decision support only: a person must read the recording.'

/** File name without its folder. */
export function fileName(document: ResultDocument): string {
  return document.recording.file.split(/[\\/]/).pop() ?? ''
}

/** What was recorded and what was read of it. */
export function header(document: ResultDocument): Markup {
  const { recording, sleep } = document
  const { eeg, eog, emg } = sleep.channels
  const staged = [...eeg, eog, emg].filter((channel) => channel !== null)
  const facts: Array<[string, string]> = [
    ['Start', recording.start_time?.replace('T', ' ') ?? 'not in the file'],
    ['Duration', duration(recording.duration_s)],
    ['Staged channels', staged.join(', ') || 'none'],
    ['Model', sleep.model ? `${sleep.model.id} (${sleep.model.variant})` : 'none'],
    ['Format', `${recording.format}, ${recording.channels.length} channels`],
    ['SHA-256', shortHash(recording.sha256)],
  ]
  return html`<header>
  <h1>${fileName(document)}</h1>
  <p class="decision-support" role="note">${DECISION_SUPPORT}</p>
  <dl class="facts">${facts.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>
</header>`
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

/** The reason where there is no automatic staging. */
export function notStaged({ sleep }: ResultDocument): Markup | null {
  if (sleep.status === 'ok') return null
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
