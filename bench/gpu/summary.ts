// What all calls on this machine found, side by side.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { digits, textTable } from '../harness/text-table.js'
import type { Setup } from './setup.js'
import type { Sweep } from './sweep.js'

/** What torch_rival.py writes. */
interface TorchReport {
  runs: {
    precision: string
    how: 'eager' | 'compiled'
    batch: number
    items_per_s: number
    items_per_s_with_copies: number
  }[]
}

/** Ours from JavaScript over the bare loop: what is wanted. */
const GOAL = 0.95

/** Per precision and batch, items a second: the bare loop, ours (graphs, best of one and two lanes), PyTorch's two. */
export function summary({ home }: Setup): string {
  const read = <T>(section: string): T | null => {
    const path = join(home, 'results', `${section}.json`)
    return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')).results : null
  }
  const swept = read<Sweep>('sweep')
  if (!swept) return 'No sweep on this machine yet: nothing to compare.'
  const torch = read<TorchReport>('torch')
  const rows = swept.bare.map(({ precision, batch, runs_per_s }) => {
    const same = (row: { precision: string; batch: number }) => row.precision === precision && row.batch === batch
    const ours = Math.max(...swept.runs.filter((run) => run.graphs && same(run)).map((run) => run.items_per_s))
    const rival = (how: string) => torch?.runs.find((run) => run.how === how && same(run))?.items_per_s_with_copies
    const [eager, compiled] = [rival('eager'), rival('compiled')]
    const bare = runs_per_s * batch
    return { precision, batch, bare, ours, eager, compiled, share: ours / bare }
  })
  const figure = (value: number | undefined) => (value === undefined ? '-' : digits(value))
  const table = textTable(
    ['precision', 'batch', 'bare', 'ours', 'share', 'torch eager', 'torch.compile'],
    rows.map((r) => [
      ...[r.precision, String(r.batch), digits(r.bare), digits(r.ours), r.share.toFixed(3)],
      ...[figure(r.eager), figure(r.compiled)],
    ]),
  )
  const below = rows.filter(({ share }) => share < GOAL).length
  return `Items a second (PyTorch with its copies)\n${table}\n${below} of ${rows.length} rows are below ${GOAL} of the bare loop.`
}
