/** The channels of a file, and finding one by name, forming a derivation from its two leads where both are there. */
import { BrrrError } from '../errors.js'
import { channelKind, microvoltsPer, recordsVoltage } from './kinds.js'
import { channelName, derivationLeads, namingContext } from './names.js'
import type { Channel } from './types.js'

/** One ordinary signal (no annotations) as the file's header describes it. */
export interface SignalHeader {
  label: string
  unit: string
  rate_hz: number
  samples: number
  /** Signal index in the file. */
  index: number
}

/**
 * The channels of a file, in file order. Names are unique: where a name repeats, the later ones get " (2)", " (3)".
 * An electrical channel whose unit is unknown counts as microvolts (`hasUnknownUnit` tells).
 */
export function buildChannels(signals: readonly SignalHeader[]): Channel[] {
  const context = namingContext(signals.map((signal) => signal.label))
  const seen = new Map<string, number>()
  return signals.map(({ label, unit, rate_hz, samples, index }) => {
    const base = channelName(label, context)
    const kind = channelKind(label, base, unit, context)
    const times = (seen.get(base.toUpperCase()) ?? 0) + 1
    seen.set(base.toUpperCase(), times)
    const name = times === 1 ? base : `${base} (${times})`
    const to_uv = microvoltsPer(unit) ?? (recordsVoltage(kind) ? 1 : null)
    return { name, label, kind, rate_hz, samples, unit, index, minus: null, to_uv }
  })
}

/** True where the unit is no voltage that we know and the samples are taken as microvolts nevertheless. */
export function hasUnknownUnit(channel: Channel): boolean {
  return channel.to_uv !== null && microvoltsPer(channel.unit) === null
}

/**
 * The channel with this name, label, or derivation of two leads (`C4-M1` from C4 and M1), whatever the case.
 * Throws NO_SUCH_CHANNEL, naming what there is.
 */
export function findChannel(channels: readonly Channel[], requested: string): Channel {
  const channel = lookUp(channels, requested)
  if (channel) return channel
  const names = channels.map((c) => c.name)
  const listed = names.length > 40 ? `${names.slice(0, 40).join(', ')} and ${names.length - 40} more` : names.join(', ')
  throw new BrrrError(
    'NO_SUCH_CHANNEL',
    `No channel "${requested}" and no two leads to form it from. The recording has: ${listed || 'no signals'}.`,
  )
}

/** As findChannel, but null where there is no such channel. */
export function lookUp(channels: readonly Channel[], requested: string): Channel | null {
  const wanted = requested.trim().toUpperCase()
  const name = channelName(requested, namingContext(channels.map((c) => c.label)))
  return (
    channels.find((c) => c.label.trim().toUpperCase() === wanted) ??
    byName(channels, wanted) ??
    byName(channels, name) ??
    formDerivation(channels, name)
  )
}

function byName(channels: readonly Channel[], name: string): Channel | null {
  const wanted = name.toUpperCase()
  return channels.find((c) => c.name.toUpperCase() === wanted) ?? null
}

/** `A-B` where leads A and B are there with one rate, one length and one unit factor, else null. */
function formDerivation(channels: readonly Channel[], name: string): Channel | null {
  const leads = derivationLeads(name)
  if (!leads) return null
  const [plus, minus] = [byName(channels, leads[0]), byName(channels, leads[1])]
  if (!plus || !minus || plus.minus !== null || minus.minus !== null || plus.to_uv === null) return null
  if (plus.rate_hz !== minus.rate_hz || plus.samples !== minus.samples || plus.to_uv !== minus.to_uv) return null
  return { ...plus, name: `${plus.name}-${minus.name}`, label: `${plus.label}-${minus.label}`, minus: minus.index }
}
