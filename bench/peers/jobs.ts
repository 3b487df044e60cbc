// Our side: the same jobs through the public API, warm in this process or in a fresh one.
import { join } from 'node:path'
import { detectRems, detectSlowWaves, detectSpindles, Recording, spectra, stageSleep } from '../../lib/index.js'
import { packageRoot } from '../../lib/root.js'
import type { Night } from '../harness/nights.js'
import { buffersFor, inMemory, type NightChannels, nightChannels } from '../harness/signals.js'
import { freshProcess, type ProcessSample, REPORT_PEAK, type Sample, timed } from '../harness/timing.js'

export type Job = () => Promise<Sample>

const CLI = join(packageRoot, 'dist', 'cli', 'main.js')

/** A command of ours in a fresh process. */
export function ourCommand(args: readonly string[], simd: string | undefined): Promise<ProcessSample> {
  return freshProcess(process.execPath, [...REPORT_PEAK, CLI, ...args, ...(simd ? ['--simd', simd] : [])])
}

async function withFile(night: Night, work: (file: Recording) => Promise<unknown>): Promise<void> {
  const file = await Recording.open(night.path)
  await work(file)
  file.close()
}

/**
 * Every job by its name in the table of limits.
 * @param simd tier that fresh processes are forced to
 */
export async function ourJobs(
  night: Night,
  recording: Recording,
  simd: string | undefined,
): Promise<Record<string, Job>> {
  const { eeg, eog, emg, loc, roc } = nightChannels(recording)
  const { channels, buffers } = buffersFor(recording)
  const samples = await inMemory(recording, eeg)
  const left = await inMemory(recording, loc)
  const right = await inMemory(recording, roc)
  const brrr = (...args: string[]) => ourCommand(args, simd)
  return {
    stages: () =>
      timed(() =>
        withFile(night, (file) => stageSleep({ eeg: file.signal(eeg), eog: file.signal(eog), emg: file.signal(emg) })),
      ),
    fresh: () => brrr('sleep', night.path, '--no-events'),
    fresh_events: () => brrr('sleep', night.path),
    spindles: () => timed(() => detectSpindles(samples)),
    slow_waves: () => timed(() => detectSlowWaves(samples)),
    coupling: () => timed(() => detectSlowWaves(samples, { coupling: true })),
    rems: () => timed(() => detectRems(left, right)),
    welch: () => timed(() => withFile(night, (file) => spectra(file.signal(eeg)))),
    reading: () => timed(() => withFile(night, (file) => file.readRecords(channels, 0, file.header.records, buffers))),
  }
}

/** Labels of the channels in the order that peers.py takes them. */
export function peerLabels({ eeg, eog, emg, loc, roc }: NightChannels): { serve: string[]; fresh: string[] } {
  return { serve: [eeg, loc, roc, emg].map((c) => c.label), fresh: [eeg, eog, emg].map((c) => c.label) }
}
