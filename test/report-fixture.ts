import type { EegEvent } from '../lib/analyses/events/types.js'
import type { EventSummary, SleepResult, SleepStage, StageProbabilities } from '../lib/analyses/sleep/types.js'
import type { ResultDocument } from '../lib/pipeline/document.js'
import { makeTraces } from '../lib/report/signals.js'
import { confidence, STAGES } from '../lib/report/stages.js'
import type { ReportSignals, ReportSpectrogram } from '../lib/report/types.js'

const EPOCH_S = 30

const LICENCE = { licence: 'BSD-3-Clause', attribution: 'Vallat & Walker, eLife 2021;10:e70092' }

/** Numbers in 0..1, the same for the same seed (mulberry32). */
export function random(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** A night as it usually goes: wake, then cycles of 90 min whose deep sleep shrinks and whose REM grows. */
export function nightStages(epochs: number, seed = 1): SleepStage[] {
  const chance = random(seed)
  return Array.from({ length: epochs }, (_, epoch): SleepStage => {
    if (epoch < 24 || epoch >= epochs - 14) return 'W'
    if (chance() < 0.02) return 'W'
    const cycle = Math.floor((epoch - 24) / 180)
    const phase = ((epoch - 24) % 180) / 180
    if (phase < 0.04) return 'N1'
    if (phase < 0.2) return 'N2'
    if (phase < 0.58 - 0.13 * cycle) return 'N3'
    if (phase < 0.88 - 0.06 * cycle) return chance() < 0.05 ? 'N1' : 'N2'
    return chance() < 0.06 ? 'N1' : 'R'
  })
}

function probabilitiesOf(stage: SleepStage, chance: () => number): StageProbabilities {
  if (stage === '?') return null
  const sure = stage === 'N1' ? 0.42 + 0.2 * chance() : 0.62 + 0.37 * chance()
  const rest = STAGES.map((other) => (other === stage ? 0 : chance() ** 3))
  const sum = rest.reduce((a, b) => a + b, 0)
  return rest.map((share, i) => (STAGES[i] === stage ? sure : ((1 - sure) * share) / sum)) as StageProbabilities
}

function eventsOf(stages: SleepStage[], chance: () => number): EegEvent[] {
  const kinds = [
    { type: 'spindle', stages: ['N2', 'N3'], per_epoch: 1.6, seconds: 0.9, channels: ['C4-M1'] },
    { type: 'slow_wave', stages: ['N3', 'N2'], per_epoch: 3, seconds: 1.1, channels: ['C4-M1'] },
    { type: 'rem', stages: ['R'], per_epoch: 2.2, seconds: 0.6, channels: ['E1-M2', 'E2-M1'] },
  ] as const
  return kinds.flatMap(({ type, stages: where, per_epoch, seconds, channels }) =>
    stages.flatMap((stage, epoch): EegEvent[] => {
      const at = (where as readonly string[]).indexOf(stage)
      const count = at < 0 ? 0 : Math.round((per_epoch * 2 * chance()) / (1 + 2 * at))
      return Array.from({ length: count }, (_, i) => ({
        type,
        start_s: epoch * EPOCH_S + ((i + 0.8 * chance()) * (EPOCH_S - 2)) / count,
        duration_s: seconds * (0.7 + 0.6 * chance()),
        channels: [...channels],
        confidence: null,
        source: `yasa ${type}`,
        attributes:
          type === 'spindle'
            ? { frequency: 12.4 + 1.6 * chance() }
            : type === 'slow_wave'
              ? { ptp: 80 + 90 * chance() }
              : {},
      }))
    }),
  )
}

function summaryOf(type: EegEvent['type'], events: EegEvent[], stages: SleepStage[]): EventSummary {
  const own = events.filter((event) => event.type === type)
  const where: SleepStage[] = type === 'rem' ? ['R'] : type === 'spindle' ? ['N1', 'N2', 'N3'] : ['N2', 'N3']
  const minutes = (among: SleepStage[]) => (stages.filter((stage) => among.includes(stage)).length * EPOCH_S) / 60
  const density = (count: number, among: SleepStage[]) => (minutes(among) > 0 ? count / minutes(among) : null)
  const countIn = (stage: SleepStage) =>
    own.filter(({ start_s }) => stages[Math.floor(start_s / EPOCH_S)] === stage).length
  return {
    count: own.length,
    density_per_min: density(own.length, where),
    means:
      type === 'spindle'
        ? { Duration: 0.91, Amplitude: 48.2, Frequency: 13.2, RelPower: 0.41 }
        : { Duration: 1.12, PTP: 121.4 },
    by_stage: Object.fromEntries(
      where.map((stage) => [stage, { count: countIn(stage), density_per_min: density(countIn(stage), [stage]) }]),
    ),
    channels: [...new Set(own.flatMap((event) => event.channels))],
  }
}

function statisticsOf(stages: SleepStage[]): Record<string, number | null> {
  const asleep = (stage: SleepStage) => stage !== 'W' && stage !== '?'
  const minutes = (epochs: number) => (epochs * EPOCH_S) / 60
  const count = (wanted: SleepStage) => stages.filter((stage) => stage === wanted).length
  const first = stages.findIndex(asleep)
  const last = stages.findLastIndex(asleep)
  const tst = stages.filter(asleep).length
  const orNull = (value: number) => (first < 0 ? null : value)
  const rem = stages.indexOf('R')
  const awakenings = stages.filter((stage, i) => stage === 'W' && i > 0 && asleep(stages[i - 1]!)).length
  const hourly = orNull(awakenings / (minutes(tst) / 60))
  return {
    TIB: minutes(stages.length),
    SPT: first < 0 ? 0 : minutes(last - first + 1),
    WASO: orNull(minutes(stages.slice(first, last + 1).filter((stage) => stage === 'W').length)),
    TST: minutes(tst),
    SE: stages.length > 0 ? (100 * tst) / stages.length : null,
    SME: orNull((100 * tst) / (last - first + 1)),
    SFI: hourly,
    SFI_legacy: hourly === null ? null : hourly / 2,
    SOL: orNull(minutes(first)),
    SOL_5min: orNull(minutes(first)),
    Lat_REM: rem < 0 ? null : minutes(rem),
    WAKE: minutes(count('W')),
    ...Object.fromEntries(STAGES.slice(1).map((stage) => [stage === 'R' ? 'REM' : stage, minutes(count(stage))])),
    ...Object.fromEntries(
      STAGES.slice(1).map((stage) => [
        `%${stage === 'R' ? 'REM' : stage}`,
        tst > 0 ? (100 * count(stage)) / tst : null,
      ]),
    ),
  }
}

function pairs(from: SleepStage[], to: SleepStage[]): number[][] {
  const counts = STAGES.map(() => STAGES.map(() => 0))
  from.forEach((stage, i) => {
    const [row, column] = [STAGES.indexOf(stage as 'W'), STAGES.indexOf(to[i] as 'W')]
    if (row >= 0 && column >= 0) counts[row]![column]!++
  })
  return counts
}

export interface NightOptions {
  epochs?: number
  seed?: number
  stages?: SleepStage[]
  /** A human scoring that differs in every `given`-th epoch. */
  given?: number
  lights?: { off_s: number; on_s: number }
  start_time?: string | null
}

/** A result document as an analysis of such a night would give it. */
export function nightDocument(options: NightOptions = {}): ResultDocument {
  const { epochs = 960, seed = 1, given, lights } = options
  const stages = options.stages ?? nightStages(epochs, seed)
  const chance = random(seed + 100)
  const probabilities = stages.map((stage) => probabilitiesOf(stage, chance))
  const scored = probabilities.map((epoch, i) => (epoch ? STAGES[epoch.indexOf(confidence(epoch)!)]! : stages[i]!))
  const events = eventsOf(scored, chance)
  const counts = pairs(scored.slice(0, -1), scored.slice(1))
  const sleep: SleepResult = {
    status: 'ok',
    epoch_s: EPOCH_S,
    sleep_stages: scored,
    probabilities,
    statistics: statisticsOf(scored),
    transitions: {
      counts,
      probabilities: counts.map((row) => {
        const sum = row.reduce((a, b) => a + b, 0)
        return row.map((count) => (sum > 0 ? count / sum : null))
      }),
    },
    lights: lights ?? null,
    spindles: summaryOf('spindle', events, scored),
    slow_waves: summaryOf('slow_wave', events, scored),
    rems: summaryOf('rem', events, scored),
    channels: { eeg: ['C4-M1'], eog: 'E1-M2', emg: 'Chin' },
    warnings: [],
    model: { ...LICENCE, id: 'yasa-0.5.0', variant: 'eeg+eog+emg', sha256: 'ab'.repeat(32), trained: true },
  }
  if (given) {
    sleep.given_stages = scored.map((stage, i) => (i % given === 0 ? (stage === 'N2' ? 'N1' : 'N2') : stage))
    const confusion = pairs(sleep.given_stages, scored)
    sleep.agreement = { epochs: scored.length, agreement: 1 - 1 / given, kappa: 0.846, confusion }
  }
  const skipped = { status: 'unavailable' as const, reason: 'not part of this version' }
  const channel = (name: string, label: string, kind: 'eeg' | 'eog' | 'emg') => ({
    name,
    label,
    kind,
    rate_hz: 100,
    unit: 'uV',
  })
  return {
    schema_version: '1.0.0',
    recording: {
      file: '/data/night 01.edf',
      sha256: '0123456789abcdef'.repeat(4),
      format: 'EDF+C',
      start_time: options.start_time === undefined ? '2024-03-09T22:47:12' : options.start_time,
      duration_s: stages.length * EPOCH_S,
      sampling: [100],
      channels: [
        channel('C4-M1', 'EEG C4-A1', 'eeg'),
        channel('E1-M2', 'EOG E1-A2', 'eog'),
        channel('Chin', 'EMG Chin', 'emg'),
      ],
      annotations: [{ onset_s: 95, duration_s: null, text: 'Lights off' }],
    },
    quality_report: skipped,
    abnormality: skipped,
    sleep,
    events,
    features: skipped,
    triage: { priority: 'UNTRIAGED', reasons: ['no abnormality score'] },
    timings_s: { read: 0.012, stage: 0.081, events: 0.103 },
    memory: {},
    cache: { hit: false },
    provenance: {
      version: '0.1.0',
      backend: 'cpu',
      device: 'cpu',
      precision: 'float64',
      simd: 'avx512',
      models: [{ ...LICENCE, id: 'yasa-0.5.0/eeg+eog+emg', sha256: 'ab'.repeat(32), trained: true }],
      preprocessing_sha256: 'cd'.repeat(32),
      seed: null,
    },
    warnings: [],
  }
}

/** Signals that look like the document's stages, with its events in them. */
export function nightSignals(document: ResultDocument, rate_hz = 100, budgetBytes?: number): ReportSignals {
  const stages = document.sleep.sleep_stages
  const samples = Math.round(document.recording.duration_s * rate_hz)
  const chance = random(7)
  const noise = () => chance() + chance() + chance() - 1.5
  const eeg = new Float32Array(samples)
  const eog = new Float32Array(samples)
  const emg = new Float32Array(samples)
  const delta = { W: 6, R: 9, N1: 12, N2: 22, N3: 60, '?': 0 }
  let slow = 0
  for (let i = 0; i < samples; i++) {
    const t = i / rate_hz
    const stage = stages[Math.floor(t / EPOCH_S)] ?? '?'
    slow = 0.94 * slow + noise()
    const alpha = stage === 'W' ? 14 * Math.sin(2 * Math.PI * 10.1 * t) * Math.sin(0.7 * t) ** 2 : 0
    eeg[i] =
      alpha +
      delta[stage] * (0.35 * Math.sin(2 * Math.PI * 0.9 * t + 2 * Math.sin(0.13 * t)) + 0.11 * slow) +
      5 * noise()
    eog[i] = 8 * slow + 4 * noise() + (stage === 'W' ? 40 * Math.sin(2 * Math.PI * 0.3 * t) : 0)
    emg[i] = (stage === 'W' ? 22 : stage === 'R' ? 3 : 8) * noise()
  }
  for (const { type, start_s, duration_s } of document.events) {
    const [from, count] = [Math.round(start_s * rate_hz), Math.round(duration_s * rate_hz)]
    for (let i = 0; i < count && from + i < samples; i++) {
      const bump = Math.sin((Math.PI * i) / count)
      if (type === 'spindle') eeg[from + i]! += 22 * bump * Math.sin((2 * Math.PI * 13.2 * i) / rate_hz)
      else if (type === 'slow_wave') eeg[from + i]! -= 60 * Math.sin((2 * Math.PI * i) / count)
      else eog[from + i]! += 110 * bump
    }
  }
  const channels = [
    { channel: 'C4-M1', rate_hz, samples_uv: eeg },
    { channel: 'E1-M2', rate_hz, samples_uv: eog },
    { channel: 'Chin', rate_hz, samples_uv: emg },
  ]
  return { ...makeTraces(channels, budgetBytes), spectrogram: nightSpectrogram(stages) }
}

/** Power that falls with frequency, with slow-wave, spindle and alpha activity by stage; unscored epochs are gaps. */
export function nightSpectrogram(stages: SleepStage[]): ReportSpectrogram {
  const rows = 60
  const chance = random(9)
  const power_db = new Float32Array(stages.length * rows)
  stages.forEach((stage, column) => {
    for (let row = 0; row < rows; row++) {
      const hz = 0.5 + row * 0.5
      const hump = (centre: number, width: number, db: number) => db * Math.exp(-(((hz - centre) / width) ** 2))
      const slow = { W: 0, R: 2, N1: 3, N2: 8, N3: 16, '?': 0 }[stage]
      const db = 14 - 12 * Math.log10(hz + 0.5) + hump(1, 2.2, slow) + 3 * chance()
      const extra = stage === 'W' ? hump(10, 1.2, 9) : stage === 'N2' || stage === 'N3' ? hump(13.2, 1, 6) : 0
      power_db[column * rows + row] = stage === '?' ? Number.NaN : db + extra
    }
  })
  return { channel: 'C4-M1', step_s: EPOCH_S, from_hz: 0.5, step_hz: 0.5, columns: stages.length, rows, power_db }
}
