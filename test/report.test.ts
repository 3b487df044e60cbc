import { createHash } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inflateSync } from 'node:zlib'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { ResultDocument } from '../lib/pipeline/document.js'
import type { PageData } from '../lib/report/page-data.js'
import { renderReport, writeReport } from '../lib/report/report.js'
import { spectrogramPng } from '../lib/report/spectrogram.js'
import { describeStatistics } from '../lib/report/statistics.js'
import { nightDocument, nightSignals, nightStages } from './report-fixture.js'

const folder = mkdtempSync(join(tmpdir(), 'report-'))
test.after(() => rmSync(folder, { recursive: true, force: true }))

/** Contents of the elements of one name, as the HTML parser would cut them. */
function elements(page: string, name: string): Array<{ attributes: string; content: string }> {
  const pattern = new RegExp(`<${name}\\b([^>]*)>([\\s\\S]*?)</${name}>`, 'gi')
  return [...page.matchAll(pattern)].map((match) => ({ attributes: match[1]!, content: match[2]! }))
}

function embedded(page: string): PageData {
  return JSON.parse(elements(page, 'script').find(({ attributes }) => attributes.includes('id="data"'))!.content)
}

/** Epochs of each stage that a hypnogram's runs cover. */
function epochsDrawn(page: string, id = 'hypnogram'): Record<string, number> {
  const plot = elements(page, 'svg').find(({ attributes }) => attributes.includes(`id="${id}"`))
  const epochs: Record<string, number> = {}
  for (const [, stage, count] of plot?.content.matchAll(/data-stage="([^"]+)" data-epochs="(\d+)"/g) ?? []) {
    epochs[stage!] = (epochs[stage!] ?? 0) + Number(count)
  }
  return epochs
}

function skipped(document: ResultDocument, status: 'skipped' | 'failed', reason: string): ResultDocument {
  const { transitions: _, ...sleep } = document.sleep
  const nothing = { sleep_stages: [], probabilities: [], statistics: {}, spindles: null, slow_waves: null, rems: null }
  return { ...document, events: [], sleep: { ...sleep, ...nothing, status, reason, model: null } }
}

test('a page holds every part, and each epoch of the night once in its hypnogram', () => {
  const document = nightDocument()
  const page = renderReport(document, nightSignals(document))
  for (const id of ['night', 'viewer', 'statistics', 'events', 'annotations', 'other-parts', 'provenance']) {
    assert.ok(page.includes(`<section id="${id}"`), id)
  }
  for (const lane of ['hypnogram', 'hypnodensity', 'spectrogram', 'events-spindle', 'events-rem', 'confidence']) {
    assert.match(page, new RegExp(`id="${lane}" data-epochs="960"`))
  }
  const expected: Record<string, number> = {}
  for (const stage of document.sleep.sleep_stages) expected[stage] = (expected[stage] ?? 0) + 1
  assert.equal(epochsDrawn(page), expected)
  assert.ok(page.includes('a person must read the recording'))
  assert.ok(page.includes('BSD-3-Clause'))
  assert.equal(embedded(page).events.length, document.events.length)
})

test('hostile labels, annotations and file names stay text', () => {
  const document = nightDocument({ epochs: 60 })
  const hostile = '</script><script>alert(1)</script><img src=x onerror="alert(2)">\'&\0'
  document.recording.file = `/data/${hostile.replaceAll('/', '')}.edf`
  document.recording.annotations = [{ onset_s: 1, duration_s: null, text: hostile }]
  document.recording.channels[0] = { name: hostile, label: hostile, kind: 'eeg', rate_hz: 100, unit: hostile }
  document.sleep.channels.eeg = [hostile]
  document.sleep.warnings = [{ code: hostile, message: hostile }]
  document.sleep.spindles!.channels = [hostile]
  document.events[0]!.channels = [hostile]
  document.provenance.models[0]!.attribution = hostile
  document.triage.reasons = [hostile]
  const signals = nightSignals(document)
  signals.traces[0]!.channel = hostile
  signals.spectrogram!.channel = hostile
  const page = renderReport(document, signals)

  assert.is(elements(page, 'script').length, 2 + signals.traces.length)
  assert.not.match(page, /<img/i)
  assert.not.match(page, /\son\w+="/i)
  assert.not.match(page, /\0/)
  assert.is(embedded(page).traces[0]!.channel, hostile)
  assert.is(embedded(page).events[0]!.channels[0], hostile)
})

test('the policy allows the page its own script and style, and nothing else', () => {
  const page = renderReport(nightDocument({ epochs: 10 }), null)
  const policy = /Content-Security-Policy" content="([^"]+)"/.exec(page)![1]!.replaceAll('&#39;', "'")
  const hash = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`
  const script = elements(page, 'script').find(({ attributes }) => attributes === '')!
  assert.is(
    policy,
    `default-src 'none'; script-src ${hash(script.content)}; style-src ${hash(elements(page, 'style')[0]!.content)}; img-src data:; base-uri 'none'; form-action 'none'`,
  )
  assert.not.match(page, /\sstyle="/)
  assert.not.match(page, /(?:src|href)="(?!#|data:image\/png;base64,)/)
})

test('the script is one scope: no import or export is left in it', () => {
  const script = elements(renderReport(nightDocument({ epochs: 1 }), null), 'script').at(-1)!.content
  assert.not.match(script, /^(?:import|export) /m)
  assert.not.throws(() => new Function(script))
})

test('samples come back as they were stored, over the joints of the base64', () => {
  const document = nightDocument({ epochs: 120 })
  const signals = nightSignals(document)
  const page = renderReport(document, signals)
  const scripts = elements(page, 'script')
  signals.traces.forEach((trace, index) => {
    const text = scripts.find(({ attributes }) => attributes.includes(`id="trace-${index}"`))!.content
    assert.match(text, /^[A-Za-z0-9+/]+={0,2}$/)
    const bytes = Buffer.from(text, 'base64')
    assert.is(bytes.length, 2 * trace.samples.length)
    assert.ok(trace.samples.every((sample, i) => bytes.readInt16LE(2 * i) === sample))
  })
})

test('an 8 h night at 100 Hz keeps every sample within the limit', () => {
  const document = nightDocument()
  const signals = nightSignals(document)
  assert.is(signals.thinned, false)
  assert.is(signals.traces[0]!.samples.length, 8 * 3600 * 100)
  const page = renderReport(document, signals)
  assert.ok(page.length > 23e6 && page.length < 24e6, `${page.length} bytes`)
  assert.not.match(page, /Thinned to keep/)
})

test('a day is thinned, says so, and stays below 32 MB', () => {
  const document = nightDocument({ epochs: 2880 })
  const signals = nightSignals(document)
  assert.is(signals.thinned, true)
  const page = renderReport(document, signals)
  assert.ok(Buffer.byteLength(page) < 32e6, `${Buffer.byteLength(page)} bytes`)
  assert.match(page, /Thinned to keep this page small .*C4-M1 33\.3 Hz/)
})

test('without signals the viewer says that there are none', () => {
  const page = renderReport(nightDocument({ epochs: 20 }), null)
  assert.match(page, /The signals were not stored in this report/)
  assert.not.match(page, /<canvas/)
})

test('a night that was not staged gives its reason in place of results', () => {
  const document = nightDocument({ epochs: 30 })
  const page = renderReport(skipped(document, 'skipped', 'No channel <above> 80 Hz.'), null)
  assert.match(page, /Sleep staging: skipped<\/h2><p>No channel &lt;above&gt; 80 Hz\./)
  for (const id of ['statistics', 'key-figures', 'night', 'viewer']) assert.not.match(page, new RegExp(`id="${id}"`))
  const signals = nightSignals(document)
  const failed = renderReport(skipped(document, 'failed', 'The model is broken.'), signals)
  assert.match(failed, /Sleep staging: failed/)
  assert.match(failed, /id="spectrogram"/)
  assert.is(embedded(failed).epochs, 30)
})

test('no epoch, one epoch and a night without REM or sleep make a page', () => {
  const none = nightDocument({ epochs: 0 })
  assert.not.match(renderReport(none, null), /id="night"/)
  assert.equal(epochsDrawn(renderReport(nightDocument({ epochs: 1 }), null)), { W: 1 })
  const awake = nightDocument({ stages: nightStages(60).fill('W') })
  const page = renderReport(awake, nightSignals(awake))
  assert.equal(Object.keys(epochsDrawn(page)), ['W'])
  assert.match(page, /<th scope="row">Lat_REM<\/th><td>–<\/td>/)
  assert.not.match(elements(page, 'main')[0]!.content, /NaN|undefined|Infinity/)
})

test('unscored epochs are hatched, counted, and not part of the curve', () => {
  const stages = nightStages(240).fill('?', 60, 90)
  const document = nightDocument({ stages })
  const page = renderReport(document, nightSignals(document))
  assert.is(epochsDrawn(page)['?'], 30)
  assert.match(page, /<rect class="gap" x="25\.0000%" y="0" width="12\.5000%"/)
  assert.match(page, /Unscored<\/th>\s*<td>15\.0<\/td>/)
})

test('a given scoring stands beside the automatic one with their agreement', () => {
  const page = renderReport(nightDocument({ given: 8 }), null)
  assert.is(
    Object.values(epochsDrawn(page, 'given-hypnogram')).reduce((a, b) => a + b),
    960,
  )
  assert.is(
    Object.values(epochsDrawn(page)).reduce((a, b) => a + b),
    960,
  )
  assert.match(page, /<b>87\.5 %<\/b> of 960 epochs that both score; Cohen’s kappa <b>0\.846<\/b>/)
  assert.match(page, /Differ <span class="note">120<\/span>/)
  assert.match(page, /From the given scoring/)
})

test('lights off and on are marked, and the stage table counts between them', () => {
  const document = nightDocument({ stages: nightStages(100).fill('N2'), lights: { off_s: 600, on_s: 2400 } })
  const page = renderReport(document, null)
  assert.match(page, /class="lights" data-mark="lights off" data-at-s="600" x1="20\.0000%"/)
  assert.match(page, /class="lights" data-mark="lights on" data-at-s="2400" x1="80\.0000%"/)
  assert.match(page, /N2<\/th>\s*<td>30\.0<\/td>\s*<td>100\.0<\/td>\s*<td>60<\/td>/)
})

test('every statistic is explained; one that nobody knows is still shown', () => {
  const document = nightDocument()
  const page = renderReport(document, null)
  for (const { key, definition } of describeStatistics(document.sleep.statistics)) {
    assert.ok(definition.length > 10, key)
    assert.ok(page.includes(`<th scope="row">${key}</th>`), key)
  }
  assert.equal(
    describeStatistics({ Novel: 3, TIB: 1 }).map(({ key, value }) => [key, value]),
    [
      ['TIB', 1],
      ['Novel', 3],
    ],
  )
})

test('warnings of both kinds come first, once each; untrained weights are the first of them', () => {
  const document = nightDocument({ epochs: 10 })
  const warning = { code: 'too_short', message: 'Below 5 min.' }
  document.warnings = [warning]
  document.sleep.warnings = [warning, { code: 'channel', message: 'No EOG.' }]
  document.provenance.models[0]!.trained = false
  const page = renderReport(document, null)
  assert.match(page, /<h2 id="warnings-title">3 warnings<\/h2>\s*<ul><li>Untrained weights/)
  assert.ok(page.indexOf('id="warnings"') < page.indexOf('id="key-figures"'))
})

test('the spectrogram has high frequencies on top and gaps transparent', () => {
  const power_db = Float32Array.of(0, 10, Number.NaN, Number.NEGATIVE_INFINITY)
  const spectrogram = { channel: 'C4', step_s: 30, from_hz: 1, step_hz: 1, columns: 2, rows: 2, power_db }
  const png = spectrogramPng(spectrogram, { low: 0, high: 10 })
  const at = png.indexOf('IDAT')
  const scanlines = inflateSync(png.subarray(at + 4, at + 4 + png.readUInt32BE(at - 4)))
  assert.equal([...scanlines], [0, 255, 1, 0, 1, 0])
  const palette = png.subarray(png.indexOf('PLTE') + 4)
  const brightness = (index: number) => palette[3 * index]! + palette[3 * index + 1]! + palette[3 * index + 2]!
  assert.ok(brightness(255) > brightness(128) && brightness(128) > brightness(1))
})

test('a report written to a file is the report rendered', async () => {
  const document = nightDocument({ epochs: 60 })
  const signals = nightSignals(document)
  const path = join(folder, 'night.html')
  await writeReport(path, document, signals)
  assert.ok(readFileSync(path, 'utf8') === renderReport(document, signals))
  assert.equal(readdirSync(folder), ['night.html'])
})

test('a report that can not be written is WRITE_FAILED and leaves nothing behind', async () => {
  const path = join(folder, 'absent', 'night.html')
  const error = await writeReport(path, nightDocument({ epochs: 1 }), null).then(
    () => assert.unreachable(),
    (error) => error,
  )
  assert.is(error.code, 'WRITE_FAILED')
  assert.ok(error.message.includes(path))
})

test('a cancelled report is ABORTED and leaves the earlier file as it was', async () => {
  const path = join(folder, 'kept.html')
  const document = nightDocument({ epochs: 240 })
  await writeReport(path, document, null)
  const before = statSync(path).mtimeMs
  const signal = AbortSignal.abort()
  const error = await writeReport(path, document, nightSignals(document), { signal }).catch((error) => error)
  assert.is(error.code, 'ABORTED')
  assert.is(statSync(path).mtimeMs, before)
  assert.equal(
    readdirSync(folder).filter((name) => name.endsWith('.part')),
    [],
  )
})

test.run()
