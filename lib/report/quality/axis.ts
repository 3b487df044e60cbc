import { timeAt } from '../format.js'
import { html, type Markup } from '../html.js'

const STEPS_S = [1, 2, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 7200, 14400, 21600, 43200, 86400]

/** Times that are round on the clock, at most `most` of them, in seconds of the recording. */
export function roundTimes(span: number, startOfDay: number | null, most: number): number[] {
  const step = STEPS_S.find((candidate) => span / candidate <= most) ?? 86400
  const shift = startOfDay ?? 0
  const times: number[] = []
  for (let time = Math.ceil(shift / step) * step; time <= span + shift + 1e-6; time += step) times.push(time - shift)
  return times
}

/** Labels of a time axis that spans the drawing's width. */
export function timeAxis(span: number, startOfDay: number | null): Markup {
  const labels = roundTimes(span, startOfDay, 10).map((time) => {
    const share = span > 0 ? time / span : 0
    const anchor = share < 0.03 ? 'start' : share > 0.97 ? 'end' : 'middle'
    return html`<text class="tick" x="${(100 * share).toFixed(3)}%" y="13" text-anchor="${anchor}">${timeAt(time, startOfDay)}</text>`
  })
  return html`<svg class="time-axis" height="18" aria-hidden="true">${labels}</svg>`
}

/** Ends of scales, times a power of ten. */
const ENDS = [1, 1.5, 2, 3, 5, 7.5, 10]

/** The smallest round number that is not below `value`, which is above 0. */
export function roundUp(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value))
  return Number((ENDS.find((end) => end * power >= value * (1 - 1e-9))! * power).toPrecision(2))
}
