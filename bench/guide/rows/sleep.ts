// Sleep staging of an 8 h night at 256 Hz.
import { join } from 'node:path'
import { analyzeSleep, Recording, stageAgreement, synthesise } from '../../../lib/index.js'
import { loadYasaVariant } from '../../../lib/models/registry.js'
import { native } from '../../../lib/native.js'
import { BENCH_FOLDER, night } from '../../harness/nights.js'
import { measure, rssMb } from '../measure.js'
import { atLeast, below, type Section } from '../section.js'

/** Share of epochs in which our staging has the stages that a synthetic night was made from. */
async function agreementWithTruth(): Promise<number> {
  const path = join(BENCH_FOLDER, 'guide-night.edf')
  const { stages } = await synthesise(path, { kind: 'night', hours: 8, rate: 100, seed: 1 })
  const recording = await Recording.open(path)
  const { result } = await analyzeSleep(recording)
  recording.close()
  return stageAgreement(stages, result.sleep_stages).agreement
}

export const sleep: Section = {
  name: 'sleep',
  async run() {
    const { path, hours } = await night(256)
    const before = rssMb()
    const { TreeModel } = native()
    const model = new TreeModel((await loadYasaVariant('eeg+eog+emg')).bytes)
    const model_mb = rssMb() - before
    const staging = await measure(async () => {
      const recording = await Recording.open(path)
      await analyzeSleep(recording)
      recording.close()
    })
    return {
      figures: {
        seconds_per_hour: staging.mean_s / hours,
        growth: staging.rss_growth_mb,
        model: model.featureNames.length > 0 ? model_mb : Number.NaN,
        accuracy: 100 * (await agreementWithTruth()),
      },
      measurements: { 'EDF to stages, 8 h': staging },
    }
  },
  rows: [
    { what: 'staging, per hour of signal', target: below(30, 's'), figure: 'seconds_per_hour' },
    { what: 'staging, memory growth', target: below(1024, 'MB'), figure: 'growth' },
    { what: 'loading the YASA classifier, memory growth', target: below(1024, 'MB'), figure: 'model' },
    {
      what: 'agreement with known stages',
      target: atLeast(87.46, '%'),
      figure: 'accuracy',
      note: "on a synthetic night; on people it is YASA's, whose stages ours equal",
    },
  ],
}
