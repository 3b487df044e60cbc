// Every section in the order of the report; a new one is added here.
import type { Section } from '../section.js'
import { abnormality } from './abnormality.js'
import { cache } from './cache.js'
import { concurrency } from './concurrency.js'
import { eegpt } from './eegpt.js'
import { eventLoop } from './event-loop.js'
import { events } from './events.js'
import { gpu } from './gpu.js'
import { leak } from './leak.js'
import { pipeline } from './pipeline.js'
import { quality } from './quality.js'
import { service } from './service.js'
import { sleep } from './sleep.js'

export const SECTIONS: readonly Section[] = [
  pipeline,
  concurrency,
  leak,
  sleep,
  events,
  quality,
  eegpt,
  abnormality,
  service,
  cache,
  gpu,
  eventLoop,
]
