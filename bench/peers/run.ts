// npm run bench:peers [-- --ours] [--rate 100|256] [--only JOB] [--runs N] [--simd TIER]: our figures beside those of the
// tools that people use today, in one run and in turns, against floors and aims. Exit code 1 where a floor is missed.
import { loadavg } from 'node:os'
import { parseArgs } from 'node:util'
import { Recording } from '../../lib/index.js'
import { callNative } from '../../lib/native.js'
import { describeMachine, freeCores, machineLine, saveResults } from '../harness/machine.js'
import { NIGHT_RATES, type NightRate, night, PEERS_PYTHON } from '../harness/nights.js'
import { nightChannels } from '../harness/signals.js'
import { median } from '../harness/statistics.js'
import { digits, textTable } from '../harness/text-table.js'
import { freshProcess, type Sample } from '../harness/timing.js'
import { measureAutoReject } from './autoreject.js'
import { ourJobs, peerLabels } from './jobs.js'
import { judge, judgeWallShare, type Series, type Verdict } from './judge.js'
import { LIMITS, WALL_SHARE } from './limits.js'
import { installPeers, PEERS_SCRIPT, PeerProcess } from './python.js'

/** --only AUTOREJECT: no nights. */
const AUTOREJECT = 'autoreject'
const WARM_UPS = 2
const RUNS = { median: 9, best: 20 }

interface Options {
  ours: boolean
  runs: number | null
  only: string | undefined
  /** Tier that ours is forced to. */
  simd: string | undefined
}

/** In turns, so that a busy minute of the machine falls on both. */
async function alternate(runs: number, ours: () => Promise<Sample>, peer: (() => Promise<Sample>) | null) {
  const samples: { ours: Sample[]; peer: Sample[] } = { ours: [], peer: [] }
  for (let i = -WARM_UPS; i < runs; i++) {
    const own = await ours()
    const other = await peer?.()
    if (i < 0) continue
    samples.ours.push(own)
    if (other) samples.peer.push(other)
  }
  return samples
}

async function measure(rate_hz: NightRate, { ours, runs, only, simd }: Options): Promise<Series[]> {
  const recorded = await night(rate_hz)
  console.error(`${rate_hz} Hz: night by ${recorded.origin}`)
  const recording = await Recording.open(recorded.path)
  const jobs = await ourJobs(recorded, recording, simd)
  const labels = peerLabels(nightChannels(recording))
  const python = ours ? null : new PeerProcess('serve', [recorded.path, ...labels.serve])
  const peerOf = (job: string): (() => Promise<Sample>) | null => {
    if (!python || !LIMITS.some((limit) => limit.job === job && limit.peerName)) return null
    if (job !== 'fresh') return () => python.time(job)
    return () => freshProcess(PEERS_PYTHON, ['-W', 'ignore', PEERS_SCRIPT, 'fresh', recorded.path, ...labels.fresh])
  }
  const series: Series[] = []
  for (const [job, run] of Object.entries(jobs)) {
    if (only && job !== only) continue
    const { of } = LIMITS.find((limit) => limit.job === job)!
    const before = await freeCores()
    const samples = await alternate(runs ?? RUNS[of], run, peerOf(job))
    const free_cores = Math.min(before, await freeCores())
    console.error(
      `${rate_hz} Hz: ${job}, wall ${digits(median(samples.ours.map((s) => s.wall_s)))} s, ${free_cores.toFixed(2)} cores free`,
    )
    series.push({ job, rate_hz, ...samples, free_cores })
  }
  python?.close()
  recording.close()
  return series
}

function judgeAll(series: Series[], simd: string): Verdict[] {
  return series.flatMap((s) => [
    ...LIMITS.filter(({ job }) => job === s.job).map((limit) => judge(limit, s, simd)),
    ...(s.job === WALL_SHARE.job ? [judgeWallShare(s)] : []),
  ])
}

const HEADER = ['job', 'Hz', 'measure', 'ours', 'peer', 'peer / ours', 'floor', 'aim', 'floor met', 'aim met']
const MEASURES = { cpu_s: 'CPU s', wall_s: 'wall s', peak_mb: 'MB', growth_mb: 'MB', agreement: 'share' }
const FLOOR_MET = { absolute: 'yes', ratio: 'yes (ratio)', no: 'NO', 'not judged': 'not judged' }

function verdictRow({ limit, rate_hz, ours, peer, floor, aim, floorMet, aimMet }: Verdict): string[] {
  return [
    limit.what,
    String(rate_hz),
    /\//.test(limit.what) ? 'share' : MEASURES[limit.measure],
    digits(ours),
    peer === null ? '-' : digits(peer),
    peer === null ? '-' : `${digits(peer / ours)}`,
    String(floor),
    aim === null ? '-' : String(aim),
    FLOOR_MET[floorMet],
    aimMet === null ? '-' : aimMet ? 'yes' : 'no',
  ]
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      ours: { type: 'boolean', default: false },
      rate: { type: 'string' },
      only: { type: 'string' },
      runs: { type: 'string' },
      simd: { type: 'string' },
    },
  })
  if (!values.ours) installPeers()
  const { simd } = values
  if (simd) callNative((addon) => addon.forceSimd(simd))
  const machine = describeMachine()
  console.log(machineLine(machine))
  const options = { ours: values.ours, only: values.only, simd, runs: values.runs ? Number(values.runs) : null }
  const series: Series[] = []
  for (const rate of NIGHT_RATES)
    if (values.only !== AUTOREJECT && (!values.rate || values.rate === String(rate)))
      series.push(...(await measure(rate, options)))
  const quality =
    (values.only ?? AUTOREJECT) === AUTOREJECT && values.rate !== '100'
      ? await measureAutoReject({ ...options, runs: options.runs ?? RUNS.median })
      : null
  const verdicts = [...judgeAll(series, machine.simd), ...(quality?.verdicts ?? [])]
  console.log(`\n${textTable(HEADER, verdicts.map(verdictRow))}`)
  const missed = verdicts.filter(({ floorMet }) => floorMet === 'no').length
  const aims = verdicts.filter(({ aimMet }) => aimMet !== null)
  console.log(
    `\n${missed} of ${verdicts.length} floors missed, ${aims.filter((v) => v.aimMet).length} of ${aims.length} aims met; ` +
      `load ${loadavg()[0]!.toFixed(2)} at the end; saved as ${saveResults('peers', machine, { series, quality, verdicts })}`,
  )
  process.exitCode = missed > 0 ? 1 : 0
}

main().catch((error) => {
  console.error(error)
  process.exitCode = 1
})
