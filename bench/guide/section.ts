// The performance guide as sections of rows. A part that gets built fills its section: `run` measures, and each row
// names the figure that it judges. Nothing else has to change.
import type { Measurement } from './measure.js'

export interface Target {
  relation: '<' | '>' | '>=' | '='
  value: number
  unit: string
}

export interface Row {
  what: string
  target: Target
  /** Name of the figure in the section's outcome; a row without one belongs to a part that does not exist yet. */
  figure?: string
  /** What the figure is not. */
  note?: string
}

export interface Outcome {
  figures: Record<string, number>
  /** What the guide reports of each timed piece of work. */
  measurements: Record<string, Measurement>
}

export interface Section {
  name: string
  /** Runs in a process of its own, so that memory is its own. */
  run?: () => Promise<Outcome>
  rows: Row[]
}

const target =
  (relation: Target['relation']) =>
  (value: number, unit: string): Target => ({ relation, value, unit })

export const below = target('<')
export const above = target('>')
export const atLeast = target('>=')
export const exactly = target('=')

export function holds({ relation, value }: Target, figure: number): boolean {
  if (relation === '<') return figure < value
  if (relation === '>') return figure > value
  return relation === '=' ? figure === value : figure >= value
}
