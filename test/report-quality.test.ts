import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inflateSync } from 'node:zlib'
import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { QualityAnalysis } from '../lib/analyses/quality/analysis.js'
import type { QualityReport } from '../lib/analyses/quality/types.js'
import { BrrrError } from '../lib/errors.js'
import { analyze } from '../lib/pipeline/analyze.js'
import type { ResultDocument } from '../lib/pipeline/document.js'
import { pickRepairs, pickSegments, reportQuality } from '../lib/pipeline/report-quality.js'
import { reportSignals } from '../lib/pipeline/report-signals.js'
import { Recording } from '../lib/recording/recording.js'
import { synthesise } from '../lib/recording/synth.js'
import { badChannelsPerEpoch, badShare, CELL, cellStates, countCells } from '../lib/report/quality/cells.js'
import { bar as barOf, columnsFor, matrixPng } from '../lib/report/quality/matrix-picture.js'
import { tracePath } from '../lib/report/quality/trace-path.js'
import { readName, withUnit } from '../lib/report/quality/words.js'
import { renderReport } from '../lib/report/report.js'
import type { ReportQuality } from '../lib/report/types.js'
import { nightDocument } from './report-fixture.js'
import { channelNames, qualityFixture, qualitySamples } from './report-quality-fixture.js'

/** The report page of a document with this quality report. */
function page(report: ResultDocument['quality_report'], samples: ReportQuality | null = null): string {
  const end_s = report.status === 'ok' ? (report.epochs.start_s.at(-1) ?? 0) + report.epochs.length_s : 30
  const document: ResultDocument = { ...nightDocument({ epochs: Math.ceil(end_s / 30) }), quality_report: report }
  return renderReport(document, { traces: [], thinned: false, spectrogram: null, quality: samples })
}

const section = (html: string) => /<section id="quality"[\s\S]*?<\/section>/.exec(html)?.[0] ?? ''
const figure = (html: string, id: string) => new RegExp(`<figure id="${id}"[\\s\\S]*?</figure>`).exec(html)?.[0] ?? ''
const matches = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].length

/** Three channels in four epochs, every label once. */
function small(changes: Partial<QualityReport> = {}): QualityReport {
  return {
    ...qualityFixture({ channels: ['C3', 'C4', 'Cz'], epochs: 4, trouble: 0 }),
    labels: ['01-', '02-', '00-', '21-'],
    rejected: [],
    ...changes,
  }
}

/** Rows of palette indices of an indexed PNG. */
function pixels(png: Buffer): number[][] {
  const at = png.indexOf('IDAT')
  const scanlines = inflateSync(png.subarray(at + 4, at + 4 + png.readUInt32BE(at - 4)))
  const [width, height] = [png.readUInt32BE(16), png.readUInt32BE(20)]
  return Array.from({ length: height }, (_, row) => [
    ...scanlines.subarray(row * (width + 1) + 1, (row + 1) * (width + 1)),
  ])
}

test('cells follow the labels; a finding makes bad what it covers and is not repaired', () => {
  const { good, bad, repaired, leftOut } = CELL
  assert.equal(
    [...cellStates(small())],
    [good, good, good, repaired, bad, repaired, good, bad, leftOut, leftOut, leftOut, leftOut],
  )
  const findings = [
    { kind: 'flat' as const, channels: ['Cz'], spans: [{ start_s: 4, duration_s: 8 }] },
    { kind: 'bridged' as const, channels: ['C3', 'C4'], spans: [{ start_s: 0, duration_s: 8 }] },
    { kind: 'units' as const, channels: ['absent'], spans: [{ start_s: 0, duration_s: 16 }] },
  ].map((finding) => ({ ...finding, epoch_share: 0.5, measure: { name: 'a', value: 0, limit: 0 }, attributes: {} }))
  const states = cellStates(small({ findings }))
  assert.equal([...states], [bad, bad, good, repaired, bad, repaired, good, bad, leftOut, bad, bad, leftOut])
  assert.equal([...badChannelsPerEpoch(states, 3)], [2, 3, 1, 2])
  assert.equal(countCells(states, 3).map(badShare), [0.75, 0.75, 0.5])
})

test('the worst epochs are those with most bad channels, the earlier first, none that is good', () => {
  const report = qualityFixture()
  const counts = badChannelsPerEpoch(cellStates(report), report.channels.length)
  const picked = pickSegments(report)
  assert.is(picked.length, 5)
  const least = Math.min(...picked.map((epoch) => counts[epoch]!))
  counts.forEach((count, epoch) => {
    if (!picked.includes(epoch)) assert.ok(count < least || (count === least && epoch > picked.at(-1)!))
  })
  assert.equal(pickSegments(small()), [3, 0, 1])
  assert.equal(pickSegments(small({ labels: ['000', '000', '000', '000'] })), [])
})

test('repairs are shown of different channels, of kept epochs where there are any', () => {
  const report = qualityFixture()
  const picked = pickRepairs(report)
  assert.is(new Set(picked.map(({ channel }) => channel)).size, 4)
  for (const { epoch, channel } of picked) {
    assert.is(report.labels[epoch]![channel], '2')
    assert.not(report.rejected.includes(epoch))
  }
  const often = small({ labels: ['200', '200', '200', '000'], rejected: [1, 2] })
  assert.equal(pickRepairs(often), [{ epoch: 0, channel: 0 }])
  assert.equal(pickRepairs(small({ rejected: [1, 3] })), [
    { epoch: 3, channel: 0 },
    { epoch: 1, channel: 1 },
  ])
  assert.equal(pickRepairs(small({ labels: ['000', '001', '000', '000'] })), [])
})

test('the matrix has a pixel for every cell, at the time where it was', () => {
  const report = small({ epochs: { ...small().epochs, start_s: [0, 4, 13.5, 17.5] } })
  const columns = columnsFor(report, 21.5)
  assert.equal(columns, { count: 6, epochs: 1, length_s: 4, of: [0, 1, 3, 4] })
  assert.equal(pixels(matrixPng(cellStates(report), 3, columns)), [
    [0, 0, 0, 0, 2, 0],
    [1, 2, 0, 0, 1, 0],
    [3, 3, 0, 3, 3, 0],
  ])
})

test('two epochs never share a column that stands for one', () => {
  const gaps = fc.array(fc.double({ min: 0, max: 9, noNaN: true }), { minLength: 1, maxLength: 60 })
  fc.assert(
    fc.property(gaps, (gaps) => {
      let time = 0
      const start_s = gaps.map((gap) => {
        time += gap + 4
        return time - 4
      })
      const report = small({ epochs: { ...small().epochs, start_s } })
      const columns = columnsFor(report, time)
      assert.is(new Set(columns.of).size, start_s.length)
      columns.of.forEach((column, i) => {
        assert.ok(Math.abs(column * columns.length_s - start_s[i]!) <= 2.001)
      })
    }),
  )
})

test('where epochs outnumber columns, bars show the shares, a rare state too, and the page says so', () => {
  const epochs = 3000
  const labels = Array.from({ length: epochs }, (_, epoch) => (epoch % 3 === 0 ? '12' : epoch === 1 ? '20' : '00'))
  const report = qualityFixture({ channels: ['C3', 'C4'], epochs })
  Object.assign(report, { labels, findings: [], rejected: [0, 1, 2, 6] })
  const columns = columnsFor(report, 4 * epochs)
  assert.is(columns.count, 1000)
  assert.is(columns.epochs, 3)
  const rows = pixels(matrixPng(cellStates(report), 2, columns))
  const bar = (channel: number, column: number) => rows.slice(6 * channel, 6 * channel + 6).map((row) => row[column])
  assert.equal(bar(0, 0), [0, 0, 2, 2, 1, 1])
  assert.equal(bar(0, 1), [0, 0, 0, 0, 1, 1])
  assert.equal(bar(1, 1), [0, 0, 0, 0, 2, 2])
  const shown = figure(page(report), 'label-matrix')
  assert.match(shown, /3000 epochs of 4 s, 2 channels\. Each column stands for 3 epochs \(12 s\)/)
  assert.match(shown, /class="rejected" d="M0 1V0H12V1zM24 1V0\.667H36V1z"/)
  assert.not.match(figure(page(qualityFixture()), 'label-matrix'), /Each column stands for/)
})

test('a bar has a row for whatever occurs, and as many as its share to within two rows otherwise', () => {
  const number = fc.integer({ min: 0, max: 60 })
  fc.assert(
    fc.property(number, number, number, number, (...counts) => {
      const rows = barOf(counts, 6)
      const all = counts.reduce((a, b) => a + b, 0) || 1
      assert.ok(rows.length <= 6)
      assert.equal(rows, [...rows].sort())
      for (const state of [CELL.bad, CELL.repaired, CELL.leftOut]) {
        const height = rows.filter((row) => row === state).length
        assert.is(height > 0, counts[state]! > 0)
        if (height > 1) assert.ok(Math.abs(height - (6 * counts[state]!) / all) <= 2)
      }
    }),
  )
  assert.equal(barOf([0, 58, 1, 1], 6), [1, 1, 1, 1, 2, 3])
  assert.equal(barOf([59, 1, 0, 0], 6), [1])
  assert.equal(barOf([0, 0, 0, 0], 6), [])
})

test('a recording with a gap leaves the gap empty', () => {
  const shown = figure(page(qualityFixture({ epochs: 10, gap_s: 62 })), 'label-matrix')
  assert.match(shown, /class="ground" d="M0 0H20V1H0zM82 0H102V1H82z"/)
})

test('a trace keeps its extremes, whatever its length; NaN breaks it', () => {
  const drawn = (path: string) => {
    let [x, y] = [0, 0]
    return [...path.matchAll(/([Ml])(-?\d+) (-?\d+)/g)].map(([, command, a, b]) => {
      ;[x, y] = command === 'M' ? [Number(a), Number(b)] : [x + Number(a), y + Number(b)]
      return [x, y]
    })
  }
  const value = fc.integer({ min: -20, max: 20 })
  fc.assert(
    fc.property(fc.array(value, { minLength: 1, maxLength: 700, size: 'max' }), (values) => {
      const points = drawn(tracePath(values, 200, (uv) => -uv))
      const heights = points.map(([, y]) => -y!)
      assert.is(Math.max(...heights), Math.max(...values))
      assert.is(Math.min(...heights), Math.min(...values))
      assert.ok(points.length <= 201)
      assert.ok(points.every(([x], i) => x! >= 0 && x! <= 200 && (i === 0 || x! >= points[i - 1]![0]!)))
    }),
  )
  assert.is(
    tracePath([1, 2, Number.NaN, 3, 4], 100, (uv) => uv),
    'M0 1l20 1M60 3l20 1',
  )
  assert.is(
    tracePath(new Float32Array(1000).fill(Number.NaN), 100, (uv) => uv),
    '',
  )
})

test('the section says grade, score, what decided, and every count', () => {
  const report = qualityFixture()
  const text = section(page(report, qualitySamples(report)))
  const share = (100 * report.rejected.length) / 300
  assert.match(text, new RegExp(`class="grade-name grade-${report.grade}">${report.grade}<`))
  assert.match(text, new RegExp(`<dd>${report.quality_score.toFixed(3)}</dd>`))
  assert.match(text, /Bad channels<\/dt><dd>2 <span class="unit">of 20</)
  assert.match(text, new RegExp(`Rejected epochs</dt><dd>${report.rejected.length} <span class="unit">of 300<`))
  assert.match(text, new RegExp(`Bad channels 10\\.0 %[\\s\\S]*Rejected epochs ${share.toFixed(1)} %`))
  assert.match(text, /Decided by the larger of the two shares, bad channels\./)
  assert.match(text, /at least 30 % of the channels[\s\S]*up to 4 channels are interpolated/)
  assert.is(matches(figure(text, 'worst-segments'), /<svg class="segment"/g), 5)
  assert.is(matches(figure(text, 'repairs'), /<div class="repair">/g), 4)
  assert.match(text, /Flat<\/th><td class="text">T7<\/td>\s*<td class="text">throughout<\/td><td>100 %<\/td>/)
  assert.match(text, /frequency <b>50 Hz<\/b>/)
  for (const [name, uv] of Object.entries(report.thresholds_uv))
    assert.ok(text.includes(`<dt>${name}</dt><dd>${uv >= 100 ? uv.toFixed(0) : uv.toFixed(1)} µV</dd>`), name)
  assert.match(text, /<dt>flat peak-to-peak<\/dt><dd>0\.500 µV<\/dd>/)
  assert.not.match(text, /NaN|undefined|Infinity|null/)
})

test('the head of the page leads to the section, which holds the warnings of the quality run', () => {
  const warnings = [{ code: 'positions', message: 'X21 has no known position.' }]
  const html = page({ ...qualityFixture(), warnings })
  assert.match(html, /<a href="#quality">GOOD<\/a> \(0\.873\)/)
  assert.not.match(html, /id="warnings"/)
  assert.match(section(html), /<li>X21 has no known position\. <code>positions<\/code><\/li>/)
})

test('each channel is on the head once, or listed beside it', () => {
  const report = qualityFixture({ channels: channelNames(24) })
  const map = figure(page(report), 'head-map')
  assert.is(matches(map, /<g class="spot /g), 20)
  assert.is(matches(map, /<g class="spot bad"/g), 2)
  assert.match(map, /<title>T7: bad \(flat\), 100 % of epochs bad or repaired<\/title>/)
  assert.match(map, /No known position: <b>X21, X22, X23, X24<\/b>/)
  assert.match(map, /aria-label="Head seen from above: \d+ channels good, \d+ often bad or repaired, 2 bad"/)
})

test('derivations of one lead stand side by side', () => {
  const map = figure(page(qualityFixture({ channels: ['C4-M1', 'C4-M2', 'C3-M2'] })), 'head-map')
  const places = [...map.matchAll(/<g class="spot \w+" transform="translate\(([^)]+)\)"/g)].map(([, place]) => place)
  assert.is(new Set(places).size, 3)
})

test('amplitude rules are said plainly, with no repairs and no thresholds', () => {
  const report = qualityFixture({ channels: ['Fpz-Cz'], epochs: 60, method: 'amplitude' })
  const text = section(page(report, qualitySamples(report)))
  assert.match(text, /Amplitude rules in place of AutoReject[^<]*: fixed limits decide\. Nothing is interpolated\./)
  assert.match(text, /No known position: <b>Fpz-Cz<\/b>/)
  const limits = { amplitude_uv: 250, amplitude_channel_share: 0.5, high_pass_hz: 1 }
  assert.match(
    section(page({ ...report, limits })),
    /above 250 µV peak-to-peak is bad, an epoch in which at least 50 % of the channels/,
  )
  assert.not.match(text, /class="head-map"|id="repairs"|AutoReject’s peak-to-peak thresholds/)
  assert.not.match(text, /NaN|undefined|Infinity|null/)
})

test('a clean recording, one epoch and no epoch make a section without empty parts', () => {
  const clean = qualityFixture({ channels: ['C3', 'C4', 'Cz'], epochs: 30, trouble: 0 })
  Object.assign(clean, { labels: clean.labels.map(() => '000'), artifacts: [] })
  const text = section(page(clean, qualitySamples(clean)))
  assert.match(text, /No bad channel and no rejected epoch\./)
  assert.match(text, /None found\. Looked for: flat, disconnected, noisy, mains, bridged, clipped, wrong unit\./)
  assert.match(text, /None found\. Looked for: blinks, muscle, electrode pops, movement\./)
  assert.not.match(text, /id="worst-segments"|id="repairs"|<table/)
  for (const epochs of [0, 1]) {
    const report = qualityFixture({ epochs })
    assert.not.match(section(page(report, qualitySamples(report))), /NaN|undefined|Infinity/)
  }
})

test('what could not be looked for is not said to be absent', () => {
  const report = qualityFixture({ channels: ['C3', 'C4', 'Cz'], epochs: 30, trouble: 0 })
  const gap = (what: string, channels: string[]) => ({ what, channels, reason: 'too few channels' })
  const not_assessed = [gap('noisy', ['C3', 'C4', 'Cz']), gap('mains', ['C3']), gap('blink', ['C3', 'C4', 'Cz'])]
  const text = section(page({ ...report, artifacts: [], not_assessed }))
  assert.match(text, /Looked for: flat, disconnected, mains, bridged, clipped, wrong unit\./)
  assert.match(text, /Looked for: muscle, electrode pops, movement\./)
  assert.match(text, /<b>noisy<\/b> \(C3, C4, Cz\): too few channels/)
  const none = section(page({ ...report, artifacts: [], not_assessed: [gap('artifacts', ['C3', 'C4', 'Cz'])] }))
  assert.match(none, /id="artifacts">None could be looked for\./)
})

test('a quality run without a result gives its reason, and no section', () => {
  for (const status of ['unavailable', 'skipped', 'failed'] as const) {
    const html = page({ status, reason: 'No EEG channel <here>.' })
    assert.is(section(html), '')
    assert.match(html, new RegExp(`Signal quality</dt><dd><b>${status}</b>: No EEG channel &lt;here&gt;\\.`))
    assert.not.match(html, /href="#quality"/)
  }
})

test('hostile channel names, findings and reasons stay text', () => {
  const hostile = '</text></svg><script>alert(1)</script><img src=x onerror="alert(2)">\'&\0'
  const report = qualityFixture({ channels: [hostile, ...channelNames(9)] })
  report.findings.push({
    kind: 'noisy',
    channels: [hostile],
    spans: [{ start_s: 0, duration_s: 4 }],
    epoch_share: 0.1,
    measure: { name: hostile, value: 1, limit: 2 },
    attributes: { [hostile]: 1 },
  })
  report.bad_channels.push({ name: hostile, reasons: ['noisy'], bad_epoch_share: 0.5 })
  report.not_assessed = [{ what: hostile, channels: [hostile], reason: hostile }]
  report.warnings = [{ code: hostile, message: hostile }]
  report.limits[hostile] = 1
  report.thresholds_uv[hostile] = 1
  report.artifacts[0]!.type = hostile as 'rem'
  const html = page(report, qualitySamples(report))
  const body = html.slice(html.indexOf('<main>'), html.indexOf('</main>'))
  assert.not.match(body, /<script|<img|\son\w+="|\sstyle="|\0/i)
  assert.is(matches(body, /<svg\b/g), matches(body, /<\/svg>/g))
})

test('the section stays small: 128 channels and 3000 epochs below 1 MB, a night of 20 channels below 400 kB', () => {
  const many = qualityFixture({ channels: channelNames(128), epochs: 3000 })
  const size = (report: QualityReport) => Buffer.byteLength(section(page(report, qualitySamples(report))))
  assert.ok(size(many) < 1e6, String(size(many)))
  const night = qualityFixture({ epochs: 7200 })
  assert.ok(size(night) < 4e5, String(size(night)))
})

test('artifacts have a lane over time, a row a type, and count as something to show', () => {
  const report = qualityFixture()
  const html = page(report)
  const lane = /<div class="lane lane-artifacts of-4">[\s\S]*?<\/svg>\s*<\/div>/.exec(html)![0]
  const blinks = report.artifacts.filter(({ type }) => type === 'blink')
  assert.match(lane, new RegExp(`<span class="note">Blinks ${blinks.length}</span>`))
  const marks = /class="artifact artifact-blink" d="([^"]+)"/.exec(lane)![1]!
  assert.is(matches(marks, /M/g), blinks.length)
  const data = JSON.parse(/<script type="application\/json" id="data">([\s\S]*?)<\/script>/.exec(html)![1]!)
  assert.ok(data.events.some(({ type }: { type: string }) => type === 'blink'))
})

/** A quality run whose samples tell where they come from. */
function analysisOf(report: QualityReport, released = false) {
  const samples = async (channel: string, epoch: number, { repaired = false } = {}) => {
    if (released) throw new BrrrError('CLOSED', 'The samples of this quality run were released.')
    return Float32Array.of(report.channels.indexOf(channel), epoch, Number(repaired))
  }
  return { report, samples } as unknown as QualityAnalysis
}

test('the samples are those of the picked cells, as recorded and as repaired', async () => {
  const shown = (await reportQuality(analysisOf(small())))!
  assert.is(shown.epoch_s, 4)
  assert.equal(
    shown.segments.map(({ epoch, start_s }) => [epoch, start_s]),
    [
      [3, 12],
      [0, 0],
      [1, 4],
    ],
  )
  assert.equal(
    shown.segments[0]!.traces.map(({ channel, samples }) => [channel, ...samples]),
    [
      ['C3', 0, 3, 0],
      ['C4', 1, 3, 0],
      ['Cz', 2, 3, 0],
    ],
  )
  assert.equal(
    shown.repairs.map(({ channel, start_s, before, after }) => [channel, start_s, [...before], [...after]]),
    [
      ['C3', 12, [0, 3, 0], [0, 3, 1]],
      ['C4', 4, [1, 1, 0], [1, 1, 1]],
    ],
  )
})

test('the report of an analysis shows what its quality run kept', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'report-quality-'))
  try {
    const path = join(folder, 'routine.edf')
    await synthesise(path, { kind: 'routine', hours: 2 / 60, rate: 128, seed: 4 })
    await using recording = await Recording.open(path)
    const analysis = await analyze(recording, { sleep: false, keepSamples: true })
    await using quality = analysis.quality!
    const shown = (await reportSignals(recording, analysis)).quality!
    const report = quality.report as QualityReport
    assert.equal(
      shown.segments.map(({ epoch }) => epoch),
      pickSegments(report),
    )
    for (const { epoch, traces } of shown.segments)
      for (const { channel, samples } of traces) assert.equal(samples, await quality.samples(channel, epoch))
    for (const { channel, epoch, before, after } of shown.repairs) {
      assert.is(report.labels[epoch]![report.channels.indexOf(channel)], '2')
      assert.is(before.length, after.length)
      assert.ok(before.some((value, i) => value !== after[i]))
    }
    assert.ok(shown.segments.length > 0 && shown.repairs.length > 0)
    quality.close()
    assert.is((await reportSignals(recording, analysis)).quality, null)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})

test('without a result or its samples there is nothing to show, and the page says so', async () => {
  assert.is(await reportQuality(null), null)
  assert.is(await reportQuality(analysisOf({ status: 'failed' } as unknown as QualityReport)), null)
  assert.is(await reportQuality(analysisOf(small(), true)), null)
  assert.match(section(page(small())), /signals of the worst epochs were not stored/)
})

test('a page about quality alone has no staging, no viewer and no links into it', () => {
  const night = nightDocument({ epochs: 40 })
  const nothing = { sleep_stages: [], probabilities: [], statistics: {}, spindles: null, slow_waves: null, rems: null }
  const { transitions: _, ...sleep } = { ...night.sleep, ...nothing, status: 'skipped' as const, model: null }
  const document: ResultDocument = {
    ...night,
    events: [],
    sleep: { ...sleep, reason: 'It was not asked for.', channels: { eeg: [], eog: null, emg: null } },
    quality_report: qualityFixture(),
  }
  const quality = qualitySamples(qualityFixture())
  const html = renderReport(document, { traces: [], thinned: false, spectrogram: null, quality })
  assert.match(html, /<title>night 01\.edf – EEG report<\/title>/)
  assert.match(html, /Sleep staging<\/dt><dd><b>skipped<\/b>: It was not asked for\./)
  assert.match(html, /<div id="surface" aria-hidden="true">/)
  assert.not.match(html, /id="no-sleep"|id="viewer"|Staged channels|Click an epoch|href="#epoch/)
})

test('names say what is measured, and values have their unit', () => {
  assert.equal(readName('flat_ptp_uv'), { words: 'flat peak-to-peak', unit: 'µV', factor: 1 })
  assert.is(withUnit('mains_power_share', 0.871), '87.1 %')
  assert.is(withUnit('frequency_hz', 50), '50 Hz')
  assert.is(withUnit('noisy_z', 5), '5')
})

test.run()
