/** A sleep statistic as the report explains it. */
export interface StatisticDefinition {
  key: string
  name: string
  unit: string
  definition: string
}

const define = (key: string, name: string, unit: string, definition: string): StatisticDefinition => ({
  key,
  name,
  unit,
  definition,
})

/** YASA's sleep statistics in reading order. Sleep is N1, N2, N3 and R; unscored epochs are neither sleep nor wake. */
export const STATISTICS: readonly StatisticDefinition[] = [
  define('TIB', 'Time in bed', 'min', 'All epochs that the statistics cover.'),
  define('SPT', 'Sleep period time', 'min', 'From the first epoch of sleep to the last, both included.'),
  define('TST', 'Total sleep time', 'min', 'Epochs of sleep within the sleep period.'),
  define('WASO', 'Wake after sleep onset', 'min', 'Wake epochs within the sleep period.'),
  define('SE', 'Sleep efficiency', '%', 'Total sleep time as a share of the time in bed.'),
  define('SME', 'Sleep maintenance efficiency', '%', 'Total sleep time as a share of the sleep period time.'),
  define('SOL', 'Sleep onset latency', 'min', 'From the start to the first epoch of sleep.'),
  define('SOL_5min', 'Latency to persistent sleep', 'min', 'From the start to the first 5 min of unbroken sleep.'),
  define('Lat_REM', 'REM latency', 'min', 'From the start (not from sleep onset) to the first epoch of R.'),
  define('Lat_N1', 'N1 latency', 'min', 'From the start to the first epoch of N1.'),
  define('Lat_N2', 'N2 latency', 'min', 'From the start to the first epoch of N2.'),
  define('Lat_N3', 'N3 latency', 'min', 'From the start to the first epoch of N3.'),
  define('SFI', 'Sleep fragmentation index', 'per hour', 'Passages from sleep to wake, per hour of total sleep time.'),
  define(
    'SFI_legacy',
    'Sleep fragmentation index, older definition',
    'see text',
    'As older versions of YASA (0.7) print it: the hourly index divided by the epochs in a minute (half of SFI at 30 s).',
  ),
  define('WAKE', 'Wake', 'min', 'All wake epochs, also before sleep onset and after the last sleep.'),
  define('N1', 'Stage N1', 'min', 'All epochs of N1.'),
  define('N2', 'Stage N2', 'min', 'All epochs of N2.'),
  define('N3', 'Stage N3', 'min', 'All epochs of N3.'),
  define('REM', 'Stage R', 'min', 'All epochs of R.'),
  define('NREM', 'NREM sleep', 'min', 'All epochs of N1, N2 and N3.'),
  define('ART', 'Artefact', 'min', 'All epochs scored as artefact.'),
  define('UNS', 'Unscored', 'min', 'All epochs without a stage.'),
  define('%N1', 'Share of N1', '% of TST', 'N1 as a share of the total sleep time.'),
  define('%N2', 'Share of N2', '% of TST', 'N2 as a share of the total sleep time.'),
  define('%N3', 'Share of N3', '% of TST', 'N3 as a share of the total sleep time.'),
  define('%REM', 'Share of R', '% of TST', 'R as a share of the total sleep time.'),
  define('%NREM', 'Share of NREM', '% of TST', 'N1, N2 and N3 as a share of the total sleep time.'),
]

/** The key figures at the head of the report. */
export const KEY_FIGURES: readonly string[] = ['TST', 'SE', 'SOL', 'WASO', 'Lat_REM', '%N3', '%REM', 'SFI']

/** The statistics present, in reading order; keys without a definition come last. */
export function describeStatistics(statistics: Record<string, number | null>) {
  const known = STATISTICS.filter((statistic) => statistic.key in statistics)
  const others = Object.keys(statistics)
    .filter((key) => !STATISTICS.some((statistic) => statistic.key === key))
    .map((key) => define(key, key, '', ''))
  return [...known, ...others].map((statistic) => ({ ...statistic, value: statistics[statistic.key] ?? null }))
}
