import { BrrrError } from '../../errors.js'
import { type Binding, callNative, type RunOptions, runNative } from '../../native.js'
import type { Recording } from '../../recording/recording.js'
import type { Signal } from '../../recording/signal.js'
import type { Channel } from '../../recording/types.js'
import { checkEpochs, invalid, type TimedEpochData } from './epoch-data.js'
import type { NotAssessed } from './types.js'

/** Below this rate a channel shows too little of an EEG to be judged beside others. */
export const SLOWEST_HZ = 32
const MICROVOLTS_PER_VOLT = 1e6

export interface EpochOptions extends RunOptions {
  /** Length of an epoch in seconds; default 4. */
  epoch_s?: number | undefined
  /** Edge of the zero-phase high-pass; default 1, 0 leaves the samples as they are. */
  high_pass_hz?: number | undefined
  /** Peak-to-peak below which a second is flat; default 0.5. */
  flat_uv?: number | undefined
  /** Refuse (MEMORY_BUDGET) before taking more memory than this; default no limit. */
  maxBytes?: number | undefined
  /** Whether maxBytes must cover what findArtifacts takes of these epochs, too; default false. */
  artifacts?: boolean | undefined
}

/** Values in microvolts that a channel cannot pass, where they are known. */
export interface Rails {
  low_uv: number
  high_uv: number
}

/** The rate that most channels have, the highest of those that tie: the others are resampled to it. */
export function commonestRate(rates: readonly number[]): number {
  const counts = new Map<number, number>()
  for (const rate of rates) counts.set(rate, (counts.get(rate) ?? 0) + 1)
  return [...counts].sort(([a, n], [b, m]) => m - n || b - a)[0]?.[0] ?? 0
}

/** What the header says that a channel can reach: half a digital step inside its physical range. */
function railsOf(recording: Recording, channel: Channel): Rails | undefined {
  const header = recording.header.signals[channel.index]
  if (!header || channel.minus !== null || channel.to_uv === null) return undefined
  const { physicalMin, physicalMax, digitalMin, digitalMax } = header
  const [low, high] = [Math.min(physicalMin, physicalMax), Math.max(physicalMin, physicalMax)]
  const half = (high - low) / (digitalMax - digitalMin) / 2
  return { low_uv: (low + half) * channel.to_uv, high_uv: (high - half) * channel.to_uv }
}

function nativeOptions(rate_hz: number, options: EpochOptions): Binding.NativeEpochOptions {
  const { epoch_s = 4, high_pass_hz = 1, flat_uv = 0.5, maxBytes = 0, artifacts = false } = options
  if (!(epoch_s > 0 && high_pass_hz >= 0 && flat_uv >= 0 && maxBytes >= 0))
    throw new BrrrError(
      'INVALID_ARGUMENT',
      `Epochs need a positive length and limits that are not negative; got epoch_s ${epoch_s}, high_pass_hz ${high_pass_hz}, flat_uv ${flat_uv}, maxBytes ${maxBytes}.`,
    )
  return { rate: rate_hz, lengthS: epoch_s, highPassHz: high_pass_hz, flatUv: flat_uv, maxBytes, artifacts }
}

/**
 * The epochs of some channels in memory (float32, microvolts, outside V8's heap but known to it), which every quality
 * analysis reads. They lie end to end within each stretch without a gap. Close it to free the memory at once.
 */
export class Epochs {
  /** For native calls. */
  readonly handle: Binding.EpochStore
  readonly channels: readonly string[]
  /** Channels that were asked for and are not in it, with the reason. */
  readonly left_out: readonly NotAssessed[]
  readonly #info: Binding.EpochStore['info']

  private constructor(handle: Binding.EpochStore, channels: readonly string[], left_out: readonly NotAssessed[] = []) {
    this.handle = handle
    this.channels = channels
    this.left_out = left_out
    this.#info = handle.info
  }

  /** Number of epochs. */
  get epochs(): number {
    return this.#info.epochs
  }
  /** Samples of one epoch of one channel. */
  get samples(): number {
    return this.#info.samples
  }
  /** Samples per second. */
  get rate_hz(): number {
    return this.#info.rate
  }
  /** Length of an epoch in seconds. */
  get length_s(): number {
    return this.#info.lengthS
  }
  /** Start of each epoch in seconds from the recording's start. */
  get start_s(): Float64Array {
    return this.#info.startS
  }
  get bytes(): number {
    return this.#info.bytes
  }

  /**
   * Channels of a recording. Those of another rate than most are resampled; one below 32 Hz is left out.
   * @throws BrrrError TOO_SHORT (no epoch fits), MEMORY_BUDGET, INVALID_ARGUMENT (no channel, or one that is no voltage), FILE_*
   */
  static fromRecording(
    recording: Recording,
    channels: readonly Channel[],
    options: EpochOptions = {},
  ): Promise<Epochs> {
    return Epochs.fromSignals(
      channels.map((channel) => recording.signal(channel)),
      { ...options, rails: channels.map((channel) => railsOf(recording, channel)) },
    )
  }

  /**
   * Signals of one recording, in microvolts: all have the same stretches. `rails` of each, where they are known, tell
   * clipping apart from large waves.
   * @throws BrrrError as fromRecording
   */
  static async fromSignals(
    signals: readonly Signal[],
    options: EpochOptions & { rails?: ReadonlyArray<Rails | undefined> | undefined } = {},
  ): Promise<Epochs> {
    const picked = signals.map((signal, i) => ({ signal, rails: options.rails?.[i] }))
    const slow = picked.filter(({ signal }) => signal.rate_hz < SLOWEST_HZ)
    const kept = picked.filter(({ signal }) => signal.rate_hz >= SLOWEST_HZ)
    if (kept.length === 0)
      throw new BrrrError('INVALID_ARGUMENT', `Epochs need a channel of at least ${SLOWEST_HZ} Hz; got none.`)
    const rate_hz = commonestRate(kept.map(({ signal }) => signal.rate_hz))
    const starts = kept[0]!.signal.stretches.map((stretch) => stretch.start_s)
    const settings = nativeOptions(rate_hz, options)
    const handle = await runNative(options, (addon, job) =>
      addon.loadEpochs(
        kept.map(({ signal, rails }) => ({
          stretches: signal.stretches.map((stretch) => stretch.source),
          lowRail: rails?.low_uv ?? Number.NaN,
          highRail: rails?.high_uv ?? Number.NaN,
        })),
        starts,
        settings,
        job,
      ),
    )
    return new Epochs(
      handle,
      kept.map(({ signal }) => signal.name),
      slow.map(({ signal }) => ({
        what: 'channel',
        channels: [signal.name],
        reason: `recorded at ${signal.rate_hz} Hz, below ${SLOWEST_HZ} Hz`,
      })),
    )
  }

  /**
   * Ready-made epochs in volts, as they are: no filter. All channels are taken, listed as bad or not; epoch number e is
   * taken to start at e times its length.
   * @throws BrrrError INVALID_ARGUMENT for a wrong size or a sample that is not finite, MEMORY_BUDGET
   */
  static async fromArray(
    epochs: TimedEpochData,
    options: Omit<EpochOptions, 'epoch_s' | 'high_pass_hz'> = {},
  ): Promise<Epochs> {
    checkEpochs(epochs)
    const { data, channels, rate_hz } = epochs
    const [count, width, samples] = epochs.shape
    if (!(rate_hz > 0 && Number.isFinite(rate_hz)))
      throw invalid(`Epochs need rate_hz, their samples per second; got ${rate_hz}.`)
    if (samples < 2) throw invalid('An epoch needs at least two samples; got 1.')
    const shape = { epochs: count, channels: width, samples, rate: rate_hz, toUv: MICROVOLTS_PER_VOLT }
    const settings = nativeOptions(rate_hz, { ...options, epoch_s: samples / rate_hz })
    const handle = await runNative(options, (addon, job) => addon.epochsFromArray(data, shape, settings, job))
    return new Epochs(handle, [...channels])
  }

  /** A copy of the samples of some epochs of a channel, in microvolts. @throws BrrrError INVALID_ARGUMENT, CLOSED */
  read(channel: number, first_epoch: number, epochs = 1): Float32Array {
    return callNative(() => this.handle.read(channel, first_epoch, epochs))
  }

  /** Lets the memory go; computations under way finish first. Calling it twice is fine. */
  close(): void {
    this.handle.close()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.close()
  }
}
