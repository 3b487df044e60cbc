// Signals of a night, as a bench takes them.
import { chooseSleepChannels, findLocRoc, type Recording, type Signal, signalFromArray } from '../../lib/index.js'
import type { Channel } from '../../lib/recording/types.js'

export interface NightChannels {
  eeg: Channel
  eog: Channel
  emg: Channel
  loc: Channel
  roc: Channel
}

/** The channels that staging and detectors choose by themselves. */
export function nightChannels(recording: Recording): NightChannels {
  const { eeg, eog, emg } = chooseSleepChannels(recording.channels)
  const eyes = findLocRoc(recording.channels)
  if (!eeg[0] || !eog || !emg || !eyes) throw new Error(`${recording.path} lacks a channel that a bench needs.`)
  return { eeg: eeg[0], eog, emg, ...eyes }
}

/** A whole channel in memory, in microvolts. */
export async function inMemory(recording: Recording, channel: Channel): Promise<Signal> {
  const samples = await recording.read(channel, new Float64Array(channel.samples))
  const to_uv = channel.to_uv ?? 1
  return signalFromArray(to_uv === 1 ? samples : samples.map((v) => v * to_uv), channel.rate_hz, channel.name)
}

/** Buffers for all channels of the file. */
export function buffersFor(recording: Recording): { channels: Channel[]; buffers: Float32Array[] } {
  const channels = recording.channels.filter((channel) => channel.minus === null)
  return { channels, buffers: channels.map((channel) => new Float32Array(channel.samples)) }
}
