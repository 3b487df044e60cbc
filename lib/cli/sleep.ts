import type { Analysis } from '../pipeline/analyze.js'
import { eventsCsv, stagesCsv, writeAnnotationFile, writeText } from '../pipeline/export.js'
import { clock } from './info.js'
import { analyzeFile, type SleepCommandLine } from './options.js'
import { bold, dim, print, printJson, table, warn } from './terminal.js'

export interface SleepArguments extends SleepCommandLine {
  json?: boolean
  csv?: string
  eventsCsv?: string
  edf?: string
}

export async function sleep(file: string, options: SleepArguments, signal: AbortSignal): Promise<void> {
  await analyzeFile(file, options, signal, async (_recording, analysis, progress) => {
    const { document } = analysis
    if (options.csv) await writeText(options.csv, stagesCsv(document))
    if (options.eventsCsv) await writeText(options.eventsCsv, eventsCsv(document.events))
    if (options.edf) await writeAnnotationFile(options.edf, document, { signal })
    progress.end()
    if (options.json) printJson(document)
    else show(analysis)
  })
}

const minutes = (value: number | null | undefined) =>
  value === null || value === undefined ? '-' : `${value.toFixed(1)} min`
const percent = (value: number | null | undefined) =>
  value === null || value === undefined ? '-' : `${value.toFixed(1)} %`

function show({ document }: Analysis): void {
  const { sleep, recording } = document
  print(`${bold(recording.file)}  ${clock(recording.duration_s)}`)
  if (sleep.status === 'ok') {
    const { eeg, eog, emg } = sleep.channels
    print(
      dim(`staged on ${[...eeg, eog, emg].filter(Boolean).join(', ')} with ${sleep.model?.id} ${sleep.model?.variant}`),
    )
  } else print(`not staged: ${sleep.reason}`)
  const s = sleep.statistics
  if (Object.keys(s).length > 0) {
    print(
      `\n${table([
        ['time in bed', minutes(s.TIB)],
        ['total sleep time', minutes(s.TST), `efficiency ${percent(s.SE)}`],
        ['sleep onset', minutes(s.SOL), `REM after ${minutes(s.Lat_REM)}`],
        ['wake after onset', minutes(s.WASO), `${s.SFI?.toFixed(1) ?? '-'} awakenings per hour`],
        ...['N1', 'N2', 'N3', 'REM'].map((stage) => [stage, minutes(s[stage]), `${percent(s[`%${stage}`])} of sleep`]),
      ])}`,
    )
  }
  const counted = (name: string, summary: typeof sleep.spindles) =>
    summary
      ? [
          [
            name,
            String(summary.count),
            summary.density_per_min === null ? '' : `${summary.density_per_min.toFixed(2)} per min`,
          ],
        ]
      : []
  const events = [
    ...counted('spindles', sleep.spindles),
    ...counted('slow waves', sleep.slow_waves),
    ...counted('eye movements', sleep.rems),
  ]
  if (events.length > 0) print(`\n${table(events)}`)
  if (sleep.agreement) {
    const { agreement, kappa, epochs } = sleep.agreement
    print(
      `\nautomatic against given scoring: ${percent(100 * agreement)} of ${epochs} epochs, kappa ${kappa?.toFixed(3) ?? 'undefined'}`,
    )
  }
  for (const { message } of [...document.warnings, ...sleep.warnings]) warn(message)
  print(dim('\nDecision support: a person must read the recording.'))
}
