/** @import {PageData} from '../page-data.js' */
import { clock } from './time.mjs'

/**
 * The picture of all channels in all epochs: names the cell under the pointer, and a click opens its epoch.
 * @param {PageData} data
 * @param {((epoch: number) => void) | null} open what shows an epoch of the viewer, counted from 0; null where there is none
 */
export function wireMatrix(data, open) {
  const figure = document.getElementById('label-matrix')
  const cells = document.getElementById('matrix-cells')
  const readout = document.getElementById('matrix-readout')
  if (!figure || !cells || !readout) return
  const names = [...figure.querySelectorAll('.names text')].map((text) => text.textContent)
  const [span, epoch] = [Number(figure.dataset.spanS), Number(figure.dataset.epochS)]
  const note = readout.textContent
  const secondsAt = (/** @type {PointerEvent | MouseEvent} */ event) => {
    const box = cells.getBoundingClientRect()
    return Math.max(0, Math.min(span - 1e-3, ((event.clientX - box.left) / box.width) * span))
  }
  cells.addEventListener('pointermove', (event) => {
    const box = cells.getBoundingClientRect()
    const row = Math.floor(((event.clientY - box.top) / box.height) * names.length)
    const start = Math.floor(secondsAt(event) / epoch) * epoch
    const times = [start, Math.min(span, start + epoch)].map((time) => clock(time, data.start_of_day))
    readout.textContent = `${names[Math.max(0, Math.min(names.length - 1, row))]} · ${times.join('–')}`
  })
  cells.addEventListener('pointerleave', () => {
    readout.textContent = note
  })
  if (!open) return
  cells.classList.add('opens')
  cells.addEventListener('click', (event) => open(Math.floor(secondsAt(event) / data.epoch_s)))
}
