// npm run bench:batcher [-- SECTION ...] [-- DEVICE ...]: what the batcher costs and how it behaves under load.
// Sections: overhead, load, clients; devices: simulated, cpu. Ends with code 1 where a limit is missed.
import { loadavg } from 'node:os'
import { describeMachine, freeCores, machineLine, saveResults } from '../harness/machine.js'
import { digits, textTable } from '../harness/text-table.js'
import { twoClients } from './clients.js'
import { cpuDevice, type Device, simulatedDevice, trivialDevice } from './device.js'
import { capacityOf, LOADS, loadPoint, QUEUE_REQUESTS } from './load.js'
import { overhead } from './overhead.js'

/**
 * CPU us a request; p99 at 80 % to the largest batch; achieved at 120 % to capacity; p99 beside a bulk client to alone.
 */
const LIMITS = { overhead_us: 30, p99_batches: 3, achieved: 0.95, beside: 2 }

/** Below this many free cores latencies say more about the neighbours than about us. */
const CORES = 1.9

const missed: string[] = []
const notJudged: string[] = []
const demand = (holds: boolean, what: string) => {
  if (!holds) missed.push(what)
}

async function measureOverhead() {
  const device = await trivialDevice()
  const figures = await overhead(device)
  await device.close()
  const { straight_us, batched_us, overhead_us } = figures
  console.log(
    `\nCPU a request: ${digits(batched_us)} us through the batcher, ${digits(straight_us)} us for the same batches ` +
      `straight: overhead ${digits(overhead_us)} us`,
  )
  demand(overhead_us < LIMITS.overhead_us, `overhead ${digits(overhead_us)} us, limit ${LIMITS.overhead_us}`)
  return figures
}

/** "1:20 8:3": batches by rows, the sizes in between summed up to the next power of two. */
function histogramText(sizes: Record<number, number>): string {
  const bins = new Map<number, number>()
  for (const [rows, count] of Object.entries(sizes)) {
    const bin = 2 ** Math.ceil(Math.log2(Number(rows)))
    bins.set(bin, (bins.get(bin) ?? 0) + count)
  }
  return [...bins]
    .sort(([a], [b]) => a - b)
    .map(([bin, count]) => `${bin}:${count}`)
    .join(' ')
}

async function measureLoad(device: Device) {
  const capacity = await capacityOf(device)
  const { rows_hz, largest_ms } = capacity
  console.log(
    `\n${device.name}: ${digits(rows_hz)} rows/s in full batches of ${device.largest}, ${digits(largest_ms)} ms each alone`,
  )
  const points = []
  for (const load of LOADS) points.push(await loadPoint(device, capacity, load))
  const header = [
    '% load',
    'offered/s',
    'achieved/s',
    'p50 ms',
    'p95',
    'p99',
    'p99.9',
    'rows a batch',
    'refused',
    'most waiting',
    'loop p99',
    'batches by rows',
  ]
  const rows = points.map((p) => [
    ...[p.load_percent, p.offered_hz, p.achieved_hz, p.p50_ms, p.p95_ms, p.p99_ms, p.p999_ms, p.mean_batch].map(digits),
    ...[String(p.refused), String(p.most_waiting), digits(p.loop_p99_ms), histogramText(p.batch_sizes)],
  ])
  console.log(textTable(header, rows))
  for (const { load_percent, p99_ms, achieved_hz, most_waiting, wrong } of points) {
    const at = `${device.name} at ${load_percent} %`
    demand(wrong.length === 0, `${at}: ${wrong.length} requests ended with ${[...new Set(wrong)]}`)
    demand(most_waiting <= QUEUE_REQUESTS, `${at}: ${most_waiting} requests waited, bound ${QUEUE_REQUESTS}`)
    const batches = p99_ms / largest_ms
    if (load_percent === 80) demand(batches <= LIMITS.p99_batches, `${at}: p99 of ${digits(batches)} largest batches`)
    const achieved = achieved_hz / rows_hz
    if (load_percent === 120) demand(achieved >= LIMITS.achieved, `${at}: achieved ${digits(achieved)} of capacity`)
  }
  return { device: device.name, capacity, points }
}

async function measureClients(device: Device) {
  const figures = await twoClients(device, await capacityOf(device))
  const { alone_p50_ms, alone_p99_ms, beside_p50_ms, beside_p99_ms, bulk_share } = figures
  console.log(
    `\n${device.name}: interactive client alone p50 ${digits(alone_p50_ms)}, p99 ${digits(alone_p99_ms)} ms; beside a bulk ` +
      `client p50 ${digits(beside_p50_ms)}, p99 ${digits(beside_p99_ms)} ms; bulk gets ${digits(100 * bulk_share)} % of capacity`,
  )
  const ratio = beside_p99_ms / alone_p99_ms
  demand(ratio <= LIMITS.beside, `${device.name}: a bulk client makes the p99 ${digits(ratio)} times as long`)
  return { device: device.name, ...figures }
}

const DEVICES = { simulated: simulatedDevice, cpu: cpuDevice }
const wanted = process.argv.slice(2)

/** Of these names those that were asked for; all where none was. */
function asked<T extends string>(names: readonly T[]): readonly T[] {
  const some = names.filter((name) => wanted.includes(name))
  return some.length > 0 ? some : names
}

async function onEach<T>(measure: (device: Device) => Promise<T>): Promise<T[]> {
  const results: T[] = []
  for (const name of asked(Object.keys(DEVICES) as (keyof typeof DEVICES)[])) {
    const device = await DEVICES[name]()
    results.push(await measure(device))
    await device.close()
  }
  return results
}

const SECTIONS = {
  overhead: measureOverhead,
  load: () => onEach(measureLoad),
  clients: () => onEach(measureClients),
}

async function main(): Promise<void> {
  const known = [...Object.keys(SECTIONS), ...Object.keys(DEVICES)]
  const unknown = wanted.filter((name) => !known.includes(name))
  if (unknown.length > 0) throw new Error(`No such section or device: ${unknown}; there are ${known.join(', ')}.`)
  const names = asked(Object.keys(SECTIONS) as (keyof typeof SECTIONS)[])
  const machine = describeMachine()
  const free_cores = await freeCores()
  console.log(`${machineLine(machine)}; two busy loops get ${digits(free_cores)} cores`)
  const results: Record<string, unknown> = { free_cores }
  for (const name of names) results[name] = await SECTIONS[name]()
  const after = await freeCores()
  if (Math.min(free_cores, after) < CORES) notJudged.push(...missed.splice(0))
  const saved = saveResults('batcher', machine, results)
  console.log(`\nload ${loadavg()[0]!.toFixed(2)} at the end; saved as ${saved}`)
  for (const what of missed) console.log(`MISSED  ${what}`)
  for (const what of notJudged) console.log(`not judged, too few free cores  ${what}`)
  if (missed.length > 0) process.exitCode = 1
}

main().catch((error) => {
  console.error(error)
  process.exitCode = 1
})
