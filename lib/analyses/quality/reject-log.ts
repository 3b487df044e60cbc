import { BrrrError } from '../../errors.js'
import { invalid } from './epoch-data.js'
import { readJson, writeJson } from './json-file.js'
import type { CellLabel } from './types.js'

const FORMAT = 'brain-go-brrr reject log'
const VERSION = 1

/** What is wrong with each cell (a channel in an epoch), and which epochs are to be rejected. May be changed by hand. */
export class RejectLog {
  /** labels[epoch][channel] */
  readonly labels: CellLabel[][]
  readonly bad_epochs: boolean[]
  readonly ch_names: string[]

  /** @throws BrrrError INVALID_ARGUMENT where the parts do not fit together */
  constructor(parts: { labels: CellLabel[][]; bad_epochs: boolean[]; ch_names: string[] }) {
    const { labels, bad_epochs, ch_names } = parts
    if (labels.length !== bad_epochs.length || labels.some((row) => row.length !== ch_names.length))
      throw invalid(
        `A reject log needs a label for each channel and a verdict for each epoch; got ${labels.length} rows of labels ` +
          `(the first of ${labels[0]?.length ?? 0}), ${bad_epochs.length} verdicts and ${ch_names.length} names.`,
      )
    for (const row of labels)
      for (const label of row)
        if (label !== 0 && label !== 1 && label !== 2 && label !== null)
          throw invalid('Labels of a reject log are 0, 1, 2 or null.')
    this.labels = labels
    this.bad_epochs = bad_epochs
    this.ch_names = ch_names
  }

  toJSON() {
    const { ch_names, labels, bad_epochs } = this
    return { format: FORMAT, version: VERSION, ch_names, labels, bad_epochs }
  }

  /** @throws BrrrError MODEL_INVALID where the value is no reject log of this version */
  static fromJSON(value: unknown): RejectLog {
    const log = value as ReturnType<RejectLog['toJSON']> | null
    const { labels, bad_epochs, ch_names } = log ?? {}
    const fits =
      log?.format === FORMAT &&
      log.version === VERSION &&
      Array.isArray(labels) &&
      labels.every(Array.isArray) &&
      Array.isArray(bad_epochs) &&
      bad_epochs.every((bad) => typeof bad === 'boolean') &&
      Array.isArray(ch_names) &&
      ch_names.every((name) => typeof name === 'string')
    if (!fits) throw new BrrrError('MODEL_INVALID', `Expected a reject log of version ${VERSION}.`)
    try {
      return new RejectLog({ labels: labels!, bad_epochs: bad_epochs!, ch_names: ch_names! })
    } catch (cause) {
      throw new BrrrError('MODEL_INVALID', (cause as Error).message, { cause })
    }
  }

  /** Writes it as JSON. @throws BrrrError WRITE_FAILED */
  async save(path: string): Promise<void> {
    await writeJson(path, this)
  }

  /** @throws BrrrError FILE_NOT_FOUND, FILE_UNREADABLE, MODEL_INVALID */
  static async load(path: string): Promise<RejectLog> {
    return RejectLog.fromJSON(await readJson(path))
  }
}
