// npm run bench:guide [-- SECTION ...]: every number of the performance guide as a row: target, our figure in this run,
// pass or fail. Rows of parts that do not exist yet say so and count as neither. Exit code 1 where a row fails.
import { fork } from 'node:child_process'
import { loadavg } from 'node:os'
import { join } from 'node:path'
import { describeMachine, machineLine, saveResults } from '../harness/machine.js'
import { digits, textTable } from '../harness/text-table.js'
import { SECTIONS } from './rows/index.js'
import { holds, type Outcome, type Section } from './section.js'

type Verdict = 'pass' | 'FAIL' | 'not built yet'

interface JudgedRow {
  section: string
  what: string
  target: string
  figure: number | null
  verdict: Verdict
  note: string
}

function runSection({ name }: Section): Promise<Outcome | null> {
  const child = fork(join(__dirname, 'child.ts'), [name], { execArgv: [...process.execArgv, '--expose-gc'] })
  return new Promise((resolve, reject) => {
    let outcome: Outcome | null = null
    child.on('message', (message) => {
      outcome = message as Outcome
    })
    child.on('error', reject)
    child.on('close', () => resolve(outcome))
  })
}

/** A section that ended without an outcome fails in every row that it should have measured. */
function judgeRows({ name, rows, run }: Section, outcome: Outcome | null): JudgedRow[] {
  return rows.map(({ what, target, figure, note = '' }) => {
    const { relation, value, unit } = target
    const judged = { section: name, what, target: `${relation} ${value} ${unit}`.trim(), note }
    if (!run || !figure) return { ...judged, figure: null, verdict: 'not built yet' }
    const measured = outcome?.figures[figure] ?? null
    const verdict = measured !== null && holds(target, measured) ? 'pass' : 'FAIL'
    return { ...judged, figure: measured, verdict }
  })
}

function printMeasurements(outcomes: Map<string, Outcome>): void {
  const header = ['measured', 'mean s', 'sd s', 'p95 s', 'RSS growth MB', 'RSS peak MB', 'CPU %', 'a second']
  const lines = [...outcomes.values()].flatMap(({ measurements }) =>
    Object.entries(measurements).map(([what, m]) => [
      what,
      ...[m.mean_s, m.sd_s, m.p95_s, m.rss_growth_mb, m.rss_peak_mb, m.cpu_percent, m.throughput].map(digits),
    ]),
  )
  if (lines.length > 0) console.log(`\n${textTable(header, lines)}`)
}

async function main(): Promise<void> {
  const wanted = process.argv.slice(2)
  const sections = SECTIONS.filter(({ name }) => wanted.length === 0 || wanted.includes(name))
  if (sections.length === 0) throw new Error(`No such section; there are ${SECTIONS.map((s) => s.name).join(', ')}.`)
  const machine = describeMachine()
  console.log(machineLine(machine))
  const outcomes = new Map<string, Outcome>()
  const rows: JudgedRow[] = []
  for (const section of sections) {
    const outcome = section.run ? await runSection(section) : null
    if (outcome) outcomes.set(section.name, outcome)
    rows.push(...judgeRows(section, outcome))
  }
  const lines = rows.map(({ section, what, target, figure, verdict, note }) => [
    `${section}: ${what}`,
    target,
    figure === null ? '-' : digits(figure),
    verdict,
    note,
  ])
  console.log(`\n${textTable(['row', 'target', 'ours', 'verdict', ''], lines)}`)
  printMeasurements(outcomes)
  const count = (verdict: Verdict) => rows.filter((row) => row.verdict === verdict).length
  const saved = saveResults('guide', machine, { rows, outcomes: Object.fromEntries(outcomes) })
  console.log(
    `\n${count('pass')} pass, ${count('FAIL')} fail, ${count('not built yet')} not built yet; ` +
      `load ${loadavg()[0]!.toFixed(2)} at the end; saved as ${saved}`,
  )
  process.exitCode = count('FAIL') > 0 ? 1 : 0
}

main().catch((error) => {
  console.error(error)
  process.exitCode = 1
})
