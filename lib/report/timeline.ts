import type { SleepStage } from '../analyses/sleep/types.js'
import type { ResultDocument } from '../pipeline/document.js'
import { hexColour, powerColour } from './colour.js'
import { extent } from './embed.js'
import { duration } from './format.js'
import { html, type Markup } from './html.js'
import { artifactLane } from './quality/artifacts.js'
import { colourRange, spectrogramPng } from './spectrogram.js'
import { confidence, HYPNOGRAM_ORDER, STAGE_NAMES, STAGES, stageRuns } from './stages.js'
import { qualityReport } from './summary.js'
import type { ReportSpectrogram } from './types.js'

/** Height of a plot's own coordinates; x is seconds from the recording's start in all of them. */
const HEIGHT = 1000

/** A plot over the recording's time, with its name at the left. */
export interface Lane {
  id: string
  /** Classes after `lane-`, where they are not the id. */
  kind?: string
  title: string
  note?: string | Markup
  /** What stands at the left edge: text and height, 0 (bottom) to 1 (top). */
  ticks?: Array<{ text: string; at: number; stage?: SleepStage }>
  label: string
  plot: Markup | Markup[]
  /** Epochs that the plot shows. */
  epochs: number
}

/**
 * All plots that share the time axis. They are drawn here; the page's script adds the axis, zoom and the way to epochs.
 * @param opens whether there is a viewer that shows an epoch
 */
export function timeline(document: ResultDocument, spectrogram: ReportSpectrogram | null, opens: boolean): Markup {
  const { epochs, span_s, epoch_s } = extent(document)
  const lanes = [
    ...sleepLanes(document),
    ...(spectrogram ? spectrogramLane(spectrogram, span_s) : []),
    ...eventLanes(document),
    ...artifactLane(qualityReport(document)?.artifacts ?? [], epochs, HEIGHT),
    ...confidenceLane(document),
  ]
  if (lanes.length === 0) lanes.push({ id: 'empty', title: 'Epochs', label: 'Nothing was scored', plot: [], epochs })
  const slider = html`role="slider" tabindex="0" aria-label="Epoch" aria-valuemin="1" aria-valuemax="${epochs}" aria-valuenow="1"`
  return html`
<section id="night" aria-labelledby="night-title" data-epochs="${epochs}" data-span-s="${span_s}" data-epoch-s="${epoch_s}">
  <div class="bar">
    <h2 id="night-title">Recording</h2>
    <p id="readout" class="muted">${opens ? 'Click an epoch to see its signals; drag to zoom.' : 'Drag to zoom.'}</p>
    <div class="buttons" role="group" aria-label="Zoom of the time axis">
      <button type="button" id="earlier" aria-label="Earlier" disabled>◀</button>
      <button type="button" id="zoom-in" aria-label="Zoom in">+</button>
      <button type="button" id="zoom-out" aria-label="Zoom out" disabled>−</button>
      <button type="button" id="later" aria-label="Later" disabled>▶</button>
      <button type="button" id="zoom-all" disabled>All</button>
    </div>
  </div>
  <div class="${document.sleep.lights ? 'panel with-lights' : 'panel'}">
    ${underlay(document, span_s)}
    ${lanes.map((lane) => laneMarkup(lane, span_s))}
    <div class="lane lane-axis"><svg id="axis" class="plot" aria-hidden="true"></svg></div>
    <div id="surface" ${opens ? slider : html`aria-hidden="true"`}>
      <div id="selection" hidden></div><div id="drag" hidden></div><div id="cursor" hidden></div>
    </div>
  </div>
  <noscript><p>The time axis and the signals of each epoch need JavaScript; everything else is shown without it.</p></noscript>
</section>`
}

function laneMarkup(lane: Lane, span: number): Markup {
  const ticks = (lane.ticks ?? []).map(
    ({ text, at, stage }) =>
      html`<text class="${stage ? `tick stage-${stage}` : 'tick'}" x="100%" y="${(100 - at * 100).toFixed(1)}%" dx="-5" dy=".35em">${text}</text>`,
  )
  return html`<div class="lane lane-${lane.kind ?? lane.id}">
  <div class="lane-title">${lane.title}${lane.note ? html` <span class="note">${lane.note}</span>` : ''}</div>
  <svg class="ticks" aria-hidden="true">${ticks}</svg>
  <svg class="plot" id="${lane.id}" data-epochs="${lane.epochs}" viewBox="0 0 ${span} ${HEIGHT}" preserveAspectRatio="none" role="img" aria-label="${lane.label}">${lane.plot}</svg>
</div>`
}

/** What lies behind all lanes: unscored stretches hatched, lights off and on. Nested, so that zooming moves the inner part. */
function underlay({ sleep }: ResultDocument, span: number): Markup {
  const share = (seconds: number) => `${((100 * seconds) / span).toFixed(4)}%`
  const gaps = stageRuns(sleep.given_stages ?? sleep.sleep_stages).filter((run) => run.stage === '?')
  const lights = sleep.lights
    ? [
        { text: 'lights off', at: sleep.lights.off_s },
        { text: 'lights on', at: sleep.lights.on_s },
      ]
    : []
  return html`<svg class="underlay" aria-hidden="true">
  <defs><pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><line class="hatch-line" x1="0" y1="0" x2="0" y2="6"/></pattern></defs>
  <g id="grid"></g>
  <svg id="extent" x="0" y="0" width="100%" height="100%">
    ${gaps.map(({ from, epochs }) => html`<rect class="gap" x="${share(from * sleep.epoch_s)}" y="0" width="${share(epochs * sleep.epoch_s)}" height="100%"/>`)}
    ${lights.map(({ text, at }) => html`<line class="lights" data-mark="${text}" data-at-s="${at}" x1="${share(at)}" x2="${share(at)}" y1="0" y2="100%"/>`)}
  </svg>
</svg>`
}

function sleepLanes({ sleep }: ResultDocument): Lane[] {
  if (sleep.sleep_stages.length === 0 && !sleep.given_stages) return []
  const { given_stages: given, sleep_stages: automatic, epoch_s } = sleep
  const staged = automatic.length > 0
  const lanes: Lane[] = []
  if (given) lanes.push(hypnogram('given-hypnogram', 'Given', given, epoch_s))
  if (given && staged) lanes.push(disagreement(given, automatic, epoch_s))
  if (staged)
    lanes.push(hypnogram('hypnogram', given ? 'Automatic' : 'Hypnogram', automatic, epoch_s), hypnodensity(sleep))
  return lanes
}

function disagreement(given: SleepStage[], automatic: SleepStage[], epoch_s: number): Lane {
  const differ = given.map((stage, i) =>
    Number(stage !== '?' && (automatic[i] ?? '?') !== '?' && stage !== automatic[i]),
  )
  return {
    id: 'disagreement',
    title: 'Differ',
    note: String(differ.filter(Boolean).length),
    label: 'Epochs in which the given and the automatic scoring differ',
    plot: html`<path class="differ" d="${stepArea(differ, epoch_s)}"/>`,
    epochs: given.length,
  }
}

function hypnogram(id: string, title: string, stages: SleepStage[], epoch_s: number): Lane {
  const y = (stage: SleepStage) =>
    (HYPNOGRAM_ORDER.indexOf(stage as (typeof HYPNOGRAM_ORDER)[number]) + 0.5) * (HEIGHT / 5)
  const runs = stageRuns(stages)
  const steps = runs.flatMap((run, i) => {
    const before = runs[i - 1]
    return before && before.stage !== '?' && run.stage !== '?'
      ? [`M${run.from * epoch_s} ${y(before.stage)}V${y(run.stage)}`]
      : []
  })
  const bars = runs.map(
    ({ stage, from, epochs }) =>
      html`<path class="run stage-${stage === '?' ? 'none' : stage}" data-stage="${stage}" data-epochs="${epochs}" d="${stage === '?' ? '' : `M${from * epoch_s} ${y(stage)}h${epochs * epoch_s}`}"/>`,
  )
  const minutes = STAGES.map((stage) => {
    const count = stages.filter((other) => other === stage).length
    return `${STAGE_NAMES[stage]} ${duration(count * epoch_s)}`
  })
  return {
    id,
    title,
    note: title === 'Hypnogram' ? 'automatic' : 'hypnogram',
    ticks: HYPNOGRAM_ORDER.map((stage, row) => ({ text: stage, at: 1 - (row + 0.5) / 5, stage })),
    label: `${title} scoring: ${minutes.join(', ')}`,
    plot: [html`<path class="steps" d="${steps.join('')}"/>`, ...bars],
    epochs: stages.length,
  }
}

/** The five probabilities stacked, in the hypnogram's order; each area is drawn from the bottom, the next one over it. */
function hypnodensity({ probabilities, epoch_s }: ResultDocument['sleep']): Lane {
  const areas = HYPNOGRAM_ORDER.map((stage, row) => {
    const below = HYPNOGRAM_ORDER.slice(row).map((other) => STAGES.indexOf(other))
    const heights = probabilities.map((epoch) => (epoch ? below.reduce((sum, index) => sum + epoch[index]!, 0) : null))
    return html`<path class="area stage-${stage}" d="${stepArea(heights, epoch_s)}"/>`
  })
  return {
    id: 'hypnodensity',
    title: 'Probabilities',
    ticks: [
      { text: '1', at: 0.94 },
      { text: '0', at: 0.06 },
    ],
    label: 'Hypnodensity: probability of each stage in each epoch, stacked',
    plot: areas,
    epochs: probabilities.length,
  }
}

function spectrogramLane(spectrogram: ReportSpectrogram, span: number): Lane[] {
  const range = colourRange(spectrogram)
  if (!range) return []
  const { columns, rows, step_s, from_hz, step_hz, channel } = spectrogram
  const [low, high] = [from_hz - step_hz / 2, from_hz + (rows - 0.5) * step_hz]
  const image = `data:image/png;base64,${spectrogramPng(spectrogram, range).toString('base64')}`
  const frequencies = [5, 10, 15, 20, 25, 30, 40].filter((hz) => hz > low + 1 && hz < high - 1)
  const stops = Array.from(
    { length: 17 },
    (_, i) => html`<stop offset="${i / 16}" stop-color="${hexColour(powerColour(i / 16))}"/>`,
  )
  const bar = html`<svg class="colour-bar" viewBox="0 0 100 10" preserveAspectRatio="none" role="img" aria-label="Colour scale from ${range.low} to ${range.high} dB"><defs><linearGradient id="power">${stops}</linearGradient></defs><rect width="100" height="10" fill="url(#power)"/></svg>`
  return [
    {
      id: 'spectrogram',
      title: 'Spectrogram',
      note: html`${channel}, Hz${bar}<span class="colour-ends"><span>${String(range.low).replace('-', '−')}</span><span>${range.high} dB</span></span>`,
      ticks: frequencies.map((hz) => ({ text: String(hz), at: (hz - low) / (high - low) })),
      label: `Spectrogram of ${channel}, ${Math.max(0, low).toFixed(1)} to ${high.toFixed(1)} Hz, ${span > 0 ? duration(columns * step_s) : ''}`,
      plot: html`<image href="${image}" x="0" y="0" width="${columns * step_s}" height="${HEIGHT}" preserveAspectRatio="none"/>`,
      epochs: columns,
    },
  ]
}

/** The events of sleep. */
export const EVENT_NAMES = { spindle: 'Spindles', slow_wave: 'Slow waves', rem: 'REMs' }

/** One lane for each kind of event that was looked for: its number in each epoch. */
function eventLanes(document: ResultDocument): Lane[] {
  const { epochs, epoch_s } = extent(document)
  const summaries = { spindle: document.sleep.spindles, slow_wave: document.sleep.slow_waves, rem: document.sleep.rems }
  const types = Object.keys(EVENT_NAMES) as Array<keyof typeof EVENT_NAMES>
  return types.flatMap((type) => {
    const events = document.events.filter((event) => event.type === type)
    if (events.length === 0 && !summaries[type]) return []
    const counts = new Array<number>(epochs).fill(0)
    for (const event of events) {
      const epoch = Math.min(epochs - 1, Math.floor(event.start_s / epoch_s))
      if (epoch >= 0) counts[epoch]!++
    }
    const most = counts.reduce((a, b) => Math.max(a, b), 1)
    return [
      {
        id: `events-${type}`,
        title: EVENT_NAMES[type],
        note: String(events.length),
        ticks: [{ text: String(most), at: 0.78 }],
        label: `${EVENT_NAMES[type]} in each epoch: ${events.length} in all, at most ${most}`,
        plot: html`<path class="events" d="${stepArea(
          counts.map((count) => count / most),
          epoch_s,
        )}"/>`,
        epochs,
      },
    ]
  })
}

function confidenceLane({ sleep }: ResultDocument): Lane[] {
  const values = sleep.probabilities.map(confidence)
  if (values.every((value) => value === null)) return []
  const low = values.map((value) => (value !== null && value < 0.5 ? value : null))
  return [
    {
      id: 'confidence',
      title: 'Confidence',
      note: html`<span class="low-key">below 0.5</span>`,
      ticks: [
        { text: '1', at: 0.88 },
        { text: '0', at: 0.12 },
      ],
      label: `Confidence in each epoch: its largest probability; ${low.filter((value) => value !== null).length} epochs below 0.5`,
      plot: [
        html`<path class="confidence" d="${stepArea(values, sleep.epoch_s)}"/>`,
        html`<path class="confidence low" d="${stepArea(low, sleep.epoch_s)}"/>`,
      ],
      epochs: values.length,
    },
  ]
}

/** The outline of bars side by side, `width` wide and `values` (0 to 1) high; null and 0 leave the ground. */
function stepArea(values: ReadonlyArray<number | null>, width: number): string {
  let path = `M0 ${HEIGHT}`
  values.forEach((value, i) => {
    if (value === values[i - 1] && i > 0) path += `h${width}`
    else path += `V${Math.round(HEIGHT * (1 - (value ?? 0)))}h${width}`
  })
  return `${path}V${HEIGHT}z`
}
