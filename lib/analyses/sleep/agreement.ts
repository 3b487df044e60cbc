/** How two scorings of one recording agree. */
import type { SleepStage, StageAgreement } from './types.js'

const ORDER: readonly SleepStage[] = ['W', 'N1', 'N2', 'N3', 'R']

/**
 * Share of equal epochs, Cohen's kappa (unweighted) and confusion matrix (rows: `given`, columns: `automatic`, order
 * W, N1, N2, N3, R) over the epochs that both scorings have and neither leaves unscored. Kappa is null where chance
 * alone would agree in every epoch, or where no epoch can be compared; agreement is then 1 or 0.
 */
export function stageAgreement(given: readonly SleepStage[], automatic: readonly SleepStage[]): StageAgreement {
  const confusion = ORDER.map(() => ORDER.map(() => 0))
  for (let epoch = 0; epoch < Math.min(given.length, automatic.length); epoch++) {
    const row = confusion[ORDER.indexOf(given[epoch]!)]
    const column = ORDER.indexOf(automatic[epoch]!)
    if (row && column >= 0) row[column]! += 1
  }
  const rows = confusion.map(sum)
  const columns = ORDER.map((_, column) => sum(confusion.map((row) => row[column]!)))
  const epochs = sum(rows)
  const equal = sum(confusion.map((row, i) => row[i]!))
  const expected = sum(rows.map((n, i) => n * columns[i]!)) / epochs
  const kappa = epochs > 0 && expected < epochs ? (equal - expected) / (epochs - expected) : null
  return { epochs, agreement: epochs > 0 ? equal / epochs : 0, kappa, confusion }
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
