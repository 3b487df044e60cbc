import { createHash } from 'node:crypto'
import { open } from 'node:fs/promises'
import { basename } from 'node:path'
import { BrrrError } from '../errors.js'
import { type Binding, type RunOptions, runNative } from '../native.js'
import { buildChannels, findChannel } from './derivations.js'
import type { Signal } from './signal.js'
import type { Annotation, Channel, RecordingInfo, Segment } from './types.js'

/** An EDF, EDF+, BDF or BDF+ file. Samples stay in the file and are read in pieces. */
export class Recording {
  readonly path: string
  /** The header as it stands in the file, signal by signal. */
  readonly header: Binding.NativeRecordingInfo
  /** The ordinary channels, named by the naming rules. */
  readonly channels: Channel[]
  /** Onsets in seconds from the first sample. */
  readonly annotations: Annotation[]
  /** Stretches without a gap, in order; times in seconds from the first sample. */
  readonly segments: Segment[]
  /** What was odd about the file but could be read. */
  readonly warnings: string[]
  /** From the first sample to the end of the last record, gaps included. */
  readonly duration_s: number

  readonly #handle: Binding.RecordingHandle
  #open = true

  private constructor(path: string, handle: Binding.RecordingHandle) {
    this.path = path
    this.#handle = handle
    const header = handle.info
    this.header = header
    this.warnings = [...header.warnings]
    this.channels = buildChannels(
      header.signals.flatMap((signal, index) =>
        signal.isAnnotation || !signal.usable
          ? []
          : [{ label: signal.label, unit: signal.dimension, rate_hz: signal.rate, samples: signal.samples, index }],
      ),
    )
    const origin = header.recordOnsets[0] ?? 0
    this.annotations = header.annotations.map((a) => ({
      onset_s: a.onset - origin,
      duration_s: a.duration,
      text: a.text,
    }))
    this.segments = header.segments.map((s) => ({
      start_s: s.startS - origin,
      duration_s: s.durationS,
      first_record: s.firstRecord,
      records: s.records,
    }))
    const last = this.segments.at(-1)
    this.duration_s = last ? last.start_s + last.duration_s : 0
  }

  /**
   * Opens a recording: reads header and annotations.
   * @throws BrrrError FILE_NOT_FOUND, NOT_A_FILE, FILE_UNREADABLE, EDF_INVALID, EDF_TRUNCATED, ABORTED
   */
  static async open(path: string, options: RunOptions = {}): Promise<Recording> {
    return new Recording(path, await runNative(options, (addon, job) => addon.openRecording(path, job)))
  }

  /** The open file, for native calls. @throws BrrrError CLOSED */
  get handle(): Binding.RecordingHandle {
    if (!this.#open) throw new BrrrError('CLOSED', `The recording ${basename(this.path)} is closed.`)
    return this.#handle
  }

  /** The channel of this name, label or derivation. @throws BrrrError NO_SUCH_CHANNEL, naming those that exist */
  channel(name: string): Channel {
    return findChannel(this.channels, name)
  }

  /** A channel's samples in microvolts for an analysis. @throws BrrrError INVALID_ARGUMENT where its unit is no voltage */
  signal(channel: Channel | string): Signal {
    const c = typeof channel === 'string' ? this.channel(channel) : channel
    if (c.to_uv === null)
      throw new BrrrError(
        'INVALID_ARGUMENT',
        `Channel ${c.name} is in "${c.unit}", which is no voltage; choose an EEG, EOG or EMG channel.`,
      )
    return this.#signal(c, c.to_uv)
  }

  /**
   * Samples of one channel over the whole records of the file, gaps left out, in the file's own unit.
   * @param out written in place where given: `channel.samples` values
   */
  async read<T extends Float32Array | Float64Array>(
    channel: Channel | string,
    out: T,
    options: RunOptions = {},
  ): Promise<T> {
    const c = typeof channel === 'string' ? this.channel(channel) : channel
    if (out.length !== c.samples)
      throw new BrrrError(
        'INVALID_ARGUMENT',
        `Channel ${c.name} holds ${c.samples} samples; the array has ${out.length}.`,
      )
    const source = {
      recording: this.handle,
      signal: c.index,
      minus: c.minus ?? -1,
      scale: 1,
      firstRecord: 0,
      records: this.header.records,
    }
    await runNative(options, (addon, job) => addon.readSource(source, 0, out, job))
    return out
  }

  /**
   * Several signals of a record range at once: the fast way through a whole file in bounded memory.
   * @param outputs one array a channel, `records` times its samples per record long; no derivations
   */
  async readRecords(
    channels: Channel[],
    firstRecord: number,
    records: number,
    outputs: Array<Float32Array | Float64Array>,
    options: RunOptions = {},
  ): Promise<void> {
    const derived = channels.find((c) => c.minus !== null)
    if (derived)
      throw new BrrrError(
        'INVALID_ARGUMENT',
        `readRecords reads signals of the file; ${derived.name} is formed of two, use read().`,
      )
    if (firstRecord < 0 || records < 0 || firstRecord + records > this.header.records)
      throw new BrrrError(
        'INVALID_ARGUMENT',
        `Records ${firstRecord} to ${firstRecord + records} of ${this.header.records} asked for.`,
      )
    channels.forEach((c, i) => {
      const expected = records * (this.header.signals[c.index]?.samplesPerRecord ?? 0)
      if (outputs[i]?.length !== expected)
        throw new BrrrError(
          'INVALID_ARGUMENT',
          `The array for ${c.name} must hold ${expected} values, it has ${outputs[i]?.length}.`,
        )
    })
    const indices = channels.map((c) => c.index)
    await runNative(options, (addon, job) =>
      addon.readRecords(this.handle, indices, firstRecord, records, outputs, job),
    )
  }

  /** First and last digital values of a signal of the file (by its index in `header.signals`), and their sum: what a reader is checked by. */
  digitalSummary(index: number, options: RunOptions = {}): Promise<{ first: number[]; last: number[]; sum: number }> {
    const recording = this.handle
    return runNative(options, (addon, job) => addon.digitalSummary(recording, index, job))
  }

  /** SHA-256 of the file's bytes, in pieces that leave the event loop free. */
  async sha256(options: RunOptions = {}): Promise<string> {
    const hash = createHash('sha256')
    const file = await open(this.path)
    try {
      const buffer = Buffer.allocUnsafe(1 << 20)
      for (let read = 1; read > 0; ) {
        if (options.signal?.aborted) throw new BrrrError('ABORTED', 'The operation was aborted.')
        read = (await file.read(buffer, 0, buffer.length)).bytesRead
        hash.update(buffer.subarray(0, read))
      }
    } finally {
      await file.close()
    }
    return hash.digest('hex')
  }

  /** The recording part of the result document. */
  info(sha256: string): RecordingInfo {
    return {
      file: basename(this.path),
      sha256,
      format: this.header.format,
      start_time: this.header.startIso || null,
      duration_s: this.duration_s,
      sampling: [...new Set(this.channels.map((c) => c.rate_hz))].sort((a, b) => b - a),
      channels: this.channels.map(({ name, label, kind, rate_hz, unit }) => ({ name, label, kind, rate_hz, unit })),
      annotations: this.annotations,
    }
  }

  /** Closes the file; analyses under way keep what they need. Calling it twice is fine. */
  close(): void {
    if (this.#open) this.#handle.close()
    this.#open = false
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.close()
  }

  #signal(channel: Channel, scale: number): Signal {
    const recording = this.handle
    const perRecord = this.header.signals[channel.index]!.samplesPerRecord
    return {
      name: channel.name,
      rate_hz: channel.rate_hz,
      stretches: this.segments.map((segment) => ({
        source: {
          recording,
          signal: channel.index,
          minus: channel.minus ?? -1,
          scale,
          firstRecord: segment.first_record,
          records: segment.records,
        },
        start_s: segment.start_s,
        samples: segment.records * perRecord,
      })),
    }
  }
}
