/** @import {PageData} from '../page-data.js' */
import { byId } from './elements.mjs'
import { wireMatrix } from './matrix.mjs'
import { Timeline } from './timeline.mjs'
import { Viewer } from './viewer.mjs'

/** @type {PageData} */
const data = JSON.parse(byId('data').textContent ?? '')

/** Wires timeline and viewer; returns what opens an epoch, counted from 0. */
function start() {
  const viewer = new Viewer(data)
  const timeline = new Timeline(data, open)

  function open(/** @type {number} */ epoch) {
    const wasClosed = viewer.epoch === null
    const index = Math.max(0, Math.min(data.epochs - 1, epoch))
    viewer.show(index)
    timeline.select(index)
    history.replaceState(null, '', `#epoch=${index + 1}`)
    if (wasClosed) byId('viewer').scrollIntoView({ block: 'nearest' })
  }

  function close() {
    viewer.hide()
    timeline.select(null)
    history.replaceState(null, '', '#')
    byId('surface').focus({ preventScroll: true })
  }

  function step(/** @type {number} */ epochs) {
    open(viewer.epoch === null ? 0 : viewer.epoch + epochs)
  }

  function openFromHash() {
    const match = /^#epoch=(\d+)$/.exec(location.hash)
    if (match) open(Number(match[1]) - 1)
  }

  /** @type {Record<string, () => void>} */
  const everywhere = {
    ArrowLeft: () => step(-1),
    ArrowRight: () => step(1),
    Escape: () => viewer.epoch !== null && close(),
  }
  /** @type {Record<string, () => void>} */
  const onTheSignals = {
    PageUp: () => step(-10),
    PageDown: () => step(10),
    Home: () => open(0),
    End: () => open(data.epochs - 1),
    Enter: () => step(0),
  }
  document.addEventListener('keydown', (event) => {
    const target = /** @type {Element} */ (event.target)
    if (event.ctrlKey || event.metaKey || event.altKey || target.closest('input, .scroll, .tall')) return
    const action = everywhere[event.key] ?? (target.closest('#surface, canvas') ? onTheSignals[event.key] : undefined)
    if (!action) return
    event.preventDefault()
    action()
  })
  byId('previous').addEventListener('click', () => step(-1))
  byId('next').addEventListener('click', () => step(1))
  byId('close').addEventListener('click', close)
  byId('epoch-number').addEventListener('change', (event) => {
    const number = /** @type {HTMLInputElement} */ (event.target).valueAsNumber
    if (!Number.isNaN(number)) open(number - 1)
  })
  window.addEventListener('hashchange', openFromHash)
  timeline.select(null)
  openFromHash()
  return open
}

if (document.getElementById('viewer')) wireMatrix(data, start())
else {
  if (document.getElementById('night')) new Timeline(data, () => {}).select(null)
  wireMatrix(data, null)
}
