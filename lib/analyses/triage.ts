/** How soon a person should look at a recording. */
import type { QualityGrade } from './quality/types.js'

export type Priority = 'URGENT' | 'EXPEDITE' | 'ROUTINE' | 'NORMAL' | 'UNTRIAGED'

export interface Triage {
  priority: Priority
  /** Every rule that fired, the one that decided first. */
  reasons: string[]
}

/** Abnormality scores above which a priority holds, highest first. */
const BY_SCORE: ReadonlyArray<[above: number, priority: Priority]> = [
  [0.8, 'URGENT'],
  [0.6, 'EXPEDITE'],
  [0.4, 'ROUTINE'],
]
const BY_GRADE: Partial<Record<QualityGrade, Priority>> = { POOR: 'URGENT', FAIR: 'EXPEDITE' }
const ORDER: readonly Priority[] = ['URGENT', 'EXPEDITE', 'ROUTINE', 'NORMAL', 'UNTRIAGED']

/**
 * The priority of a recording: the highest that a rule gives. Without a score it is never NORMAL: UNTRIAGED, unless its
 * quality already asks for a look.
 * @param score abnormality, 0 to 1; null where there is none
 * @param grade null where quality was not assessed
 */
export function triage(score: number | null, grade: QualityGrade | null): Triage {
  const fired: Array<[Priority, string]> = []
  if (score !== null) {
    const rule = BY_SCORE.find(([above]) => score > above)
    fired.push(
      rule
        ? [rule[1], `The abnormality score ${score.toFixed(2)} is above ${rule[0]}.`]
        : ['NORMAL', `The abnormality score is ${score.toFixed(2)}.`],
    )
  }
  const byGrade = grade && BY_GRADE[grade]
  if (byGrade) fired.push([byGrade, `The signal quality is ${grade}.`])
  if (score === null) fired.push(['UNTRIAGED', 'There is no abnormality score.'])
  fired.sort(([a], [b]) => ORDER.indexOf(a) - ORDER.indexOf(b))
  return { priority: fired[0]![0], reasons: fired.map(([, reason]) => reason) }
}
