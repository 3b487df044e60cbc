import type { SleepStage, StageProbabilities } from '../analyses/sleep/types.js'

export type ScoredStage = Exclude<SleepStage, '?'>

/** The order of probabilities, matrices and tables. */
export const STAGES: readonly ScoredStage[] = ['W', 'N1', 'N2', 'N3', 'R']

/** The order in which a hypnogram shows the stages, from the top. */
export const HYPNOGRAM_ORDER: readonly ScoredStage[] = ['W', 'R', 'N1', 'N2', 'N3']

export const STAGE_NAMES: Record<SleepStage, string> = {
  W: 'Wake',
  N1: 'N1',
  N2: 'N2',
  N3: 'N3',
  R: 'REM',
  '?': 'Unscored',
}

/** A stretch of equal stages, in epochs. */
export interface StageRun {
  stage: SleepStage
  from: number
  epochs: number
}

export function stageRuns(stages: readonly SleepStage[]): StageRun[] {
  const runs: StageRun[] = []
  stages.forEach((stage, epoch) => {
    const last = runs.at(-1)
    if (last?.stage === stage) last.epochs++
    else runs.push({ stage, from: epoch, epochs: 1 })
  })
  return runs
}

/** The largest probability of an epoch: the classifier's confidence in its stage. */
export function confidence(probabilities: StageProbabilities | undefined): number | null {
  return probabilities ? Math.max(...probabilities) : null
}
