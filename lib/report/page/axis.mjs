import { byId, svg } from './elements.mjs'
import { clock, roundTimes } from './time.mjs'

/** Pixels from one label to the next, and half of a label, without and with seconds. */
const LABEL_DISTANCE = 70
const HALF_LABEL = [17, 26]

/**
 * Draws the time axis, the lines that go up from it, and the names of lights off and on.
 * @param {number} from seconds at the left edge
 * @param {number} to seconds at the right edge
 * @param {number | null} startOfDay
 * @param {number} width pixels
 */
export function drawAxis(from, to, startOfDay, width) {
  const { step, times } = roundTimes(from, to, startOfDay, Math.max(2, Math.floor(width / LABEL_DISTANCE)))
  const share = (/** @type {number} */ time) => (time - from) / (to - from)
  const x = (/** @type {number} */ time) => `${(100 * share(time)).toFixed(3)}%`
  const edge = HALF_LABEL[Number(step < 60)] / width
  const lines = times.map((time) => svg('line', { class: 'grid-line', x1: x(time), x2: x(time), y1: 0, y2: '100%' }))
  const labels = times.map((time) => {
    const anchor = share(time) < edge ? 'start' : share(time) > 1 - edge ? 'end' : 'middle'
    return svg('text', { class: 'tick', x: x(time), y: 14, 'text-anchor': anchor }, clock(time, startOfDay, step < 60))
  })
  const marks = [...document.querySelectorAll('.lights')].flatMap((line) => {
    const at = Number(line.getAttribute('data-at-s'))
    if (at < from || at > to) return []
    const anchor = share(at) > 0.5 ? 'end' : 'start'
    const name = line.getAttribute('data-mark') ?? ''
    return [svg('text', { class: 'tick mark', x: x(at), y: 28, 'text-anchor': anchor }, name)]
  })
  byId('grid').replaceChildren(...lines)
  byId('axis').replaceChildren(...labels, ...marks)
}
