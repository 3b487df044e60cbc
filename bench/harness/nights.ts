// The recordings that figures are taken on: nights of 8 h, four channels (one EEG, two EOG, one EMG), at 100 and 256 Hz.
// They come from the reference's generator where it and a Python with NumPy are there, else from our own.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, renameSync } from 'node:fs'
import { join, relative } from 'node:path'
import { runNative } from '../../lib/native.js'
import { packageRoot } from '../../lib/root.js'

export type NightRate = 100 | 256
export const NIGHT_RATES: readonly NightRate[] = [100, 256]

export interface Night {
  path: string
  rate_hz: NightRate
  hours: number
  origin: 'synth_psg.py' | 'brrr synth'
}

/** Made once and kept; a clean build removes it. */
export const BENCH_FOLDER = join(packageRoot, 'build', 'bench')
/** Where the peers are installed. */
export const PEERS_PYTHON = join(packageRoot, 'build', 'peers-venv', 'bin', 'python')

const HOURS = 8
const SEEDS: Record<NightRate, number> = { 100: 201, 256: 202 }
const CHANNELS = ['C4-M1', 'LOC-M2', 'ROC-M2', 'EMG chin']
const GENERATOR = join(
  process.env.BRRR_REFERENCE ?? join(packageRoot, '..', 'shared', 'reference'),
  ...['sleep', 'tools', 'synth_psg.py'],
)

function pythonWithNumpy(): string | undefined {
  return [PEERS_PYTHON, 'python3', 'python'].find((python) => spawnSync(python, ['-c', 'import numpy']).status === 0)
}

/** Makes a file under another name first, so that an interrupted run leaves nothing that looks whole. */
async function once(path: string, make: (path: string) => unknown): Promise<void> {
  if (existsSync(path)) return
  mkdirSync(BENCH_FOLDER, { recursive: true })
  console.error(`making ${relative(process.cwd(), path)}`)
  const partial = path.replace(/\.edf$/, '.partial.edf')
  await make(partial)
  renameSync(partial, path)
}

/** The night of this rate. */
export async function night(rate_hz: NightRate): Promise<Night> {
  const seed = SEEDS[rate_hz]
  const python = existsSync(GENERATOR) ? pythonWithNumpy() : undefined
  const origin = python ? 'synth_psg.py' : 'brrr synth'
  const path = join(BENCH_FOLDER, `night-${rate_hz}hz-${origin.replace(/\W+/g, '-')}.edf`)
  await once(path, (to) => {
    if (!python) return synthesiseChannels(to, { kind: 'night', seed, hours: HOURS, rate: rate_hz, channels: CHANNELS })
    const options = ['--fs', String(rate_hz), '--hours', String(HOURS), '--seed', String(seed)]
    const { status, stderr } = spawnSync(python, [GENERATOR, to, ...options], { encoding: 'utf8' })
    if (status !== 0) throw new Error(`${GENERATOR} failed: ${stderr.slice(-1000)}`)
  })
  return { path, rate_hz, hours: HOURS, origin }
}

/** A routine EEG of our own generator with the guide's shape: 20 channels at 256 Hz. */
export async function routineEeg(minutes: number, seed = 1): Promise<string> {
  const path = join(BENCH_FOLDER, `routine-${minutes}min-${seed}.edf`)
  await once(path, (to) =>
    synthesiseChannels(to, { kind: 'routine', seed, hours: minutes / 60, rate: 256, channels: [] }),
  )
  return path
}

function synthesiseChannels(
  path: string,
  options: { kind: 'night' | 'routine'; seed: number; hours: number; rate: number; channels: string[] },
) {
  return runNative({}, (addon, job) => addon.synthesise(path, { ...options, artifacts: true }, job))
}
