import { BrrrError } from '../../errors.js'
import { ARRAYS, countOf, describe } from '../tensor.js'
import type { BatchRunner, Tensors } from '../types.js'
import type { Settings } from './settings.js'
import { copyRows, type RequestShapes } from './shapes.js'
import type { Staging } from './staging.js'

/** The first run of a size may allocate or compile; the fastest of these is what counts. */
const RUNS = 4

/** Runs every size of the grid on copies of the example's first row and teaches the shape's latency model. */
export async function warmUp(
  runner: BatchRunner,
  shapes: RequestShapes,
  { grid, clock }: Settings,
  staging: Staging,
  example: Tensors = zeros(runner),
): Promise<void> {
  const { group, data, rows } = shapes.measure(example)
  for (const size of grid) {
    const slab = staging.acquire(group, size)
    try {
      for (const [i, { name }] of runner.inputs.entries())
        for (let start = 0; start < size; start++)
          copyRows(
            { data: data[i]!, total: rows, start: 0 },
            { data: slab.tensors[name]!.data, total: size, start },
            1,
            group.layouts[i]!,
          )
      let fastest = Number.POSITIVE_INFINITY
      for (let run = 0; run < RUNS; run++) {
        const started = clock.now()
        let lane_ms: number | null = null
        await runner.run(slab.tensors, {
          onTimes: (times) => {
            lane_ms = times.lane_ms
          },
        })
        fastest = Math.min(fastest, lane_ms ?? clock.now() - started)
      }
      group.latency.observe(size, fastest)
    } finally {
      staging.release(slab)
    }
  }
}

function zeros({ inputs }: BatchRunner): Tensors {
  const tensors = inputs.map((info) => {
    const dims = info.dims!.map((size, axis) => (axis === info.batchAxis ? 1 : size))
    if (dims.includes(null))
      throw new BrrrError(
        'INVALID_ARGUMENT',
        `warmUp() needs an example: the model leaves sizes of ${describe(info)} open.`,
      )
    const shape = dims as number[]
    return [info.name, { data: new ARRAYS[info.type](countOf(shape)), dims: shape }]
  })
  return Object.fromEntries(tensors)
}
