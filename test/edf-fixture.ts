import { writeFileSync } from 'node:fs'

export interface FixtureSignal {
  label: string
  unit?: string
  /** Microvolts (or the unit's values) at `samples` per record of one second. */
  samples: number
  value: (t: number) => number
}

const field = (text: string | number, width: number) => String(text).padEnd(width).slice(0, width)

/** Writes an EDF file of one-second records over +-1000 units; with `onsets` (one per record) an EDF+D file. */
export function writeEdf(path: string, signals: FixtureSignal[], seconds: number, onsets?: number[]): void {
  const tal = 32
  const all = onsets ? [...signals, { label: 'EDF Annotations', unit: '', samples: tal / 2, value: () => 0 }] : signals
  const column = (width: number, cell: (signal: FixtureSignal) => string | number) =>
    all.map((s) => field(cell(s), width)).join('')
  const header =
    field('0', 8) +
    field('X X X X', 80) +
    field('Startdate X X X X', 80) +
    field('02.03.24', 8) +
    field('22.00.00', 8) +
    field(256 * (all.length + 1), 8) +
    field(onsets ? 'EDF+D' : '', 44) +
    field(seconds, 8) +
    field(1, 8) +
    field(all.length, 4) +
    column(16, (s) => s.label) +
    column(80, () => '') +
    column(8, (s) => s.unit ?? 'uV') +
    column(8, () => -1000) +
    column(8, () => 1000) +
    column(8, () => -32768) +
    column(8, () => 32767) +
    column(80, () => '') +
    column(8, (s) => s.samples) +
    column(32, () => '')
  const records: Buffer[] = [Buffer.from(header, 'latin1')]
  for (let record = 0; record < seconds; record++) {
    for (const { samples, value } of signals) {
      const buffer = Buffer.alloc(2 * samples)
      for (let i = 0; i < samples; i++) {
        const digital = Math.round(((value(record + i / samples) + 1000) / 2000) * 65535 - 32768)
        buffer.writeInt16LE(Math.max(-32768, Math.min(32767, digital)), 2 * i)
      }
      records.push(buffer)
    }
    if (onsets) records.push(Buffer.from(`+${onsets[record]}\x14\x14`.padEnd(tal, '\0'), 'latin1'))
  }
  writeFileSync(path, Buffer.concat(records))
}

/** A signal that looks like nothing but moves like an EEG: a few sines that do not repeat. */
export const wavy = (t: number) =>
  40 * Math.sin(2 * Math.PI * 1.3 * t) +
  20 * Math.sin(2 * Math.PI * 9.7 * t) +
  10 * Math.sin(2 * Math.PI * 13.1 * t + t * t)
