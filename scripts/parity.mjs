// Writes what this package makes of the reference recordings, in the layout of each reference set, for the set's own
// comparer. A client of the public API: it computes nothing itself.
// Usage: npm run parity -- REFERENCE OUT [SET ...], all sets unless some are named
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import * as brrr from 'brain-go-brrr'
import { autoreject } from './parity-autoreject.mjs'

const [reference, out, ...sets] = process.argv.slice(2)
if (!reference || !out) {
  console.error('usage: npm run parity -- REFERENCE OUT [SET ...]')
  process.exit(2)
}
const here = dirname(fileURLToPath(import.meta.url))
const CODES = { W: 0, N1: 1, N2: 2, N3: 3, R: 4, '?': -2 }
const STAGES = ['W', 'N1', 'N2', 'N3', 'R']
const MODEL_STAGES = { WAKE: 0, N1: 1, N2: 2, N3: 3, REM: 4 }

const csv = (path, rows) => writeFileSync(path, `${rows.map((row) => row.join(',')).join('\n')}\n`)
const readStages = (path) =>
  readFileSync(path, 'utf8')
    .trim()
    .split('\n')
    .filter((line) => /^\d/.test(line))
    .map((line) => STAGES[Number(line.split(',').at(-1))])

/** Each file in a process of its own, so that time and memory are the file's. */
function edf() {
  const target = join(out, 'edf')
  mkdirSync(target, { recursive: true })
  for (const file of readdirSync(join(reference, 'edf', 'files'))) {
    const child = spawnSync(
      process.execPath,
      [join(here, 'parity-edf.mjs'), join(reference, 'edf', 'files', file), join(target, `${file}.json`)],
      { stdio: ['ignore', 'inherit', 'inherit'], timeout: 30_000 },
    )
    if (child.status !== 0) console.error(`edf/${file}: the reader ended with ${child.signal ?? child.status}`)
  }
}

function statistics(stages) {
  const { SFI_legacy, ...statistics } = brrr.sleepStatistics(stages)
  const { index, counts, probabilities } = brrr.transitionMatrix(stages)
  const names = { W: 'WAKE', R: 'REM', '?': 'UNS' }
  return {
    // The reference holds YASA 0.7's definition of SFI.
    hypnogram_sleep_statistics: { ...statistics, SFI: SFI_legacy },
    legacy_sleep_statistics: brrr.legacySleepStatistics(stages),
    transition_counts: { index, values: counts },
    transition_prob: { index, values: probabilities },
    // The reference keeps the first 40 runs.
    find_periods_0min: brrr
      .findPeriods(stages)
      .slice(0, 40)
      .map(({ stage, start, length }) => [names[stage] ?? stage, start, length]),
  }
}

function writeTable(path, detection) {
  if (detection.length === 0) return writeFileSync(path, 'NONE\n')
  const { IdxChannel, ...columns } = detection.columns
  const names = Object.keys(columns)
  const tail = IdxChannel ? ['Channel', 'IdxChannel'] : []
  const rows = Array.from({ length: detection.length }, (_, i) => [
    ...names.map((name) => columns[name][i]),
    ...(IdxChannel ? [detection.channel[i], IdxChannel[i]] : []),
  ])
  csv(path, [[...names, ...tail], ...rows])
}

/** What a table's name asks for. */
async function detect(name, recording, info, hypnogram) {
  const scored = name.includes('_hyp') ? { hypnogram: { stages: hypnogram, epoch_s: 30 } } : {}
  const eeg = recording.signal(info.channels?.eeg ?? info.ch_names?.[0] ?? recording.channels[0])
  if (name.startsWith('spindles')) return brrr.detectSpindles(eeg, scored)
  if (name.startsWith('sw')) {
    const amplitudes = name.match(/amp_neg(\d+)_ptp(\d+)/)
    return brrr.detectSlowWaves(eeg, {
      ...scored,
      coupling: name.includes('coupling'),
      ...(amplitudes && { amp_neg_uv: [Number(amplitudes[1]), 200], amp_ptp_uv: [Number(amplitudes[2]), 350] }),
    })
  }
  const eyes = brrr.findLocRoc(recording.channels)
  return brrr.detectRems(recording.signal(eyes.loc), recording.signal(eyes.roc), scored)
}

async function stage(recording, info, target, hypnogram) {
  const proba = []
  const stages = []
  let main
  for (const variant of info.variants) {
    const has = (part) => variant.split('+').includes(part)
    const staging = await brrr.stageSleep({
      eeg: recording.signal(info.channels.eeg),
      eog: has('eog') ? recording.signal(info.channels.eog) : null,
      emg: has('emg') ? recording.signal(info.channels.emg) : null,
      ...(has('demo') && { age: info.metadata.age, sex: info.metadata.male ? 'male' : 'female' }),
    })
    for (const [name, index] of Object.entries(MODEL_STAGES))
      proba.push([`${variant}:${name}`, ...staging.probabilities.map((p) => p?.[index] ?? '')])
    stages.push([variant, ...staging.stages.map((s) => CODES[s])])
    if (variant === info.main_variant) main = staging
  }
  const transpose = (columns) => columns[0].map((_, i) => columns.map((column) => column[i]))
  const epochs = ['epoch', ...main.stages.keys()]
  csv(join(target, 'proba.csv'), transpose(proba))
  csv(join(target, 'stages.csv'), transpose([epochs, ...stages]))
  const { names, values, epochs: n } = main.features
  const columns = names.map((name, f) => [name, ...Array.from(values.subarray(f * n, (f + 1) * n))])
  csv(join(target, 'features.csv'), transpose([epochs, ...columns.sort(([a], [b]) => (a < b ? -1 : 1))]))
  const stats = { [info.main_variant]: statistics(main.stages), ...(hypnogram && { generator: statistics(hypnogram) }) }
  writeFileSync(join(target, 'stats.json'), JSON.stringify(stats))
}

async function sleep() {
  const folder = join(reference, 'sleep')
  const names = readdirSync(join(folder, 'expected'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
  for (const name of names.sort()) {
    const expected = join(folder, 'expected', name)
    const target = join(out, 'sleep', name)
    mkdirSync(target, { recursive: true })
    const info = existsSync(join(expected, 'info.json'))
      ? JSON.parse(readFileSync(join(expected, 'info.json'), 'utf8'))
      : {}
    const path = join(folder, info.edf ?? `recordings/${name}.edf`)
    if (!existsSync(path)) {
      writeFileSync(
        join(target, 'stats.json'),
        JSON.stringify(statistics(readStages(join(folder, 'recordings', `${name}_30s.csv`)))),
      )
      console.log(`sleep/${name}: statistics of a scoring`)
      continue
    }
    const hypnogramPath = path.replace(/\.edf$/, '.hypno.csv')
    const hypnogram = existsSync(hypnogramPath) ? readStages(hypnogramPath) : null
    const recording = await brrr.Recording.open(path)
    if (info.variants) await stage(recording, info, target, hypnogram)
    for (const file of readdirSync(expected).filter((f) => /^(spindles|sw|rem)_.*\.csv$/.test(f)))
      writeTable(join(target, file), await detect(file.replace('.csv', ''), recording, info, hypnogram))
    recording.close()
    console.log(`sleep/${name}: ${info.variants?.length ?? 0} variants`)
  }
}

for (const [name, make] of Object.entries({ edf, sleep, autoreject })) {
  if (sets.length > 0 && !sets.includes(name)) continue
  if (existsSync(join(reference, name))) await make(reference, out)
  else console.log(`${name}: skipped, ${join(reference, name)} is not there`)
}
