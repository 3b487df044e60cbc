import type { BadChannel, QualityReport } from '../../analyses/quality/types.js'
import { fixed, measure, percent } from '../format.js'
import { type Content, html, type Markup } from '../html.js'
import { table } from '../tables.js'
import type { ReportQuality } from '../types.js'
import { artifactTable } from './artifacts.js'
import { cellStates, countCells } from './cells.js'
import { findingsTable, notAssessed } from './findings.js'
import { gradeScale, gradeShares } from './grade-scale.js'
import { headMapFigure } from './head-map.js'
import { labelMatrix } from './label-matrix.js'
import { repairsFigure } from './repairs.js'
import { segmentsFigure, type TimeFrame } from './segments.js'
import { count, REASON_NAMES, readName, withUnit } from './words.js'

/** Everything that the quality run found: grade, channels, epochs, findings, artifacts, and the limits that decided. */
export function qualitySection(
  report: QualityReport,
  samples: ReportQuality | null,
  recording: { span_s: number },
  time: TimeFrame,
): Markup {
  const states = cellStates(report)
  const counts = countCells(states, report.channels.length)
  return html`<section id="quality" aria-labelledby="quality-title">
<h2 id="quality-title">Signal quality</h2>
${grade(report)}
<div class="map-and-channels">${headMapFigure(report, counts)}<div>${badChannels(report)}${method(report)}${warnings(report)}${notAssessed(report)}</div></div>
${report.epochs.n > 0 ? labelMatrix(report, states, counts, { ...recording, startOfDay: time.startOfDay }) : null}
${samples ? [segmentsFigure(report, states, samples, time), repairsFigure(samples, time.startOfDay)] : html`<p class="muted">The signals of the worst epochs were not stored in this report.</p>`}
<h3>Findings</h3>
${findingsTable(report, time)}
<h3>Artifacts</h3>
${artifactTable(report, recording.span_s)}
${limits(report)}
</section>`
}

function grade(report: QualityReport): Markup {
  const { epochs, channels, bad_channels } = report
  const shares = gradeShares(report)
  const larger = shares.channels > shares.epochs ? 'bad channels' : 'rejected epochs'
  const why =
    shares.channels === 0 && shares.epochs === 0
      ? 'No bad channel and no rejected epoch.'
      : `Decided by the larger of the two shares${shares.channels === shares.epochs ? '' : `, ${larger}`}.`
  const figures: Array<[string, Content]> = [
    ['Bad channels', html`${bad_channels.length} <span class="unit">of ${channels.length}</span>`],
    ['Rejected epochs', html`${epochs.n_rejected} <span class="unit">of ${epochs.n}</span>`],
    ['Kept with repairs', html`${epochs.n_interpolated} <span class="unit">of ${epochs.n}</span>`],
  ]
  return html`<div class="grade">
<dl class="grade-figures">
<div><dt>Grade</dt><dd><b class="grade-name grade-${report.grade}">${report.grade}</b></dd></div>
<div><dt>Score</dt><dd>${fixed(report.quality_score, 3)}</dd></div>
${figures.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}
</dl>
<div class="grade-why">${gradeScale(report)}<p class="muted">${why} Score: 1 − share of channel-epochs that are bad and not repaired.</p></div>
</div>`
}

function badChannels({ bad_channels, channels }: QualityReport): Markup {
  if (bad_channels.length === 0) return html`<h3>Bad channels</h3><p id="bad-channels">None.</p>`
  const row = ({ name, reasons, bad_epoch_share }: BadChannel) =>
    html`<tr><th scope="row">${name}</th><td class="text">${reasons.map((reason) => REASON_NAMES[reason]).join(', ')}</td><td>${percent(bad_epoch_share, 0)}</td></tr>`
  return html`<h3>Bad channels</h3>${table('bad-channels', `${bad_channels.length} of ${count(channels.length, 'channel')}`, ['Channel', { text: 'Why' }, 'Epochs bad'], bad_channels.map(row))}`
}

function method(report: QualityReport): Markup {
  const { epochs, limits } = report
  const length = `${fixed(epochs.length_s, epochs.length_s % 1 ? 1 : 0)} s`
  const edge = limits.high_pass_hz === undefined ? '' : `${limits.high_pass_hz} Hz high-pass, `
  return html`<h3>Method</h3><p>${report.method === 'autoreject' ? autoReject(report) : amplitudeRules(report)}</p>
<p class="muted">EEG channels at their own reference, ${edge}no notch, epochs of ${length} that touch no gap.</p>`
}

function autoReject({ consensus, n_interpolate }: QualityReport): string {
  return `AutoReject: each channel has its own peak-to-peak threshold, found by cross-validation. An epoch in which at least ${percent(consensus, 0)} of the channels are above theirs is rejected; in the others up to ${count(n_interpolate ?? 0, 'channel')} are interpolated from the rest. Flat, noisy and mains-dominated channels are found first and, like those without a known position, left out.`
}

function amplitudeRules({ limits }: QualityReport): string {
  const { amplitude_uv, amplitude_channel_share } = limits
  const rule =
    amplitude_uv === undefined || amplitude_channel_share === undefined
      ? 'fixed limits decide'
      : `a channel above ${amplitude_uv} µV peak-to-peak is bad, an epoch in which at least ${percent(amplitude_channel_share, 0)} of the channels are is rejected`
  return `Amplitude rules in place of AutoReject, which needs more channels with a known position or more epochs (see the warnings): ${rule}. Nothing is interpolated.`
}

function warnings({ warnings }: QualityReport): Markup | null {
  if (warnings.length === 0) return null
  return html`<ul id="quality-warnings">${warnings.map(({ code, message }) => html`<li>${message} <code>${code}</code></li>`)}</ul>`
}

function limits({ thresholds_uv, limits, consensus, n_interpolate }: QualityReport): Markup {
  const row = (name: string, value: Content) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`
  const list = (title: string, rows: Markup[]) => html`<h4>${title}</h4><dl class="limits">${rows}</dl>`
  const thresholds = Object.entries(thresholds_uv).map(([name, uv]) => row(name, `${measure(uv)} µV`))
  const chosen =
    consensus === null
      ? []
      : [row('consensus', percent(consensus, 0)), row('most channels interpolated', n_interpolate)]
  return html`<details id="quality-limits"><summary>Thresholds and limits</summary>
${thresholds.length > 0 ? list('AutoReject’s peak-to-peak thresholds', thresholds) : null}
${chosen.length > 0 ? list('Chosen by cross-validation', chosen) : null}
${list(
  'Limits',
  Object.entries(limits).map(([name, value]) => row(readName(name).words, withUnit(name, value))),
)}
</details>`
}
