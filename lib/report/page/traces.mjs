/** @import {PageTrace} from '../page-data.js' */

const NOT_RECORDED = -32768

/** @type {string[]} */
const texts = []

/**
 * Microvolts of samples `from` (inclusive) to `to` (exclusive), NaN where nothing was recorded. Only the part of the
 * base64 text that holds them is decoded, so a page of many megabytes opens at once.
 * @param {PageTrace} trace
 * @param {number} index
 * @param {number} from
 * @param {number} to
 */
export function microvolts(trace, index, from, to) {
  texts[index] ??= document.getElementById(`trace-${index}`)?.textContent ?? ''
  const firstTriple = Math.floor((2 * from) / 3)
  const bytes = atob(texts[index].slice(4 * firstTriple, 4 * Math.ceil((2 * to) / 3)))
  const offset = 2 * from - 3 * firstTriple
  return Float32Array.from({ length: to - from }, (_, i) => {
    const low = bytes.charCodeAt(offset + 2 * i)
    const sample = ((bytes.charCodeAt(offset + 2 * i + 1) << 24) >> 16) | low
    return sample === NOT_RECORDED ? Number.NaN : sample * trace.scale_uv
  })
}
