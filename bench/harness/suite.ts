// A concept's benny suite on one night, with CPU time and the wall time of every call beside benny's figures.
import b from 'benny'
import { Recording } from '../../lib/index.js'
import { type Night, night } from './nights.js'
import { median, percentile } from './statistics.js'
import { type Sample, timed } from './timing.js'

/** One hot function, ready to be called over and over. */
export interface Case {
  name: string
  run: () => Promise<unknown>
}

/** What a *.bench.ts file exports: its cases on a night. */
export type Bench = (context: { night: Night; recording: Recording }) => Case[] | Promise<Case[]>

export interface CaseFigures {
  name: string
  wall_ms: number
  wall_p95_ms: number
  cpu_ms: number
  /** Relative margin of error by benny, percent. */
  margin: number
  /** Calls after the warm-up, and as many of them as are worth keeping. */
  calls: number
  samples: Sample[]
}

/** Benny calls a case up to three times, all cases at once, to learn what it returns. */
const WARM_UP_CALLS = 3

/** Short: enough to see a change of a few percent on a quiet machine. */
const LIMITS = { minSamples: 5, maxTime: 1.5 }

const KEPT_SAMPLES = 100

export async function runSuite(concept: string, bench: Bench, rate_hz: Night['rate_hz']): Promise<CaseFigures[]> {
  const recorded = await night(rate_hz)
  const recording = await Recording.open(recorded.path)
  try {
    const cases = await bench({ night: recorded, recording })
    return await runCases(`${concept}, ${rate_hz} Hz`, cases)
  } finally {
    recording.close()
  }
}

/** The cases in one suite of benny's, whatever they are taken on. */
export async function runCases(title: string, cases: readonly Case[], limits = LIMITS): Promise<CaseFigures[]> {
  if (cases.length === 0) return []
  const calls = cases.map((): Sample[] => [])
  const entries = cases.map(({ name, run }, i) =>
    b.add(name, async () => void calls[i]!.push(await timed(run)), limits),
  )
  const { results } = await b.suite(title, ...entries)
  return cases.map(({ name }, i) => {
    const samples = calls[i]!.slice(WARM_UP_CALLS)
    const wall = samples.map((s) => s.wall_s * 1000)
    return {
      name,
      wall_ms: median(wall),
      wall_p95_ms: percentile(wall, 95),
      cpu_ms: median(samples.map((s) => s.cpu_s * 1000)),
      margin: results.find((result) => result.name === name)!.margin,
      calls: samples.length,
      samples: samples.slice(0, KEPT_SAMPLES),
    }
  })
}
