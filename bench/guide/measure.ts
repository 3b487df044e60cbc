// The guide's measures of a piece of work: duration (mean, sd, p95), memory (growth, peak), CPU share, throughput.
import { existsSync, readFileSync } from 'node:fs'
import { deviation, mean, percentile } from '../harness/statistics.js'
import { type Sample, timed } from '../harness/timing.js'

export interface Measurement {
  durations_s: number[]
  mean_s: number
  sd_s: number
  p95_s: number
  /** Peak over all calls above what the process held before them. MB are 2^20 bytes here, as in the guide. */
  rss_growth_mb: number
  rss_peak_mb: number
  /** 100 is one core. */
  cpu_percent: number
  /** Calls a second. */
  throughput: number
}

const MB = 2 ** 20

/** The process's memory now. */
export const rssMb = (): number => process.memoryUsage.rss() / MB

/**
 * The most it ever was. The kernel's figure for this program is preferred, since that of getrusage starts at the memory
 * of the process that forked this one.
 */
export function peakRssMb(): number {
  const status = existsSync('/proc/self/status') ? readFileSync('/proc/self/status', 'utf8') : ''
  const highWater = /^VmHWM:\s+(\d+) kB/m.exec(status)
  return Number(highWater?.[1] ?? process.resourceUsage().maxRSS) / 1024
}

/** @param warmUps calls that count for memory but not for time */
export async function measure(
  work: () => Promise<unknown>,
  { calls = 5, warmUps = 1 }: { calls?: number; warmUps?: number } = {},
): Promise<Measurement> {
  const before = rssMb()
  const samples: Sample[] = []
  for (let i = -warmUps; i < calls; i++) {
    const sample = await timed(work)
    if (i >= 0) samples.push(sample)
  }
  const peak = peakRssMb()
  const durations_s = samples.map((s) => s.wall_s)
  return {
    durations_s,
    mean_s: mean(durations_s),
    sd_s: deviation(durations_s),
    p95_s: percentile(durations_s, 95),
    rss_growth_mb: peak - before,
    rss_peak_mb: peak,
    cpu_percent: (100 * mean(samples.map((s) => s.cpu_s))) / mean(durations_s),
    throughput: 1 / mean(durations_s),
  }
}
