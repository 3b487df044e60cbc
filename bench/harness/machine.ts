// Where and when figures were taken: they mean nothing without it.
import { spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { availableParallelism, cpus, loadavg, totalmem } from 'node:os'
import { join, relative } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import { callNative } from '../../lib/native.js'
import { packageRoot } from '../../lib/root.js'

export interface Machine {
  date: string
  commit: string
  cpu: string
  cores: number
  memory_gb: number
  simd: string
  node: string
  load_before: number
  load_after?: number
}

function git(...args: string[]): string {
  return spawnSync('git', args, { cwd: packageRoot, encoding: 'utf8' }).stdout?.trim() ?? ''
}

export function describeMachine(): Machine {
  const commit = git('rev-parse', '--short', 'HEAD') || 'unknown'
  const changed = git('status', '--porcelain', '--untracked-files=no') !== ''
  return {
    date: new Date().toISOString(),
    commit: changed ? `${commit} with changes` : commit,
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: availableParallelism(),
    memory_gb: Math.round(totalmem() / 1e9),
    simd: callNative((addon) => addon.simd().active),
    node: process.versions.node,
    load_before: loadavg()[0]!,
  }
}

export function machineLine(machine: Machine): string {
  const { date, commit, cpu, cores, memory_gb, simd, node, load_before } = machine
  return (
    `${date.slice(0, 16).replace('T', ' ')} UTC, commit ${commit}; ${cpu}, ${cores} cores, ${memory_gb} GB, ${simd}; ` +
    `Node ${node}; load ${load_before.toFixed(2)} at the start`
  )
}

/** Cores that two busy loops get here and now: below 1.9 of 2, wall times say more about the neighbours than about us. */
export async function freeCores(): Promise<number> {
  const loops = [0, 1].map(() => new Worker('for (;;);', { eval: true }))
  await Promise.all(loops.map((loop) => new Promise((resolve) => loop.once('online', resolve))))
  await setTimeout(100)
  const cpu = process.cpuUsage()
  const started = performance.now()
  await setTimeout(500)
  const { user, system } = process.cpuUsage(cpu)
  const cores = (user + system) / 1000 / (performance.now() - started)
  await Promise.all(loops.map((loop) => loop.terminate()))
  return cores
}

/** Keeps a run with its raw samples under bench/results; says where. */
export function saveResults(
  kind: 'micro' | 'peers' | 'guide' | 'engine' | 'batcher',
  machine: Machine,
  results: unknown,
): string {
  const stamp = machine.date.slice(0, 19).replace(/[:T]/g, '-')
  const file = join(packageRoot, 'bench', 'results', `${kind}-${stamp}.json`)
  mkdirSync(join(packageRoot, 'bench', 'results'), { recursive: true })
  const document = { kind, machine: { ...machine, load_after: loadavg()[0]! }, results }
  writeFileSync(file, `${JSON.stringify(document, null, 1)}\n`)
  return relative(process.cwd(), file)
}
