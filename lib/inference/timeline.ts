// Runs and batches as a timeline in the format of chrome://tracing and ui.perfetto.dev.
import { BrrrError } from '../errors.js'
import type { Binding } from '../native.js'
import { type Span, spansOf } from './run-times.js'
import type { BatchNote, TensorInfo } from './types.js'

export interface TimelineOptions {
  /** Most events that are kept; older ones give way. Default 100 000, of which the engine keeps some 3 MB. */
  maxEvents?: number | undefined
}

/** Times in microseconds since the load. */
export interface TraceEvent {
  name: string
  /** X: with a duration. b and e: start and end of something that overlaps with its like. M: the name of a track. */
  ph: 'X' | 'b' | 'e' | 'M'
  cat?: string
  ts?: number
  dur?: number
  pid: number
  tid: number
  id?: string
  args?: Record<string, unknown>
}

/** The JSON object format of Chrome's trace events. */
export interface Trace {
  traceEvents: TraceEvent[]
  displayTimeUnit: 'ms'
  otherData: Record<string, unknown>
}

const DEFAULT_EVENTS = 100_000
/** Of a run: it and its wait, each with a start and an end, the launch, two copies, the computation; of a batch two. */
const EVENTS_A_RUN = 8
const EVENTS_A_BATCH = 2

const ENGINE = 1
const BATCHER = 2
/** Tracks of a lane: its host thread, then its slots. */
const TRACKS_A_LANE = 4

/** Runs that an engine keeps for its timeline; 0: it has none. Throws INVALID_ARGUMENT. */
export function timelineRuns(timeline: boolean | TimelineOptions | undefined): number {
  if (timeline === undefined || timeline === false) return 0
  const { maxEvents = DEFAULT_EVENTS } = timeline === true ? {} : timeline
  if (!Number.isInteger(maxEvents) || maxEvents < 100 || maxEvents > 1e8)
    throw new BrrrError('INVALID_ARGUMENT', `timeline.maxEvents is an integer from 100 to 1e8; got ${maxEvents}.`)
  return Math.floor(maxEvents / (EVENTS_A_RUN + EVENTS_A_BATCH))
}

/** What the addon's part of a timeline does not say. */
export class Timeline {
  readonly #capacity: number
  readonly #batches: BatchNote[] = []
  #next = 0
  /** When the engine was loaded, in milliseconds of process.hrtime(), and how far performance.now() is behind that. */
  readonly #origin_ms = hrtime()
  readonly #behind_ms = behind()

  constructor(runs: number) {
    this.#capacity = runs
  }

  /** Its times are those of performance.now(). */
  note(batch: BatchNote): void {
    this.#batches[this.#next] = batch
    this.#next = (this.#next + 1) % this.#capacity
  }

  trace(
    { runs, dropped }: { runs: readonly Binding.NativeTimelineRun[]; dropped: number },
    inputs: readonly TensorInfo[],
    about: Record<string, unknown>,
  ): Trace {
    const axis = inputs[0]?.batchAxis ?? null
    const events = runs.flatMap((run, i) => runEvents(run, dropped + i, axis, this.#origin_ms))
    const batches = this.#batches.flatMap((batch, i) => batchEvents(batch, i, this.#origin_ms - this.#behind_ms))
    return {
      traceEvents: [...names(events, runs, batches.length > 0), ...events, ...batches],
      displayTimeUnit: 'ms',
      otherData: { ...about, dropped_runs: dropped },
    }
  }
}

const hrtime = () => Number(process.hrtime.bigint()) / 1e6

/** By the quickest of a few looks at both clocks. */
function behind(): number {
  let [quickest, difference] = [Number.POSITIVE_INFINITY, 0]
  for (let i = 0; i < 5; i++) {
    const before = performance.now()
    const now = hrtime()
    const took = performance.now() - before
    if (took < quickest) [quickest, difference] = [took, now - before - took / 2]
  }
  return difference
}

function runEvents(
  { times, lane, slot, launch, shape, paddedBatch, failed }: Binding.NativeTimelineRun,
  number: number,
  axis: number | null,
  origin_ms: number,
): TraceEvent[] {
  const at = (ns: number) => (ns - origin_ms * 1e6) / 1e3
  const { queued, started, finished, launch: launched, toDevice, compute, fromDevice } = spansOf(times)
  const batch = axis === null ? null : shape[axis]!
  const args = {
    run: number,
    shape,
    ...(batch !== null && { batch }),
    ...(paddedBatch > 0 && { padded_to: paddedBatch }),
  }
  const both = (name: string, start: number, end: number): TraceEvent[] => {
    const common = { name, cat: 'run', pid: ENGINE, tid: 0, id: `run ${number}` }
    return [
      { ...common, ph: 'b', ts: at(start), args },
      { ...common, ph: 'e', ts: at(end) },
    ]
  }
  const part = (name: string, track: number, span: Span): TraceEvent[] =>
    span
      ? [{ name, cat: 'lane', ph: 'X', ts: at(span[0]), dur: (span[1] - span[0]) / 1e3, pid: ENGINE, tid: track, args }]
      : []
  const host = 1 + lane * TRACKS_A_LANE
  const device = launch === 'call' ? host : host + 1 + slot
  const name = `run${batch === null ? '' : ` of ${batch}`}${failed ? ', failed' : ''}`
  const [begin, end] = both(name, queued, finished) as [TraceEvent, TraceEvent]
  return [
    begin,
    ...(started ? both('queued', queued, started) : []),
    end,
    ...part(launch === 'graph' ? 'graph launch' : 'enqueue', host, launched),
    ...part('H2D', device, toDevice),
    ...part('compute', device, compute),
    ...part('D2H', device, fromDevice),
  ]
}

function batchEvents({ rows, size, requests, sent_ms, done_ms, failed }: BatchNote, index: number, origin: number) {
  const name = `batch of ${rows}${failed ? ', failed' : ''}`
  const common = { name, cat: 'batch', pid: BATCHER, tid: 0, id: `batch ${index}` }
  return [
    { ...common, ph: 'b' as const, ts: (sent_ms - origin) * 1e3, args: { rows, size, requests } },
    { ...common, ph: 'e' as const, ts: (done_ms - origin) * 1e3 },
  ]
}

function names(events: readonly TraceEvent[], runs: readonly Binding.NativeTimelineRun[], batches: boolean) {
  const name = (what: string, pid: number, tid: number, text: string): TraceEvent => ({
    ...{ name: what, ph: 'M', pid, tid, args: { name: text } },
  })
  const onDevice = runs.some(({ launch }) => launch !== 'call')
  const tracks = [...new Set(events.filter(({ ph }) => ph === 'X').map(({ tid }) => tid))].sort((a, b) => a - b)
  return [
    name('process_name', ENGINE, 0, 'engine'),
    ...(batches ? [name('process_name', BATCHER, 0, 'batcher')] : []),
    ...tracks.map((tid) => {
      const [lane, track] = [Math.floor((tid - 1) / TRACKS_A_LANE), (tid - 1) % TRACKS_A_LANE]
      const part = track === 0 ? (onDevice ? ', host' : '') : `, slot ${track - 1}`
      return name('thread_name', ENGINE, tid, `lane ${lane}${part}`)
    }),
  ]
}
