import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { EegEvent } from '../lib/analyses/events/types.js'
import { artifactLimits, blinkLeads, findArtifacts } from '../lib/analyses/quality/artifacts.js'
import { Epochs } from '../lib/analyses/quality/store.js'
import { electrodePositions } from '../lib/recording/montage.js'
import { Recording } from '../lib/recording/recording.js'
import { synthesise } from '../lib/recording/synth.js'
import { type Eeg, normal, plainEeg, random, signalsOf } from './quality-fixture.js'
import { codeOf, temporaryFolder } from './temporary.js'

const path = join(temporaryFolder(), 'routine.edf')

type Span = Pick<EegEvent, 'type' | 'start_s' | 'duration_s' | 'channels'>

const shared = (a: Span, b: Span) =>
  Math.min(a.start_s + a.duration_s, b.start_s + b.duration_s) - Math.max(a.start_s, b.start_s)

/** Of the planted ones of a type: how many there are, and how many are found where they are, for half of their time. */
function score(type: EegEvent['type'], planted: readonly Span[], found: readonly EegEvent[]) {
  const own = planted.filter((event) => event.type === type)
  const hits = own.filter((p) => found.some((f) => f.type === type && shared(p, f) >= p.duration_s / 2))
  const invented = found.filter((f) => f.type === type && !own.some((p) => shared(p, f) > -0.3))
  return { planted: own.length, found: hits.length, invented: invented.length }
}

/** Five minutes of routine EEG as its file gives it. */
async function routine(seed: number, artifacts: boolean): Promise<{ planted: Span[]; found: EegEvent[] }> {
  const { events } = await synthesise(path, { kind: 'routine', hours: 1 / 12, rate: 256, seed, artifacts })
  await using recording = await Recording.open(path)
  await using epochs = await Epochs.fromRecording(
    recording,
    recording.channels.filter(({ kind }) => kind === 'eeg'),
  )
  const planted = events
    .filter(({ type }) => !type.startsWith('eyes'))
    // Pops fall with a time constant of 0.3 s: what is left after 0.5 s is not seen any more.
    .map((event) => ({ ...event, duration_s: event.type === 'electrode_pop' ? 0.5 : event.duration_s }))
  const { artifacts: found } = await findArtifacts(epochs)
  return { planted: planted as Span[], found }
}

test('blinks, muscle and pops of 20 routine recordings are found, and no others', async () => {
  const totals = new Map<string, ReturnType<typeof score>>()
  for (let seed = 21; seed <= 40; seed++) {
    const { planted, found } = await routine(seed, true)
    for (const type of ['blink', 'muscle', 'electrode_pop'] as const) {
      const [one, sum] = [score(type, planted, found), totals.get(type) ?? { planted: 0, found: 0, invented: 0 }]
      for (const key of ['planted', 'found', 'invented'] as const) sum[key] += one[key]
      totals.set(type, sum)
    }
    assert.equal(
      found.filter(({ type }) => type === 'movement'),
      [],
    )
  }
  for (const [type, { planted, found, invented }] of totals) {
    assert.ok(planted >= 30, `${planted} ${type}`)
    assert.ok(found >= 0.9 * planted, `${found} of ${planted} ${type}`)
    assert.ok(invented <= 0.02 * planted, `${invented} ${type} invented`)
  }
})

test('in ten recordings without artifacts at most one is found', async () => {
  let found = 0
  for (let seed = 41; seed <= 50; seed++) found += (await routine(seed, false)).found.length
  assert.ok(found <= 1, `${found} found`)
})

/** A movement of 100 uV or more in most channels: two slow waves under an arch. */
function move(eeg: Eeg, start_s: number, next: () => number): Span {
  const duration_s = 0.5 + 2.5 * next()
  const uv = 100 + 200 * next()
  const [slow, fast, phase] = [0.5 + next(), 1.5 + next(), 6 * next()]
  const wave = (t: number) =>
    Math.sqrt(Math.sin((Math.PI * t) / duration_s)) *
    (Math.sin(2 * Math.PI * slow * t + phase) + Math.sin(2 * Math.PI * fast * t))
  const times = Array.from({ length: Math.floor(duration_s * eeg.rate_hz) }, (_, i) => i / eeg.rate_hz)
  const most = Math.max(...times.map((t) => Math.abs(wave(t))))
  const channels = eeg.names.filter(() => next() < 0.85)
  eeg.samples.forEach((x, c) => {
    const gain = channels.includes(eeg.names[c]!) ? 0.6 + 0.9 * next() : 0.1
    const first = Math.round(start_s * eeg.rate_hz)
    for (const [i, t] of times.entries()) x[first + i]! += (gain * uv * wave(t)) / most
  })
  return { type: 'movement', start_s, duration_s, channels }
}

test('movement is found over 20 seeds, in the channels that move', async () => {
  const total = { planted: 0, found: 0, invented: 0 }
  for (let seed = 1; seed <= 20; seed++) {
    const eeg = plainEeg({ seed, seconds: 60, channels: 19, rate: 128 })
    const next = random(seed)
    const planted = [6, 20, 34, 48].map((start) => move(eeg, start + 2 * next(), next))
    await using epochs = await Epochs.fromSignals(signalsOf(eeg))
    const { artifacts } = await findArtifacts(epochs)
    const one = score('movement', planted, artifacts)
    for (const key of ['planted', 'found', 'invented'] as const) total[key] += one[key]
    assert.equal([...new Set(artifacts.map(({ type }) => type))], ['movement'])
    for (const event of artifacts) {
      const own = planted.find((p) => shared(p, event) > 0)
      assert.ok(event.channels.filter((name) => own?.channels.includes(name)).length >= 0.8 * event.channels.length)
    }
  }
  assert.ok(total.found >= 0.9 * total.planted, `${total.found} of ${total.planted}`)
  assert.is(total.invented, 0)
})

/** A quiet EEG with a burst of muscle in its second channel, around second 21. */
function withMuscle(options: { rate: number; channels?: number }): Eeg {
  const eeg = plainEeg({ seed: 5, seconds: 40, channels: options.channels ?? 8, rate: options.rate })
  const gauss = normal(random(6))
  for (let i = 20 * options.rate; i < 22 * options.rate; i++) eeg.samples[1]![i]! += 30 * gauss()
  return eeg
}

test('an artifact says where it is, how it stands out and by which rule', async () => {
  const eeg = withMuscle({ rate: 256 })
  await using epochs = await Epochs.fromSignals(signalsOf(eeg))
  const { artifacts, limits } = await findArtifacts(epochs)
  assert.is(artifacts.length, 1)
  const [event] = artifacts
  assert.is(event!.type, 'muscle')
  assert.is(event!.source, 'artifact-rules')
  assert.equal(event!.channels, ['E2'])
  assert.ok(Math.abs(event!.start_s - 20) < 0.2 && Math.abs(event!.duration_s - 2) < 0.4)
  const ratio = event!.attributes.background_ratio as number
  assert.ok(ratio > limits.muscle_ratio && (event!.attributes.rms_uv as number) > 10)
  assert.is(event!.confidence, ratio / (ratio + limits.muscle_ratio))
})

test('a limit that is given decides, and all are reported', async () => {
  await using epochs = await Epochs.fromSignals(signalsOf(withMuscle({ rate: 256 })))
  const { artifacts, limits } = await findArtifacts(epochs, { limits: { muscle_rms_uv: 100 } })
  assert.equal(artifacts, [])
  assert.equal(limits, { ...artifactLimits(), muscle_rms_uv: 100 })
  assert.ok(Object.keys(limits).length > 30)
})

test('channels can be chosen', async () => {
  await using epochs = await Epochs.fromSignals(signalsOf(withMuscle({ rate: 256 })))
  assert.equal((await findArtifacts(epochs, { channels: ['E5', 'E3', 'E4', 'E1'] })).artifacts, [])
  const { artifacts } = await findArtifacts(epochs, { channels: ['E5', 'E3', 'E2'] })
  assert.equal(
    artifacts.map(({ channels }) => channels),
    [['E2']],
  )
})

test('times are those of the recording, and nothing spans a gap', async () => {
  const eeg = withMuscle({ rate: 256 })
  const cut = 21 * 256
  const parts = signalsOf(eeg).map((signal, c) => ({
    ...signal,
    stretches: [
      { source: { samples: eeg.samples[c]!.slice(0, cut), rate: 256 }, start_s: 0, samples: cut },
      { source: { samples: eeg.samples[c]!.slice(cut), rate: 256 }, start_s: 500, samples: 19 * 256 },
    ],
  }))
  await using epochs = await Epochs.fromSignals(parts, { epoch_s: 1 })
  const { artifacts } = await findArtifacts(epochs)
  const spans = artifacts.map(({ start_s, duration_s }) => [start_s, start_s + duration_s])
  assert.is(spans.length, 2)
  assert.ok(Math.abs(spans[0]![0]! - 20) < 0.2 && spans[0]![1]! <= 21)
  assert.ok(spans[1]![0]! >= 500 && Math.abs(spans[1]![1]! - 501) < 0.2)
})

test('what cannot be told is named with its reason', async () => {
  const reasons = async (eeg: Eeg) => {
    await using epochs = await Epochs.fromSignals(signalsOf(eeg))
    const { artifacts, not_assessed } = await findArtifacts(epochs)
    assert.equal(artifacts, [])
    return not_assessed.map(({ what, channels, reason }) => `${what} (${channels.join(' ')}): ${reason}`)
  }
  const blink = 'no electrode with a known position near the eyes, or none further back to compare it with'
  assert.equal(await reasons(withMuscle({ rate: 80, channels: 2 })), [
    `blink (E1 E2): ${blink}`,
    'muscle (E1 E2): recorded at a rate too low to show what is faster than EEG',
    'electrode_pop (E1 E2): needs 3 channels to compare, there are 2',
    'movement (E1 E2): needs 4 channels to compare, there are 2',
  ])
  const quiet = plainEeg({ seed: 5, seconds: 40, channels: 8, rate: 256 })
  quiet.names = ['Fp1', 'Fp2', 'F3', 'F4', 'C3', 'C4', 'O1', 'O2']
  assert.equal(await reasons(quiet), [])
})

test('blinks are told by the electrodes nearest to the eyes', () => {
  const leads = (names: string[]) => {
    const found = blinkLeads(electrodePositions(names))
    const name = (channel: number) => names[channel]!
    return (
      found && {
        eyes: [name(found.left), name(found.right)],
        front: found.front.map(name),
        middle: found.middle.map(name),
        back: found.back.map(name),
      }
    )
  }
  const rest = ['F3', 'Fz', 'F4', 'F7', 'F8', 'C3', 'Cz', 'T8', 'P3', 'O2']
  const middle = ['C3', 'Cz', 'T8']
  const back = ['P3', 'O2']
  const front = ['F3', 'Fz', 'F4']
  assert.equal(leads(['Fp2', 'Fp1', ...rest]), { eyes: ['Fp1', 'Fp2'], front, middle, back })
  assert.equal(leads(['Fpz', ...rest]), { eyes: ['Fpz', 'Fpz'], front, middle, back })
  assert.equal(leads(['AF7', 'AF8', 'AF4', ...rest])!.eyes, ['AF7', 'AF8'])
  assert.equal(leads(['Fp1', ...rest])!.eyes, ['Fp1', 'Fp1'])
  assert.equal(leads(rest), { eyes: ['F7', 'F8'], front: [], middle, back })
  assert.equal(leads(['F3', 'F4', 'C3', 'O2']), { eyes: ['F3', 'F4'], front: [], middle: ['C3'], back: ['O2'] })
  assert.is(leads(['Fp1', 'Fp2']), null)
  assert.is(leads(['C3', 'Cz', 'O1']), null)
  assert.is(leads(['Fpz-Cz', 'Pz-Oz']), null)
})

test('misuse is refused', async () => {
  const epochs = await Epochs.fromSignals(signalsOf(withMuscle({ rate: 256 })))
  assert.is(await codeOf(() => findArtifacts(epochs, { channels: ['Fp1'] })), 'NO_SUCH_CHANNEL')
  assert.is(await codeOf(() => findArtifacts(epochs, { limits: { blink_ratio: -1 } })), 'INVALID_ARGUMENT')
  assert.is(await codeOf(() => findArtifacts(epochs, { limits: { artifact_background_s: 0 } })), 'INVALID_ARGUMENT')
  assert.is(await codeOf(() => findArtifacts(epochs, { limits: { muscle_low_hz: 95 } })), 'INVALID_ARGUMENT')
  assert.is(await codeOf(() => findArtifacts(epochs, { limits: { blinks: 3 } as object })), 'INVALID_ARGUMENT')
  assert.is(await codeOf(() => findArtifacts(epochs, { signal: AbortSignal.abort() })), 'ABORTED')
  epochs.close()
  assert.is(await codeOf(() => findArtifacts(epochs)), 'CLOSED')
})

test.run()
