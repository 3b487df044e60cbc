/** @import {PageData} from '../page-data.js' */
import { drawAxis } from './axis.mjs'
import { buttonById, byId, describe } from './elements.mjs'

/** A pointer that moves less, in pixels, is a click. */
const CLICK_PIXELS = 6
/** The closest zoom. */
const FEWEST_EPOCHS = 10

/** The plots over time: which part of the recording they show, and the pointer that picks an epoch or a part. */
export class Timeline {
  #surface = byId('surface')
  #plots = [...document.querySelectorAll('.lane .plot[viewBox]')]
  #from = 0
  #to = 0
  /** @type {number | null} */
  #selected = null
  /** Where the pointer went down: pixels and seconds. @type {{x: number, seconds: number} | null} */
  #pressed = null

  /**
   * @param {PageData} data
   * @param {(epoch: number) => void} open
   */
  constructor(data, open) {
    this.data = data
    this.open = open
    this.#wireButtons()
    this.#wirePointer()
    new ResizeObserver(() => this.#draw()).observe(this.#surface)
    this.#show(0, data.span_s)
  }

  /**
   * Marks an epoch, counted from 0, and brings it into sight; null marks none.
   * @param {number | null} epoch
   */
  select(epoch) {
    const { epoch_s } = this.data
    const start = (epoch ?? 0) * epoch_s
    this.#selected = epoch
    this.#surface.setAttribute('aria-valuenow', String((epoch ?? 0) + 1))
    this.#surface.setAttribute('aria-valuetext', `Epoch ${(epoch ?? 0) + 1}, ${describe(this.data, epoch ?? 0)}`)
    const inSight = epoch === null || (start >= this.#from && start + epoch_s <= this.#to)
    if (inSight) this.#draw()
    else this.#show(start + epoch_s / 2 - this.#span / 2, this.#span)
  }

  get #span() {
    return this.#to - this.#from
  }

  /** Shows `span` seconds from `start`, as far as there are any. */
  #show(/** @type {number} */ start, /** @type {number} */ span) {
    const all = this.data.span_s
    const shown = Math.max(this.#shortest, Math.min(all, span))
    this.#from = Math.max(0, Math.min(all - shown, start))
    this.#to = shown === all ? all : this.#from + shown
    this.#draw()
  }

  get #shortest() {
    return Math.min(this.data.span_s, FEWEST_EPOCHS * this.data.epoch_s)
  }

  /** Zooms about the marked epoch where it is in sight, else about the middle. */
  #zoom(/** @type {number} */ factor) {
    const marked = ((this.#selected ?? -1) + 0.5) * this.data.epoch_s
    const centre = marked > this.#from && marked < this.#to ? marked : (this.#from + this.#to) / 2
    const share = (centre - this.#from) / this.#span
    this.#show(centre - this.#span * factor * share, this.#span * factor)
  }

  #draw() {
    const [from, to, span, all] = [this.#from, this.#to, this.#span, this.data.span_s]
    for (const plot of this.#plots) plot.setAttribute('viewBox', `${from} 0 ${span} 1000`)
    byId('extent').setAttribute('x', `${(-100 * from) / span}%`)
    byId('extent').setAttribute('width', `${(100 * all) / span}%`)
    drawAxis(from, to, this.data.start_of_day, this.#surface.clientWidth)
    if (this.#selected === null) byId('selection').hidden = true
    else this.#placeEpoch('selection', this.#selected)
    buttonById('zoom-in').disabled = span <= this.#shortest
    buttonById('zoom-out').disabled = span === all
    buttonById('zoom-all').disabled = span === all
    buttonById('earlier').disabled = from === 0
    buttonById('later').disabled = to >= all
  }

  #place(/** @type {string} */ id, /** @type {number} */ start, /** @type {number} */ end) {
    const element = byId(id)
    const [left, right] = [start, end].map((time) => Math.max(0, Math.min(1, (time - this.#from) / this.#span)))
    element.hidden = end <= this.#from || start >= this.#to
    element.style.left = `${100 * left}%`
    element.style.width = `${100 * (right - left)}%`
  }

  #placeEpoch(/** @type {string} */ id, /** @type {number} */ epoch) {
    this.#place(id, epoch * this.data.epoch_s, (epoch + 1) * this.data.epoch_s)
  }

  #wireButtons() {
    const half = () => this.#span / 2
    byId('zoom-in').addEventListener('click', () => this.#zoom(0.5))
    byId('zoom-out').addEventListener('click', () => this.#zoom(2))
    byId('zoom-all').addEventListener('click', () => this.#show(0, this.data.span_s))
    byId('earlier').addEventListener('click', () => this.#show(this.#from - half(), this.#span))
    byId('later').addEventListener('click', () => this.#show(this.#from + half(), this.#span))
  }

  #secondsAt(/** @type {PointerEvent} */ event) {
    const box = this.#surface.getBoundingClientRect()
    return this.#from + Math.max(0, Math.min(1, (event.clientX - box.left) / box.width)) * this.#span
  }

  #epochAt(/** @type {PointerEvent} */ event) {
    const epoch = Math.floor(this.#secondsAt(event) / this.data.epoch_s)
    return Math.max(0, Math.min(this.data.epochs - 1, epoch))
  }

  #wirePointer() {
    const surface = this.#surface
    surface.addEventListener('pointerdown', (event) => {
      if (event.button !== 0) return
      this.#pressed = { x: event.clientX, seconds: this.#secondsAt(event) }
      surface.setPointerCapture(event.pointerId)
    })
    surface.addEventListener('pointermove', (event) => this.#hover(event))
    surface.addEventListener('pointerup', (event) => this.#release(event))
    surface.addEventListener('pointercancel', () => {
      this.#pressed = null
      byId('drag').hidden = true
    })
    surface.addEventListener('pointerleave', () => {
      byId('cursor').hidden = true
    })
  }

  #hover(/** @type {PointerEvent} */ event) {
    const epoch = this.#epochAt(event)
    byId('readout').textContent = `Epoch ${epoch + 1} · ${describe(this.data, epoch)}`
    this.#placeEpoch('cursor', epoch)
    if (!this.#pressed || Math.abs(event.clientX - this.#pressed.x) < CLICK_PIXELS) return
    const ends = [this.#pressed.seconds, this.#secondsAt(event)]
    this.#place('drag', Math.min(...ends), Math.max(...ends))
  }

  #release(/** @type {PointerEvent} */ event) {
    if (!this.#pressed) return
    const { x, seconds } = this.#pressed
    this.#pressed = null
    byId('drag').hidden = true
    const end = this.#secondsAt(event)
    if (Math.abs(event.clientX - x) < CLICK_PIXELS) this.open(this.#epochAt(event))
    else this.#show(Math.min(seconds, end), Math.abs(end - seconds))
  }
}
