// Wall and CPU seconds of one piece of work: in this process (all its threads), or in a fresh one.
import { spawn } from 'node:child_process'
import { join } from 'node:path'

export interface Sample {
  wall_s: number
  /** User and system time of all threads. */
  cpu_s: number
}

export interface ProcessSample extends Sample {
  peak_rss_bytes: number
}

/** One awaited call in this process. */
export async function timed(work: () => unknown): Promise<Sample> {
  const cpu = process.cpuUsage()
  const started = performance.now()
  await work()
  const wall_s = (performance.now() - started) / 1000
  const { user, system } = process.cpuUsage(cpu)
  return { wall_s, cpu_s: (user + system) / 1e6 }
}

/** Put before the script of a Node process that `freshProcess` runs: it reports its peak memory. */
export const REPORT_PEAK = ['--require', join(__dirname, 'report-peak.cjs')]

/**
 * Runs a command that writes its peak RSS in bytes to file descriptor 3. Bash stands between, since its `time` counts
 * the child to its very end, and since a process inherits the peak RSS of the one that forks it, which bash keeps small.
 */
export function freshProcess(command: string, args: readonly string[]): Promise<ProcessSample> {
  const script = 'TIMEFORMAT="%3R %3U %3S"; time "$@"'
  const child = spawn('bash', ['-c', script, 'bash', command, ...args], { stdio: ['ignore', 'ignore', 'pipe', 'pipe'] })
  const text = { stderr: '', peak: '' }
  child.stdio[2]!.on('data', (chunk) => {
    text.stderr += chunk
  })
  child.stdio[3]!.on('data', (chunk) => {
    text.peak += chunk
  })
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) => {
      const times = /([\d.]+) ([\d.]+) ([\d.]+)\s*$/.exec(text.stderr)
      if (code !== 0 || !times || !text.peak)
        return reject(new Error(`${command} ${args.join(' ')} ended with ${code}: ${text.stderr.slice(-2000)}`))
      const [wall_s, user, system] = times.slice(1).map(Number) as [number, number, number]
      resolve({ wall_s, cpu_s: user + system, peak_rss_bytes: Number(text.peak) })
    })
  })
}
