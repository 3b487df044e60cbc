// The device's side: node --import tsx bench/gpu/run.ts [--dry-run] [--out FOLDER] [--seconds S] [--budget S] SECTION ...
// Each section is kept as soon as it has a figure; the tables come last.
import { parseArgs } from 'node:util'
import { batcher, build, check, cycles, runSweep } from './sections.js'
import { describeGpu, isOver, readSetup, type Setup } from './setup.js'
import { summary } from './summary.js'
import { torch } from './torch.js'

const SECTIONS: Record<string, (setup: Setup) => Promise<string>> = {
  check,
  build,
  sweep: runSweep,
  torch,
  batcher,
  cycles,
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      'dry-run': { type: 'boolean' },
      out: { type: 'string' },
      seconds: { type: 'string' },
      budget: { type: 'string' },
    },
  })
  const unknown = positionals.find((name) => !SECTIONS[name])
  if (unknown) throw new Error(`No section ${unknown}; there are ${Object.keys(SECTIONS).join(', ')}.`)
  const setup = readSetup(process.env, values)
  console.log(setup.dryRun ? 'DRY RUN on stand-ins: no figure below means anything.' : 'GPU run')
  console.log(JSON.stringify(await describeGpu(setup)))
  const tables: string[] = []
  for (const name of positionals.length > 0 ? positionals : Object.keys(SECTIONS)) {
    const started = performance.now()
    try {
      if (isOver(setup)) throw new Error('no time left for it')
      tables.push(await SECTIONS[name]!(setup))
    } catch (error) {
      process.exitCode = 1
      tables.push(`${name} FAILED: ${(error as Error).stack}`)
    }
    console.log(`${name}: ${((performance.now() - started) / 1000).toFixed(1)} s`)
  }
  console.log(`\n${[...tables, summary(setup)].join('\n\n')}`)
}

void main().catch((error) => {
  console.error(error)
  process.exitCode = 1
})
