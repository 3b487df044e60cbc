import { mkdir, readdir, stat } from 'node:fs/promises'
import { basename, dirname, join, parse } from 'node:path'
import { BrrrError } from '../errors.js'
import type { ResultDocument } from '../pipeline/document.js'
import { csvCell, writeAnnotationFile, writeText } from '../pipeline/export.js'
import { EXIT, exitCode } from './exit-codes.js'
import { analyzeFile, type SleepCommandLine } from './options.js'
import { green, print, printJson, red } from './terminal.js'

export interface AnalyzeArguments extends SleepCommandLine {
  html?: boolean
  edf?: boolean
  out?: string
  json?: boolean
}

const RECORDING = /\.(edf|bdf)$/i

/** The recordings that the command line names: files as they are, folders by their EDF and BDF files. */
async function expand(paths: string[]): Promise<string[]> {
  const files: string[] = []
  for (const path of paths) {
    const isFolder = (await stat(path).catch(() => null))?.isDirectory() ?? false
    if (!isFolder) files.push(path)
    else for (const name of (await readdir(path)).sort()) if (RECORDING.test(name)) files.push(join(path, name))
  }
  if (files.length === 0) throw new BrrrError('FILE_NOT_FOUND', `No EDF or BDF file in ${paths.join(', ')}.`)
  return files
}

interface Outcome {
  file: string
  document?: ResultDocument
  error?: unknown
}

export async function analyzeFiles(paths: string[], options: AnalyzeArguments, signal: AbortSignal): Promise<void> {
  const files = await expand(paths)
  const many = files.length > 1 || !files.includes(paths[0]!)
  if (options.out) await mkdir(options.out, { recursive: true })
  const outcomes: Outcome[] = []
  for (const file of files) {
    try {
      outcomes.push({ file, document: await one(file, options, signal) })
    } catch (error) {
      if (!many || signal.aborted) throw error
      outcomes.push({ file, error })
      process.stderr.write(`${red('failed', process.stderr)} ${file}: ${(error as Error).message}\n`)
    }
  }
  if (options.json)
    printJson(
      many
        ? outcomes.map(({ file, document, error }) => document ?? { file, error: describe(error) })
        : outcomes[0]!.document,
    )
  if (many) await summarise(outcomes, options)
  const failed = outcomes.filter(({ error }) => error)
  if (failed.length > 0) process.exitCode = failed.length < outcomes.length ? EXIT.partial : exitCode(failed[0]!.error)
}

/** Where the results of a recording go: <folder>/<name>.brrr.json, .html, .annotations.edf. */
function target(file: string, options: AnalyzeArguments): string {
  return join(options.out ?? dirname(file), parse(file).name)
}

function one(file: string, options: AnalyzeArguments, signal: AbortSignal): Promise<ResultDocument> {
  return analyzeFile(file, { ...options, keepSamples: options.html }, signal, async (recording, analysis, progress) => {
    const base = target(file, options)
    const written: string[] = []
    if (!options.json || options.out) {
      await writeText(`${base}.brrr.json`, `${JSON.stringify(analysis.document, null, 2)}\n`)
      written.push(`${base}.brrr.json`)
    }
    if (options.html) {
      progress.update('report', 0)
      const { reportSignals } = await import('../pipeline/report-signals.js')
      const { writeReport } = await import('../report/report.js')
      await writeReport(`${base}.html`, analysis.document, await reportSignals(recording, analysis, { signal }), {
        signal,
      })
      written.push(`${base}.html`)
    }
    if (options.edf) {
      await writeAnnotationFile(`${base}.annotations.edf`, analysis.document, { signal })
      written.push(`${base}.annotations.edf`)
    }
    progress.end()
    if (!options.json) print(`${green('done')} ${file}\n${written.map((path) => `  ${path}`).join('\n')}`)
    return analysis.document
  })
}

const describe = (error: unknown) => ({
  code: (error as BrrrError).code ?? 'INTERNAL',
  message: (error as Error).message,
})

const SUMMARY_STATISTICS = ['TIB', 'TST', 'SE', 'SOL', 'WASO', 'N1', 'N2', 'N3', 'REM', 'Lat_REM', 'SFI'] as const

/** One line a recording, failed ones included: summary.csv beside the results. */
async function summarise(outcomes: Outcome[], options: AnalyzeArguments): Promise<void> {
  if (options.json && !options.out) return
  const lines = [
    [
      'file',
      'status',
      'reason',
      'duration_s',
      'quality',
      'quality_score',
      'bad_channels',
      'model',
      ...SUMMARY_STATISTICS,
      'spindles',
      'slow_waves',
      'rems',
      'warnings',
    ].join(','),
  ]
  for (const { file, document, error } of outcomes) {
    const sleep = document?.sleep
    const quality = document?.quality_report.status === 'ok' ? document.quality_report : null
    lines.push(
      [
        basename(file),
        error ? 'failed' : sleep?.status,
        error ? (error as Error).message : sleep?.reason,
        document?.recording.duration_s,
        quality?.grade,
        quality?.quality_score,
        quality?.bad_channels.map(({ name }) => name).join(' '),
        sleep?.model?.variant,
        ...SUMMARY_STATISTICS.map((key) => sleep?.statistics[key]),
        sleep?.spindles?.count,
        sleep?.slow_waves?.count,
        sleep?.rems?.count,
        [...(sleep?.warnings ?? []), ...(document?.warnings ?? [])].map(({ code }) => code).join(' '),
      ]
        .map(csvCell)
        .join(','),
    )
  }
  const path = join(options.out ?? dirname(outcomes[0]!.file), 'summary.csv')
  await writeText(path, `${lines.join('\n')}\n`)
  if (!options.json)
    print(`\n${outcomes.length} recordings, ${outcomes.filter(({ error }) => error).length} failed: ${path}`)
}
