/** @import {PageData} from '../page-data.js' */
import { clock } from './time.mjs'

/**
 * An element that the page is sure to hold.
 * @param {string} id
 */
export const byId = (id) => /** @type {HTMLElement} */ (document.getElementById(id))

/** @param {string} id */
export const buttonById = (id) => /** @type {HTMLButtonElement} */ (byId(id))

/**
 * A new SVG element.
 * @param {string} name
 * @param {Record<string, string | number>} attributes
 * @param {string} [text]
 */
export function svg(name, attributes, text) {
  const element = document.createElementNS('http://www.w3.org/2000/svg', name)
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value))
  if (text) element.textContent = text
  return element
}

/**
 * What is known of an epoch, in words.
 * @param {PageData} data
 * @param {number} epoch counted from 0
 */
export function describe(data, epoch) {
  const stage = data.stages[epoch]
  const given = data.given?.[epoch]
  const probabilities = data.probabilities[epoch]
  const [start, end] = [epoch * data.epoch_s, (epoch + 1) * data.epoch_s]
  const words = [`${clock(start, data.start_of_day)}–${clock(end, data.start_of_day)}`]
  if (stage) words.push(stage === '?' ? 'unscored' : stage)
  if (probabilities) words.push(`confidence ${Math.max(...probabilities).toFixed(2)}`)
  if (given) words.push(`given ${given === '?' ? 'unscored' : given}`)
  return words.join(' · ')
}
