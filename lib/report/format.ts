/** A number with a fixed number of decimals, or a dash where there is none. */
export function fixed(value: number | null | undefined, decimals: number): string {
  return value === null || value === undefined || !Number.isFinite(value) ? '–' : value.toFixed(decimals)
}

/** A measured value with about four digits. */
export function measure(value: number): string {
  if (!Number.isFinite(value)) return '–'
  const magnitude = Math.abs(value)
  if (magnitude !== 0 && (magnitude < 1e-3 || magnitude >= 1e6)) return value.toExponential(2)
  const decimals = magnitude >= 100 ? 0 : magnitude >= 10 ? 1 : magnitude >= 1 ? 2 : 3
  return value.toFixed(decimals)
}

/** A share in 0..1 as percent. */
export function percent(share: number | null | undefined, decimals = 1): string {
  return share === null || share === undefined || !Number.isFinite(share) ? '–' : `${(share * 100).toFixed(decimals)} %`
}

/** Seconds as `7 h 42 min`, `12 min 30 s` or `20.5 s`. */
export function duration(seconds: number): string {
  if (seconds < 60) return `${Number(seconds.toFixed(1))} s`
  const whole = Math.round(seconds)
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60)]
  if (hours > 0) return `${hours} h ${String(minutes).padStart(2, '0')} min`
  return whole % 60 === 0 ? `${minutes} min` : `${minutes} min ${whole % 60} s`
}

/** Minutes as `7:42 h`, for stage and sleep times. */
export function hoursMinutes(minutes: number | null | undefined): string {
  if (minutes === null || minutes === undefined || !Number.isFinite(minutes)) return '–'
  const whole = Math.round(minutes)
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')} h`
}

/** Seconds since midnight of an ISO 8601 time without zone; null where there is none. */
export function secondsOfDay(startTime: string | null): number | null {
  const match = /T(\d\d):(\d\d)(?::(\d\d(?:\.\d+)?))?/.exec(startTime ?? '')
  return match ? Number(match[1]) * 3600 + Number(match[2]) * 60 + Number(match[3] ?? 0) : null
}

/** The time at `seconds` of the recording: clock time where its start is known, else h:mm:ss from the start. */
export function timeAt(seconds: number, startOfDay: number | null): string {
  const whole = Math.floor(seconds + (startOfDay ?? 0) + 1e-6)
  const hours = startOfDay === null ? Math.floor(whole / 3600) : Math.floor(whole / 3600) % 24
  const two = (value: number) => String(value).padStart(2, '0')
  return `${startOfDay === null ? hours : two(hours)}:${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}`
}

/** The start of a hash: enough to tell two files apart. */
export function shortHash(hash: string): string {
  return hash.slice(0, 12)
}
