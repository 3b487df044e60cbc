/** What a channel records. */
export type ChannelKind = 'eeg' | 'eog' | 'emg' | 'ecg' | 'respiration' | 'other'

/** One signal of a recording, or a derivation of two of them. */
export interface Channel {
  /** Name by the naming rules: prefixes and suffixes stripped, old 10-20 names mapped; a derivation is `A-B`. */
  name: string
  /** The label as it stands in the file (of a formed derivation: `A-B` of the labels). */
  label: string
  kind: ChannelKind
  /** Samples per second. */
  rate_hz: number
  /** Number of samples. */
  samples: number
  /** Unit as the file has it. */
  unit: string
  /** Signal index in the file, and the index that is subtracted where two leads form the derivation. */
  index: number
  minus: number | null
  /** Factor from the file's unit to microvolts; null where the unit is no voltage. An unknown unit counts as uV. */
  to_uv: number | null
}

/** A text with a time, from EDF+ annotation signals. */
export interface Annotation {
  /** Seconds from the header's start time. */
  onset_s: number
  duration_s: number | null
  text: string
}

/** A stretch of the recording without a gap. */
export interface Segment {
  /** Seconds from the recording's start. */
  start_s: number
  duration_s: number
  /** First data record and number of records. */
  first_record: number
  records: number
}

/** The recording part of the result document. */
export interface RecordingInfo {
  file: string
  sha256: string
  format: 'EDF' | 'EDF+C' | 'EDF+D' | 'BDF' | 'BDF+C' | 'BDF+D'
  /** ISO 8601 without zone, or null where the header holds no date. */
  start_time: string | null
  duration_s: number
  /** Distinct sampling rates, highest first. */
  sampling: number[]
  channels: Array<{ name: string; label: string; kind: ChannelKind; rate_hz: number; unit: string }>
  annotations: Annotation[]
}
