// AutoReject: 5 min, 20 channels, three of them bad; 100 epochs of 20 channels; the reference sets.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { AutoReject, analyzeQuality, type QualityReport, Recording } from '../../../lib/index.js'
import { CELL, cellStates } from '../../../lib/report/quality/cells.js'
import { reference } from '../../../test/reference.js'
import { BENCH_FOLDER } from '../../harness/nights.js'
import { measure } from '../measure.js'
import { EPOCH_S, epochsOf, type Planted, plainEeg, spoiledEeg, writePlanted } from '../planted-eeg.js'
import { above, atLeast, below, exactly, type Section } from '../section.js'

const SEEDS = 20
const EPOCHS = 100
const FILE = join(BENCH_FOLDER, 'guide-quality.edf')
const SETS = join(reference, 'autoreject')

async function judge(): Promise<QualityReport> {
  await using recording = await Recording.open(FILE)
  await using quality = await analyzeQuality(recording)
  if (quality.report.status !== 'ok') throw new Error(quality.report.reason)
  return quality.report
}

/** Cells that are called bad (labelled, or covered by a finding) where something was planted, and good elsewhere. */
function cellsAsPlanted(report: QualityReport, bad: ReadonlyMap<string, Planted>): number {
  const states = cellStates(report)
  const { n } = report.epochs
  return report.channels
    .flatMap((name, c) =>
      Array.from({ length: n }, (_, epoch) => ({ planted: bad.get(name)?.epochs.has(epoch), c, epoch })),
    )
    .filter(({ planted = false, c, epoch }) => {
      const state = states[c * n + epoch]
      return planted === (state === CELL.bad || state === CELL.repaired)
    }).length
}

/**
 * found: 3 where every seed's bad channels are exactly the planted ones, NaN where one's are not; truth: percent of the
 * cells called as planted.
 */
async function plantedFound(): Promise<{ found: number; truth: number }> {
  let [found, right, all] = [3, 0, 0]
  for (let seed = 1; seed <= SEEDS; seed++) {
    const eeg = spoiledEeg(seed)
    writePlanted(FILE, eeg)
    const report = await judge()
    right += cellsAsPlanted(report, eeg.bad)
    all += report.channels.length * report.epochs.n
    const names = report.bad_channels.map(({ name }) => name).sort()
    if (names.join() === [...eeg.bad.keys()].sort().join()) continue
    console.log(
      `seed ${seed}: planted ${[...eeg.bad].map(([name, { spoiling }]) => `${name} ${spoiling}`)}; found ${names}`,
    )
    found = Number.NaN
  }
  return { found, truth: (100 * right) / all }
}

interface ReferenceRun {
  labels: string[]
  consensus_grid: number[]
  n_interpolate_grid: number[]
}

/** Share of the cells of all reference sets that are labelled as Python's autoreject labels them; NaN without the sets. */
async function agreementWithPython(): Promise<number> {
  let [same, all] = [0, 0]
  for (const name of existsSync(SETS) ? readdirSync(SETS) : []) {
    const read = (file: string) => JSON.parse(readFileSync(join(SETS, name, file), 'utf8'))
    if (!existsSync(join(SETS, name, 'meta.json'))) continue
    const { shape, ch_names, loc_head_m } = read('meta.json')
    const expected: ReferenceRun = read('expected_bayes_g148.json')
    const bytes = readFileSync(join(SETS, name, 'epochs.f32'))
    const data = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength))
    const epochs = { data, shape, channels: ch_names, positions: loc_head_m }
    const autoreject = new AutoReject({
      consensus: expected.consensus_grid,
      n_interpolate: expected.n_interpolate_grid,
      random_state: 42,
    })
    const { labels } = await (await autoreject.fit(epochs)).getRejectLog(epochs)
    const ours = labels.flat().join('')
    const theirs = expected.labels.join('')
    all += theirs.length
    same += [...theirs].filter((label, i) => label === ours[i]).length
  }
  return (100 * same) / all
}

export const quality: Section = {
  name: 'quality',
  async run() {
    writePlanted(FILE, spoiledEeg(1))
    const recording = await measure(judge)
    const epochs = epochsOf(plainEeg(1, EPOCHS * EPOCH_S))
    let rejected = Number.NaN
    const cleaning = await measure(async () => {
      const autoreject = new AutoReject({ random_state: 42, n_interpolate: [1, 4, 8] })
      const kept = await autoreject.fitTransform(epochs)
      rejected = 100 * (1 - kept.shape[0] / EPOCHS)
    })
    return {
      figures: {
        seconds: recording.mean_s,
        ...(await plantedFound()),
        rate: EPOCHS / cleaning.mean_s,
        rejected,
        agreement: await agreementWithPython(),
        growth: Math.max(recording.rss_growth_mb, cleaning.rss_growth_mb),
      },
      measurements: { 'bad channels, 5 min': recording, 'fit + transform, 100 epochs': cleaning },
    }
  },
  rows: [
    { what: 'bad channels of a recording, mean', target: below(5, 's'), figure: 'seconds' },
    { what: `bad channels found of three, ${SEEDS} seeds`, target: exactly(3, 'channels'), figure: 'found' },
    { what: 'epochs processed', target: above(20, 'epochs/s'), figure: 'rate' },
    { what: 'epochs rejected', target: below(20, '%'), figure: 'rejected' },
    {
      what: 'agreement with AutoReject',
      target: atLeast(87.5, '%'),
      figure: 'agreement',
      note: 'labels of the reference sets, against the Python original',
    },
    {
      what: 'agreement with planted truth',
      target: atLeast(87.5, '%'),
      figure: 'truth',
      note: `cells of the ${SEEDS} recordings with three bad channels`,
    },
    { what: 'memory growth', target: below(500, 'MB'), figure: 'growth' },
  ],
}
