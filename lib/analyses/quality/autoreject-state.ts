import { BrrrError } from '../../errors.js'
import type { AutoRejectOptions } from './autoreject.js'

const FORMAT = 'brain-go-brrr AutoReject'
const VERSION = 1

/** What an AutoReject is made of. */
export interface AutoRejectState {
  params: Required<AutoRejectOptions>
  fitted: {
    /** Volts, by channel. */
    threshes: Record<string, number>
    consensus: number
    n_interpolate: number
    /** [consensus][n_interpolate][fold] */
    loss: number[][][]
    random_state: number
  } | null
}

type Loss = Array<Array<Array<number | null>>>

/** As JSON can hold it: null stands for an infinite loss. */
export function writeState({ params, fitted }: AutoRejectState): unknown {
  const loss: Loss | undefined = fitted?.loss.map((rows) =>
    rows.map((row) => row.map((x) => (Number.isFinite(x) ? x : null))),
  )
  return { format: FORMAT, version: VERSION, params, fitted: fitted && { ...fitted, loss } }
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value)
const isArrayOf = <T>(value: unknown, check: (item: unknown) => item is T): value is T[] =>
  Array.isArray(value) && value.every(check)
const isLossValue = (value: unknown): value is number | null => value === null || isNumber(value)
const isLossRow = (value: unknown): value is Array<number | null> => isArrayOf(value, isLossValue)
const isLossTable = (value: unknown): value is Array<Array<number | null>> => isArrayOf(value, isLossRow)

const isParams = (value: unknown): value is AutoRejectState['params'] =>
  isObject(value) &&
  isArrayOf(value.consensus, isNumber) &&
  (value.n_interpolate === null || isArrayOf(value.n_interpolate, isNumber)) &&
  isNumber(value.cv) &&
  typeof value.thresh_method === 'string' &&
  (value.random_state === null || isNumber(value.random_state)) &&
  (value.picks === null || Array.isArray(value.picks))

function parseFitted(value: unknown): AutoRejectState['fitted'] | undefined {
  if (value === null) return null
  if (!isObject(value) || !isObject(value.threshes)) return undefined
  const { threshes, consensus, n_interpolate, loss, random_state } = value
  if (Object.keys(threshes).length === 0 || !Object.values(threshes).every(isNumber)) return undefined
  if (!isNumber(consensus) || !isNumber(n_interpolate) || !isNumber(random_state)) return undefined
  if (!isArrayOf(loss, isLossTable)) return undefined
  return {
    threshes: threshes as Record<string, number>,
    consensus,
    n_interpolate,
    loss: loss.map((rows) => rows.map((row) => row.map((x) => x ?? Number.POSITIVE_INFINITY))),
    random_state,
  }
}

/** @throws BrrrError MODEL_INVALID */
export function parseState(value: unknown): AutoRejectState {
  if (!isObject(value) || value.format !== FORMAT)
    throw new BrrrError('MODEL_INVALID', 'Expected an AutoReject as this package saves it.')
  if (value.version !== VERSION)
    throw new BrrrError('MODEL_INVALID', `Expected an AutoReject of version ${VERSION}; got version ${value.version}.`)
  const fitted = parseFitted(value.fitted)
  if (!isParams(value.params) || fitted === undefined)
    throw new BrrrError('MODEL_INVALID', 'The AutoReject is damaged: params or fitted lack what belongs there.')
  return { params: value.params, fitted }
}
