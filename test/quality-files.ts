import type { Signal } from '../lib/index.js'
import { runNative } from '../lib/native.js'
import { writeEdf } from './edf-fixture.js'
import type { Eeg } from './quality-fixture.js'

/**
 * Writes an EEG as EDF (+-1000 uV, one-second records), or with onsets of the records as EDF+D.
 * @param rates of the channels, where they differ
 * @returns the path
 */
export function writeEeg(path: string, { names, samples, rate_hz }: Eeg, onsets?: number[], rates?: number[]): string {
  const rateOf = (c: number) => rates?.[c] ?? rate_hz
  const seconds = Math.floor(samples[0]!.length / rateOf(0))
  const signals = names.map((label, c) => ({
    label,
    samples: rateOf(c),
    value: (t: number) => samples[c]![Math.round(t * rateOf(c))]!,
  }))
  writeEdf(path, signals, seconds, onsets)
  return path
}

/** All samples of a signal in microvolts, NaN in gaps. */
export async function readSamples({ stretches, rate_hz }: Signal): Promise<Float32Array> {
  const last = stretches.at(-1)!
  const out = new Float32Array(Math.round(last.start_s * rate_hz) + last.samples).fill(Number.NaN)
  for (const { source, start_s, samples } of stretches) {
    const at = Math.round(start_s * rate_hz)
    await runNative({}, (addon, job) => addon.readSource(source, 0, out.subarray(at, at + samples), job))
  }
  return out
}
