// npm run bench [-- NAME] [--rate 100|256]: every *.bench.ts of this folder, or those whose name contains NAME.
import { readdirSync } from 'node:fs'
import { loadavg } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { describeMachine, machineLine, saveResults } from './harness/machine.js'
import { NIGHT_RATES } from './harness/nights.js'
import { type Bench, type CaseFigures, runSuite } from './harness/suite.js'
import { digits, textTable } from './harness/text-table.js'

const SUFFIX = '.bench.ts'
const HEADER = ['ms per call', 'case', 'wall', 'p95', 'CPU', 'CPU/wall', 'benny']

function row(concept: string, rate_hz: number, { name, wall_ms, wall_p95_ms, cpu_ms, margin }: CaseFigures): string[] {
  const figures = [wall_ms, wall_p95_ms, cpu_ms, cpu_ms / wall_ms].map(digits)
  return [`${concept} ${rate_hz}`, name, ...figures, `±${margin} %`]
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: { rate: { type: 'string' } } })
  const rates = NIGHT_RATES.filter((rate) => values.rate === undefined || values.rate === String(rate))
  const concepts = readdirSync(__dirname)
    .filter((file) => file.endsWith(SUFFIX))
    .map((file) => file.slice(0, -SUFFIX.length))
    .filter((concept) => positionals.every((name) => concept.includes(name)))
  if (concepts.length === 0 || rates.length === 0) throw new Error(`No bench of that name or rate in ${__dirname}.`)
  const machine = describeMachine()
  console.log(machineLine(machine))
  const rows: string[][] = []
  const results: Array<{ concept: string; rate_hz: number; cases: CaseFigures[] }> = []
  for (const concept of concepts) {
    const bench = ((await import(join(__dirname, concept + SUFFIX))) as { default: Bench }).default
    for (const rate_hz of rates) {
      const cases = await runSuite(concept, bench, rate_hz)
      results.push({ concept, rate_hz, cases })
      rows.push(...cases.map((figures) => row(concept, rate_hz, figures)))
    }
  }
  console.log(`\n${textTable(HEADER, rows)}`)
  console.log(`\nload ${loadavg()[0]!.toFixed(2)} at the end; saved as ${saveResults('micro', machine, results)}`)
}

main().catch((error) => {
  console.error(error)
  process.exitCode = 1
})
