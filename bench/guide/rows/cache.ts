import { above, type Section } from '../section.js'

export const cache: Section = {
  name: 'cache',
  rows: [
    { what: 'hits in repeated analyses', target: above(90, '%') },
    { what: 'speed-up by a hit', target: above(5, 'x') },
  ],
}
