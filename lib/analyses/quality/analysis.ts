import { BrrrError } from '../../errors.js'
import type { RunOptions } from '../../native.js'
import { type Signal, signalFromArray } from '../../recording/signal.js'
import { type Cells, countCells } from './grade.js'
import type { Epochs } from './store.js'
import type { BadChannel, NotJudged, QualityReport } from './types.js'

/** A cell of the quality run that is repaired. */
export interface RepairedCell {
  channel: string
  epoch: number
  /** Seconds from the recording's start. */
  start_s: number
  rate_hz: number
  /** Microvolts after the run's high-pass. */
  samples: Float32Array
}

/** A cell by its numbers. */
export interface CellNumber {
  epoch: number
  channel: number
}

/** Interpolates cells labelled 2: their samples in microvolts, one after the other. */
export type Repair = (cells: readonly CellNumber[], options: RunOptions) => Promise<Float32Array>

export interface Judgement {
  report: QualityReport
  epochs: Epochs
  cells: Cells
  repair: Repair
  high_pass_hz: number
  /** Null where nothing was drawn at random. */
  seed: number | null
}

/** Of each epoch: the share of its cells that are good or repaired; 0 where it is rejected. */
function usableShares(cells: Cells): number[] {
  const { of_epoch } = countCells(cells)
  const width = cells.channels.length
  return of_epoch.map(({ lost }, epoch) => (cells.rejected[epoch] ? 0 : (width - lost) / width))
}

/** Index of the first of the ascending values that is above a bound. */
function firstAbove(values: readonly number[], bound: number): number {
  let [low, high] = [0, values.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (values[middle]! > bound) high = middle
    else low = middle + 1
  }
  return low
}

/**
 * The quality of a recording, and what analyses that follow may use of it: bad channels, weights of windows, cleaned
 * samples. It holds the EEG in memory (float32) until closed; the report and the weights stay.
 */
export class QualityAnalysis {
  /** Why nothing was judged, or what was found. */
  readonly report: QualityReport | NotJudged
  readonly seed: number | null
  /** Edge of the high-pass before everything else. */
  readonly high_pass_hz: number
  readonly #judgement: Judgement | null
  #usable: number[] | null = null
  #open = true

  constructor(judged: Judgement | NotJudged, high_pass_hz = 1) {
    this.#judgement = 'report' in judged ? judged : null
    this.report = 'report' in judged ? judged.report : judged
    this.seed = this.#judgement?.seed ?? null
    this.high_pass_hz = this.#judgement?.high_pass_hz ?? high_pass_hz
  }

  /** Empty where nothing was judged. */
  get badChannels(): readonly BadChannel[] {
    return this.#judgement?.report.bad_channels ?? []
  }

  /**
   * How much of a stretch of time is usable: the share of its channel-epochs that are good or repaired, in epochs that
   * are kept. Null where no epoch touches it.
   */
  windowQuality(start_s: number, duration_s: number): number | null {
    if (!this.#judgement) return null
    this.#usable ??= usableShares(this.#judgement.cells)
    const { length_s, start_s: starts } = this.#judgement.report.epochs
    let [usable, covered] = [0, 0]
    for (let epoch = firstAbove(starts, start_s - length_s); epoch < starts.length; epoch++) {
      const start = starts[epoch]!
      const overlap = Math.min(start + length_s, start_s + duration_s) - Math.max(start, start_s)
      if (overlap <= 0) break
      covered += overlap
      usable += overlap * this.#usable[epoch]!
    }
    return covered > 0 ? usable / covered : null
  }

  /**
   * Samples of one cell in microvolts after the high-pass; `repaired`: as interpolated, where the cell is labelled 2.
   * @throws BrrrError NO_SUCH_CHANNEL, INVALID_ARGUMENT (no such epoch), CLOSED
   */
  async samples(
    channel: string,
    epoch: number,
    { repaired = false, ...options }: { repaired?: boolean } & RunOptions = {},
  ): Promise<Float32Array> {
    const { epochs, cells, repair } = this.#live()
    const index = this.#indexOf(channel)
    if (!(Number.isInteger(epoch) && epoch >= 0 && epoch < epochs.epochs))
      throw new BrrrError('INVALID_ARGUMENT', `There is no epoch ${epoch}: they are 0 to ${epochs.epochs - 1}.`)
    if (repaired && cells.labels[epoch * cells.channels.length + index] === 2)
      return repair([{ epoch, channel: index }], options)
    return epochs.read(index, epoch)
  }

  /** All cells that are repaired, in epochs that are kept, channel by channel. @throws BrrrError CLOSED, ABORTED */
  async repairedCells(options: RunOptions = {}): Promise<RepairedCell[]> {
    return this.#repairedCells(this.#live().cells.channels, options)
  }

  /**
   * A channel as analyses should see it: high-passed, repaired where it is labelled 2, rejected epochs left out as gaps.
   * @throws BrrrError NO_SUCH_CHANNEL, CLOSED, ABORTED
   */
  async cleaned(channel: string, options: RunOptions = {}): Promise<Signal> {
    const { epochs, cells } = this.#live()
    const index = this.#indexOf(channel)
    const samples = epochs.read(index, 0, epochs.epochs)
    for (const cell of await this.#repairedCells([channel], options))
      samples.set(cell.samples, cell.epoch * epochs.samples)
    const stretches: Signal['stretches'] = []
    for (let from = 0; from < epochs.epochs; ) {
      let to = from + 1
      if (cells.rejected[from]) {
        from = to
        continue
      }
      while (to < epochs.epochs && !cells.rejected[to] && this.#follows(to)) to++
      const part = samples.subarray(from * epochs.samples, to * epochs.samples)
      const [stretch] = signalFromArray(part, epochs.rate_hz).stretches
      stretches.push({ ...stretch!, start_s: epochs.start_s[from]! })
      from = to
    }
    return { name: channel, rate_hz: epochs.rate_hz, stretches }
  }

  /** Lets the samples go. Calling it twice is fine. */
  close(): void {
    if (this.#open) this.#judgement?.epochs.close()
    this.#open = false
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.close()
  }

  async #repairedCells(channels: readonly string[], options: RunOptions): Promise<RepairedCell[]> {
    const { epochs, cells, repair } = this.#live()
    const numbers = channels.flatMap((name) => {
      const channel = this.#indexOf(name)
      return cells.rejected.flatMap((rejected, epoch) =>
        !rejected && cells.labels[epoch * cells.channels.length + channel] === 2 ? [{ epoch, channel }] : [],
      )
    })
    if (numbers.length === 0) return []
    const samples = await repair(numbers, options)
    return numbers.map(({ epoch, channel }, i) => ({
      channel: cells.channels[channel]!,
      epoch,
      start_s: epochs.start_s[epoch]!,
      rate_hz: epochs.rate_hz,
      samples: samples.subarray(i * epochs.samples, (i + 1) * epochs.samples),
    }))
  }

  /** Whether an epoch begins where the one before it ends. */
  #follows(epoch: number): boolean {
    const { start_s, length_s, rate_hz } = this.#judgement!.epochs
    return Math.abs(start_s[epoch - 1]! + length_s - start_s[epoch]!) < 0.5 / rate_hz
  }

  #indexOf(channel: string): number {
    const { channels } = this.#live().cells
    const index = channels.indexOf(channel)
    if (index >= 0) return index
    throw new BrrrError('NO_SUCH_CHANNEL', `The quality run has no channel "${channel}", only ${channels.join(', ')}.`)
  }

  #live(): Judgement {
    if (!this.#judgement) throw new BrrrError('TOO_SHORT', `There are no samples. ${(this.report as NotJudged).reason}`)
    if (!this.#open) throw new BrrrError('CLOSED', 'The samples of this quality run were released.')
    return this.#judgement
  }
}
