import type { EpochData } from '../lib/index.js'
import { normal, random } from './quality-fixture.js'

const NAMES = ['Fp1', 'Fp2', 'F3', 'F4', 'C3', 'C4', 'P3', 'P4', 'O1', 'O2', 'F7', 'F8']

/** Epochs of the 10-20 system in volts: what neighbours share, and some cells with noise of their own. */
export function epochData(options: { epochs: number; channels: number; samples: number; seed: number }): EpochData {
  const { epochs, channels, samples, seed } = options
  const next = random(seed)
  const gauss = normal(next)
  const data = new Float64Array(epochs * channels * samples)
  for (let e = 0; e < epochs; e++) {
    const noise = Array.from({ length: channels }, () => (next() < 0.1 ? 60e-6 * next() : 3e-6))
    let [left, right] = [0, 0]
    for (let t = 0; t < samples; t++) {
      left = 0.9 * left + 6e-6 * gauss()
      right = 0.9 * right + 6e-6 * gauss()
      for (let c = 0; c < channels; c++)
        data[(e * channels + c) * samples + t] = (c % 2 === 0 ? left : right) + 0.5 * left + noise[c]! * gauss()
    }
  }
  return { data, shape: [epochs, channels, samples], channels: NAMES.slice(0, channels) }
}

/** The samples of one cell, to be changed in place. */
export function cell({ data, shape }: EpochData, epoch: number, channel: number): Float32Array | Float64Array {
  const start = (epoch * shape[1] + channel) * shape[2]
  return data.subarray(start, start + shape[2])
}
