// A figure against its floor and aim.
import type { NightRate } from '../harness/nights.js'
import { median } from '../harness/statistics.js'
import type { ProcessSample, Sample } from '../harness/timing.js'
import { AVX2_ALLOWANCE, type Limit, WALL_SHARE } from './limits.js'

export interface Series {
  job: string
  rate_hz: NightRate
  ours: Sample[]
  /** Empty where the job has no peer, or only ours ran. */
  peer: Sample[]
  /** Cores that two busy loops got just before and after: the smaller figure. */
  free_cores: number
}

export interface Verdict {
  limit: { what: string; measure: Limit['measure'] | 'growth_mb' | 'agreement' }
  rate_hz: NightRate
  ours: number
  peer: number | null
  floor: number
  aim: number | null
  /** How the floor was met. */
  floorMet: 'absolute' | 'ratio' | 'no' | 'not judged'
  /** Null where there is no aim. */
  aimMet: boolean | null
}

function figure(samples: readonly Sample[], { measure, of }: Limit): number {
  const values = samples.map((sample) =>
    measure === 'peak_mb' ? (sample as ProcessSample).peak_rss_bytes / 1e6 : sample[measure],
  )
  return of === 'best' ? Math.min(...values) : median(values)
}

/** A floor or an aim is met by our figure, or by its ratio to the peer's of the same run. */
export function judge(limit: Limit, { rate_hz, ours, peer }: Series, simd: string): Verdict {
  const allowance = simd === 'avx512' || limit.measure === 'peak_mb' ? 1 : AVX2_ALLOWANCE
  const value = figure(ours, limit)
  const theirs = peer.length > 0 ? figure(peer, limit) : null
  const met = (bound: number): Verdict['floorMet'] => {
    if (value <= bound * allowance) return 'absolute'
    const printed = limit.peer?.[rate_hz]
    return theirs && printed && value / theirs <= (bound / printed) * allowance ? 'ratio' : 'no'
  }
  const aim = limit.aim?.[rate_hz] ?? null
  return {
    limit,
    rate_hz,
    ours: value,
    peer: theirs,
    floor: limit.floor[rate_hz],
    aim,
    floorMet: met(limit.floor[rate_hz]),
    aimMet: aim === null ? null : met(aim) !== 'no',
  }
}

/** Wall over CPU time of staging; says nothing while neighbours hold the cores. */
export function judgeWallShare({ rate_hz, ours, free_cores }: Series): Verdict {
  const value = median(ours.map((s) => s.wall_s / s.cpu_s))
  const { floor, aim, cores } = WALL_SHARE
  return {
    limit: { what: 'EDF to stages, wall / CPU', measure: 'wall_s' },
    rate_hz,
    ours: value,
    peer: null,
    floor,
    aim,
    floorMet: free_cores < cores ? 'not judged' : value <= floor ? 'absolute' : 'no',
    aimMet: free_cores < cores ? null : value <= aim,
  }
}
