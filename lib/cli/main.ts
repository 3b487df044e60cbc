#!/usr/bin/env node
import { Argument, Command, CommanderError, InvalidArgumentError, Option } from 'commander'
import type { AnalyzeArguments } from './analyze.js'
import type { BenchArguments } from './bench-engine.js'
import type { BuildArguments, EnginesArguments } from './engines.js'
import { EXIT, exitCode } from './exit-codes.js'
import type { InfoArguments } from './info.js'
import type { QualityArguments } from './quality.js'
import type { SleepArguments } from './sleep.js'
import type { SynthArguments } from './synth.js'
import { fail } from './terminal.js'

const abort = new AbortController()
/** The first Ctrl-C stops the work and lets it clean up; the second ends the process. */
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.on(signal, () => {
    if (abort.signal.aborted) process.exit(EXIT.interrupted)
    abort.abort()
  })
// A reader that went away (`brrr … | head`) is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(EXIT.ok)
  throw error
})

const number = (text: string) => {
  const value = Number(text)
  if (text.trim() === '' || !Number.isFinite(value)) throw new InvalidArgumentError('Expected a number.')
  return value
}
const integer = (least: number, most: number) => (text: string) => {
  const value = number(text)
  if (!Number.isInteger(value) || value < least || value > most)
    throw new InvalidArgumentError(`Expected an integer from ${least} to ${most}.`)
  return value
}
const positive = (text: string) => {
  const value = number(text)
  if (!(value > 0)) throw new InvalidArgumentError('Expected a number above 0.')
  return value
}
const list = (text: string) =>
  text
    .split(',')
    .map((name) => name.trim())
    .filter(Boolean)
const collect = (text: string, earlier: string[] = []) => [...earlier, text]

const PRECISIONS = ['fp32', 'tf32', 'fp16', 'bf16', 'int8', 'fp8'] as const

function sleepOptions(command: Command): Command {
  return command
    .option('--eeg <names>', 'EEG channel to stage, or several separated by commas: their mean decides', list)
    .option('--eog <name>', 'EOG channel (if any of the three is named, only named ones are used)')
    .option('--emg <name>', 'EMG channel')
    .option('--age <years>', 'age; with --sex it selects the classifier that uses both', number)
    .addOption(new Option('--sex <sex>', 'sex').choices(['male', 'female']))
    .option('--model <id>', 'stage with this installed model (see `brrr models`)')
    .option(
      '--lights-off <time>',
      'statistics from here: seconds, h:mm:ss from the start, a clock time like 23:10, or "annotations"',
    )
    .option('--lights-on <time>', 'statistics up to here')
    .option(
      '--hypno <file>',
      'a human scoring (CSV, JSON or EDF+): events and statistics rest on it, and it is compared',
    )
    .option('--no-events', 'leave out spindles, slow waves and eye movements')
}

function computeOptions(command: Command): Command {
  return command
    .addOption(new Option('--simd <tier>', 'force a SIMD tier (for tests)').choices(['baseline', 'avx2', 'avx512']))
    .option('--threads <n>', 'threads of one computation (default: all cores)', integer(1, 1024))
}

const program = new Command('brrr')
  .description(
    'EEG analysis: recordings in; signal quality, sleep stages, events and a report out. Decision support only.',
  )
  .version((require('../../package.json') as { version: string }).version)
  .showHelpAfterError('Run with --help to see the options.')
  .addHelpText(
    'after',
    `
Exit codes: 0 done; 1 failure; 2 wrong command line; 3 a file cannot be read; 4 some of several files failed;
5 the native addon cannot be loaded; 130 interrupted.`,
  )
  .exitOverride()

program
  .command('info')
  .description('what a recording holds: header, channels, annotations')
  .argument('<file>', 'EDF, EDF+, BDF or BDF+ file')
  .option('--json', 'as JSON')
  .action(async (file: string, options: InfoArguments) => (await import('./info.js')).info(file, options, abort.signal))

computeOptions(sleepOptions(program.command('sleep')))
  .description('stage a night and find its spindles, slow waves and eye movements')
  .argument('<file>', 'recording')
  .option('--quality', 'judge the signal quality first, so that bad channels are avoided (analyze always does)')
  .option('--json', 'the result document on stdout')
  .option('--csv <file>', 'write the hypnogram with its probabilities as CSV')
  .option('--events-csv <file>', 'write the events as CSV')
  .option('--edf <file>', 'write stages and events as an EDF+ annotation file')
  .action(async (file: string, options: SleepArguments) =>
    (await import('./sleep.js')).sleep(file, options, abort.signal),
  )

computeOptions(program.command('quality'))
  .description('judge the signal quality: grade, bad channels, bad epochs, findings, artifacts')
  .argument('<file>', 'recording')
  .option('--json', 'the result document on stdout')
  .option('--csv <file>', 'write the labels of epochs and channels as CSV: 0 good, 1 bad, 2 repaired; - is stdout')
  .option('--report <file>', 'write the report')
  .option(
    '--write-clean <file>',
    'write a cleaned copy: EEG high-passed and repaired, bad spans annotated (EDF+ or BDF+)',
  )
  .option('--interpolate-bad', 'with --write-clean: also replace bad channels by what the good ones predict')
  .option('--seed <n>', 'of the cross-validation (default: 42)', integer(0, 2 ** 32 - 1))
  .option('--max-memory <MiB>', 'refuse recordings that need more', positive)
  .action(async (file: string, options: QualityArguments) =>
    (await import('./quality.js')).quality(file, options, abort.signal),
  )

computeOptions(sleepOptions(program.command('analyze')))
  .description('run every analysis on recordings (quality, sleep, events): a result document each')
  .argument('<files...>', 'recordings, or folders of them')
  .option('--no-quality', 'leave out the signal quality')
  .option('--html', 'also write the report')
  .option('--edf', 'also write stages, events and quality as EDF+ annotations')
  .option('--out <folder>', 'where results go (default: beside each recording)')
  .option('--json', 'the result document (of several files: a list) on stdout; nothing is written unless asked for')
  .action(async (files: string[], options: AnalyzeArguments) =>
    (await import('./analyze.js')).analyzeFiles(files, options, abort.signal),
  )

program
  .command('synth')
  .description('write a synthetic recording, for trying things out')
  .argument('<file>', 'EDF file to write')
  .addOption(
    new Option('--kind <kind>', 'a night of sleep or a routine EEG').choices(['night', 'routine']).default('night'),
  )
  .option('--hours <hours>', 'length (default: 8 for a night, 1/3 for a routine EEG)', number)
  .option('--rate <hz>', 'samples per second (default: 100 for a night, 256 for a routine EEG)', number)
  .option('--seed <n>', 'same seed, same recording', number, 1)
  .option('--channels <names>', 'a subset of the channels, separated by commas', list)
  .option('--json', 'the truth as JSON on stdout')
  .action(async (file: string, options: SynthArguments) =>
    (await import('./synth.js')).synth(file, options, abort.signal),
  )

const models = program.command('models').description('models that analyses use')
models
  .command('list', { isDefault: true })
  .description('installed models')
  .option('--json', 'as JSON')
  .action(async (options: { json?: boolean }) => (await import('./models.js')).list(options))
models
  .command('import')
  .description('import published weights, executing nothing of them')
  .addArgument(new Argument('<kind>', 'what the file is').choices(['yasa']))
  .argument('<file>', 'for yasa: the published joblib, or LightGBM text')
  .option('--json', 'as JSON')
  .action(async (_kind: string, file: string, options: { json?: boolean }) =>
    (await import('./models.js')).importModel(file, options),
  )

const engines = program.command('engines').description('TensorRT plans that were built and kept')
for (const [name, what] of [
  ['list', 'the plans of the cache'],
  ['verify', 'read each plan and check it'],
] as const)
  engines
    .command(name, { isDefault: name === 'list' })
    .description(what)
    .option('--folder <folder>', 'another cache (default: $BRRR_ENGINES, or in your cache folder)')
    .option('--json', 'as JSON')
    .action(async (options: EnginesArguments) => (await import('./engines.js'))[name](options))
engines
  .command('build')
  .description('build the plan of an ONNX model for a GPU of this machine, compare it with the CPU and keep it')
  .argument('<model>', 'ONNX file, or folder with a model.json')
  .option('--device <n>', 'index of the GPU', number, 0)
  .addOption(
    new Option('--precision <precision>', 'of products; normalisations stay in 32 bits')
      .choices(PRECISIONS)
      .default('fp16'),
  )
  .option('--half-io', 'inputs and outputs in 16 bits too')
  .option('--max-batch <n>', 'largest batch (default: 32)', number)
  .option('--workspace <MiB>', 'device memory that one kernel may use (default: what is free)', number)
  .option('--level <n>', '0 to 5: how long to look for fast kernels (default: 3)', number)
  .option('--no-check', 'do not compare the plan with the CPU')
  .option('--folder <folder>', 'another cache')
  .option('--verbose', 'all that TensorRT says')
  .option('--json', 'as JSON')
  .action(async (model: string, options: BuildArguments) =>
    (await import('./engines.js')).build(model, options, abort.signal),
  )
engines
  .command('remove')
  .description('remove plans')
  .argument('[key]', 'start of the key')
  .option('--all', 'every plan')
  .option('--folder <folder>', 'another cache')
  .option('--json', 'as JSON')
  .action(async (key: string, options: EnginesArguments & { all?: boolean }) =>
    (await import('./engines.js')).remove(key, options),
  )

program
  .command('bench-engine')
  .description('how fast a model runs here: latency and throughput by batch size, in the terms of trtexec')
  .argument('<model>', 'ONNX file, or folder with a model.json')
  .option('--device <device>', 'auto, cpu or cuda:N', 'auto')
  .option('--batch <sizes>', 'batch sizes, separated by commas (default: 1, 2, 4 ... 32)', list)
  .option('--shape <name:sizes>', 'sizes of an input that leaves some open, as x:1x3x224x224; repeatable', collect)
  .option('--lanes <n>', 'lanes (default: one on a GPU, one per core on the CPU)', number)
  .option('--duration <s>', 'seconds per batch size', number, 3)
  .option('--warm-up <ms>', 'milliseconds before those', number, 200)
  .addOption(new Option('--precision <precision>', 'on a GPU (default: fp16)').choices(PRECISIONS))
  .option('--no-graphs', 'no CUDA graphs')
  .option('--timeline <file>', 'write the last runs as a trace for chrome://tracing or ui.perfetto.dev')
  .option('--folder <folder>', 'another plan cache')
  .option('--json', 'as JSON')
  .action(async (model: string, options: BenchArguments) =>
    (await import('./bench-engine.js')).bench(model, options, abort.signal),
  )

program
  .command('doctor')
  .description('what this machine has, and what is missing')
  .option('--json', 'as JSON')
  .action(async (options: { json?: boolean }) => (await import('./doctor.js')).doctor(options))

async function main(): Promise<number> {
  try {
    await program.parseAsync()
    return Number(process.exitCode ?? EXIT.ok)
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage
    fail((error as Error).message)
    return exitCode(error)
  }
}

void main().then((code) => {
  process.exitCode = code
})
