import type { ResultDocument } from '../pipeline/document.js'
import { extent } from './embed.js'
import { fixed, secondsOfDay, shortHash, timeAt } from './format.js'
import { type Content, html, type Markup } from './html.js'
import { sleepNotAsked } from './summary.js'
import { table } from './tables.js'

/** Annotations that are listed; a file may hold tens of thousands. */
const MOST_ANNOTATIONS = 500

/** The file's own annotations, each with a way to its epoch where the page can show it. */
export function annotationSection(document: ResultDocument, linked: boolean): Markup | null {
  const { annotations, start_time } = document.recording
  if (annotations.length === 0) return null
  const { epoch_s, epochs } = extent(document)
  const start = secondsOfDay(start_time)
  const rows = annotations.slice(0, MOST_ANNOTATIONS).map(({ onset_s, duration_s, text }) => {
    const epoch = Math.floor(onset_s / epoch_s) + 1
    const link = linked && epoch >= 1 && epoch <= epochs ? html`<a href="#epoch=${epoch}">${epoch}</a>` : '–'
    const time = onset_s >= 0 ? timeAt(onset_s, start) : `${fixed(onset_s, 1)} s`
    return html`<tr><td class="text">${time}</td><td class="text">${link}</td><td class="text">${fixed(duration_s, 1)}</td><td class="text">${shortened(text)}</td></tr>`
  })
  const more = annotations.length - rows.length
  return html`<section id="annotations" aria-labelledby="annotations-title">
  <h2 id="annotations-title">Annotations in the file</h2>
  <div class="tall">${table(
    'annotation-table',
    annotations.length === 1 ? 'One annotation' : `${annotations.length} annotations`,
    ['Time', 'Epoch', 'Seconds', 'Text'].map((text) => ({ text })),
    rows,
  )}</div>
  ${more > 0 ? html`<p class="muted">${more} more are not listed here; the result document holds them all.</p>` : null}
</section>`
}

function shortened(text: string): string {
  return text.length > 300 ? `${text.slice(0, 300)}…` : text
}

/** The parts of the document that have no result, and why. */
export function otherParts(document: ResultDocument): Markup {
  const { quality_report, sleep, abnormality, features, triage } = document
  const parts: Array<[string, { status: string; reason?: string } | null]> = [
    ['Signal quality', quality_report],
    ['Sleep staging', sleepNotAsked(document) ? sleep : null],
    ['Abnormality', abnormality],
    ['Features', features],
    ['Triage', { status: triage.priority, reason: triage.reasons.join('; ') }],
  ]
  const rows = parts.map(([name, part]) =>
    part && part.status !== 'ok'
      ? html`<div><dt>${name}</dt><dd><b>${part.status}</b>${part.reason ? `: ${part.reason}` : ''}</dd></div>`
      : null,
  )
  return html`<section id="other-parts" aria-labelledby="other-title">
  <h2 id="other-title">Other analyses</h2>
  <dl class="facts">${rows}</dl>
</section>`
}

/** What made this report: enough to repeat it. */
export function provenanceSection(document: ResultDocument): Markup {
  const { provenance, recording, schema_version, timings_s, cache } = document
  const facts: Array<[string, Content]> = [
    ['Software', `brain-go-brrr ${provenance.version}, result schema ${schema_version}`],
    ['Backend', `${provenance.backend} on ${provenance.device}, ${provenance.precision}, SIMD ${provenance.simd}`],
    ['Preprocessing', hash(provenance.preprocessing_sha256)],
    ['Recording SHA-256', hash(recording.sha256)],
    ['Seed', provenance.seed ?? 'none'],
    ['Result', cache.hit ? 'from the cache' : 'computed for this report'],
  ]
  const models = provenance.models.map(
    (
      model,
    ) => html`<tr><th scope="row">${model.id}</th><td class="text"><code title="${model.sha256}">${shortHash(model.sha256)}</code></td>
    <td class="text">${model.trained ? 'trained' : 'untrained'}</td><td class="text">${model.licence ?? '–'}</td><td class="text">${model.attribution ?? '–'}</td></tr>`,
  )
  const timings = Object.entries(timings_s).map(
    ([name, seconds]) => html`<span class="pair">${name} <b>${fixed(seconds, 3)}</b> s</span> `,
  )
  return html`<section id="provenance" aria-labelledby="provenance-title">
  <h2 id="provenance-title">Provenance</h2>
  <dl class="facts wide">${facts.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}${timings.length > 0 ? html`<div><dt>Timings</dt><dd>${timings}</dd></div>` : null}</dl>
  ${models.length > 0 ? table('models', 'Models', ['Model', ...['SHA-256', 'Weights', 'Licence', 'Attribution'].map((text) => ({ text }))], models) : null}
  ${channelTable(document)}
</section>`
}

function hash(sha256: string): Content {
  return sha256 ? html`<code class="hash">${sha256}</code>` : '–'
}

function channelTable({ recording }: ResultDocument): Markup {
  const rows = recording.channels.map(
    ({ name, label, kind, rate_hz, unit }) =>
      html`<tr><th scope="row">${name}</th><td class="text">${label}</td><td class="text">${kind}</td><td>${Number(rate_hz.toFixed(3))}</td><td class="text">${unit}</td></tr>`,
  )
  return table(
    'channels',
    'Channels in the file',
    ['Name', { text: 'Label' }, { text: 'Kind' }, 'Hz', { text: 'Unit' }],
    rows,
  )
}
