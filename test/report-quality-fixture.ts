import type { EegEvent } from '../lib/analyses/events/types.js'
import { gradeOf } from '../lib/analyses/quality/grade.js'
import type { QualityFinding, QualityReport } from '../lib/analyses/quality/types.js'
import { pickRepairs, pickSegments } from '../lib/pipeline/report-quality.js'
import type { ReportQuality } from '../lib/report/types.js'
import { random } from './report-fixture.js'

export const TEN_TWENTY = 'Fp1 Fp2 F7 F3 Fz F4 F8 T7 C3 Cz C4 T8 P7 P3 Pz P4 P8 O1 Oz O2'.split(' ')

/** The first `count` names: the 10-20 system, then names that no montage knows. */
export function channelNames(count: number): string[] {
  return Array.from({ length: count }, (_, i) => TEN_TWENTY[i] ?? `X${i + 1}`)
}

interface FixtureOptions {
  channels?: string[]
  epochs?: number
  /** Seconds of a gap after the first half of the epochs. */
  gap_s?: number
  method?: QualityReport['method']
  /** Share of the epochs with trouble in many channels. */
  trouble?: number
  seed?: number
}

/** A report as a recording with a flat channel, one with mains and one with bad stretches gives it. */
export function qualityFixture(options: FixtureOptions = {}): QualityReport {
  const { channels = TEN_TWENTY, epochs = 300, gap_s = 0, method = 'autoreject', trouble = 0.1, seed = 3 } = options
  const chance = random(seed)
  const length_s = 4
  const start_s = Array.from({ length: epochs }, (_, i) => i * length_s + (i >= epochs / 2 ? gap_s : 0))
  const end_s = (start_s.at(-1) ?? 0) + length_s
  const findings: QualityFinding[] = []
  const leftOut = new Set<number>()
  if (channels.length >= 8 && epochs > 0) {
    findings.push(
      finding('flat', [channels[7]!], [[0, end_s]], 1, { name: 'ptp_uv', value: 0.083, limit: 0.5 }),
      finding(
        'mains',
        [channels[4]!],
        [[0, end_s]],
        0.97,
        { name: 'mains_power_share', value: 0.871, limit: 0.5 },
        { frequency_hz: 50 },
      ),
      finding(
        'disconnected',
        [channels[2]!],
        [
          [end_s * 0.3, end_s * 0.2],
          [end_s * 0.8, 24],
        ],
        0.22,
        { name: 'ptp_uv', value: 0.2, limit: 0.5 },
      ),
    )
    leftOut.add(7).add(4)
  }
  const rejected: number[] = []
  let burst = 0
  const labels = start_s.map((_, epoch) => {
    burst = burst > 0 ? burst - 1 : chance() < trouble / 3 ? 1 + Math.floor(4 * chance()) : 0
    if (burst > 0 && method === 'autoreject') rejected.push(epoch)
    let repairs = 0
    return channels
      .map((_, channel) => {
        if (leftOut.has(channel)) return '-'
        const bad = chance() < (burst > 0 ? 0.55 : channel === 0 ? 0.3 : channel === 11 ? 0.12 : 0.012)
        if (!bad) return '0'
        return method === 'autoreject' && repairs++ < 4 ? '2' : '1'
      })
      .join('')
  })
  const picked = channels.filter((_, i) => !leftOut.has(i))
  return {
    status: 'ok',
    grade: gradeOf(channels.length >= 8 ? 2 / channels.length : 0, rejected.length / (epochs || 1)),
    quality_score: 0.873,
    bad_channels: findings.slice(0, 2).map(({ kind, channels: [name], epoch_share }) => ({
      name: name!,
      reasons: [kind as 'flat' | 'mains'],
      bad_epoch_share: epoch_share,
    })),
    findings,
    not_assessed: [],
    epochs: {
      n: epochs,
      length_s,
      n_rejected: rejected.length,
      n_interpolated: labels.filter((row) => row.includes('2')).length,
      start_s,
    },
    channels,
    labels,
    rejected,
    thresholds_uv: method === 'autoreject' ? Object.fromEntries(picked.map((name) => [name, 70 + 60 * chance()])) : {},
    consensus: method === 'autoreject' ? 0.3 : null,
    n_interpolate: method === 'autoreject' ? 4 : null,
    method,
    artifacts: artifactsOf(labels, start_s, channels, chance),
    limits: { flat_ptp_uv: 0.5, flat_piece_share: 0.5, mains_power_share: 0.5, noisy_z: 5, highpass_hz: 1 },
    warnings: [],
  }
}

function finding(
  kind: QualityFinding['kind'],
  channels: string[],
  spans: Array<[number, number]>,
  epoch_share: number,
  measure: QualityFinding['measure'],
  attributes: Record<string, number> = {},
): QualityFinding {
  return {
    kind,
    channels,
    spans: spans.map(([start_s, duration_s]) => ({ start_s, duration_s })),
    epoch_share,
    measure,
    attributes,
  }
}

function artifactsOf(labels: string[], start_s: number[], channels: string[], chance: () => number): EegEvent[] {
  const types = ['blink', 'blink', 'muscle', 'electrode_pop', 'movement'] as const
  return labels.flatMap((row, epoch) =>
    chance() < 0.25
      ? [
          {
            type: types[Math.floor(chance() * types.length)]!,
            start_s: start_s[epoch]! + 2 * chance(),
            duration_s: 0.2 + 1.5 * chance(),
            channels: channels
              .filter((_, i) => row[i] === '2')
              .slice(0, 3)
              .concat(channels[0]!)
              .slice(0, 3),
            confidence: null,
            source: 'brrr',
            attributes: {},
          },
        ]
      : [],
  )
}

/** Signals that look like the report's labels: alpha over the back, muscle and drift in bad cells, nothing in flat ones. */
export function qualitySamples(report: QualityReport, rate_hz = 256): ReportQuality {
  const chance = random(11)
  const noise = () => chance() + chance() + chance() - 1.5
  const { length_s, start_s } = report.epochs
  const samples = Math.round(length_s * rate_hz)
  const trace = (channel: number, label: string | undefined) => {
    const [phase, kind] = [6 * chance(), chance()]
    let slow = 0
    return Float32Array.from({ length: samples }, (_, i) => {
      const t = i / rate_hz
      slow = 0.97 * slow + noise()
      const alpha = (2 + channel) * Math.sin(2 * Math.PI * 10 * t + 0.3 * channel) * Math.sin(0.8 * t + phase) ** 2
      const clean = alpha + 2.2 * slow + 2 * noise()
      if (report.findings.some(({ kind, channels }) => kind === 'flat' && channels.includes(report.channels[channel]!)))
        return 0.02 * noise()
      if (label === '-') return clean + 60 * Math.sin(2 * Math.PI * 50 * t)
      if (label === '0') return clean
      const burst = Math.sin((Math.PI * t) / length_s + 0.2 * phase) ** 4
      return kind < 0.5
        ? clean + 70 * burst * noise()
        : clean + (140 + 100 * kind) * burst * Math.sin(2 * Math.PI * 1.3 * t + phase)
    })
  }
  return {
    epoch_s: length_s,
    segments: pickSegments(report).map((epoch) => ({
      epoch,
      start_s: start_s[epoch]!,
      traces: report.channels.map((channel, i) => ({ channel, samples: trace(i, report.labels[epoch]![i]) })),
    })),
    repairs: pickRepairs(report).map(({ epoch, channel }) => ({
      epoch,
      channel: report.channels[channel]!,
      start_s: start_s[epoch]!,
      before: trace(channel, '2'),
      after: trace(channel, '0'),
    })),
  }
}
