// Where the time goes: of a run, of the lanes, and as a timeline.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { Batcher, Engine, type EngineOptions, type RunTimes, type Trace, type TraceEvent } from '../lib/index.js'
import { failure, tensor } from './engine-fixture.js'
import { identity, matmulChain } from './onnx-models.js'
import { onDoubles, onGpu } from './tensorrt-doubles.js'

const CPU = { device: 'cpu' } as const
const item = (rows: number) => ({ x: tensor(Array(4 * rows).fill(1), [rows, 4]) })
const heavy = () => ({ x: { data: new Float32Array(1024 * 1024).fill(0.01), dims: [1024, 1024] } })

/** By which the clock of the double, whose device is threads, may be off when the cores are busy. */
const CLOCK_ERROR_MS = 5

const hrtime = () => Number(process.hrtime.bigint()) / 1e6

/** A run, its times, and the process's clock around it. */
async function timed(engine: Engine, inputs: Parameters<Engine['run']>[0]) {
  let times: RunTimes | undefined
  const before = hrtime()
  const run = engine.run(inputs, {
    onTimes: (each) => {
      times = each
    },
  })
  await run
  return { before, after: hrtime(), ...times! }
}

/** What every trace must be; its events by kind. */
function checkTrace(trace: Trace): { tracks: Record<string, TraceEvent[]>; spans: Record<string, TraceEvent[][]> } {
  assert.equal(JSON.parse(JSON.stringify(trace)), trace, 'it is JSON')
  const named: Record<number, string> = {}
  const tracks: Record<string, TraceEvent[]> = {}
  const open: Record<string, TraceEvent> = {}
  const spans: Record<string, TraceEvent[][]> = {}
  for (const event of trace.traceEvents) {
    if (event.ph === 'M') {
      if (event.name === 'thread_name') named[event.tid] = event.args!.name as string
      continue
    }
    assert.ok(Number.isFinite(event.ts), event.name)
    if (event.ph === 'X') {
      assert.ok(event.dur! >= 0)
      const track = named[event.tid]!
      tracks[track] = [...(tracks[track] ?? []), event]
    } else {
      const key = `${event.pid} ${event.cat} ${event.id} ${event.name}`
      if (event.ph === 'b') open[key] = event
      else {
        assert.ok(open[key]!.ts! <= event.ts!, key)
        const kind = event.name.split(' ')[0]!
        spans[kind] = [...(spans[kind] ?? []), [open[key]!, event]]
        delete open[key]
      }
    }
  }
  assert.equal(Object.keys(open), [], 'what begins ends')
  for (const [track, events] of Object.entries(tracks)) {
    events.sort((a, b) => a.ts! - b.ts!)
    for (const [i, event] of events.slice(1).entries())
      assert.ok(event.ts! >= events[i]!.ts! + events[i]!.dur! - CLOCK_ERROR_MS * 1e3, `${track}: events do not overlap`)
  }
  return { tracks, spans }
}

test('a run on the CPU tells its waiting and its computation, and no copies', async () => {
  const engine = await Engine.load(matmulChain({ length: 2 }), { ...CPU, lanes: 1, probeBatch: false })
  const inputs = heavy()
  const [first, second] = await Promise.all([timed(engine, inputs), timed(engine, inputs)])
  for (const { before, after, compute_ms, lane_ms, begin_ms, end_ms, ...rest } of [first, second]) {
    assert.ok(compute_ms! > 1)
    assert.is(compute_ms, lane_ms)
    assert.ok(before <= begin_ms && begin_ms + compute_ms! <= end_ms + 0.001 && end_ms <= after)
    assert.equal([rest.h2d_ms, rest.d2h_ms, rest.enqueue_ms], [null, null, null])
  }
  assert.ok(second.begin_ms >= first.end_ms)
  assert.ok(second.queue_ms > 0.5 * first.compute_ms!, `waited ${second.queue_ms} of ${first.compute_ms} ms`)
  await engine.close()
})

test('stats: how busy the lanes were since the last call', async () => {
  const engine = await Engine.load(matmulChain({ length: 8 }), { ...CPU, lanes: 2, probeBatch: false })
  const inputs = heavy()
  engine.stats()
  const run = engine.run(inputs)
  let halfway = engine.stats()
  while (halfway.busy.any_share === 0 && halfway.runs === 0) {
    await new Promise((resolve) => setTimeout(resolve, 5))
    halfway = engine.stats()
  }
  assert.is(halfway.runs, 0, 'unfinished runs count')
  assert.ok(Math.abs(halfway.busy.mean_share - halfway.busy.any_share / 2) < 1e-9)
  await run
  const { busy, lanes } = engine.stats()
  assert.ok(busy.any_share > 0 && busy.any_share <= 1, `${busy.any_share}`)
  assert.ok(Math.abs(busy.mean_share - (lanes[0]!.busy_share + lanes[1]!.busy_share) / 2) < 1e-9)
  assert.ok(busy.mean_share < 0.55, 'one of two lanes ran')
  await new Promise((resolve) => setTimeout(resolve, 20))
  const idle = engine.stats().busy
  assert.equal([idle.any_share, idle.mean_share], [0, 0])
  assert.ok(idle.window_ms >= 19)
  await engine.close()
})

test('a timeline on the CPU: runs by lane, what they waited, and the batches of a Batcher', async () => {
  const engine = await Engine.load(identity(), { ...CPU, lanes: 2, timeline: true })
  const batcher = new Batcher(engine, { maxBatch: 4 })
  await Promise.all(Array.from({ length: 10 }, () => batcher.run(item(1))))
  assert.is(
    await failure(() => engine.run({ x: tensor([1], [1]) })),
    'SHAPE_MISMATCH: Input "x" takes the shape [batch, 4]; got [1].',
  )
  const trace = engine.timeline()
  const { tracks, spans } = checkTrace(trace)
  const computed = Object.values(tracks).flat()
  const { runs } = engine.stats()
  assert.equal([...new Set(computed.map(({ name }) => name))], ['compute'])
  assert.is(computed.length, runs)
  assert.is(
    computed.reduce((rows, { args }) => rows + (args!.batch as number), 0),
    10,
  )
  assert.ok(Object.keys(tracks).every((track) => /^lane [01]$/.test(track)))
  assert.is(spans.run!.length, runs)
  assert.is(spans.queued!.length, runs)
  assert.is(
    spans.batch!.reduce((rows, [begin]) => rows + (begin!.args!.rows as number), 0),
    10,
  )
  const around = ([begin, end]: TraceEvent[], [started, ended]: TraceEvent[]) =>
    begin!.ts! <= started!.ts! + 200 && ended!.ts! <= end!.ts! + 200
  assert.ok(
    spans.run!.every((run) => spans.batch!.some((batch) => around(batch, run))),
    'by one clock, a batch is around its run',
  )
  assert.is(trace.otherData.dropped_runs, 0)
  await batcher.close()
  await engine.close()
  assert.is(engine.timeline().traceEvents.length, trace.traceEvents.length, 'it is there after close')
})

test('a timeline keeps the last events', async () => {
  const engine = await Engine.load(identity(), { ...CPU, lanes: 1, timeline: { maxEvents: 200 } })
  const batcher = new Batcher(engine)
  for (let i = 0; i < 50; i++) await batcher.run(item(1))
  const trace = engine.timeline()
  const { tracks, spans } = checkTrace(trace)
  const events = trace.traceEvents.filter(({ ph }) => ph !== 'M')
  assert.ok(events.length <= 200, `${events.length} events`)
  assert.equal([tracks['lane 0']!.length, spans.batch!.length, trace.otherData.dropped_runs], [20, 20, 30])
  assert.equal(
    tracks['lane 0']!.map(({ args }) => args!.run),
    Array.from({ length: 20 }, (_, i) => 30 + i),
  )
  await batcher.close()
  await engine.close()
})

test('without the option there is none, and nonsense is refused', async () => {
  const engine = await Engine.load(identity(), CPU)
  assert.is(
    await failure(() => engine.timeline()),
    'INVALID_ARGUMENT: This engine has no timeline: load it with the option timeline: true.',
  )
  assert.is(engine.noteBatch, undefined)
  await engine.close()
  for (const maxEvents of [0, 1.5, Number.NaN, 1e9])
    assert.is(
      await failure(() => Engine.load(identity(), { ...CPU, timeline: { maxEvents } })),
      `INVALID_ARGUMENT: timeline.maxEvents is an integer from 100 to 1e8; got ${maxEvents}.`,
    )
})

onDoubles('on a GPU: copies, launches and computation by slot, and the busy share of its kernels', async (major) => {
  const options: EngineOptions = { timeline: true, graphs: [1, 4] }
  const engine = await Engine.load(identity(), onGpu(major, options))
  engine.stats()
  const { queue_ms, lane_ms, enqueue_ms, h2d_ms, compute_ms, d2h_ms, before, begin_ms, end_ms, after } = await timed(
    engine,
    item(3),
  )
  assert.ok([h2d_ms, compute_ms, d2h_ms, enqueue_ms, queue_ms].every((ms) => ms! >= 0))
  assert.ok(h2d_ms! + compute_ms! + d2h_ms! <= lane_ms + CLOCK_ERROR_MS)
  assert.ok(before - CLOCK_ERROR_MS <= begin_ms && begin_ms <= end_ms && end_ms <= after + CLOCK_ERROR_MS)
  await Promise.all([item(8), item(1), item(8), item(4)].map((inputs) => engine.run(inputs)))
  const { any_share, mean_share } = engine.stats().busy
  assert.ok(any_share > 0 && any_share < 1)
  assert.ok(Math.abs(any_share - mean_share) < 0.01, 'it has one lane')

  const trace = engine.timeline()
  const { tracks, spans } = checkTrace(trace)
  assert.is(spans.run!.length, 5)
  const host = tracks['lane 0, host']!.map(({ name, args }) => [name, args!.batch, args!.padded_to])
  assert.equal(host[0], ['graph launch', 3, 4])
  assert.equal(
    host.slice(1).sort((a, b) => (a[1] as number) - (b[1] as number)),
    [
      ['graph launch', 1, undefined],
      ['graph launch', 4, undefined],
      ['enqueue', 8, undefined],
      ['enqueue', 8, undefined],
    ],
  )
  const slots = Object.entries(tracks).filter(([name]) => /^lane 0, slot [01]$/.test(name))
  assert.is(slots.length, Object.keys(tracks).length - 1)
  for (const [, events] of slots)
    for (const [i, { name }] of events.entries()) assert.is(name, ['H2D', 'compute', 'D2H'][i % 3])
  assert.match(trace.otherData.version as string, new RegExp(`^${major}\\.`))
  await engine.close()
})

test.run()
