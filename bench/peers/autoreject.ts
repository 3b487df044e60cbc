// AutoReject on 20 min of 20 channels in memory: fit and transform beside Python's, in turns, in the processor's tier and
// in AVX2, with the decisions of both compared; and the whole command `brrr quality` on a file of 19 channels.
import { join } from 'node:path'
import { AutoReject } from '../../lib/index.js'
import { callNative } from '../../lib/native.js'
import { AUTOREJECT_OPTIONS, EPOCH_LENGTHS_S, type EpochLength, eegEpochs } from '../harness/eeg-epochs.js'
import { freeCores } from '../harness/machine.js'
import { routineEeg } from '../harness/nights.js'
import { median } from '../harness/statistics.js'
import { freshProcess, type ProcessSample, type Sample, timed } from '../harness/timing.js'
import { ourCommand } from './jobs.js'
import type { Verdict } from './judge.js'
import { AUTOREJECT_LIMITS, COMMAND_LIMITS, type TwoBounds, WALL_SHARE } from './limits.js'
import { PeerProcess } from './python.js'

const TURNS = 5
/** Ours takes a fiftieth of the peer's time; the first call after the peer's turn, on cold caches, does not count. */
const CALLS_A_TURN = 4
const MINUTES = 20
const MEMORY_SCRIPT = join(__dirname, 'autoreject-memory.cjs')

interface Decisions {
  consensus: number
  n_interpolate: number
  bad_epochs: boolean[]
  labels: Array<Array<number | null>>
}

interface TierSeries {
  tier: string
  samples: Sample[]
  decisions: Decisions
}

export interface AutoRejectSeries {
  epoch_s: EpochLength
  ours: TierSeries[]
  peer: Sample[]
  peerDecisions: Decisions | null
  growth_bytes: number[]
  free_cores: number
}

/** The best tier, or the one that is forced; AVX2 too, since most machines have no more. */
function tiersOf(forced: string | undefined): string[] {
  const { active, available } = callNative((addon) => addon.simd())
  return forced || active === 'avx2' || !available.includes('avx2') ? [active] : [active, 'avx2']
}

async function measureEpochs(epoch_s: EpochLength, tiers: readonly string[], ours: boolean): Promise<AutoRejectSeries> {
  const { path, epochs } = eegEpochs(epoch_s)
  const series = tiers.map((tier): TierSeries => ({ tier, samples: [], decisions: null as unknown as Decisions }))
  const python = ours ? null : new PeerProcess('autoreject', [path])
  const peer: Sample[] = []
  let peerDecisions: Decisions | null = null
  let free_cores = await freeCores()
  for (let turn = -1; turn < TURNS; turn++) {
    for (const of of series) {
      callNative((addon) => addon.forceSimd(of.tier))
      for (let call = -1; call < CALLS_A_TURN; call++) {
        const sample = await timed(async () => {
          const autoreject = new AutoReject(AUTOREJECT_OPTIONS)
          const [, log] = await autoreject.fitTransform(epochs, { return_log: true })
          const { consensus_, n_interpolate_ } = autoreject
          of.decisions = { consensus: consensus_.eeg, n_interpolate: n_interpolate_.eeg, ...log.toJSON() }
        })
        if (turn >= 0 && call >= 0) of.samples.push(sample)
      }
    }
    if (!python) continue
    const { decisions, ...sample } = await python.ask<Sample & { decisions: Decisions }>('fit')
    peerDecisions = decisions
    if (turn >= 0) peer.push(sample)
  }
  python?.close()
  callNative((addon) => addon.forceSimd(tiers[0]!))
  free_cores = Math.min(free_cores, await freeCores())
  const growth_bytes: number[] = []
  for (let run = 0; process.platform === 'linux' && run < 3; run++)
    growth_bytes.push((await freshProcess(process.execPath, [MEMORY_SCRIPT, path])).peak_rss_bytes)
  return { epoch_s, ours: series, peer, peerDecisions, growth_bytes, free_cores }
}

type Judged = Pick<Verdict, 'floorMet' | 'aimMet'>

function bounded(value: number, { floor, aim }: TwoBounds): Judged {
  return { floorMet: value <= floor ? 'absolute' : 'no', aimMet: aim === null ? null : value <= aim }
}

/** Time is within bounds by itself, or by its ratio to the peer's. */
function judgeTime(value: number, peer: number | null, bounds: TwoBounds, ratio: TwoBounds): Judged {
  const alone = bounded(value, bounds)
  if (peer === null) return alone
  const met = peer / value >= ratio.floor
  return {
    floorMet: alone.floorMet === 'no' && met ? 'ratio' : alone.floorMet,
    aimMet: alone.aimMet || peer / value >= ratio.aim!,
  }
}

/** Share of the labels that are the same; below 1 too where another pair was chosen, or another epoch is bad. */
function agreement(ours: Decisions, peer: Decisions): number {
  const labels = peer.labels.flat()
  const all = ours.labels.flat()
  const same = labels.filter((label, i) => label === all[i]).length / labels.length
  const alike =
    ours.consensus === peer.consensus &&
    ours.n_interpolate === peer.n_interpolate &&
    ours.bad_epochs.every((bad, epoch) => bad === peer.bad_epochs[epoch])
  return alike ? same : Math.min(same, 0.999)
}

function judgeAutoReject({
  epoch_s,
  ours,
  peer,
  peerDecisions,
  growth_bytes,
  free_cores,
}: AutoRejectSeries): Verdict[] {
  const verdicts: Verdict[] = []
  const add = (
    what: string,
    measure: Verdict['limit']['measure'],
    value: number,
    bounds: TwoBounds,
    judged: Judged,
    theirs: number | null = null,
  ) => verdicts.push({ limit: { what, measure }, rate_hz: 256, ours: value, peer: theirs, ...bounds, ...judged })
  const { cpu_s, wall_s, ratio, growth_mb } = AUTOREJECT_LIMITS
  for (const { tier, samples, decisions } of ours) {
    const what = `AutoReject, ${epoch_s} s, ${tier}`
    const aims = tier === 'avx512' ? 'avx512' : 'avx2'
    for (const measure of ['cpu_s', 'wall_s'] as const) {
      const value = median(samples.map((sample) => sample[measure]))
      const theirs = peer.length > 0 ? median(peer.map((sample) => sample[measure])) : null
      const limit = measure === 'cpu_s' ? cpu_s : wall_s
      const bounds = { floor: limit.floor, aim: limit.aim[aims] }
      const busy = measure === 'wall_s' && free_cores < WALL_SHARE.cores
      const judged = busy ? { floorMet: 'not judged' as const, aimMet: null } : judgeTime(value, theirs, bounds, ratio)
      add(what, measure, value, bounds, judged, theirs)
    }
    if (!peerDecisions) continue
    const same = agreement(decisions, peerDecisions)
    const judged = { floorMet: same === 1 ? ('absolute' as const) : ('no' as const), aimMet: null }
    add(`${what}: decisions`, 'agreement', same, { floor: 1, aim: null }, judged)
  }
  if (growth_bytes.length > 0) {
    const growth = median(growth_bytes) / 1e6
    add(`AutoReject, ${epoch_s} s: memory beside its input`, 'growth_mb', growth, growth_mb, bounded(growth, growth_mb))
  }
  return verdicts
}

async function measureCommand(
  simd: string | undefined,
  runs: number,
): Promise<{ samples: ProcessSample[]; verdicts: Verdict[] }> {
  const path = await routineEeg(MINUTES)
  const samples: ProcessSample[] = []
  for (let run = -1; run < runs; run++) {
    const sample = await ourCommand(['quality', path], simd)
    if (run >= 0) samples.push(sample)
  }
  const verdicts = (['cpu_s', 'wall_s', 'peak_mb'] as const).map((measure): Verdict => {
    const value = median(samples.map((s) => (measure === 'peak_mb' ? s.peak_rss_bytes / 1e6 : s[measure])))
    const bounds = COMMAND_LIMITS[measure]
    return {
      limit: { what: 'brrr quality, 20 min', measure },
      rate_hz: 256,
      ours: value,
      peer: null,
      ...bounds,
      ...bounded(value, bounds),
    }
  })
  return { samples, verdicts }
}

export interface AutoRejectOptions {
  ours: boolean
  simd: string | undefined
  runs: number
}

export async function measureAutoReject({ ours, simd, runs }: AutoRejectOptions) {
  const tiers = tiersOf(simd)
  const series: AutoRejectSeries[] = []
  for (const epoch_s of EPOCH_LENGTHS_S) {
    series.push(await measureEpochs(epoch_s, tiers, ours))
    console.error(`AutoReject, epochs of ${epoch_s} s: ${series.at(-1)!.free_cores.toFixed(2)} cores free`)
  }
  const command = await measureCommand(simd, runs)
  return { series, command: command.samples, verdicts: [...series.flatMap(judgeAutoReject), ...command.verdicts] }
}
