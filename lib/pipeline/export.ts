import { rename, rm, writeFile } from 'node:fs/promises'
import type { EegEvent } from '../analyses/events/types.js'
import type { QualityReport } from '../analyses/quality/types.js'
import { hypnogramToAnnotations } from '../analyses/sleep/hypnogram.js'
import { hypnogramToCsv } from '../analyses/sleep/hypnogram-text.js'
import { BrrrError } from '../errors.js'
import { type RunOptions, runNative } from '../native.js'
import { eventAnnotations, qualityAnnotations } from './annotations.js'
import type { ResultDocument } from './document.js'

/** Writes a text file so that it appears whole or not at all. @throws BrrrError WRITE_FAILED */
export async function writeText(path: string, text: string): Promise<void> {
  const unfinished = `${path}.${process.pid}.part`
  try {
    await writeFile(unfinished, text)
    await rename(unfinished, path)
  } catch (cause) {
    await rm(unfinished, { force: true }).catch(() => {})
    throw new BrrrError('WRITE_FAILED', `${path} could not be written: ${(cause as Error).message}`, { cause })
  }
}

/** The hypnogram and its probabilities as CSV: the given scoring where there is one. */
export function stagesCsv(document: ResultDocument): string {
  const { sleep } = document
  return sleep.given_stages
    ? hypnogramToCsv(sleep.given_stages)
    : hypnogramToCsv(sleep.sleep_stages, sleep.probabilities)
}

/** A value as a CSV cell: quoted where it must be, empty where there is none. */
export function csvCell(value: number | string | null | undefined): string {
  const text = value === null || value === undefined ? '' : String(value)
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

/** All events as CSV: type, start_s, duration_s, channels, then every attribute that any of them has. */
export function eventsCsv(events: readonly EegEvent[]): string {
  const attributes = [...new Set(events.flatMap((event) => Object.keys(event.attributes)))]
  const lines = [['type', 'start_s', 'duration_s', 'channels', 'source', ...attributes].join(',')]
  for (const e of events)
    lines.push(
      [e.type, e.start_s, e.duration_s, e.channels.join(' '), e.source, ...attributes.map((a) => e.attributes[a])]
        .map(csvCell)
        .join(','),
    )
  return `${lines.join('\n')}\n`
}

/** The quality report's labels as CSV: one line an epoch, a column a channel: 0 good, 1 bad, 2 repaired, else empty. */
export function labelsCsv({ channels, epochs, labels, rejected }: QualityReport): string {
  const gone = new Set(rejected)
  const lines = labels.map((row, epoch) => [
    epoch,
    epochs.start_s[epoch],
    gone.has(epoch) ? 1 : 0,
    ...Array.from(row, (label) => (label === '-' ? null : label)),
  ])
  return `${[['epoch', 'start_s', 'rejected', ...channels], ...lines].map((line) => line.map(csvCell).join(',')).join('\n')}\n`
}

/**
 * Stages ("Sleep stage W|N1|N2|N3|R|?"), events, rejected epochs ("BAD_autoreject"), findings and artifacts as the
 * annotations of an EDF+ file without signals.
 */
export async function writeAnnotationFile(
  path: string,
  document: ResultDocument,
  options: RunOptions = {},
): Promise<void> {
  const { sleep, events, recording, quality_report } = document
  const annotations = [
    ...hypnogramToAnnotations(sleep.given_stages ?? sleep.sleep_stages),
    ...eventAnnotations(events),
    ...(quality_report.status === 'ok' ? qualityAnnotations(quality_report) : []),
  ].sort((a, b) => a.onset_s - b.onset_s)
  const header = {
    patient: 'X X X X',
    recording: 'Startdate X X X brain-go-brrr',
    startIso: recording.start_time ?? '',
  }
  const list = annotations.map((a) => ({ onset: a.onset_s, duration: a.duration_s, text: a.text }))
  await runNative(options, (addon, job) => addon.writeAnnotations(path, header, list, job))
}
