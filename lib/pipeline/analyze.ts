import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { analyzeEvents, type EventAnalysis } from '../analyses/events/analyze.js'
import { analyzeSleep, type SleepAnalysis, type SleepOptions } from '../analyses/sleep/analyze.js'
import { callNative, type RunOptions } from '../native.js'
import { Recording } from '../recording/recording.js'
import { packageRoot } from '../root.js'
import { type DocumentWarning, type PartStatus, type ResultDocument, SCHEMA_VERSION } from './document.js'

/** How far an analysis is. */
export interface Progress {
  stage: 'open' | 'sleep' | 'events' | 'report'
  /** Share of this stage, 0 to 1. */
  share: number
}

export interface AnalyzeOptions extends SleepOptions {
  /** Find spindles, slow waves and eye movements (default true). */
  events?: boolean | undefined
  signal?: AbortSignal | undefined
  onProgress?: ((progress: Progress) => void) | undefined
}

/** A document with what it was made from, for exports and the report. */
export interface Analysis {
  document: ResultDocument
  sleep: SleepAnalysis
  events: EventAnalysis | null
}

/** The version in package.json. */
export function packageVersion(): string {
  return (JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8')) as { version: string }).version
}

/** What happens to a signal before features are taken, as text whose hash the document carries. */
const PREPROCESSING =
  'uV; FFT resampling to 100 Hz; zero-phase FIR 0.4-30 Hz; 30 s epochs; YASA 0.5.0 features, 7.5 min triangular and 2 min past means, robust scaling 5-95'

const NOT_YET = (what: string): PartStatus => ({
  status: 'unavailable',
  reason: `${what} is not part of this version.`,
})

/**
 * Runs every analysis of this version on a recording.
 * @param input a path, or a recording that stays open
 * @throws BrrrError as Recording.open and analyzeSleep do
 */
export async function analyze(input: string | Recording, options: AnalyzeOptions = {}): Promise<Analysis> {
  const recording = typeof input === 'string' ? await Recording.open(input, { signal: options.signal }) : input
  try {
    return await run(recording, options)
  } finally {
    if (typeof input === 'string') recording.close()
  }
}

async function run(recording: Recording, options: AnalyzeOptions): Promise<Analysis> {
  const timings_s: Record<string, number> = {}
  const timed = async <T>(stage: Progress['stage'], work: (run: RunOptions) => Promise<T>): Promise<T> => {
    const started = performance.now()
    options.onProgress?.({ stage, share: 0 })
    const onProgress = options.onProgress && ((share: number) => options.onProgress?.({ stage, share }))
    const result = await work({ signal: options.signal, onProgress })
    timings_s[stage] = (performance.now() - started) / 1000
    options.onProgress?.({ stage, share: 1 })
    return result
  }
  const hashing = recording.sha256({ signal: options.signal })
  hashing.catch(() => {}) // awaited below; must not count as unhandled while sleep fails first
  const sleep = await timed('sleep', (run) =>
    analyzeSleep(recording, { ...options, signal: run.signal, onProgress: run.onProgress }),
  )
  const events =
    options.events === false
      ? null
      : await timed('events', (run) =>
          analyzeEvents(recording, { eeg: sleep.channels.eeg, hypnogram: sleep.hypnogram, ...run }),
        )
  Object.assign(sleep.result, events?.summaries)
  return { document: assemble(recording, await hashing, sleep, events, timings_s), sleep, events }
}

function assemble(
  recording: Recording,
  sha256: string,
  sleep: SleepAnalysis,
  events: EventAnalysis | null,
  timings_s: Record<string, number>,
): ResultDocument {
  const model = sleep.result.model
  const warnings: DocumentWarning[] = [
    ...recording.warnings.map((message) => ({ code: 'recording', message })),
    ...(events?.warnings ?? []),
  ]
  return {
    schema_version: SCHEMA_VERSION,
    recording: recording.info(sha256),
    quality_report: NOT_YET('The quality report'),
    abnormality: NOT_YET('Abnormality scoring'),
    sleep: sleep.result,
    events: events?.events ?? [],
    features: NOT_YET('EEGPT features'),
    triage: { priority: 'UNTRIAGED', reasons: ['No abnormality score and no quality grade in this version.'] },
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
      seed: null,
    },
    warnings,
  }
}
