/** What a person sees: results on stdout, progress and messages on stderr, colours only on a terminal. */

const colours = (stream: NodeJS.WriteStream) =>
  process.env.NO_COLOR ? false : process.env.FORCE_COLOR ? process.env.FORCE_COLOR !== '0' : Boolean(stream.isTTY)

const paint =
  (code: number) =>
  (text: string, stream: NodeJS.WriteStream = process.stdout) =>
    colours(stream) ? `\x1b[${code}m${text}\x1b[0m` : text

export const bold = paint(1)
export const dim = paint(2)
export const red = paint(31)
export const yellow = paint(33)
export const green = paint(32)

export function print(text = ''): void {
  process.stdout.write(`${text}\n`)
}

export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value, null, 2)}\n`)
}

/** What `--csv` and its kin take for stdout; it then replaces the summary. */
export const STDOUT = '-'

/** Text that may come from a file: control characters, which could steer a terminal, become dots. */
export function plain(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  return text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '·')
}

export function warn(message: string): void {
  process.stderr.write(`${yellow('warning', process.stderr)} ${plain(message)}\n`)
}

export function fail(message: string): void {
  process.stderr.write(`${red('error', process.stderr)} ${plain(message)}\n`)
}

/** Rows as aligned columns. */
export function table(cells: Array<Array<string | number>>, indent = '  '): string {
  const rows = cells.map((row) => row.map((cell) => plain(String(cell))))
  const widths: number[] = []
  for (const row of rows) for (const [i, cell] of row.entries()) widths[i] = Math.max(widths[i] ?? 0, cell.length)
  return rows
    .map((row) => indent + row.map((cell, i) => (i === row.length - 1 ? cell : cell.padEnd(widths[i]!))).join('  '))
    .join('\n')
}

/** A line on stderr that follows a long computation; silent unless that is a terminal, or with --progress. */
export class ProgressLine {
  readonly #label: string
  readonly #shown: boolean
  #last = ''

  constructor(label: string, shown = Boolean(process.stderr.isTTY)) {
    this.#label = label
    this.#shown = shown
  }

  update(stage: string, share: number): void {
    const percent = Math.floor(share * 100)
    const text = `${this.#label}: ${stage} ${percent} %`
    if (!this.#shown || text === this.#last) return
    this.#last = text
    process.stderr.write(process.stderr.isTTY ? `\r\x1b[K${text}` : `${text}\n`)
  }

  end(): void {
    if (this.#shown && this.#last && process.stderr.isTTY) process.stderr.write('\r\x1b[K')
    this.#last = ''
  }
}
