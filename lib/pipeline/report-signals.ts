import { type RunOptions, runNative } from '../native.js'
import type { Recording } from '../recording/recording.js'
import type { Signal } from '../recording/signal.js'
import type { Channel } from '../recording/types.js'
import { makeTraces, traceBudget } from '../report/signals.js'
import type { ReportSignals, ReportSpectrogram } from '../report/types.js'
import type { Analysis } from './analyze.js'
import type { ResultDocument } from './document.js'
import { reportQuality } from './report-quality.js'

const SPECTROGRAM = { epochS: 30, segmentS: 4, highestHz: 30 }

/**
 * The staged channels' traces, the first EEG channel's spectrogram and the quality run's worst epochs, for the report of
 * an analysis. Samples that the quality run has released (`keepSamples`) are left out.
 */
export async function reportSignals(
  recording: Recording,
  analysis: Analysis,
  options: RunOptions = {},
): Promise<ReportSignals> {
  const { eeg, eog, emg } = analysis.sleep.channels
  const channels = [...eeg, ...(eog ? [eog] : []), ...(emg ? [emg] : [])]
  const samples = []
  for (const channel of channels) {
    const signal = recording.signal(channel)
    samples.push({
      channel: channel.name,
      rate_hz: channel.rate_hz,
      samples_uv: await wholeSignal(signal, recording.duration_s, options),
    })
  }
  return {
    ...makeTraces(samples, traceBudget(eventsShown(analysis.document))),
    spectrogram: eeg[0] ? await spectrogram(recording, eeg[0], options) : null,
    quality: await reportQuality(analysis.quality, options),
  }
}

function eventsShown({ events, quality_report }: ResultDocument): number {
  return events.length + (quality_report.status === 'ok' ? quality_report.artifacts.length : 0)
}

/** Samples in microvolts on the recording's time line; NaN in gaps. */
async function wholeSignal(signal: Signal, duration_s: number, options: RunOptions): Promise<Float32Array> {
  const out = new Float32Array(Math.round(duration_s * signal.rate_hz))
  if (signal.stretches.length > 1) out.fill(Number.NaN)
  for (const { source, start_s, samples } of signal.stretches) {
    const at = Math.min(Math.round(start_s * signal.rate_hz), out.length)
    await runNative(options, (addon, job) => addon.readSource(source, 0, out.subarray(at, at + samples), job))
  }
  return out
}

async function spectrogram(
  recording: Recording,
  channel: Channel,
  options: RunOptions,
): Promise<ReportSpectrogram | null> {
  const { epochS, segmentS, highestHz } = SPECTROGRAM
  const signal = recording.signal(channel)
  const columns = Math.floor(recording.duration_s / epochS)
  const rows = Math.floor(Math.min(highestHz, channel.rate_hz / 2) * segmentS) + 1
  const power_db = new Float32Array(columns * rows).fill(Number.NaN)
  for (const { source, start_s } of signal.stretches) {
    const spectra = await runNative(options, (addon, job) =>
      addon.spectra(source, { epochS, segmentS, average: 'median', window: 'hann' }, job),
    )
    const first = Math.round(start_s / epochS)
    for (let epoch = 0; epoch < spectra.epochs && first + epoch < columns; epoch++)
      for (let row = 0; row < rows; row++)
        power_db[(first + epoch) * rows + row] =
          10 * Math.log10(Math.max(spectra.power[epoch * spectra.bins + row]!, 1e-6))
  }
  return columns > 0
    ? { channel: channel.name, step_s: epochS, from_hz: 0, step_hz: 1 / segmentS, columns, rows, power_db }
    : null
}
