// The HTTP service: 100 requests of a 10 s file one after the other, then 50 of 30 s at once.
import { below, exactly, type Section } from '../section.js'

export const service: Section = {
  name: 'service',
  rows: [
    { what: 'POST analyze, mean', target: below(100, 'ms') },
    { what: 'POST analyze, p95', target: below(150, 'ms') },
    { what: 'POST analyze, p99', target: below(200, 'ms') },
    { what: 'every other endpoint, mean', target: below(100, 'ms') },
    { what: '50 requests at once, accepted', target: exactly(50, 'requests') },
    { what: '50 requests at once, total', target: below(10, 's') },
    { what: '50 requests at once, slowest', target: below(5, 's') },
  ],
}
