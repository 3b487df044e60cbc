/** What a channel records and in which unit, told from its label, name and unit. */
import { channelName, derivationLeads, electrodeName, type NamingContext } from './names.js'
import type { ChannelKind } from './types.js'

const RESPIRATION = /resp|flow|\bair\b|nasal|cannula|thermist|thor|abd|chest|effort/i
const RESPIRATION_UNIT = /^(cm\s*h2o|mbar|l\/(s|min)|ml\/s)$/i
const HEART = /(^|[^a-z])(ecg|ekg)/i
const EYES = /eog|^(loc|roc|e[12])(\b|$)/i
const MUSCLE = /emg|chin|subment|\bmental|tibial|\b[lr]?leg\b|^(lat|rat)\b/i
const CONNECTOR = /^[A-I]\d{1,3}$/i

/** Kind of the channel with this label and channel name. `unit` only tells pressure and flow from voltages. */
export function channelKind(label: string, name: string, unit: string, context?: NamingContext): ChannelKind {
  const text = label.trim()
  if (context?.connectorLabels && CONNECTOR.test(name)) return 'eeg'
  if (HEART.test(text)) return 'ecg'
  if (EYES.test(text) || EYES.test(name)) return 'eog'
  if (MUSCLE.test(text)) return 'emg'
  if (/^EEG([^a-z]|$)/i.test(text) || isElectrodes(name)) return 'eeg'
  if (RESPIRATION.test(text) || RESPIRATION_UNIT.test(unit.trim())) return 'respiration'
  return 'other'
}

/** Name and kind of a label that stands alone, without the other labels of its file. */
export function parseLabel(label: string, unit = ''): { name: string; kind: ChannelKind } {
  const name = channelName(label)
  return { name, kind: channelKind(label, name, unit) }
}

function isElectrodes(name: string): boolean {
  const leads = derivationLeads(name) ?? [name]
  return leads.every((lead) => electrodeName(lead) !== null)
}

const VOLTAGES: Readonly<Record<string, number>> = { nv: 1e-3, uv: 1, mv: 1e3, v: 1e6 }

/** Microvolts per unit of a voltage; null where the text names no voltage. */
export function microvoltsPer(unit: string): number | null {
  const plain = unit
    .trim()
    .replace(/^[\u00b5\u03bc]/, 'u')
    .replace(/^micro ?volts?$/i, 'uV')
    .toLowerCase()
  return VOLTAGES[plain] ?? null
}

/** True for channels that record a voltage whatever their unit says. */
export function recordsVoltage(kind: ChannelKind): boolean {
  return kind === 'eeg' || kind === 'eog' || kind === 'emg' || kind === 'ecg'
}
