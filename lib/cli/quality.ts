import { basename } from 'node:path'
import type { QualityFinding, QualityReport } from '../analyses/quality/types.js'
import { BrrrError } from '../errors.js'
import { callNative } from '../native.js'
import { type Analysis, analyze } from '../pipeline/analyze.js'
import { labelsCsv, writeText } from '../pipeline/export.js'
import { Recording } from '../recording/recording.js'
import { EXIT } from './exit-codes.js'
import { clock } from './info.js'
import { bold, dim, fail, ProgressLine, print, printJson, STDOUT, table, warn } from './terminal.js'

export interface QualityArguments {
  json?: boolean
  csv?: string
  report?: string
  writeClean?: string
  interpolateBad?: boolean
  seed?: number
  maxMemory?: number
  simd?: string
  threads?: number
}

export async function quality(file: string, options: QualityArguments, signal: AbortSignal): Promise<void> {
  if (options.interpolateBad && !options.writeClean)
    throw new BrrrError('INVALID_ARGUMENT', '--interpolate-bad changes the copy that --write-clean writes; give both.')
  if (options.csv === STDOUT && options.json)
    throw new BrrrError('INVALID_ARGUMENT', '--json and --csv - both want stdout; give --csv a file.')
  if (options.simd) callNative((addon) => addon.forceSimd(options.simd!))
  if (options.threads) callNative((addon) => addon.setThreads(options.threads!))
  const progress = new ProgressLine(basename(file))
  const recording = await Recording.open(file, { signal })
  try {
    const { seed, maxMemory } = options
    const analysis = await analyze(recording, {
      quality: { seed, maxBytes: maxMemory === undefined ? undefined : maxMemory * 2 ** 20 },
      sleep: false,
      keepSamples: true,
      signal,
      onProgress: ({ stage, share }) => progress.update(stage, share),
    })
    const { quality_report: report } = analysis.document
    if (report.status === 'failed') process.exitCode = EXIT.failure
    else await write(recording, analysis, options, signal).finally(() => analysis.quality?.close())
    progress.end()
    if (options.json) printJson(analysis.document)
    else if (report.status !== 'failed' && options.csv !== STDOUT) show(analysis)
    if (report.status === 'failed') fail(report.reason.replaceAll('maxBytes', '--max-memory'))
  } finally {
    progress.end()
    recording.close()
  }
}

async function write(
  recording: Recording,
  analysis: Analysis,
  { csv, report, writeClean, interpolateBad }: QualityArguments,
  signal: AbortSignal,
): Promise<void> {
  const { document, quality } = analysis
  if (csv === STDOUT) process.stdout.write(labelsCsv(judged(analysis)))
  else if (csv) await writeText(csv, labelsCsv(judged(analysis)))
  if (writeClean) {
    const { bad_channels } = judged(analysis)
    const { writeCleanCopy } = await import('../pipeline/clean-copy.js')
    const { interpolated } = await writeCleanCopy(writeClean, recording, quality!, {
      signal,
      interpolate_bad: interpolateBad,
    })
    const left = bad_channels.map(({ name }) => name).filter((name) => !interpolated.includes(name))
    if (interpolateBad && left.length > 0)
      warn(`${left.join(', ')}: not interpolated, for want of a known position or of four good channels that have one.`)
  }
  if (report) {
    const { reportSignals } = await import('../pipeline/report-signals.js')
    const { writeReport } = await import('../report/report.js')
    await writeReport(report, document, await reportSignals(recording, analysis, { signal }), { signal })
  }
}

function judged({ document: { quality_report: report } }: Analysis): QualityReport {
  if (report.status !== 'ok') throw new BrrrError('TOO_SHORT', `There is nothing to write. ${report.reason}`)
  return report
}

const percent = (share: number) => `${(100 * share).toFixed(share < 0.1 ? 1 : 0)} %`

function show({ document }: Analysis): void {
  const { quality_report: report, recording, triage } = document
  print(`${bold(recording.file)}  ${clock(recording.duration_s)}`)
  if (report.status === 'ok') showReport(report)
  else print(`quality not judged: ${report.reason}`)
  print(`\ntriage: ${triage.priority}`)
  for (const { message } of [...document.warnings, ...(report.status === 'ok' ? report.warnings : [])]) warn(message)
  print(dim('\nDecision support: a person must read the recording.'))
}

function showReport(report: QualityReport): void {
  const { epochs, channels, bad_channels, findings, artifacts } = report
  print(`${bold(report.grade)}  score ${report.quality_score.toFixed(3)}`)
  print(
    dim(
      `${counted(channels.length, 'channel')}, ${counted(epochs.n, 'epoch')} of ${epochs.length_s} s, judged by ${method(report)}`,
    ),
  )
  print(
    `\n${table([
      ['rejected epochs', String(epochs.n_rejected), percent(epochs.n_rejected / epochs.n)],
      ['repaired epochs', String(epochs.n_interpolated), percent(epochs.n_interpolated / epochs.n)],
      ['bad channels', String(bad_channels.length), percent(bad_channels.length / channels.length)],
    ])}`,
  )
  section(
    'bad channels',
    bad_channels.map(({ name, reasons, bad_epoch_share }) => [
      name,
      reasons.join(', '),
      `${percent(bad_epoch_share)} of the epochs`,
    ]),
  )
  section('findings', findings.map(findingRow))
  section(
    'artifacts',
    [...countBy(artifacts.map(({ type }) => type))].map(([type, n]) => [words(type), String(n)]),
  )
  section(
    'not assessed',
    report.not_assessed.map(({ what, channels: of, reason }) => [words(what), names(of, channels.length), reason]),
  )
}

function method({ method, consensus, n_interpolate }: QualityReport): string {
  return method === 'amplitude'
    ? 'amplitude rules'
    : `AutoReject (consensus ${consensus?.toFixed(1)}, at most ${n_interpolate} repaired)`
}

function findingRow({ kind, channels, spans, epoch_share, measure, attributes, note }: QualityFinding): string[] {
  const value = (x: number) => Number(x.toPrecision(3)).toString()
  const hz = attributes.frequency_hz
  return [
    hz === undefined ? kind : `${kind} ${hz.toFixed(1)} Hz`,
    channels.join(' '),
    `${percent(epoch_share)} of the epochs`,
    epoch_share < 1 ? when(spans) : '',
    `${words(measure.name)} ${value(measure.value)} (limit ${value(measure.limit)})${note ? `: ${note}` : ''}`,
  ]
}

/** The first spans of a finding. */
function when(spans: QualityFinding['spans']): string {
  const [first, second, ...rest] = spans.map(
    (span) => `${clock(span.start_s)}-${clock(span.start_s + span.duration_s)}`,
  )
  return [first, second, rest.length > 0 ? `${rest.length} more` : undefined].filter(Boolean).join(', ')
}

const MOST_NAMES = 8

/** Channels by name as far as they fit a line. */
function names(channels: readonly string[], all: number): string {
  if (channels.length === all && all > 1) return 'all channels'
  const rest = channels.length - MOST_NAMES
  return rest > 1 ? `${channels.slice(0, MOST_NAMES).join(' ')} and ${rest} more` : channels.join(' ')
}

const counted = (n: number, what: string) => `${n} ${what}${n === 1 ? '' : 's'}`
const words = (name: string) => name.replaceAll('_', ' ')

function countBy(names: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1)
  return counts
}

function section(title: string, rows: string[][]): void {
  if (rows.length > 0) print(`\n${title}\n${table(rows)}`)
}
