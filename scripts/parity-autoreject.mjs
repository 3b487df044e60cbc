// AutoReject on the reference epochs, in the layout that the set's comparer asks for (see the head of its compare.py).
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as brrr from 'brain-go-brrr'

const SEED = 42
const FOLDS = 10
const FIRST_SAMPLES = 4

const load = (...path) => JSON.parse(readFileSync(join(...path), 'utf8'))
/** JSON has no infinity and no NaN: null stands for both. */
const finite = (values) => Array.from(values, (value) => (Number.isFinite(value) ? value : null))

function readEpochs(folder) {
  const meta = load(folder, 'meta.json')
  const bytes = readFileSync(join(folder, 'epochs.f32'))
  const data = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength))
  const { shape, ch_names: channels, loc_head_m: positions, bads } = meta
  return { meta, epochs: { data, shape, channels, positions, bads } }
}

/** Every repaired cell, those of rejected epochs too: its first samples and its peak-to-peak value. */
async function repairedCells(autoreject, epochs, log) {
  const all = new brrr.RejectLog({ ...log, bad_epochs: log.bad_epochs.map(() => false) })
  const data = Float64Array.from(epochs.data)
  const repaired = await autoreject.transform({ ...epochs, data }, { reject_log: all })
  const [, channels, samples] = epochs.shape
  return log.labels.flatMap((row, epoch) =>
    row.flatMap((label, ch) => {
      if (label !== 2) return []
      const start = (epoch * channels + ch) * samples
      const cell = repaired.data.subarray(start, start + samples)
      const ptp = cell.reduce((most, x) => Math.max(most, x)) - cell.reduce((least, x) => Math.min(least, x))
      return [{ epoch, ch, first: Array.from(cell.subarray(0, FIRST_SAMPLES)), ptp }]
    }),
  )
}

async function run(epochs, expected) {
  const autoreject = new brrr.AutoReject({
    n_interpolate: expected.n_interpolate_grid,
    consensus: expected.consensus_grid,
    cv: expected.cv ?? FOLDS,
    thresh_method: expected.method,
    random_state: expected.random_state ?? SEED,
  })
  await autoreject.fit(epochs)
  const log = await autoreject.getRejectLog(epochs)
  return {
    thresholds_V: autoreject.threshes_,
    consensus: autoreject.consensus_.eeg,
    n_interpolate: autoreject.n_interpolate_.eeg,
    labels: log.labels.map((row) => row.join('')),
    bad_epochs: log.bad_epochs.flatMap((bad, epoch) => (bad ? [epoch] : [])),
    loss_kappa_rho_fold: autoreject.loss_.eeg.map((rows) => rows.map(finite)),
    interpolated: await repairedCells(autoreject, epochs, log),
  }
}

async function ransac(epochs) {
  const found = await new brrr.Ransac().fit(epochs)
  return {
    subsets: found.ch_subsets_,
    bad_fraction: epochs.channels.map((name) => found.bad_fraction_[name]),
    bad_chs: found.bad_chs_,
    corr_first3_epochs: found.corr_.slice(0, 3).map(finite),
  }
}

async function other(epochs, expected) {
  return {
    global_threshold_V: await brrr.getRejectionThreshold(epochs),
    thresholds_no_augment_V: await brrr.computeThresholds(epochs, { augment: false, random_state: SEED }),
    ...('ransac' in expected && { ransac: await ransac(epochs) }),
  }
}

/** Where electrodes are: as the reference says; else by the standard montage. */
function places(reference) {
  const file = join(reference, 'positions_standard_1005.json')
  const given = existsSync(file) ? load(file).channels : {}
  return (names) => names.map((name) => given[name]?.loc_head_m ?? brrr.electrodePositions([name])[0])
}

async function weights(reference) {
  const at = places(reference)
  const cases = {}
  for (const { name, sources, bads } of load(reference, 'interp_cases.json').cases) {
    const raw = await brrr.sphericalSplineWeights(at(sources), at(bads))
    const centred = await brrr.sphericalSplineWeights(at(sources), at(bads), { origin: 'auto' })
    cases[name] = { autoreject: raw.map((row) => [...row]), mne_origin: centred.map((row) => [...row]) }
  }
  return cases
}

const splits = (reference) => ({
  splits: load(reference, 'cv_splits.json').splits.map(({ seed, n_epochs }) => ({
    seed,
    n_epochs,
    test: brrr.thresholdSplits(n_epochs, seed),
  })),
})

/** What is found in epochs with planted artefacts; `run`: the Bayesian one with the grid [1, 4, 8] x .1, .2, ... */
async function findings({ sfreq }, epochs, run) {
  const { channels } = epochs
  const found = await brrr.findCells({ ...epochs, rate_hz: sfreq })
  const rejected = new Set(run.bad_epochs)
  const autoreject = run.labels.flatMap((row, epoch) =>
    channels.flatMap((name, ch) => (rejected.has(epoch) || row[ch] !== '0' ? [[epoch, name]] : [])),
  )
  const [flat, mains, noisy] = ['flat', 'mains', 'noisy'].map((kind) => brrr.cellsOf(found, kind))
  return { cells: { flat, mains, noisy, autoreject } }
}

/** Writes everything to OUT/autoreject. */
export async function autoreject(root, out) {
  const reference = join(root, 'autoreject')
  const target = join(out, 'autoreject')
  mkdirSync(target, { recursive: true })
  const save = (name, value) => writeFileSync(join(target, `${name}.json`), JSON.stringify(value))
  for (const name of readdirSync(reference).filter((name) => existsSync(join(reference, name, 'meta.json')))) {
    const folder = join(reference, name)
    const { meta, epochs } = readEpochs(folder)
    const runs = readdirSync(folder).filter((file) => /^expected_(bayes|random).*\.json$/.test(file))
    for (const file of runs) {
      const kind = file.slice('expected_'.length, -'.json'.length)
      const result = await run(epochs, load(folder, file))
      save(`${name}__${kind}`, result)
      if (kind === 'bayes_g148' && meta.truth?.length > 0)
        save(`${name}__findings`, await findings(meta, epochs, result))
    }
    if (existsSync(join(folder, 'expected_other.json')))
      save(`${name}__other`, await other(epochs, load(folder, 'expected_other.json')))
    console.log(`autoreject/${name}: ${runs.length} runs`)
  }
  if (existsSync(join(reference, 'interp_cases.json'))) save('interp_cases', await weights(reference))
  if (existsSync(join(reference, 'cv_splits.json'))) save('cv_splits', splits(reference))
}
