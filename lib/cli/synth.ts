import { dirname, join, parse } from 'node:path'
import { hypnogramToCsv } from '../analyses/sleep/hypnogram-text.js'
import { BrrrError } from '../errors.js'
import { writeText } from '../pipeline/export.js'
import { type SynthKind, synthesise } from '../recording/synth.js'
import { clock } from './info.js'
import { ProgressLine, print, printJson } from './terminal.js'

export interface SynthArguments {
  kind: SynthKind
  hours?: number
  rate?: number
  seed: number
  channels?: string[]
  json?: boolean
}

const DEFAULTS = { night: { hours: 8, rate: 100 }, routine: { hours: 1 / 3, rate: 256 } } as const

export async function synth(file: string, options: SynthArguments, signal: AbortSignal): Promise<void> {
  const { hours = DEFAULTS[options.kind].hours, rate = DEFAULTS[options.kind].rate, kind, seed } = options
  if (!(hours > 0 && hours <= 48))
    throw new BrrrError('INVALID_ARGUMENT', `--hours must lie between 0 and 48; ${hours} was given.`)
  const progress = new ProgressLine(file)
  try {
    const onProgress = (share: number) => progress.update('writing', share)
    const truth = await synthesise(file, { kind, hours, rate, seed, channels: options.channels, signal, onProgress })
    progress.end()
    if (options.json) return printJson(truth)
    print(
      `${file}: ${clock(hours * 3600)} of synthetic ${kind === 'night' ? 'sleep' : 'EEG'}, ${rate} Hz, seed ${seed}`,
    )
    const base = join(dirname(file), parse(file).name)
    if (truth.stages.length > 0) {
      await writeText(`${base}.hypno.csv`, hypnogramToCsv(truth.stages))
      print(`${base}.hypno.csv: the stages that it was made from`)
    }
    await writeText(`${base}.truth.json`, `${JSON.stringify(truth.events)}\n`)
    print(`${base}.truth.json: the events that were planted`)
  } finally {
    progress.end()
  }
}
