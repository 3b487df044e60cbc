/** Which channels a night is staged on, and where its eye movements are looked for. */
import { BrrrError } from '../../errors.js'
import { findChannel, hasUnknownUnit, lookUp } from '../../recording/derivations.js'
import { derivationLeads } from '../../recording/names.js'
import type { Channel } from '../../recording/types.js'
import type { BadChannel } from '../quality/types.js'
import type { SleepWarning } from './types.js'

/** The classifiers need content up to 40 Hz: channels must be sampled above this rate. */
export const MIN_RATE_HZ = 80

const EEG_ORDER = ['C4-M1', 'C3-M2', 'F4-M1', 'F3-M2', 'O2-M1', 'O1-M2', 'Fpz-Cz']
const LEFT_EYE = ['E1-M2', 'LOC-M2', 'E1-M1', 'LOC-M1']
const RIGHT_EYE = ['E2-M2', 'ROC-M2', 'E2-M1', 'ROC-M1']
const LEFT_EYE_NAME = /^(loc|e1|leog|eogl|eog[ ._(-]*(l|left)\b\)?)/i
const RIGHT_EYE_NAME = /^(roc|e2|reog|eogr|eog[ ._(-]*(r|right)\b\)?)/i
const VERTICAL_EYE = /veog|vert|ieog/i
const CHIN = /chin|subment|\bmental/i
const LIMB = /leg|tib|arm|^(lat|rat)\b|plm/i

export interface SleepChannels {
  /** Empty where there is nothing to stage; a warning then says why. */
  eeg: Channel[]
  eog: Channel | null
  emg: Channel | null
  warnings: SleepWarning[]
}

export interface SleepChannelRequest {
  eeg?: readonly string[]
  eog?: string
  emg?: string
  /** Channels of bad quality: chosen only where there is no other, and with a warning; named ones stay. */
  bad_channels?: readonly BadChannel[]
}

/**
 * Channels to stage. If any is named, only named ones are used, and each must be there (NO_SUCH_CHANNEL), be a voltage
 * (INVALID_ARGUMENT) and be sampled above 80 Hz (RATE_TOO_LOW). Otherwise the best of what there is: a central EEG
 * against the opposite mastoid first, the left eye against a mastoid, the chin.
 */
export function chooseSleepChannels(channels: readonly Channel[], request: SleepChannelRequest = {}): SleepChannels {
  const named = Boolean(request.eeg?.length || request.eog || request.emg)
  const bad = request.bad_channels ?? []
  const chosen = named ? namedChannels(channels, request) : automaticChannels(channels, bad)
  for (const channel of [...chosen.eeg, chosen.eog, chosen.emg]) {
    if (channel && hasUnknownUnit(channel)) chosen.warnings.push(unknownUnit(channel))
    if (channel) chosen.warnings.push(...badLeads(channel, bad).map((lead) => badQuality(channel, lead)))
  }
  return chosen
}

function namedChannels(channels: readonly Channel[], request: SleepChannelRequest): SleepChannels {
  if (!request.eeg?.length) {
    throw new BrrrError('INVALID_ARGUMENT', 'Staging needs an EEG channel: name one beside the EOG or EMG channel.')
  }
  const find = (name: string) => usable(findChannel(channels, name))
  return {
    eeg: request.eeg.map(find),
    eog: request.eog ? find(request.eog) : null,
    emg: request.emg ? find(request.emg) : null,
    warnings: [],
  }
}

function usable(channel: Channel): Channel {
  if (channel.to_uv === null) {
    const unit = channel.unit.trim() ? `in ${channel.unit.trim()}` : 'without a unit'
    throw new BrrrError('INVALID_ARGUMENT', `Channel ${channel.name} is recorded ${unit}; staging needs a voltage.`)
  }
  if (channel.rate_hz <= MIN_RATE_HZ) {
    throw new BrrrError(
      'RATE_TOO_LOW',
      `Channel ${channel.name} is sampled at ${channel.rate_hz} Hz; staging needs more than ${MIN_RATE_HZ} Hz.`,
    )
  }
  return channel
}

function automaticChannels(channels: readonly Channel[], bad: readonly BadChannel[]): SleepChannels {
  const fast = channels.filter((c) => c.rate_hz > MIN_RATE_HZ && c.to_uv !== null)
  const good = fast.filter((c) => badLeads(c, bad).length === 0)
  const warnings: SleepWarning[] = []
  let eeg = firstOf(good, EEG_ORDER, 'eeg') ?? firstOf(fast, EEG_ORDER, 'eeg')
  if (!eeg || badLeads(eeg, bad).length > 0) {
    const other = good.find((c) => c.kind === 'eeg' && !isReference(c))
    eeg = other ?? eeg ?? fast.find((c) => c.kind === 'eeg' && !isReference(c)) ?? null
    if (!eeg || !isUsual(eeg)) warnings.push(eeg ? unusualEeg(eeg) : noEeg(channels))
  }
  const usual = firstOf(fast, EEG_ORDER, 'eeg')
  if (usual && eeg && eeg.name !== usual.name) warnings.push(avoided(usual, eeg, badLeads(usual, bad)))
  return { eeg: eeg ? [eeg] : [], eog: chooseEog(fast, warnings), emg: chooseEmg(fast), warnings }
}

/** Those of the bad channels that this one is, or is formed of. */
function badLeads(channel: Channel, bad: readonly BadChannel[]): BadChannel[] {
  const leads = channel.minus === null ? [channel.name] : (derivationLeads(channel.name) ?? [])
  return bad.filter(({ name }) => leads.includes(name))
}

function isUsual({ name }: Channel): boolean {
  return EEG_ORDER.some((usual) => usual.toUpperCase() === name.toUpperCase())
}

function firstOf(channels: readonly Channel[], names: readonly string[], kind: Channel['kind']): Channel | null {
  for (const name of names) {
    const channel = lookUp(channels, name)
    if (channel?.kind === kind) return channel
  }
  return null
}

/** A mastoid, or the difference of both: no brain signal to stage. */
function isReference(channel: Channel): boolean {
  return (derivationLeads(channel.name) ?? [channel.name]).every((lead) => /^M[12]$/.test(lead))
}

function chooseEog(channels: readonly Channel[], warnings: SleepWarning[]): Channel | null {
  const eyes = channels.filter((c) => c.kind === 'eog' && !VERTICAL_EYE.test(c.label))
  const left = firstOf(channels, LEFT_EYE, 'eog') ?? eyes.find((c) => isSide(c, LEFT_EYE_NAME))
  if (left) return left
  const other = eyes.find((c) => /horiz|heog/i.test(c.label)) ?? firstOf(channels, RIGHT_EYE, 'eog') ?? eyes[0]
  if (!other) return null
  warnings.push({
    code: 'eog_not_left',
    message: `No left EOG was found; ${other.name} is used. The classifiers were trained on the left eye against a mastoid.`,
  })
  return other
}

function chooseEmg(channels: readonly Channel[]): Channel | null {
  const muscles = channels.filter((c) => c.kind === 'emg' && !LIMB.test(c.label))
  return muscles.find((c) => CHIN.test(c.label)) ?? muscles[0] ?? null
}

function isSide(channel: Channel, side: RegExp): boolean {
  return side.test(channel.name) || side.test(channel.label)
}

/**
 * The left and the right eye, each against a mastoid where there is one, at one rate above 80 Hz and of one length.
 * Null where the recording does not have both: a single horizontal EOG can't tell an eye movement from other waves.
 */
export function findLocRoc(channels: readonly Channel[]): { loc: Channel; roc: Channel } | null {
  const fast = channels.filter((c) => c.rate_hz > MIN_RATE_HZ && c.to_uv !== null)
  const plain = fast.filter((c) => c.kind === 'eog')
  const pairs = LEFT_EYE.map((name, i): [Channel | null, Channel | null] => [
    firstOf(fast, [name], 'eog'),
    firstOf(fast, [RIGHT_EYE[i]!, ...RIGHT_EYE], 'eog'),
  ])
  pairs.push([
    plain.find((c) => isSide(c, LEFT_EYE_NAME)) ?? null,
    plain.find((c) => isSide(c, RIGHT_EYE_NAME)) ?? null,
  ])
  for (const [loc, roc] of pairs) {
    if (loc && roc && loc.rate_hz === roc.rate_hz && loc.samples === roc.samples) return { loc, roc }
  }
  return null
}

function unusualEeg(channel: Channel): SleepWarning {
  return {
    code: 'eeg_not_central',
    message: `None of ${EEG_ORDER.join(', ')} can be used; the first EEG channel that can, ${channel.name}, is staged.`,
  }
}

function badQuality(channel: Channel, { name, reasons }: BadChannel): SleepWarning {
  const which = name === channel.name ? channel.name : `${name} of ${channel.name}`
  return {
    code: 'bad_channel',
    message: `The signal quality of ${which} is bad (${reasons.join(', ')}); stages and events on it may be wrong.`,
  }
}

function avoided(usual: Channel, { name }: Channel, bad: readonly BadChannel[]): SleepWarning {
  const why = bad.map((lead) => `${lead.name}: ${lead.reasons.join(', ')}`).join('; ')
  return {
    code: 'bad_channel_avoided',
    message: `${name} is staged and not ${usual.name}, whose signal quality is bad (${why}).`,
  }
}

function noEeg(channels: readonly Channel[]): SleepWarning {
  const slow = channels.find((c) => c.kind === 'eeg' && !isReference(c))
  const message = slow
    ? `No EEG channel is sampled above ${MIN_RATE_HZ} Hz (${slow.name}: ${slow.rate_hz} Hz).`
    : 'The recording has no channel that is known to be EEG; name one.'
  return { code: slow ? 'rate_too_low' : 'no_eeg', message }
}

function unknownUnit(channel: Channel): SleepWarning {
  return {
    code: 'unknown_unit',
    message: `Channel ${channel.name} has the unit "${channel.unit.trim()}", which is no known voltage; it is taken as uV.`,
  }
}
