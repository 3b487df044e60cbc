// npm run bench:engine [-- SECTION ...]: the engine on the CPU against onnxruntime-node called directly, on the same
// library. Sections: loop, call, throughput, models. Ends with code 1 where a limit is missed.
import { loadavg } from 'node:os'
import { describeMachine, freeCores, machineLine, saveResults } from '../harness/machine.js'
import { median } from '../harness/statistics.js'
import { digits, textTable } from '../harness/text-table.js'
import { callCosts } from './call-cost.js'
import { loopDelays } from './event-loop.js'
import { chain, realModels, trivial } from './models.js'
import { type Throughput, throughput } from './throughput.js'

/** How far the loop's 99th percentile may rise above idle, ms; a call of a trivial model, us; ours to theirs. */
const LIMITS = { loop_ms: 5, call_us: 12, cpu_ratio: 1.03, speed_ratio: 0.97 }

/** Below this many free cores, delays say more about the neighbours than about us and are not judged. */
const QUIET_CORES = 1.9

const missed: string[] = []
let quiet = true
const demand = (holds: boolean, what: string) => {
  if (!holds) missed.push(what)
}
const demandDelay = (holds: boolean, what: string) => {
  if (!holds && quiet) missed.push(what)
  else if (!holds) console.log(`not judged, other jobs hold the cores: ${what}`)
}

async function loop() {
  const delays = await loopDelays(chain())
  const rows = delays.map(({ what, p50_ms, p99_ms, max_ms }) => [what, ...[p50_ms, p99_ms, max_ms].map(digits)])
  console.log(`\n${textTable(['event-loop delay, ms', 'p50', 'p99', 'max'], rows)}`)
  const [idle, ...busy] = delays
  for (const { what, p99_ms } of busy.slice(0, -1))
    demandDelay(
      p99_ms <= idle!.p99_ms + LIMITS.loop_ms,
      `${what}: p99 ${digits(p99_ms)} ms, idle ${digits(idle!.p99_ms)} ms`,
    )
  return delays
}

async function call() {
  const costs = await callCosts(trivial())
  const rows = costs.map(({ what, median_us, p5_us, p95_us }) => [what, ...[median_us, p5_us, p95_us].map(digits)])
  console.log(`\n${textTable(['a call of a trivial model, us', 'median', 'p5', 'p95'], rows)}`)
  demandDelay(costs[0]!.median_us <= LIMITS.call_us, `${digits(costs[0]!.median_us)} us a call`)
  return costs
}

function table(results: readonly Throughput[]): string {
  const header = ['two at a time', 'CPU ms a run', 'theirs', 'ratio', 'runs/s', 'theirs', 'ratio']
  const rows = results.map(({ model, ours, theirs, cpu_ratio, speed_ratio }) => [
    model,
    ...[ours, theirs].map((turns) => digits(median(turns.map((turn) => turn.cpu_ms_a_run)))),
    cpu_ratio.toFixed(3),
    ...[ours, theirs].map((turns) => digits(median(turns.map((turn) => turn.runs_per_s)))),
    speed_ratio.toFixed(3),
  ])
  return textTable(header, rows)
}

async function pairs() {
  const result = await throughput(chain())
  console.log(`\n${table([result])}`)
  demand(result.cpu_ratio <= LIMITS.cpu_ratio, `CPU a run ${result.cpu_ratio.toFixed(3)} of theirs`)
  demand(result.speed_ratio >= LIMITS.speed_ratio, `runs/s ${result.speed_ratio.toFixed(3)} of theirs`)
  return result
}

async function models() {
  const results: Throughput[] = []
  for (const model of realModels()) results.push(await throughput(model, { turn_ms: 300 }))
  console.log(`\n${table(results)}`)
  return results
}

const SECTIONS: Record<string, () => Promise<unknown>> = { loop, call, throughput: pairs, models }

async function main() {
  const chosen = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(SECTIONS)
  const machine = describeMachine()
  const free = await freeCores()
  quiet = free >= QUIET_CORES
  console.log(`${machineLine(machine)}; ${free.toFixed(2)} cores free`)
  const results: Record<string, unknown> = { free_cores: free }
  for (const name of chosen) {
    const section = SECTIONS[name]
    if (!section) throw new Error(`No section ${name}; there are ${Object.keys(SECTIONS).join(', ')}.`)
    results[name] = await section()
  }
  for (const what of missed) console.log(`MISSED ${what}`)
  console.log(`\nload ${loadavg()[0]!.toFixed(2)} at the end; saved as ${saveResults('engine', machine, results)}`)
  process.exitCode = missed.length > 0 ? 1 : 0
}

main().catch((error) => {
  console.error(error)
  // Workers of the contender may still be there.
  process.exit(1)
})
