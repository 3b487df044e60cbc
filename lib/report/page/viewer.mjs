/** @import {PageData} from '../page-data.js' */
import { drawEpoch } from './drawing.mjs'
import { buttonById, byId, describe } from './elements.mjs'

const STAGES = ['W', 'N1', 'N2', 'N3', 'R']
/** Steps that the amplitude can go up or down. */
const MOST_ZOOM = 6

/** The section that shows one epoch. */
export class Viewer {
  #section = byId('viewer')
  #canvas = /** @type {HTMLCanvasElement | null} */ (document.getElementById('traces'))
  #view = { zoom: 0, negativeUp: false, gutter: 0 }
  #epoch = 0
  #width = 0

  /** @param {PageData} data */
  constructor(data) {
    this.data = data
    byId('smaller').addEventListener('click', () => this.#zoom(-1))
    byId('larger').addEventListener('click', () => this.#zoom(1))
    byId('negative-up').addEventListener('change', (event) => {
      this.#view.negativeUp = /** @type {HTMLInputElement} */ (event.target).checked
      this.#draw()
    })
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.#draw())
    new ResizeObserver(() => {
      if (this.#section.clientWidth !== this.#width) this.#draw()
      this.#width = this.#section.clientWidth
    }).observe(this.#section)
  }

  /** The epoch on show, counted from 0; null where the section is closed. */
  get epoch() {
    return this.#section.hidden ? null : this.#epoch
  }

  /** @param {number} epoch counted from 0 */
  show(epoch) {
    this.#epoch = epoch
    this.#section.hidden = false
    this.#section.dataset.epoch = String(epoch + 1)
    const number = /** @type {HTMLInputElement} */ (byId('epoch-number'))
    number.value = String(epoch + 1)
    byId('epoch-facts').textContent = describe(this.data, epoch)
    this.#showProbabilities()
    buttonById('previous').disabled = epoch === 0
    buttonById('next').disabled = epoch === this.data.epochs - 1
    this.#draw()
  }

  hide() {
    this.#section.hidden = true
  }

  #showProbabilities() {
    const probabilities = this.data.probabilities[this.#epoch]
    byId('meters').hidden = !probabilities
    STAGES.forEach((stage, i) => {
      const probability = probabilities?.[i] ?? 0
      byId(`meter-${stage}`).setAttribute('width', String(100 * probability))
      byId(`probability-${stage}`).textContent = probability.toFixed(2)
    })
  }

  #zoom(/** @type {number} */ step) {
    this.#view.zoom = Math.max(-MOST_ZOOM, Math.min(MOST_ZOOM, this.#view.zoom + step))
    this.#draw()
  }

  #draw() {
    if (!this.#canvas || this.#section.hidden) return
    this.#view.gutter = byId('surface').offsetLeft
    drawEpoch(this.#canvas, this.data, this.#epoch, this.#view)
    this.#canvas.setAttribute('aria-label', `Signals of epoch ${this.#epoch + 1}: ${this.#eventsInWords()}`)
  }

  #eventsInWords() {
    const { epoch_s, events } = this.data
    const [start, end] = [this.#epoch * epoch_s, (this.#epoch + 1) * epoch_s]
    const inside = events.filter((event) => event.start_s < end && event.start_s + event.duration_s > start)
    const words = inside.map(({ type, start_s }) => `${type.replace('_', ' ')} at ${(start_s - start).toFixed(1)} s`)
    return words.join(', ') || 'no events'
  }
}
