// What our figures are held to, and the peers' figures that go with it: CPU seconds, wall seconds or MB (10^6 bytes),
// on an 8 h night of four channels at 100 and 256 Hz, on an AVX-512 machine.
import type { NightRate } from '../harness/nights.js'

type AtRate = Record<NightRate, number>

export interface Limit {
  job: string
  what: string
  measure: 'cpu_s' | 'wall_s' | 'peak_mb'
  /** Median of 9, except where the best of 20 counts. */
  of: 'median' | 'best'
  floor: AtRate
  aim?: AtRate
  /** The peer's figure on the machine where floor and aim were set; with it the ratio floor / peer counts too. */
  peer?: AtRate
  peerName?: string
}

export const LIMITS: readonly Limit[] = [
  {
    job: 'stages',
    what: 'EDF to stages',
    measure: 'cpu_s',
    of: 'median',
    floor: { 100: 0.1, 256: 0.25 },
    aim: { 100: 0.05, 256: 0.15 },
    peer: { 100: 1.64, 256: 3.16 },
    peerName: 'yasa',
  },
  {
    job: 'fresh',
    what: 'brrr sleep --no-events',
    measure: 'cpu_s',
    of: 'median',
    floor: { 100: 0.25, 256: 0.45 },
    aim: { 100: 0.15, 256: 0.28 },
    peer: { 100: 7.6, 256: 9.0 },
    peerName: 'yasa, fresh',
  },
  {
    job: 'fresh',
    what: 'its peak memory',
    measure: 'peak_mb',
    of: 'median',
    floor: { 100: 120, 256: 220 },
    aim: { 100: 90, 256: 150 },
    peer: { 100: 1063, 256: 1703 },
    peerName: 'yasa, fresh',
  },
  {
    job: 'fresh_events',
    what: 'brrr sleep, with events',
    measure: 'cpu_s',
    of: 'median',
    floor: { 100: 0.4, 256: 0.75 },
  },
  {
    job: 'fresh_events',
    what: 'its peak memory',
    measure: 'peak_mb',
    of: 'median',
    floor: { 100: 120, 256: 220 },
    aim: { 100: 90, 256: 150 },
  },
  {
    job: 'spindles',
    what: 'spindles',
    measure: 'cpu_s',
    of: 'median',
    floor: { 100: 0.12, 256: 0.22 },
    aim: { 100: 0.06, 256: 0.105 },
    peer: { 100: 1.07, 256: 2.15 },
    peerName: 'yasa',
  },
  {
    job: 'slow_waves',
    what: 'slow waves',
    measure: 'cpu_s',
    of: 'median',
    floor: { 100: 0.03, 256: 0.06 },
    aim: { 100: 0.011, 256: 0.022 },
    peer: { 100: 0.114, 256: 0.255 },
    peerName: 'yasa',
  },
  {
    job: 'coupling',
    what: 'slow waves, coupling',
    measure: 'cpu_s',
    of: 'median',
    floor: { 100: 0.1, 256: 0.2 },
    peerName: 'yasa',
  },
  {
    job: 'rems',
    what: 'eye movements',
    measure: 'cpu_s',
    of: 'median',
    floor: { 100: 0.03, 256: 0.07 },
    aim: { 100: 0.014, 256: 0.034 },
    peer: { 100: 0.238, 256: 0.483 },
    peerName: 'yasa',
  },
  {
    job: 'welch',
    what: 'Welch, reading included',
    measure: 'cpu_s',
    of: 'median',
    floor: { 100: 0.03, 256: 0.07 },
    peer: { 100: 0.078, 256: 0.16 },
    peerName: 'scipy + edfio',
  },
  {
    job: 'reading',
    what: 'reading, float32',
    measure: 'wall_s',
    of: 'best',
    floor: { 100: 0.01, 256: 0.02 },
    aim: { 100: 0.005, 256: 0.013 },
    peer: { 100: 0.02, 256: 0.04 },
    peerName: 'edfio',
  },
]

/** Staging uses both cores: wall over CPU time, judged only where two busy loops get `cores`. */
export const WALL_SHARE = { job: 'stages', floor: 0.85, aim: 0.7, cores: 1.9 }

/** AVX2 machines get this much more of everything. */
export const AVX2_ALLOWANCE = 1.5

export interface TwoBounds {
  floor: number
  aim: number | null
}

/**
 * AutoReject on 20 min of 20 channels at 256 Hz, in epochs of 4 or of 8 s, on two cores. The floor of time is met by
 * `ratio` to Python's autoreject as well; the aim goes by SIMD tier. MB are 10^6 bytes beside the input.
 */
export const AUTOREJECT_LIMITS = {
  cpu_s: { floor: 0.12, aim: { avx2: 0.065, avx512: 0.05 } },
  wall_s: { floor: 0.08, aim: { avx2: 0.04, avx512: 0.028 } },
  ratio: { floor: 40, aim: 80 },
  growth_mb: { floor: 60, aim: null },
}

/** `brrr quality` on 20 min of 19 channels at 256 Hz. */
export const COMMAND_LIMITS: Record<'cpu_s' | 'wall_s' | 'peak_mb', TwoBounds> = {
  cpu_s: { floor: 1, aim: 0.5 },
  wall_s: { floor: 1, aim: 0.4 },
  peak_mb: { floor: 200, aim: 160 },
}
