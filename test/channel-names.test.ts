import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { chooseSleepChannels, findLocRoc } from '../lib/analyses/sleep/channels.js'
import { BrrrError } from '../lib/errors.js'
import { buildChannels, findChannel } from '../lib/recording/derivations.js'
import { microvoltsPer, parseLabel } from '../lib/recording/kinds.js'

const channels = (labels: string[], rate_hz = 256, unit = 'uV') =>
  buildChannels(labels.map((label, index) => ({ label, unit, rate_hz, samples: 1000, index })))
const thrown = (run: () => unknown): BrrrError => {
  try {
    run()
  } catch (error) {
    assert.instance(error, BrrrError)
    return error as BrrrError
  }
  throw new Error('nothing was thrown')
}

for (const [label, name, kind] of [
  ['EEG Fpz-Cz', 'Fpz-Cz', 'eeg'],
  ['EEG F1-Ref', 'F1', 'eeg'],
  ['EEG FP1-REF', 'Fp1', 'eeg'],
  ['eeg t3-le', 'T7', 'eeg'],
  ['EEG T6-AR', 'P8', 'eeg'],
  ['POL T4', 'T8', 'eeg'],
  ['EEG-C3-REF', 'C3', 'eeg'],
  ['EEG A2-A1', 'M2-M1', 'eeg'],
  ['C4-A1', 'C4-M1', 'eeg'],
  ['C4:M1', 'C4-M1', 'eeg'],
  ['C4M1', 'C4-M1', 'eeg'],
  ['EEG(sec)', 'EEG(sec)', 'eeg'],
  ['EEG', 'EEG', 'eeg'],
  ['EEG LOC-REF', 'LOC', 'eog'],
  ['EOG horizontal', 'horizontal', 'eog'],
  ['EOG(L)', 'EOG(L)', 'eog'],
  ['EOG-L', 'EOG-L', 'eog'],
  ['E1-M2', 'E1-M2', 'eog'],
  ['LOC-A2', 'LOC-M2', 'eog'],
  ['EMG submental', 'submental', 'emg'],
  ['EMG1-EMG2', 'EMG1-EMG2', 'emg'],
  ['Chin1-Chin2', 'Chin1-Chin2', 'emg'],
  ['ECG ECG', 'ECG', 'ecg'],
  ['EEG EKG1-REF', 'EKG1', 'ecg'],
  ['Resp oro-nasal', 'Resp oro-nasal', 'respiration'],
  ['THOR RES', 'THOR RES', 'respiration'],
  ['SaO2', 'SaO2', 'other'],
  ['Temp rectal', 'Temp rectal', 'other'],
  ['Event marker', 'Event marker', 'other'],
] as const) {
  test(`${label} is ${name}, ${kind}`, () => assert.equal(parseLabel(label), { name, kind }))
}

test('units give the factor to microvolts', () => {
  assert.equal(['uV', '\u00b5V', '\u03bcV', 'mV', 'V', 'nV', ' UV '].map(microvoltsPer), [1, 1, 1, 1e3, 1e6, 1e-3, 1])
  assert.is(microvoltsPer('%'), null)
  const [eeg, temperature] = buildChannels([
    { label: 'EEG C3', unit: 'ADU', rate_hz: 100, samples: 1, index: 0 },
    { label: 'Temp', unit: 'degC', rate_hz: 1, samples: 1, index: 1 },
  ])
  assert.is(eeg!.to_uv, 1)
  assert.is(temperature!.to_uv, null)
})

test('names are unique; labels stay as they are', () => {
  const [first, second, third] = channels(['EEG F1-Ref', 'EEG F2-Ref', 'EEG F1-Ref'])
  assert.equal([first!.name, second!.name, third!.name], ['F1', 'F2', 'F1 (2)'])
  assert.is(third!.label, 'EEG F1-Ref')
})

test('connector labels of an amplifier are no electrodes', () => {
  const biosemi = channels(['A1', 'A2', 'A3', 'A4', 'C3', 'C4', 'E1', 'Status'])
  assert.equal(
    biosemi.map((c) => `${c.name} ${c.kind}`),
    ['A1 eeg', 'A2 eeg', 'A3 eeg', 'A4 eeg', 'C3 eeg', 'C4 eeg', 'E1 eeg', 'Status other'],
  )
  assert.is(findChannel(biosemi, 'A1').name, 'A1')
  const { eeg, eog, warnings } = chooseSleepChannels(biosemi)
  assert.equal([eeg[0]!.name, eog, warnings[0]!.code], ['A1', null, 'eeg_not_central'])
})

test('a channel is found by name, label, old name or derivation, whatever the case', () => {
  const list = channels(['EEG C4-REF', 'EEG A1-REF', 'EEG T3-REF', 'EMG chin'])
  assert.is(findChannel(list, 'c4').index, 0)
  assert.is(findChannel(list, 'EEG T3-REF').name, 'T7')
  assert.is(findChannel(list, 't3').name, 'T7')
  assert.is(findChannel(list, 'emg chin').index, 3)
  const { name, label, index, minus } = findChannel(list, 'C4-A1')
  assert.equal({ name, label, index, minus }, { name: 'C4-M1', label: 'EEG C4-REF-EEG A1-REF', index: 0, minus: 1 })
})

test('a missing channel is an error that lists what there is', () => {
  const error = thrown(() => findChannel(channels(['C3', 'C4']), 'Oz'))
  assert.is(error.code, 'NO_SUCH_CHANNEL')
  assert.is(error.message, 'No channel "Oz" and no two leads to form it from. The recording has: C3, C4.')
  const many = channels(Array.from({ length: 64 }, (_, i) => `X${i}`))
  assert.match(thrown(() => findChannel(many, 'Oz')).message, /X39 and 24 more\.$/)
})

test('no derivation is formed of leads with other rates or units, or of derivations', () => {
  const lead = { unit: 'uV', rate_hz: 256, samples: 100 }
  const pair = (other: object) =>
    buildChannels([
      { label: 'C4', ...lead, index: 0 },
      { label: 'M1', ...lead, index: 1, ...other },
    ])
  assert.is(findChannel(pair({}), 'C4-M1').minus, 1)
  for (const other of [{ rate_hz: 128 }, { samples: 99 }, { unit: 'mV' }]) {
    assert.is(thrown(() => findChannel(pair(other), 'C4-M1')).code, 'NO_SUCH_CHANNEL')
  }
})

test('a polysomnogram is staged on C4-M1, the left eye and the chin', () => {
  const { eeg, eog, emg, warnings } = chooseSleepChannels(
    channels(['F4-M1', 'C4-M1', 'E2-M2', 'E1-M2', 'LAT-RAT', 'EMG chin', 'ECG']),
  )
  assert.equal([eeg[0]!.name, eog!.name, emg!.name, warnings], ['C4-M1', 'E1-M2', 'chin', []])
})

test('leads against a common reference are derived', () => {
  const list = channels(['EEG C3', 'EEG C4', 'EEG A1', 'EEG A2', 'LOC', 'ROC', 'EMG'])
  const { eeg, eog, emg } = chooseSleepChannels(list)
  assert.equal([eeg[0]!.name, eog!.name, emg!.name], ['C4-M1', 'LOC-M2', 'EMG'])
  const { loc, roc } = findLocRoc(list)!
  assert.equal([loc.name, roc.name], ['LOC-M2', 'ROC-M2'])
})

test('what is not the usual choice comes with a warning', () => {
  const { eeg, eog, warnings } = chooseSleepChannels(channels(['M1', 'EEG A2-A1', 'Pz', 'EOG horizontal']))
  assert.equal([eeg[0]!.name, eog!.name], ['Pz', 'horizontal'])
  assert.equal(
    warnings.map((w) => w.code),
    ['eeg_not_central', 'eog_not_left'],
  )
  const unknown = chooseSleepChannels(channels(['C4-M1'], 256, ''))
  assert.equal(
    unknown.warnings.map((w) => w.code),
    ['unknown_unit'],
  )
})

test('a channel at 80 Hz or less is never chosen', () => {
  const slow = chooseSleepChannels(channels(['C4-M1', 'E1-M2'], 80))
  assert.equal([slow.eeg, slow.eog, slow.warnings[0]!.code], [[], null, 'rate_too_low'])
  assert.is(slow.warnings[0]!.message, 'No EEG channel is sampled above 80 Hz (C4-M1: 80 Hz).')
  assert.is(chooseSleepChannels(channels(['SaO2'])).warnings[0]!.code, 'no_eeg')
})

test('named channels are used alone, and refused when they cannot be staged', () => {
  const list = channels(['C4-M1', 'Oz', 'E1-M2', 'EMG chin'])
  const { eeg, eog, emg } = chooseSleepChannels(list, { eeg: ['Oz', 'C4-M1'] })
  assert.equal([eeg.map((c) => c.name), eog, emg], [['Oz', 'C4-M1'], null, null])
  assert.is(thrown(() => chooseSleepChannels(list, { eog: 'E1-M2' })).code, 'INVALID_ARGUMENT')
  assert.is(thrown(() => chooseSleepChannels(list, { eeg: ['Cz'] })).code, 'NO_SUCH_CHANNEL')
  const slow = thrown(() => chooseSleepChannels(channels(['Cz'], 50), { eeg: ['Cz'] }))
  assert.equal(
    [slow.code, slow.message],
    ['RATE_TOO_LOW', 'Channel Cz is sampled at 50 Hz; staging needs more than 80 Hz.'],
  )
  const percent = buildChannels([{ label: 'SaO2', unit: '%', rate_hz: 100, samples: 1, index: 0 }])
  assert.is(thrown(() => chooseSleepChannels(percent, { eeg: ['SaO2'] })).code, 'INVALID_ARGUMENT')
})

test('LOC and ROC are found under their several names, and only as a pair of one rate', () => {
  const found = (labels: string[]) => {
    const pair = findLocRoc(channels(labels))
    return pair && [pair.loc.name, pair.roc.name]
  }
  assert.equal(found(['LOC', 'ROC']), ['LOC', 'ROC'])
  assert.equal(found(['LOC-M2', 'ROC-M2']), ['LOC-M2', 'ROC-M2'])
  assert.equal(found(['E1-M2', 'E2-M1']), ['E1-M2', 'E2-M1'])
  assert.equal(found(['EOG(L)', 'EOG(R)']), ['EOG(L)', 'EOG(R)'])
  assert.equal(found(['EOG Left', 'EOG Right']), ['Left', 'Right'])
  assert.equal(found(['LEOG', 'REOG']), ['LEOG', 'REOG'])
  assert.is(found(['EOG horizontal']), null)
  assert.is(found(['LOC']), null)
})

const corpus = join(process.env.BRRR_REFERENCE ?? join(__dirname, '../../shared/reference'), 'edf/expected')
const testCorpus = existsSync(corpus) ? test : test.skip
testCorpus('the channels of real recordings come out as a reader would sort them', () => {
  const read = (file: string) => {
    const { signals } = JSON.parse(readFileSync(join(corpus, file), 'utf8'))
    const ordinary = (signals ?? []).filter((s: { is_annotation: boolean }) => !s.is_annotation)
    return buildChannels(
      ordinary.map((s: { label: string; dimension: string; rate_hz: number; n_samples: number }, index: number) => ({
        ...s,
        unit: s.dimension,
        samples: s.n_samples,
        index,
      })),
    )
  }
  for (const file of readdirSync(corpus)) {
    const list = read(file)
    assert.is(new Set(list.map((c) => c.name.toUpperCase())).size, list.length, file)
    assert.ok(
      list.every((c) => c.name.length > 0),
      file,
    )
  }
  const kinds = (file: string) => read(file).map((c) => c.kind)
  assert.equal(kinds('edfio_short_psg.edf.json'), ['eeg', 'eeg', 'eog', 'respiration', 'emg', 'other', 'other'])
  assert.equal(new Set(kinds('eegmat_Subject03_2.edf.json').slice(0, -1)), new Set(['eeg']))
  assert.is(kinds('eegmat_Subject03_2.edf.json').at(-1), 'ecg')
  assert.equal(kinds('openpsg_resmed_BRP.edf.json'), ['respiration', 'respiration', 'other', 'other'])
  assert.equal(new Set(kinds('mne_test_140ch.edf.json')), new Set(['eeg', 'other']))
  const psg = chooseSleepChannels(read('edfio_short_psg.edf.json'))
  assert.equal([psg.eeg[0]!.name, psg.eog!.name, psg.emg], ['Fpz-Cz', 'horizontal', null])
})

test.run()
