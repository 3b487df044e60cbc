import { createHash } from 'node:crypto'
import { createWriteStream, readFileSync } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { BrrrError } from '../errors.js'
import type { ResultDocument } from '../pipeline/document.js'
import { base64Pieces, extent, pageData } from './embed.js'
import { secondsOfDay } from './format.js'
import { embeddedJson, html, type Markup } from './html.js'
import { annotationSection, otherParts, provenanceSection } from './provenance.js'
import { qualitySection } from './quality/section.js'
import {
  DECISION_SUPPORT,
  fileName,
  header,
  keyFigures,
  notStaged,
  qualityReport,
  sleepNotAsked,
  warnings,
} from './summary.js'
import { agreementSection, eventSection, sleepTables } from './tables.js'
import { timeline } from './timeline.js'
import type { ReportSignals } from './types.js'
import { viewer } from './viewer.js'

/**
 * The report on one recording: one HTML file that needs nothing else and asks no network for anything.
 *
 * @param signals what the epoch viewer and the spectrogram show; null leaves them out and says so
 */
export function renderReport(document: ResultDocument, signals: ReportSignals | null): string {
  return [...parts(document, signals)].join('')
}

/**
 * Writes the report to a file, piece by piece, so that a long recording's traces are never in memory as text. The file
 * appears when it is complete.
 *
 * @throws BrrrError WRITE_FAILED, or ABORTED when `signal` fires
 */
export async function writeReport(
  path: string,
  document: ResultDocument,
  signals: ReportSignals | null,
  options: { signal?: AbortSignal } = {},
): Promise<void> {
  const unfinished = `${path}.${process.pid}.part`
  try {
    await pipeline(Readable.from(parts(document, signals)), createWriteStream(unfinished), options)
    await rename(unfinished, path)
  } catch (cause) {
    await rm(unfinished, { force: true })
    if (options.signal?.aborted) throw new BrrrError('ABORTED', 'The report was cancelled.', { cause })
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new BrrrError('WRITE_FAILED', `The report could not be written to ${path}: ${reason}`, { cause })
  }
}

function* parts(document: ResultDocument, signals: ReportSignals | null): Generator<string> {
  const { style, script } = pageAssets()
  const policy = `default-src 'none'; script-src '${cspHash(script)}'; style-src '${cspHash(style)}'; img-src data:; base-uri 'none'; form-action 'none'`
  yield html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${fileName(document)} – ${sleepNotAsked(document) ? 'EEG' : 'sleep'} report</title>
`.text
  yield `<style>${style}</style>\n</head>\n<body>\n<main>\n`
  for (const section of sections(document, signals)) if (section) yield section.text
  yield html`\n</main>\n<footer><p>${DECISION_SUPPORT}</p></footer>\n`.text
  yield html`<script type="application/json" id="data">${embeddedJson(pageData(document, signals))}</script>\n`.text
  for (const [index, trace] of (signals?.traces ?? []).entries()) {
    yield `<script type="application/octet-stream" id="trace-${index}">`
    yield* base64Pieces(trace)
    yield '</script>\n'
  }
  yield `<script>${script}</script>\n</body>\n</html>\n`
}

function sections(document: ResultDocument, signals: ReportSignals | null): Array<Markup | null> {
  const overTime = hasTimeline(document, signals)
  const opens = overTime && hasViewer(document, signals)
  return [
    header(document),
    warnings(document),
    notStaged(document),
    keyFigures(document),
    overTime ? timeline(document, signals?.spectrogram ?? null, opens) : null,
    opens ? viewer(document, signals) : null,
    sleepTables(document),
    agreementSection(document.sleep.agreement),
    eventSection(document),
    quality(document, signals, opens),
    annotationSection(document, opens),
    otherParts(document),
    provenanceSection(document),
  ]
}

/** The quality section; a part that could not run is named among the other analyses. */
function quality(document: ResultDocument, signals: ReportSignals | null, opens: boolean): Markup | null {
  const report = qualityReport(document)
  if (!report) return null
  const { span_s, epoch_s } = extent(document)
  const startOfDay = secondsOfDay(document.recording.start_time)
  const time = { startOfDay, viewer_epoch_s: opens ? epoch_s : null }
  return qualitySection(report, signals?.quality ?? null, { span_s }, time)
}

/** Whether there is anything to show over time. */
function hasTimeline(document: ResultDocument, signals: ReportSignals | null): boolean {
  const artifacts = qualityReport(document)?.artifacts ?? []
  const found = artifacts.length > 0 || (signals?.spectrogram ?? null) !== null || hasViewer(document, signals)
  return extent(document).epochs > 0 && found
}

/** Whether there is anything to say of a single epoch. */
function hasViewer({ sleep, events }: ResultDocument, signals: ReportSignals | null): boolean {
  const { sleep_stages, given_stages = [] } = sleep
  return sleep_stages.length + given_stages.length + events.length + (signals?.traces.length ?? 0) > 0
}

function cspHash(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`
}

const STYLES = 'theme base timeline viewer tables quality quality-pictures print'
  .split(' ')
  .map((name) => `${name}.css`)

/** The page's modules, each after those that it imports. */
const MODULES = 'time elements axis traces drawing timeline viewer matrix main'.split(' ').map((name) => `${name}.mjs`)

let assets: { style: string; script: string } | undefined

/** Style and script as the page holds them. The modules become one script: without their imports and exports, in one scope. */
function pageAssets(): { style: string; script: string } {
  if (assets) return assets
  const read = (name: string) => readFileSync(join(__dirname, 'page', name), 'utf8')
  const modules = MODULES.map((name) =>
    read(name)
      .replace(/^import [^']*'[^']*'\n/gm, '')
      .replace(/^export /gm, ''),
  )
  assets = { style: STYLES.map(read).join(''), script: `'use strict';{\n${modules.join('')}}\n` }
  return assets
}
