/** Hypnograms as CSV and JSON text, read generously and written one way. */
import { BrrrError } from '../../errors.js'
import { placeOnGrid, type ScoredInterval, type ScoredNight, stageOfAnnotation } from './hypnogram.js'
import { EPOCH_S } from './statistics.js'
import type { SleepStage, StageProbabilities } from './types.js'

const STAGE_TEXTS: Readonly<Record<string, SleepStage>> = {
  '0': 'W',
  W: 'W',
  WAKE: 'W',
  WK: 'W',
  '1': 'N1',
  N1: 'N1',
  S1: 'N1',
  NREM1: 'N1',
  '2': 'N2',
  N2: 'N2',
  S2: 'N2',
  NREM2: 'N2',
  '3': 'N3',
  N3: 'N3',
  S3: 'N3',
  NREM3: 'N3',
  S4: 'N3',
  NREM4: 'N3',
  '4': 'R',
  R: 'R',
  REM: 'R',
  '-1': '?',
  ART: '?',
  MT: '?',
  M: '?',
  '-2': '?',
  '?': '?',
  UNS: '?',
  UNSCORED: '?',
  U: '?',
  ND: '?',
}
const STAGE_LIST = 'W 0, N1 1, N2 2, N3 3, R 4, artefact -1, unscored -2 or ?'
const STAGE_COLUMN = /^(sleep_?)?stages?$|^hypno(gram)?$|^values?$|^label$|^description$|^trial_type$/i
const EPOCH_COLUMN = /^epoch(_?(nr|no|number|index))?$/i
const ONSET_COLUMN = /^(onset|start|time)(_s|_sec)?$/i
const DURATION_COLUMN = /^(duration|length)(_s|_sec)?$/i

/**
 * Reads a hypnogram of 30 s epochs. CSV (also with semicolons or tabs): one stage a line; or a header with a stage
 * column and, optionally, epoch numbers (from 0 or 1, in order) and onsets in seconds, with or without durations. JSON: a list of
 * stages; an object with `stages`, `sleep_stages` or YASA's `values`; a result document of this package. Stages are
 * names or YASA's integers. Throws HYPNOGRAM_INVALID with the line or the place.
 */
export function parseHypnogram(text: string): ScoredNight {
  const plain = text.replace(/^\ufeff/, '')
  return /^\s*[[{]/.test(plain) ? parseJson(plain) : parseCsv(plain)
}

interface Row {
  line: number
  cells: string[]
}

function parseCsv(text: string): ScoredNight {
  const rows: Row[] = []
  for (const [i, content] of text.split(/\r\n|\n|\r/).entries()) {
    if (content.trim() === '' || content.startsWith('#')) continue
    const cells = content.split(/[,;\t]/).map((cell) => cell.trim().replace(/^"(.*)"$/, '$1'))
    rows.push({ line: i + 1, cells })
  }
  const [first, ...rest] = rows
  if (!first) throw invalid('The hypnogram is empty.')
  const stageColumn = first.cells.findIndex((cell) => STAGE_COLUMN.test(cell))
  if (stageColumn >= 0) return parseTable(first.cells, stageColumn, rest)
  if (first.cells.length > 1) {
    throw invalid(`Line ${first.line}: a table needs a header with a column "stage"; found "${first.cells.join(',')}".`)
  }
  return { stages: rows.map((row) => stageAt(row, 0)), shift_s: 0 }
}

function parseTable(header: readonly string[], stageColumn: number, rows: readonly Row[]): ScoredNight {
  if (rows.length === 0) throw invalid('The hypnogram has a header but no epochs.')
  const [epoch, onset, duration] = [EPOCH_COLUMN, ONSET_COLUMN, DURATION_COLUMN].map((column) =>
    header.findIndex((cell) => column.test(cell)),
  ) as [number, number, number]
  if (epoch >= 0) checkEpochNumbers(rows, epoch)
  if (onset < 0) return { stages: rows.map((row) => stageAt(row, stageColumn)), shift_s: 0 }
  // Dates count from the first epoch, seconds from the recording's start.
  const origin = isDate(rows[0]!.cells[onset] ?? '') ? secondsAt(rows[0]!, onset) : 0
  return placeOnGrid(
    rows.map(
      (row): ScoredInterval => ({
        onset_s: secondsAt(row, onset) - origin,
        duration_s: duration >= 0 && row.cells[duration] ? secondsAt(row, duration) : null,
        stage: stageAt(row, stageColumn),
        where: `Line ${row.line}`,
      }),
    ),
  )
}

function checkEpochNumbers(rows: readonly Row[], column: number): void {
  const first = Number(rows[0]!.cells[column])
  for (const [i, { line, cells }] of rows.entries()) {
    if ((first !== 0 && first !== 1) || Number(cells[column]) !== first + i) {
      throw invalid(
        `Line ${line}: epoch ${i === 0 ? '0 or 1' : first + i} was expected, found "${cells[column] ?? ''}".`,
      )
    }
  }
}

/** A number of seconds, or a date with time. */
function secondsAt({ line, cells }: Row, column: number): number {
  const cell = cells[column] ?? ''
  const seconds = cell === '' ? Number.NaN : Number(cell)
  const value = isDate(cell) ? Date.parse(cell) / 1000 : seconds
  if (!Number.isFinite(value)) throw invalid(`Line ${line}: a number of seconds was expected, found "${cell}".`)
  return value
}

function isDate(cell: string): boolean {
  return /\d-\d.*:/.test(cell)
}

function stageAt({ line, cells }: Row, column: number): SleepStage {
  return toStage(cells[column] ?? '', `Line ${line}`)
}

function toStage(value: unknown, where: string): SleepStage {
  const text = String(value).trim()
  const stage = stageOfAnnotation(text) ?? STAGE_TEXTS[text.toUpperCase().replace(/\.0*$/, '')]
  if (!stage) throw invalid(`${where}: "${text}" is no sleep stage. Stages are ${STAGE_LIST}.`)
  return stage
}

function parseJson(text: string): ScoredNight {
  let content: unknown
  try {
    content = JSON.parse(text)
  } catch (cause) {
    throw new BrrrError('HYPNOGRAM_INVALID', `The hypnogram is no valid JSON: ${(cause as Error).message}`, { cause })
  }
  const object = content as Record<string, unknown>
  const part = (typeof object.sleep === 'object' && object.sleep ? object.sleep : object) as Record<string, unknown>
  const stages = Array.isArray(content)
    ? content
    : (part.stages ?? part.given_stages ?? part.sleep_stages ?? part.values)
  if (!Array.isArray(stages) || stages.length === 0) {
    throw invalid('The JSON holds no list of stages: expected a list, or an object with "stages" or "sleep_stages".')
  }
  checkEpochLength(part.epoch_s ?? part.freq)
  return { stages: stages.map((stage, i) => toStage(stage, `Epoch ${i}`)), shift_s: 0 }
}

/** `epoch_s` of ours, or YASA's `freq` ("30s"). */
function checkEpochLength(length: unknown): void {
  if (length === undefined || Number.parseFloat(String(length)) === EPOCH_S) return
  if (/^(0?\.5|1\/2) ?min|^30 ?(s|sec)$/i.test(String(length))) return
  throw invalid(`The hypnogram has epochs of ${String(length)}; only ${EPOCH_S} s epochs are read.`)
}

/** CSV with the columns epoch, start_s, stage and, where given, the five probabilities (empty where unscored). */
export function hypnogramToCsv(stages: readonly SleepStage[], probabilities?: readonly StageProbabilities[]): string {
  const header = probabilities ? 'epoch,start_s,stage,p_W,p_N1,p_N2,p_N3,p_R' : 'epoch,start_s,stage'
  const lines = stages.map((stage, epoch) => {
    const cells: Array<number | string> = [epoch, epoch * EPOCH_S, stage]
    if (probabilities) cells.push(...(probabilities[epoch] ?? ['', '', '', '', '']))
    return cells.join(',')
  })
  return `${[header, ...lines].join('\n')}\n`
}

/** JSON with `epoch_s`, `sleep_stages` and, where given, `probabilities`. */
export function hypnogramToJson(stages: readonly SleepStage[], probabilities?: readonly StageProbabilities[]): string {
  return `${JSON.stringify({ epoch_s: EPOCH_S, sleep_stages: stages, ...(probabilities && { probabilities }) })}\n`
}

function invalid(message: string): BrrrError {
  return new BrrrError('HYPNOGRAM_INVALID', message)
}
