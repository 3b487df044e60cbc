import { basename } from 'node:path'
import type { PlanEntry } from '../inference/tensorrt/plan-cache.js'
import type { Precision } from '../inference/tensorrt/precision.js'
import { bold, green, ProgressLine, print, printJson, red, table, warn } from './terminal.js'

export interface EnginesArguments {
  folder?: string
  json?: boolean
}

export interface BuildArguments extends EnginesArguments {
  device: number
  precision: Precision
  halfIo?: boolean
  maxBatch?: number
  workspace?: number
  level?: number
  check: boolean
  verbose?: boolean
}

const open = async ({ folder }: EnginesArguments) =>
  new (await import('../inference/tensorrt/plan-cache.js')).PlanCache({ folder })

const keyOf = ({ path }: PlanEntry) => basename(path, '.plan')

export async function list(options: EnginesArguments): Promise<void> {
  const cache = await open(options)
  const entries = await cache.list()
  if (options.json) return printJson(entries.map(toJson))
  if (entries.length === 0) print(`No plans in ${cache.folder}.`)
  for (const entry of entries) show(entry)
}

/** Ends with exit code 1 where a plan cannot be used. */
export async function verify(options: EnginesArguments): Promise<void> {
  const entries = await (await open(options)).verify()
  if (options.json) printJson(entries.map(toJson))
  else
    for (const { path, problem } of entries)
      print(problem ? `${red('broken')} ${path}: ${problem}` : `${green('ok')} ${path}`)
  if (entries.some(({ problem }) => problem)) process.exitCode = 1
}

export async function remove(key: string, options: EnginesArguments & { all?: boolean }): Promise<void> {
  const { BrrrError } = await import('../errors.js')
  if (Boolean(key) === Boolean(options.all))
    throw new BrrrError('INVALID_ARGUMENT', 'Name a plan by the start of its key (`brrr engines list`), or give --all.')
  const cache = await open(options)
  const removed = await cache.remove(key ?? '')
  if (options.json) return printJson(removed)
  if (removed.length === 0 && key)
    throw new BrrrError('FILE_NOT_FOUND', `No plan in ${cache.folder} has a key that begins with ${key}.`)
  print(`Removed ${removed.length} ${removed.length === 1 ? 'plan' : 'plans'}.`)
}

export async function build(model: string, options: BuildArguments, signal: AbortSignal): Promise<void> {
  const { preparePlan } = await import('../inference/tensorrt/prepare.js')
  const progress = new ProgressLine(basename(model))
  const made = await preparePlan(model, {
    device: options.device,
    precision: options.precision,
    halfIo: options.halfIo,
    maxBatch: options.maxBatch,
    workspaceBytes: options.workspace === undefined ? undefined : options.workspace * 2 ** 20,
    optimizationLevel: options.level,
    cache: { folder: options.folder },
    check: options.check,
    signal,
    onProgress: (share) => progress.update('building', share),
    onMessage: ({ severity, text }) => {
      if (options.verbose || severity === 'warning') warn(`TensorRT (${severity}): ${text}`)
    },
  }).finally(() => progress.end())
  for (const note of [...made.notes, ...(made.notKept ? [`The plan was not kept: ${made.notKept}`] : [])]) warn(note)
  if (options.json) return printJson(made)
  print(made.built ? `${green('built')} ${made.path}, since ${made.reason}` : `${green('there already')} ${made.path}`)
  for (const { output, share } of made.deviations)
    print(`  output ${output} deviates from the CPU's by at most ${share.toPrecision(2)} of its largest value`)
}

const toJson = (entry: PlanEntry) => ({ key: keyOf(entry), ...entry })

function show(entry: PlanEntry): void {
  const { header, problem, bytes, used, path } = entry
  if (!header) {
    print(`${red('broken')} ${path}: ${problem}`)
    return
  }
  const { identity, model_name, built } = header
  const { options, device } = identity
  print(bold(`${keyOf(entry).slice(0, 12)}  ${model_name}`))
  print(
    table([
      ['precision', options.precision],
      ['device', `${device.name}, compute capability ${device.sm}`],
      ['TensorRT', `${identity.tensorrt}, CUDA ${identity.cuda}, driver ${identity.driver}`],
      ['size', `${(bytes / 1e6).toFixed(1)} MB`],
      ['built', built],
      ['last used', used.toISOString()],
    ]),
  )
}
