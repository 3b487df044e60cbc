import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { analyzeEvents, type EventAnalysis } from '../analyses/events/analyze.js'
import {
  analyzeQuality,
  checkQualityOptions,
  type QualityAnalysis,
  type QualityOptions,
} from '../analyses/quality/analyze.js'
import { analyzeSleep, type SleepAnalysis, type SleepOptions, skippedSleep } from '../analyses/sleep/analyze.js'
import { triage } from '../analyses/triage.js'
import { BrrrError } from '../errors.js'
import { callNative, type RunOptions } from '../native.js'
import { Recording } from '../recording/recording.js'
import { packageRoot } from '../root.js'
import { type DocumentWarning, type PartStatus, type ResultDocument, SCHEMA_VERSION } from './document.js'

/** How far an analysis is. */
export interface Progress {
  stage: 'open' | 'quality' | 'sleep' | 'events' | 'report'
  /** Share of this stage, 0 to 1. */
  share: number
}

export interface AnalyzeOptions extends Omit<SleepOptions, 'bad_channels'> {
  /** Judge the signal quality, with these options (default true). */
  quality?: boolean | QualityOptions | undefined
  /** Stage sleep (default true). */
  sleep?: boolean | undefined
  /** Find spindles, slow waves and eye movements (default true; without sleep, false). */
  events?: boolean | undefined
  /** Leave the samples of `Analysis.quality` readable until its close() (default false: they are released). */
  keepSamples?: boolean | undefined
  signal?: AbortSignal | undefined
  onProgress?: ((progress: Progress) => void) | undefined
}

/** A document with what it was made from, for exports and the report. */
export interface Analysis {
  document: ResultDocument
  /** Null where quality was not asked for or failed. */
  quality: QualityAnalysis | null
  sleep: SleepAnalysis
  events: EventAnalysis | null
}

/** The version in package.json. */
export function packageVersion(): string {
  return (JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8')) as { version: string }).version
}

/** What happens to a signal before features are taken, as text whose hash the document carries. */
const PREPROCESSING =
  'quality: uV; zero-phase FIR high-pass 1 Hz; 4 s epochs. ' +
  'sleep: uV; FFT resampling to 100 Hz; zero-phase FIR 0.4-30 Hz; 30 s epochs; YASA 0.5.0 features, 7.5 min triangular and 2 min past means, robust scaling 5-95'

const NOT_YET = (what: string): PartStatus => ({
  status: 'unavailable',
  reason: `${what} is not part of this version.`,
})
const NOT_ASKED: PartStatus = { status: 'skipped', reason: 'It was not asked for.' }

/**
 * Runs the analyses of this version on a recording. Where quality fails, the document says so and the rest stands.
 * @param input a path, or a recording that stays open
 * @throws BrrrError as Recording.open and analyzeSleep do; INVALID_ARGUMENT and NO_SUCH_CHANNEL for quality's options
 */
export async function analyze(input: string | Recording, options: AnalyzeOptions = {}): Promise<Analysis> {
  const recording = typeof input === 'string' ? await Recording.open(input, { signal: options.signal }) : input
  try {
    return await run(recording, options)
  } finally {
    if (typeof input === 'string') recording.close()
  }
}

type Timed = <T>(stage: Progress['stage'], work: (run: RunOptions) => Promise<T>) => Promise<T>

function stopwatch(options: AnalyzeOptions, timings_s: Record<string, number>): Timed {
  return async (stage, work) => {
    const started = performance.now()
    options.onProgress?.({ stage, share: 0 })
    const onProgress = options.onProgress && ((share: number) => options.onProgress?.({ stage, share }))
    const result = await work({ signal: options.signal, onProgress })
    timings_s[stage] = (performance.now() - started) / 1000
    options.onProgress?.({ stage, share: 1 })
    return result
  }
}

async function run(recording: Recording, options: AnalyzeOptions): Promise<Analysis> {
  const timings_s: Record<string, number> = {}
  const timed = stopwatch(options, timings_s)
  const hashing = recording.sha256({ signal: options.signal })
  hashing.catch(() => {}) // awaited below; must not count as unhandled while an analysis fails first
  const { quality, quality_report } = await judgeQuality(recording, options, timed)
  try {
    const bad_channels = quality_report.status === 'ok' ? quality_report.bad_channels : []
    const sleep =
      options.sleep === false
        ? skippedSleep(NOT_ASKED.reason)
        : await timed('sleep', (run) =>
            analyzeSleep(recording, { ...options, bad_channels, signal: run.signal, onProgress: run.onProgress }),
          )
    const events =
      (options.events ?? options.sleep) === false
        ? null
        : await timed('events', (run) =>
            analyzeEvents(recording, { eeg: sleep.channels.eeg, hypnogram: sleep.hypnogram, ...run }),
          )
    Object.assign(sleep.result, events?.summaries)
    const parts = { quality_report, seed: quality?.seed ?? null, sleep, events, timings_s }
    const document = assemble(recording, await hashing, parts)
    if (!options.keepSamples) quality?.close()
    return { document, quality, sleep, events }
  } catch (error) {
    quality?.close()
    throw error
  }
}

/** A failure here is part of the document and stops nothing; only wrong options and being asked to stop do. */
async function judgeQuality(
  recording: Recording,
  options: AnalyzeOptions,
  timed: Timed,
): Promise<{ quality: QualityAnalysis | null; quality_report: ResultDocument['quality_report'] }> {
  if (options.quality === false) return { quality: null, quality_report: NOT_ASKED }
  const asked = typeof options.quality === 'object' ? options.quality : {}
  checkQualityOptions(asked)
  for (const name of asked.channels ?? []) recording.channel(name)
  try {
    const quality = await timed('quality', (run) => analyzeQuality(recording, { ...asked, ...run }))
    return { quality, quality_report: quality.report }
  } catch (error) {
    if (error instanceof BrrrError && error.code === 'ABORTED') throw error
    return { quality: null, quality_report: { status: 'failed', reason: (error as Error).message } }
  }
}

interface Parts {
  quality_report: ResultDocument['quality_report']
  /** Of the quality run's random numbers. */
  seed: number | null
  sleep: SleepAnalysis
  events: EventAnalysis | null
  timings_s: Record<string, number>
}

function assemble(recording: Recording, sha256: string, parts: Parts): ResultDocument {
  const { quality_report, seed, sleep, events, timings_s } = parts
  const model = sleep.result.model
  const warnings: DocumentWarning[] = [
    ...recording.warnings.map((message) => ({ code: 'recording', message })),
    ...(events?.warnings ?? []),
  ]
  return {
    schema_version: SCHEMA_VERSION,
    recording: recording.info(sha256),
    quality_report,
    abnormality: NOT_YET('Abnormality scoring'),
    sleep: sleep.result,
    events: events?.events ?? [],
    features: NOT_YET('EEGPT features'),
    triage: triage(null, quality_report.status === 'ok' ? quality_report.grade : null),
    timings_s,
    memory: { rss_bytes: process.memoryUsage.rss() },
    cache: { hit: false },
    provenance: {
      version: packageVersion(),
      backend: 'cpu',
      device: 'cpu',
      precision: 'float64',
      simd: callNative((addon) => addon.simd().active),
      models: model
        ? [
            {
              id: model.id,
              sha256: model.sha256,
              trained: model.trained,
              licence: model.licence,
              attribution: model.attribution,
            },
          ]
        : [],
      preprocessing_sha256: createHash('sha256').update(PREPROCESSING).digest('hex'),
      seed,
    },
    warnings,
  }
}
