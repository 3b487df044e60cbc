import { Recording } from '../recording/recording.js'
import { bold, dim, print, printJson, table, warn } from './terminal.js'

export interface InfoArguments {
  json?: boolean
}

/** h:mm:ss. */
export function clock(seconds: number): string {
  const s = Math.round(seconds)
  const two = (n: number) => String(n).padStart(2, '0')
  return `${Math.floor(s / 3600)}:${two(Math.floor(s / 60) % 60)}:${two(s % 60)}`
}

export async function info(file: string, options: InfoArguments, signal: AbortSignal): Promise<void> {
  const recording = await Recording.open(file, { signal })
  try {
    if (options.json) {
      const { segments, warnings } = recording
      printJson({ ...recording.info(await recording.sha256({ signal })), segments, warnings })
    } else show(recording)
  } finally {
    recording.close()
  }
}

const SHOWN_ANNOTATIONS = 20

function show(recording: Recording): void {
  const { header } = recording
  print(`${bold(recording.path)}  ${header.format}`)
  print(
    table([
      ['start', header.startIso || 'no date in the header'],
      ['duration', `${clock(recording.duration_s)} (${header.records} records of ${header.recordDuration} s)`],
      ...(recording.segments.length > 1
        ? [['gaps', `${recording.segments.length} stretches with gaps between them`]]
        : []),
    ]),
  )
  print()
  if (recording.channels.length > 0)
    print(
      table([
        ['channel', 'label', 'kind', 'rate', 'unit', 'samples'],
        ...recording.channels.map((c) => [
          c.name,
          c.label,
          c.kind,
          `${Number(c.rate_hz.toFixed(4))} Hz`,
          c.unit || '-',
          c.samples,
        ]),
      ]),
    )
  else print('  no signals, annotations only')
  const { annotations } = recording
  if (annotations.length > 0) {
    print(`\n${annotations.length} annotations`)
    print(
      table(
        annotations
          .slice(0, SHOWN_ANNOTATIONS)
          .map((a) => [clock(a.onset_s), a.duration_s === null ? '' : `${a.duration_s} s`, a.text]),
      ),
    )
    if (annotations.length > SHOWN_ANNOTATIONS)
      print(dim(`  and ${annotations.length - SHOWN_ANNOTATIONS} more (--json lists all)`))
  }
  for (const message of recording.warnings) warn(message)
}
