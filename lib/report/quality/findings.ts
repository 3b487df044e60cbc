import type { QualityFinding, QualityReport } from '../../analyses/quality/types.js'
import { duration, percent, timeAt } from '../format.js'
import { type Content, html, type Markup } from '../html.js'
import { table } from '../tables.js'
import type { TimeFrame } from './segments.js'
import { count, FINDING_NAMES, nothingFound, readName, withUnit } from './words.js'

/** Spans that a row of the table lists. */
const MOST_SPANS = 3

/** Share of a channel's epochs beyond which a finding holds throughout. */
const THROUGHOUT = 0.99

/** Findings that the table lists; a file with hundreds of channels can have as many. */
const MOST_FINDINGS = 200

/** What was found in channels, with where and how much; says so where nothing was. */
export function findingsTable(report: QualityReport, time: TimeFrame): Markup {
  const { findings } = report
  if (findings.length === 0) return html`<p id="findings">${nothingFound(FINDING_NAMES, 'findings', report)}</p>`
  const rows = findings.slice(0, MOST_FINDINGS).map(
    (finding) => html`<tr>
<th scope="row">${FINDING_NAMES[finding.kind]}</th><td class="text">${finding.channels.join(' – ')}</td>
<td class="text">${spansOf(finding, time)}</td><td>${percent(finding.epoch_share, 0)}</td>
<td class="text">${readName(finding.measure.name).words}</td><td>${withUnit(finding.measure.name, finding.measure.value)}</td><td>${withUnit(finding.measure.name, finding.measure.limit)}</td>
<td class="text">${further(finding)}</td></tr>`,
  )
  const more = findings.length - rows.length
  return html`${table(
    'findings',
    `${count(findings.length, 'finding')}: where, and the measure that decided`,
    [
      'Finding',
      { text: 'Channels' },
      { text: 'Where' },
      'Epochs',
      { text: 'Measure' },
      'Value',
      'Limit',
      { text: 'Further' },
    ],
    rows,
  )}${more > 0 ? html`<p class="muted">${more} more are not listed here; the result document holds them all.</p>` : null}`
}

function further({ attributes, note }: QualityFinding): Content {
  const figures = Object.entries(attributes).map(
    ([name, value]) => html`<span class="pair">${readName(name).words} <b>${withUnit(name, value)}</b></span> `,
  )
  return [note ? html`${note} ` : null, ...figures]
}

function spansOf({ spans, epoch_share }: QualityFinding, { startOfDay, viewer_epoch_s }: TimeFrame): Content {
  const covered = spans.reduce((sum, { duration_s }) => sum + duration_s, 0)
  if (epoch_share > THROUGHOUT) return 'throughout'
  const links = spans.slice(0, MOST_SPANS).map(({ start_s, duration_s }, i) => {
    const clock = timeAt(start_s, startOfDay)
    const start =
      viewer_epoch_s === null ? clock : html`<a href="#epoch=${Math.floor(start_s / viewer_epoch_s) + 1}">${clock}</a>`
    return html`${i > 0 ? ', ' : ''}${start} for ${duration(duration_s)}`
  })
  const more = spans.length - links.length
  return html`${links}${more > 0 ? ` and ${more} more, ${duration(covered)} in all` : ''}`
}

/** What could not be looked at, or nothing. */
export function notAssessed({ not_assessed }: QualityReport): Markup | null {
  if (not_assessed.length === 0) return null
  return html`<h3>Not assessed</h3><ul id="not-assessed">${not_assessed.map(({ what, channels, reason }) => html`<li><b>${what.replaceAll('_', ' ')}</b>${channels.length > 0 ? ` (${channels.join(', ')})` : ''}: ${reason}</li>`)}</ul>`
}
