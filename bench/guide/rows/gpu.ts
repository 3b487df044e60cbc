import { above, below, type Section } from '../section.js'

export const gpu: Section = {
  name: 'gpu',
  rows: [
    { what: 'busy during inference', target: above(80, '%') },
    { what: 'memory at batch 64 over 64 times batch 1', target: below(1.5, 'x') },
  ],
}
