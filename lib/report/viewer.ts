import type { ResultDocument } from '../pipeline/document.js'
import { extent } from './embed.js'
import { measure } from './format.js'
import { html, type Markup } from './html.js'
import { STAGES } from './stages.js'
import type { ReportSignals } from './types.js'

/** The place where the page's script shows one epoch. */
export function viewer(document: ResultDocument, signals: ReportSignals | null): Markup {
  const { epochs } = extent(document)
  const bars = STAGES.map(
    (stage) =>
      html`<li><span>${stage}</span><svg class="meter" viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true"><rect class="stage-${stage}" id="meter-${stage}" width="0" height="1"/></svg><output id="probability-${stage}"></output></li>`,
  )
  return html`
<section id="viewer" aria-labelledby="viewer-title" tabindex="-1" hidden>
  <div class="bar">
    <h2 id="viewer-title">Epoch</h2>
    <div class="buttons" role="group" aria-label="Epoch">
      <button type="button" id="previous" aria-label="Previous epoch">‹</button>
      <input id="epoch-number" type="number" inputmode="numeric" min="1" max="${epochs}" aria-label="Epoch number">
      <span class="muted">of ${epochs}</span>
      <button type="button" id="next" aria-label="Next epoch">›</button>
    </div>
    <p id="epoch-facts" aria-live="polite"></p>
    <div class="buttons" role="group" aria-label="Amplitude">
      <span class="muted">Amplitude</span>
      <button type="button" id="smaller" aria-label="Smaller amplitude">−</button>
      <button type="button" id="larger" aria-label="Larger amplitude">+</button>
      <label><input type="checkbox" id="negative-up"> Negative up</label>
      <button type="button" id="close" aria-label="Close the epoch">✕</button>
    </div>
  </div>
  <ol class="meters" id="meters" aria-label="Probabilities">${bars}</ol>
  ${signals && signals.traces.length > 0 ? html`<canvas id="traces" role="img" aria-label="Signals of the epoch"></canvas>` : html`<p id="no-traces">The signals were not stored in this report.</p>`}
  <p class="muted" id="trace-note">${signals && signals.traces.length > 0 ? note(signals) : ''}</p>
</section>`
}

function note(signals: ReportSignals): string {
  const unfiltered =
    'Unfiltered; the mean of the epoch is taken off each channel. Lines every second. Keys: ← → an epoch, PgUp PgDn ten, Esc closes.'
  if (!signals.thinned) return unfiltered
  const rates = signals.traces.map((trace) => `${trace.channel} ${measure(trace.rate_hz)} Hz`).join(', ')
  return `Thinned to keep this page small (neighbouring samples averaged: ${rates}): fast activity is weaker here than in the recording. ${unfiltered}`
}
