/** @import {PageData, PageEvent, PageTrace} from '../page-data.js' */
import { clock } from './time.mjs'
import { microvolts } from './traces.mjs'

const EVENT_TEXT = /** @type {Record<string, string>} */ ({ slow_wave: 'slow wave', rem: 'REM', electrode_pop: 'pop' })
const RANGES_UV = [5, 10, 20, 30, 50, 75, 100, 150, 200, 300, 500, 750, 1000, 2000, 5000]
const FOOT = 20

/**
 * @typedef {object} View
 * @property {number} zoom steps on the scale of ranges; above 0 the signals are larger
 * @property {boolean} negativeUp
 * @property {number} gutter pixels left of the signals
 */

/**
 * Half of the range shown of a channel, in uV.
 * @param {PageTrace} trace
 * @param {number} zoom
 */
function rangeOf(trace, zoom) {
  const index = RANGES_UV.findIndex((range) => range >= trace.range_uv) - zoom
  return RANGES_UV[Math.max(0, Math.min(RANGES_UV.length - 1, index))]
}

/**
 * Draws one epoch's signals: a lane for each channel, a line for each second, events in the lanes that they belong to.
 * @param {HTMLCanvasElement} canvas
 * @param {PageData} data
 * @param {number} epoch counted from 0
 * @param {View} view
 */
export function drawEpoch(canvas, data, epoch, view) {
  const width = canvas.clientWidth
  const narrow = view.gutter < 60
  const laneHeight = narrow ? 96 : 112
  const height = laneHeight * data.traces.length + FOOT
  canvas.style.height = `${height}px`
  canvas.width = Math.round(width * devicePixelRatio)
  canvas.height = Math.round(height * devicePixelRatio)
  const pen = canvas.getContext('2d')
  if (!pen) return
  pen.scale(devicePixelRatio, devicePixelRatio)
  const style = getComputedStyle(canvas)
  const frame = {
    pen,
    colour: (/** @type {string} */ name) => style.getPropertyValue(`--${name}`),
    left: view.gutter,
    right: width - 1,
    start: epoch * data.epoch_s,
    length: data.epoch_s,
    laneHeight,
    narrow,
  }
  pen.font = `11px ${style.fontFamily}`
  drawGrid(frame, height, data.start_of_day)
  data.traces.forEach((trace, index) => {
    const top = index * laneHeight
    const events = eventsOf(data, trace, frame.start)
    for (const event of events) drawEvent(frame, top, event)
    drawSignal(frame, top, trace, index, view)
    drawLabels(frame, top, events)
    drawScale(frame, top, trace, rangeOf(trace, view.zoom))
  })
}

/** @typedef {{pen: CanvasRenderingContext2D, colour: (name: string) => string, left: number, right: number, start: number, length: number, laneHeight: number, narrow: boolean}} Frame */

/**
 * @param {Frame} frame
 * @param {number} second from the epoch's start
 */
function xAt(frame, second) {
  return frame.left + ((frame.right - frame.left) * second) / frame.length
}

/**
 * @param {Frame} frame
 * @param {number} height
 * @param {number | null} startOfDay
 */
function drawGrid(frame, height, startOfDay) {
  const { pen, colour, length, start, narrow } = frame
  pen.textBaseline = 'alphabetic'
  for (let second = 0; second <= length; second++) {
    const x = Math.round(xAt(frame, second)) + 0.5
    const major = second % 5 === 0
    pen.strokeStyle = colour(major ? 'grid-major' : 'grid')
    pen.beginPath()
    pen.moveTo(x, 0)
    pen.lineTo(x, height - FOOT)
    pen.stroke()
    if (!major || (narrow && second % 10 !== 0)) continue
    pen.fillStyle = colour('muted')
    pen.textAlign = second === 0 ? 'left' : second === length ? 'right' : 'center'
    pen.fillText(clock(start + second, startOfDay), x, height - 5)
  }
}

/**
 * The events of an epoch that belong to a channel; REMs belong to the EOG, whose pair was never staged.
 * @param {PageData} data
 * @param {PageTrace} trace
 * @param {number} start
 */
function eventsOf(data, trace, start) {
  return data.events.filter(
    (event) =>
      event.start_s < start + data.epoch_s &&
      event.start_s + event.duration_s > start &&
      ([trace.channel, ...trace.leads].some((name) => event.channels.includes(name)) ||
        (event.type === 'rem' && trace.kind === 'EOG')),
  )
}

/**
 * @param {Frame} frame
 * @param {PageEvent} event
 */
function sidesOf(frame, event) {
  const from = Math.max(frame.left, xAt(frame, event.start_s - frame.start))
  const to = Math.min(frame.right, xAt(frame, event.start_s + event.duration_s - frame.start))
  return { from, width: Math.max(2, to - from) }
}

/**
 * @param {Frame} frame
 * @param {number} top
 * @param {PageEvent} event
 */
function drawEvent(frame, top, event) {
  const { pen, colour, laneHeight } = frame
  const { from, width } = sidesOf(frame, event)
  pen.fillStyle = colour(`event-${event.type}`)
  pen.globalAlpha = 0.14
  pen.fillRect(from, top + 2, width, laneHeight - 4)
  pen.globalAlpha = 1
  pen.fillRect(from, top + 2, width, 3)
}

/**
 * Names the events below their upper edge, in two rows so that neighbours fit; one that fits in neither stays unnamed.
 * @param {Frame} frame
 * @param {number} top
 * @param {PageEvent[]} events
 */
function drawLabels(frame, top, events) {
  const { pen, colour, right } = frame
  const rows = [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY]
  pen.textAlign = 'left'
  pen.lineWidth = 3
  for (const event of events) {
    const text = [EVENT_TEXT[event.type] ?? event.type, event.label].filter(Boolean).join(' ')
    const width = pen.measureText(text).width
    const x = Math.min(sidesOf(frame, event).from + 2, right - width)
    const row = rows.findIndex((end) => end < x)
    if (row < 0) continue
    rows[row] = x + width + 6
    const y = top + 16 + 12 * row
    pen.strokeStyle = colour('panel')
    pen.strokeText(text, x, y)
    pen.fillStyle = colour(`event-${event.type}`)
    pen.fillText(text, x, y)
  }
  pen.lineWidth = 1
}

/**
 * @param {Frame} frame
 * @param {number} top
 * @param {PageTrace} trace
 * @param {number} index
 * @param {View} view
 */
function drawSignal(frame, top, trace, index, view) {
  const { pen, colour, left, right, laneHeight, start, length } = frame
  const from = Math.min(trace.samples, Math.round(start * trace.rate_hz))
  const to = Math.min(trace.samples, Math.round((start + length) * trace.rate_hz) + 1)
  const values = microvolts(trace, index, from, to)
  const recorded = values.filter((value) => !Number.isNaN(value))
  const mean = recorded.reduce((sum, value) => sum + value, 0) / (recorded.length || 1)
  const scale = ((view.negativeUp ? 1 : -1) * laneHeight) / 2 / rangeOf(trace, view.zoom)
  pen.save()
  pen.beginPath()
  pen.rect(left, top, right - left, laneHeight)
  pen.clip()
  pen.strokeStyle = colour('ink')
  pen.lineWidth = 1
  pen.lineJoin = 'round'
  pen.beginPath()
  let down = false
  values.forEach((value, i) => {
    if (Number.isNaN(value)) {
      down = false
      return
    }
    const x = xAt(frame, (from + i) / trace.rate_hz - start)
    const y = top + laneHeight / 2 + (value - mean) * scale
    if (down) pen.lineTo(x, y)
    else pen.moveTo(x, y)
    down = true
  })
  pen.stroke()
  pen.restore()
}

/**
 * The channel's name and a bar as long as half of the lane, with what it stands for.
 * @param {Frame} frame
 * @param {number} top
 * @param {PageTrace} trace
 * @param {number} range
 */
function drawScale(frame, top, trace, range) {
  const { pen, colour, left, right, laneHeight, narrow } = frame
  pen.strokeStyle = colour('grid-major')
  pen.beginPath()
  pen.moveTo(narrow ? 0 : left, top + laneHeight - 0.5)
  pen.lineTo(right, top + laneHeight - 0.5)
  pen.stroke()
  pen.strokeStyle = colour('muted')
  const x = left - 5.5
  const [upper, lower] = [top + laneHeight / 4, top + (3 * laneHeight) / 4]
  pen.beginPath()
  for (const y of [upper, lower]) {
    pen.moveTo(x - 3, y)
    pen.lineTo(x + 3, y)
  }
  pen.moveTo(x, upper)
  pen.lineTo(x, lower)
  pen.stroke()
  pen.fillStyle = colour('ink')
  pen.textAlign = 'left'
  const name = trace.kind && !trace.channel.startsWith(trace.kind) ? `${trace.kind} ${trace.channel}` : trace.channel
  if (narrow) {
    pen.fillText(`${name}, bar ${range} µV`, left + 3, top + laneHeight - 5)
    return
  }
  pen.fillText(name, 0, top + laneHeight / 2 - 4, left - 14)
  pen.fillStyle = colour('muted')
  pen.fillText(`bar ${range} µV`, 0, top + laneHeight / 2 + 11, left - 14)
}
