const STEPS_S = [1, 2, 5, 10, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 14400, 21600, 43200, 86400]

/**
 * The time at `seconds` of the recording: clock time where its start is known, else h:mm:ss from the start.
 * @param {number} seconds
 * @param {number | null} startOfDay
 * @param {boolean} [withSeconds]
 */
export function clock(seconds, startOfDay, withSeconds = true) {
  const whole = Math.floor(seconds + (startOfDay ?? 0) + 1e-6)
  const two = (/** @type {number} */ value) => String(value).padStart(2, '0')
  const hours = Math.floor(whole / 3600)
  const parts = [startOfDay === null ? String(hours) : two(hours % 24), two(Math.floor(whole / 60) % 60)]
  if (withSeconds) parts.push(two(whole % 60))
  return parts.join(':')
}

/**
 * Round times between `from` and `to`, at most `most` of them, in seconds of the recording.
 * @param {number} from
 * @param {number} to
 * @param {number | null} startOfDay
 * @param {number} most
 */
export function roundTimes(from, to, startOfDay, most) {
  const step = STEPS_S.find((candidate) => (to - from) / candidate <= most) ?? 86400
  const shift = startOfDay ?? 0
  const times = []
  for (let time = Math.ceil((from + shift) / step) * step; time <= to + shift + 1e-6; time += step)
    times.push(time - shift)
  return { step, times }
}
