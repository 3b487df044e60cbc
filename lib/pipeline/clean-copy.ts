import { realpath } from 'node:fs/promises'
import type { QualityAnalysis, RepairedCell } from '../analyses/quality/analysis.js'
import type { QualityReport } from '../analyses/quality/types.js'
import { BrrrError } from '../errors.js'
import { type Binding, type RunOptions, runNative } from '../native.js'
import type { Recording } from '../recording/recording.js'
import { signalFromArray } from '../recording/signal.js'
import { resample } from '../signal/signal.js'
import { interpolatedAnnotations, qualityAnnotations } from './annotations.js'
import { interpolateBad } from './interpolate-bad.js'

export interface CleanCopyOptions extends RunOptions {
  /**
   * Also replace each bad channel throughout by what the good ones predict (spherical splines, as MNE-Python's
   * interpolate_bads), where it and at least four good ones of its rate have known positions. Default false.
   */
  interpolate_bad?: boolean | undefined
}

/**
 * Writes a recording again, its EEG channels high-passed as the quality run had them and repaired where AutoReject
 * repairs, all others (and the leads of judged derivations) as they are; rejected epochs, findings and artifacts become annotations beside the file's own.
 * EDF+ of an EDF file, BDF+ of a BDF file. Streamed; the file gets its name when it is complete.
 * @returns the bad channels that were replaced; the copy names them in annotations ("Interpolated@@T7") and headers
 * @throws BrrrError TOO_SHORT where nothing was judged, INVALID_ARGUMENT where the target is the recording itself or has the
 *   other format's name, CLOSED
 *   where the samples were released, WRITE_FAILED, ABORTED and what reading throws
 */
export async function writeCleanCopy(
  path: string,
  recording: Recording,
  quality: QualityAnalysis,
  options: CleanCopyOptions = {},
): Promise<{ interpolated: string[] }> {
  const { report } = quality
  if (report.status !== 'ok') throw new BrrrError('TOO_SHORT', `There is no cleaned copy to write. ${report.reason}`)
  if (await sameFile(path, recording.path))
    throw new BrrrError('INVALID_ARGUMENT', `${path} is the recording itself; give the cleaned copy another name.`)
  const { header } = recording
  const kind = header.format.slice(0, 3) as 'EDF' | 'BDF'
  if (/\.[eb]df$/i.test(path) && !path.toUpperCase().endsWith(kind))
    throw new BrrrError(
      'INVALID_ARGUMENT',
      `The copy of a ${kind} file is ${kind}+, which other programs read by its name; call it .${kind.toLowerCase()}.`,
    )
  const cleaned = new Map(channelsOfFile(recording, report).map((name) => [recording.channel(name).index, name]))
  const signals = header.signals.flatMap((signal, index) => {
    if (signal.isAnnotation || !signal.usable) return []
    const name = cleaned.get(index)
    return [copiedSignal(signal, index, name === undefined ? 0 : recording.channel(name).to_uv!, quality.high_pass_hz)]
  })
  const placeOf = (name: string) => signals.findIndex(({ signal }) => signal === recording.channel(name).index)
  const bad = options.interpolate_bad ? await interpolateBad(recording, report, [...cleaned.values()], options) : []
  for (const { target, sources } of bad)
    signals[placeOf(target)]!.transducer = `interpolated from ${sources.length} channels`
  const interpolated = bad.map(({ target }) => target)
  const kept = new Set([...cleaned.values()].filter((name) => !interpolated.includes(name)))
  const repairs = (await quality.repairedCells(options)).filter(({ channel }) => kept.has(channel))
  const copy = {
    ...copyHeader(header),
    format: `${kind}+${recording.segments.length > 1 ? 'D' : 'C'}` as const,
    highPassHz: quality.high_pass_hz,
    signals,
    repairs: await Promise.all(repairs.map((cell) => placeRepair(recording, placeOf, cell, options))),
    interpolations: bad.map(({ target, sources, weights }) => ({
      copied: placeOf(target),
      sources: sources.map(placeOf),
      weights,
    })),
    annotations: copyAnnotations(recording, report, interpolated),
  }
  await runNative(options, (addon, job) => addon.writeCleanCopy(path, recording.handle, copy, job))
  return { interpolated }
}

/** The judged channels without the derivations: the file has their leads only. */
function channelsOfFile(recording: Recording, { channels }: QualityReport): string[] {
  return channels.filter((name) => recording.channel(name).minus === null)
}

async function sameFile(a: string, b: string): Promise<boolean> {
  const [first, second] = await Promise.all([a, b].map((path) => realpath(path).catch(() => null)))
  return first !== null && first === second
}

/** A header field as EDF allows it: ASCII, and no longer than its place. */
function field(text: string, width: number): string {
  return text
    .replace(/[\u00b5\u03bc]/g, 'u')
    .replace(/[^\x20-\x7e]/g, '?')
    .slice(0, width)
}

function copiedSignal(
  signal: Binding.NativeSignal,
  index: number,
  toUv: number,
  highPassHz: number,
): Binding.NativeCopiedSignal {
  const { physicalMin, physicalMax, digitalMin, digitalMax } = signal
  return {
    signal: index,
    toUv,
    label: field(signal.label, 16),
    transducer: field(signal.transducer, 80),
    dimension: toUv === 0 ? field(signal.dimension, 8) : 'uV',
    prefilter: field(toUv === 0 ? signal.prefilter : prefilter(signal.prefilter, highPassHz), 80),
    physicalMin,
    physicalMax,
    digitalMin,
    digitalMax,
  }
}

/** The prefilter field ("HP:0.1Hz LP:75Hz N:50Hz") after a further high-pass; the higher edge is what counts. */
export function prefilter(text: string, highPassHz: number): string {
  const edge = Number(/HP:\s*(\d*\.?\d+)/i.exec(text)?.[1] ?? 0)
  if (highPassHz === 0) return text
  const rest = text.replace(/HP:\s*\S*?\s*Hz/i, '').trim()
  return `HP:${Math.max(edge, highPassHz)}Hz${rest ? ` ${rest}` : ''}`
}

const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC']

/** The identification fields; those of plain EDF and BDF, which are free text, become the last subfield of EDF+'s. */
function copyHeader(header: Binding.NativeRecordingInfo) {
  const { startIso } = header
  const plus = header.format.includes('+')
  const word = (text: string) => text.trim().replace(/\s+/g, '_') || 'X'
  const date = startIso
    ? `${startIso.slice(8, 10)}-${MONTHS[Number(startIso.slice(5, 7)) - 1]}-${startIso.slice(0, 4)}`
    : 'X'
  return {
    patient: field(plus ? header.patient : `X X X ${word(header.patient)}`, 80),
    recording: field(plus ? header.recording : `Startdate ${date} X X ${word(header.recording)}`, 80),
    startDate: startIso ? header.startDate : '01.01.85',
    startTime: startIso ? header.startTime : '00.00.00',
  }
}

/** The repaired samples at the channel's own rate, and where in the file they belong. */
async function placeRepair(
  recording: Recording,
  placeOf: (name: string) => number,
  { channel: name, start_s, rate_hz, samples }: RepairedCell,
  options: RunOptions,
): Promise<{ copied: number; start: number; samples: Float32Array }> {
  const channel = recording.channel(name)
  const segment = recording.segments.findLast((stretch) => stretch.start_s <= start_s + 1e-6)!
  const perRecord = recording.header.signals[channel.index]!.samplesPerRecord
  const [own] =
    channel.rate_hz === rate_hz
      ? [samples]
      : await resample(signalFromArray(samples, rate_hz), channel.rate_hz, { signal: options.signal })
  return {
    copied: placeOf(name),
    start: segment.first_record * perRecord + Math.round((start_s - segment.start_s) * channel.rate_hz),
    samples: own instanceof Float32Array ? own : Float32Array.from(own!),
  }
}

function copyAnnotations(
  recording: Recording,
  report: QualityReport,
  interpolated: readonly string[],
): Binding.NativeRecordingInfo['annotations'] {
  const origin = recording.header.recordOnsets[0] ?? 0
  return [
    ...recording.header.annotations.filter(({ text }) => text !== ''),
    ...[...qualityAnnotations(report), ...interpolatedAnnotations(interpolated, recording.duration_s)].map((a) => ({
      onset: a.onset_s + origin,
      duration: a.duration_s,
      text: a.text,
    })),
  ].sort((a, b) => a.onset - b.onset)
}
