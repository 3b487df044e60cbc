/** Blinks, muscle, electrode pops and movement, as events. */
import { BrrrError } from '../../errors.js'
import { type Binding, callNative, type RunOptions, runNative } from '../../native.js'
import { electrodePositions, type Position } from '../../recording/montage.js'
import type { EegEvent } from '../events/types.js'
import type { Epochs } from './store.js'
import { checkBytes } from './thresholds.js'
import type { NotAssessed } from './types.js'

/**
 * What decides. Ratios are over the channel's own background (of `artifact_background_s` around), shares are 0 to 1. They are
 * rules of thumb, tuned on synthetic EEG: a person must look.
 */
export interface ArtifactLimits {
  /** Length over which backgrounds are taken; default 60. */
  artifact_background_s: number

  /** Height over the eyes, over the background's standard deviation, at least; default 6.5. */
  blink_ratio: number
  /** Default 25. */
  blink_height_uv: number
  /** Duration at a fifth of the height; default 0.1 to 0.5. */
  blink_shortest_s: number
  blink_longest_s: number
  /** Height over one eye, of that over the other, at least; default 0.35. */
  blink_side_share: number
  /** Height over forehead, middle and back of the head, of that over the eyes, at most; default 0.85, 0.5, 0.35. */
  blink_front_share: number
  blink_middle_share: number
  blink_back_share: number
  /** What lies nearer than this is one artifact; default 0.1. Likewise of the others. */
  blink_window_s: number

  /** The fast band, without 50 and 60 Hz; default 45 to 95, less where the rate is below 211 Hz. */
  muscle_low_hz: number
  muscle_high_hz: number
  /** RMS in the fast band over the background, at least; default 3, and 2 at the edges of a burst. */
  muscle_ratio: number
  muscle_edge_ratio: number
  /** RMS in the fast band at the height of a burst, at least; default 3. */
  muscle_rms_uv: number
  /** Least background; default 0.3. */
  muscle_floor_uv: number
  /** Default 0.15. */
  muscle_shortest_s: number
  /** Default 0.25; the RMS is taken over it. */
  muscle_window_s: number

  /** Step over the background of changes within 8 ms, at least; default 4. */
  pop_ratio: number
  /** Default 25. */
  pop_step_uv: number
  /** Share of the step within 8 ms, and share that is still there 40 ms later, at least; default 0.75 and 0.5. */
  pop_steep_share: number
  pop_stay_share: number
  /** Change of any other channel at that time, of the step, or over its background, at most; default 0.4 and 2. */
  pop_others_share: number
  pop_others_ratio: number
  /** Time until a tenth of the step is left: default at least 0.1; followed up to 3. */
  pop_shortest_s: number
  pop_longest_s: number
  /** Default 3. */
  pop_fewest_channels: number
  pop_window_s: number

  /** Slow deflection over the background's standard deviation, at least; default 8, and 2.5 at the edges. */
  movement_ratio: number
  movement_edge_ratio: number
  /** Deflection, median of the channels that take part, at least; default 60. */
  movement_height_uv: number
  /** Share of the channels that take part, at least; default 0.6. */
  movement_channel_share: number
  /** Default 4. */
  movement_fewest_channels: number
  movement_window_s: number
}

export interface ArtifactOptions extends RunOptions {
  /** Channels to look at: best those in which nothing is wrong throughout. Default all. */
  channels?: readonly string[] | undefined
  limits?: Partial<ArtifactLimits> | undefined
  /** Refuse (MEMORY_BUDGET) before taking more memory than this beside the epochs; default no limit. */
  maxBytes?: number | undefined
}

export interface FoundArtifacts {
  /**
   * Sorted by start, times from the recording's start. confidence: r / (r + limit) of the measured ratio r and its
   * limit, so 0.5 where an artifact was only just found, and nearer to 1 the more it stands out; not a probability.
   */
  artifacts: EegEvent[]
  not_assessed: NotAssessed[]
  limits: ArtifactLimits
}

const SOURCE = 'artifact-rules'
/** What `size_uv` is, for each type. */
const SIZES = {
  blink: 'height_uv',
  muscle: 'rms_uv',
  electrode_pop: 'step_uv',
  movement: 'deflection_uv',
} as const

/** All limits: those given, the rest by default. @throws BrrrError INVALID_ARGUMENT */
export function artifactLimits(given: Partial<ArtifactLimits> = {}): ArtifactLimits {
  const limits = callNative((addon) => addon.artifactLimits())
  for (const [name, value] of Object.entries(given)) {
    if (!(name in limits)) throw new BrrrError('INVALID_ARGUMENT', `There is no limit ${name} of artifacts.`)
    if (value === undefined) continue
    if (!(Number.isFinite(value) && value >= 0))
      throw new BrrrError('INVALID_ARGUMENT', `The limit ${name} must be a number of at least 0; got ${value}.`)
    limits[name] = value
  }
  const { artifact_background_s, muscle_low_hz, muscle_high_hz } = limits as unknown as ArtifactLimits
  if (!(artifact_background_s > 0 && muscle_low_hz > 0 && muscle_low_hz < muscle_high_hz))
    throw new BrrrError(
      'INVALID_ARGUMENT',
      `Artifacts need an artifact_background_s above 0 and a fast band that rises; got ${artifact_background_s}, and ${muscle_low_hz} to ${muscle_high_hz} Hz.`,
    )
  return limits as unknown as ArtifactLimits
}

/**
 * Blinks, muscle, electrode pops and movement, by rules of thumb of the field, each against the channel's own background
 * and no published detector: see ArtifactLimits. Samples are taken as they are; a high-pass of about 1 Hz is expected, as
 * Epochs.fromRecording has it. None spans a gap; neighbours of one type closer than its window are one.
 * attributes: `background_ratio` and, by type, height_uv, rms_uv, step_uv or deflection_uv.
 * @throws BrrrError INVALID_ARGUMENT, NO_SUCH_CHANNEL, MEMORY_BUDGET, CLOSED, ABORTED
 */
export async function findArtifacts(epochs: Epochs, options: ArtifactOptions = {}): Promise<FoundArtifacts> {
  const limits = artifactLimits(options.limits)
  const maxBytes = checkBytes(options)
  const picks = pickChannels(epochs.channels, options.channels)
  const names = picks.map((channel) => epochs.channels[channel]!)
  const positions = electrodePositions(epochs.channels)
  const leads = blinkLeads(picks.map((channel) => positions[channel]))
  const found = await runNative(options, (addon, job) =>
    addon.detectArtifacts(epochs.handle, { picks, leads, limits: { ...limits }, maxBytes }, job),
  )
  const artifacts = found.artifacts.map(
    ({ type, startS, durationS, channels, confidence, ratio, sizeUv }): EegEvent => ({
      type,
      start_s: startS,
      duration_s: durationS,
      channels: channels.map((channel) => names[channel]!),
      confidence,
      source: SOURCE,
      attributes: { [SIZES[type]]: sizeUv, background_ratio: ratio },
    }),
  )
  const slow = found.slowChannels.map((channel) => names[channel]!)
  return { artifacts, not_assessed: notAssessed(names, slow, leads, limits), limits }
}

function pickChannels(channels: readonly string[], wanted: readonly string[] | undefined): number[] {
  if (!wanted) return channels.map((_, channel) => channel)
  return wanted.map((name) => {
    const channel = channels.indexOf(name)
    if (channel < 0)
      throw new BrrrError('NO_SUCH_CHANNEL', `There is no channel ${name}; the epochs have ${channels.join(', ')}.`)
    return channel
  })
}

/**
 * Electrodes near the eyes, best first: Fp and AF, then the outer frontal ones (F7, F8), then the other frontal ones.
 * Metres in the head frame, y to the nose, z up.
 */
const EYE_TIERS: ReadonlyArray<(position: Position) => boolean> = [
  ([, y, z]) => y > 0.095 && z < 0.06,
  ([, y, z]) => y > 0.06 && z < 0.06,
  ([, y]) => y > 0.075,
]
const LEFT_EYE: Position = [-0.032, 0.112, 0]
const RIGHT_EYE: Position = [0.032, 0.112, 0]
/** y of what lies between the eyes and the middle, over the middle, and over the back of the head; z of the first. */
const FRONT = { least: 0.06, most: 0.1, low: 0.06 }
const MIDDLE = { least: -0.01, most: 0.05 }
const BACK_MOST = -0.03

/** The channels that blinks are told by; null where there is none near the eyes, or none to compare it with. */
export function blinkLeads(
  positions: ReadonlyArray<Position | undefined>,
): NonNullable<Parameters<typeof Binding.detectArtifacts>[1]['leads']> | null {
  const placed = positions.flatMap((position, channel) => (position ? [{ position, channel }] : []))
  const tier = EYE_TIERS.findIndex((near) => placed.some(({ position }) => near(position)))
  const near = EYE_TIERS[tier]
  if (!near) return null
  const eyes = placed.filter(({ position }) => near(position))
  const nearest = (eye: Position, side: number) => {
    const distance = ({ position }: (typeof eyes)[number]) => Math.hypot(...position.map((v, i) => v - eye[i]!))
    return eyes.filter(({ position: [x] }) => x * side > -0.01).sort((a, b) => distance(a) - distance(b))[0]?.channel
  }
  const left = nearest(LEFT_EYE, -1)
  const right = nearest(RIGHT_EYE, 1)
  const where = (inside: (position: Position) => boolean) =>
    placed.filter(({ position }) => inside(position)).map(({ channel }) => channel)
  const middle = where(([, y]) => y > MIDDLE.least && y < MIDDLE.most)
  const back = where(([, y]) => y < BACK_MOST)
  if (middle.length + back.length === 0) return null
  // Only electrodes of the first tier are nearer to the eyes than all others are.
  const front = tier > 0 ? [] : where(([, y, z]) => y > FRONT.least && y < FRONT.most && z > FRONT.low)
  return { left: (left ?? right)!, right: (right ?? left)!, front, middle, back }
}

function notAssessed(
  names: string[],
  slow: string[],
  leads: ReturnType<typeof blinkLeads>,
  limits: ArtifactLimits,
): NotAssessed[] {
  const list: NotAssessed[] = []
  if (names.length === 0) return list
  if (!leads)
    list.push({
      what: 'blink',
      channels: names,
      reason: 'no electrode with a known position near the eyes, or none further back to compare it with',
    })
  if (slow.length > 0)
    list.push({ what: 'muscle', channels: slow, reason: 'recorded at a rate too low to show what is faster than EEG' })
  for (const [what, fewest] of [
    ['electrode_pop', limits.pop_fewest_channels],
    ['movement', limits.movement_fewest_channels],
  ] as const)
    if (names.length < fewest)
      list.push({ what, channels: names, reason: `needs ${fewest} channels to compare, there are ${names.length}` })
  return list
}
