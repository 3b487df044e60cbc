// Tables for a terminal: columns of figures to the right, others to the left.

const FIGURE = /^([-±]?[\d.]+( %)?|-)$/

export function textTable(header: readonly string[], rows: ReadonlyArray<readonly string[]>): string {
  const columns = header.map((name, i) => ({
    width: Math.max(name.length, ...rows.map((row) => row[i]!.length)),
    figures: rows.every((row) => FIGURE.test(row[i]!)),
  }))
  const line = (row: readonly string[]) =>
    columns
      .map(({ width, figures }, i) => (figures ? row[i]!.padStart(width) : row[i]!.padEnd(width)))
      .join('  ')
      .trimEnd()
  return [line(header), columns.map(({ width }) => '-'.repeat(width)).join('  '), ...rows.map(line)].join('\n')
}

/** Three significant digits. */
export function digits(value: number): string {
  if (value === 0 || Math.abs(value) >= 1000) return value.toFixed(0)
  return value.toFixed(Math.min(4, Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))))))
}
