/** An event as the epoch viewer needs it: times in seconds, channels by name, a short measure such as `13.1 Hz`. */
export interface PageEvent {
  type: string
  start_s: number
  duration_s: number
  channels: string[]
  label: string
}

/** A trace's description; its samples stand beside it, as base64 of little-endian 16-bit integers in `#trace-<index>`. */
export interface PageTrace {
  channel: string
  /** The two leads of a derivation: what happens in one of them shows in the trace. */
  leads: string[]
  kind: string
  rate_hz: number
  samples: number
  scale_uv: number
  /** Half of the range that the viewer shows at first. */
  range_uv: number
}

/** What the page's script gets, as JSON in `#data`. */
export interface PageData {
  epoch_s: number
  /** Epochs that can be opened, and the length of the time axis. */
  epochs: number
  span_s: number
  /** Seconds since midnight at the recording's start; null where it is unknown. */
  start_of_day: number | null
  stages: string[]
  given: string[] | null
  /** Per epoch, order W N1 N2 N3 R, to three decimals. */
  probabilities: Array<number[] | null>
  events: PageEvent[]
  traces: PageTrace[]
}
