import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { ResultDocument } from '../lib/pipeline/document.js'
import { writeReport } from '../lib/report/report.js'
import { makeTrace } from '../lib/report/signals.js'
import type { ReportSignals } from '../lib/report/types.js'
import { nightDocument, nightSignals } from './report-fixture.js'
import { qualityFixture, qualitySamples } from './report-quality-fixture.js'

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

const executablePath = process.env.BRRR_CHROMIUM ?? '/usr/bin/chromium'
const test = suite('report in a browser')
const folder = mkdtempSync(join(tmpdir(), 'report-browser-'))
let browser: Browser
let night: string

/** The report's address; what the page asked for and complained about gathers in `asked` and `complaints`. */
async function openPage(url: string, options: BrowserContextOptions = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, offline: true, ...options })
  const page = await context.newPage()
  page.setDefaultTimeout(5000)
  const asked: string[] = []
  const complaints: string[] = []
  page.on('request', (request) => asked.push(request.url()))
  page.on('console', (message) => complaints.push(message.text()))
  page.on('pageerror', (error) => complaints.push(error.message))
  await page.goto(url)
  return { page, asked, complaints, close: () => context.close() }
}

async function write(name: string, document: ResultDocument, signals: ReportSignals | null): Promise<string> {
  const path = join(folder, name)
  await writeReport(path, document, signals)
  return pathToFileURL(path).href
}

const openEpoch = (page: Page) => page.evaluate('Number(document.getElementById("viewer").dataset.epoch ?? 0)')
const isShown = (page: Page, selector: string) => page.locator(selector).isVisible()

/** Clicks in the middle of an epoch, counted from 1, on the lane `plot`. */
async function clickEpoch(page: Page, epoch: number, epochs: number, plot = '#hypnogram') {
  await page.locator(plot).scrollIntoViewIfNeeded()
  const box = (await page.locator(plot).boundingBox())!
  await page.mouse.click(box.x + ((epoch - 0.5) / epochs) * box.width, box.y + box.height / 2)
}

test.before(async () => {
  browser = await chromium.launch({ executablePath, args: FLAGS })
  const document = nightDocument({ given: 9, lights: { off_s: 600, on_s: 28_000 } })
  night = await write('night.html', document, nightSignals(document, 100, 3e6))
})

test.after(async () => {
  await browser?.close()
  rmSync(folder, { recursive: true, force: true })
})

test('the page renders without complaint and asks for nothing beyond its file', async () => {
  const document = nightDocument()
  const whole = await write('whole.html', document, nightSignals(document))
  const { page, asked, complaints, close } = await openPage(`${whole}#epoch=300`)
  assert.is(await page.locator('#hypnogram').getAttribute('data-epochs'), '960')
  const drawn = await page.evaluate(
    '[...document.querySelectorAll("#hypnogram .run")].reduce((sum, run) => sum + run.getTotalLength(), 0)',
  )
  assert.is(Math.round(Number(drawn) / 30), 960)
  assert.ok((await page.locator('#axis .tick').count()) >= 8)
  const size = await page.evaluate(`(async () => {
    const image = new Image()
    image.src = document.querySelector('#spectrogram image').getAttribute('href')
    await image.decode()
    return [image.naturalWidth, image.naturalHeight]
  })()`)
  assert.equal(size, [960, 60])
  assert.equal(complaints, [])
  assert.equal(
    asked.map((url) => url.replace(/#.*/, '')),
    [whole],
  )
  await close()
})

test('all plots share one time axis', async () => {
  const { page, close } = await openPage(night)
  const sides = (await page.evaluate(`[...document.querySelectorAll('.lane .plot, #surface, .underlay')].map((plot) => {
    const box = plot.getBoundingClientRect()
    return [Math.round(box.left), Math.round(box.right)].join()
  })`)) as string[]
  assert.is(sides.length, 12)
  assert.is(new Set(sides).size, 1)
  await close()
})

test('a click opens the epoch under it, in any lane', async () => {
  const { page, close } = await openPage(night)
  assert.not(await isShown(page, '#viewer'))
  for (const [epoch, lane] of [
    [1, '#hypnogram'],
    [417, '#spectrogram'],
    [960, '#confidence'],
  ] as const) {
    await clickEpoch(page, epoch, 960, lane)
    assert.is(await openEpoch(page), epoch)
    assert.is(await page.inputValue('#epoch-number'), String(epoch))
    assert.match(page.url(), new RegExp(`#epoch=${epoch}$`))
  }
  assert.match(String(await page.textContent('#epoch-facts')), /^06:46:42–06:47:12 · W · confidence 0\.\d\d · given W$/)
  await close()
})

test('keys, buttons, the number and the address move through the epochs', async () => {
  const { page, close } = await openPage(`${night}#epoch=100`)
  assert.is(await openEpoch(page), 100)
  await page.keyboard.press('ArrowRight')
  await page.keyboard.press('ArrowRight')
  await page.keyboard.press('ArrowLeft')
  assert.is(await openEpoch(page), 101)
  await page.click('#next')
  assert.is(await openEpoch(page), 102)
  await page.click('#previous')
  assert.is(await openEpoch(page), 101)
  await page.fill('#epoch-number', '5000')
  await page.keyboard.press('Enter')
  assert.is(await openEpoch(page), 960)
  assert.ok(await page.isDisabled('#next'))
  await page.focus('#surface')
  await page.keyboard.press('Home')
  assert.is(await openEpoch(page), 1)
  await page.keyboard.press('PageDown')
  assert.is(await openEpoch(page), 11)
  assert.is(await page.getAttribute('#surface', 'aria-valuenow'), '11')
  await page.evaluate('location.hash = "#epoch=33"')
  await page.waitForFunction('document.getElementById("viewer").dataset.epoch === "33"')
  await page.keyboard.press('Escape')
  assert.not(await isShown(page, '#viewer'))
  await close()
})

test('after zooming, a click still opens the epoch under it', async () => {
  const { page, close } = await openPage(night)
  const box = (await page.locator('#hypnogram').boundingBox())!
  await page.mouse.move(box.x + box.width / 4, box.y + 20)
  await page.mouse.down()
  await page.mouse.move(box.x + box.width / 2, box.y + 20, { steps: 4 })
  await page.mouse.up()
  assert.not(await isShown(page, '#viewer'))
  const [from, , span] = (await page.getAttribute('#hypnogram', 'viewBox'))!.split(' ').map(Number)
  assert.ok(Math.abs(from! - 7200) < 60 && Math.abs(span! - 7200) < 60, `${from} ${span}`)
  await page.mouse.click(box.x + box.width / 2, box.y + 20)
  assert.is(await openEpoch(page), Math.floor((from! + span! / 2) / 30) + 1)
  await page.click('#zoom-all')
  assert.is(await page.getAttribute('#hypnogram', 'viewBox'), '0 0 28800 1000')
  await close()
})

test('the signals of an epoch are drawn where they happened', async () => {
  const document = nightDocument({ stages: ['W', 'N2', 'N2'] })
  document.events = []
  const uv = new Float32Array(9000)
  uv.fill(80, 3000 + 1500, 3000 + 1700)
  const signals = { traces: [makeTrace('C4-M1', 100, uv)], thinned: false, spectrogram: null }
  const { page, complaints, close } = await openPage(`${await write('pulse.html', document, signals)}#epoch=2`)
  const seconds = (await page.evaluate(`(() => {
    const canvas = document.getElementById('traces')
    const { width } = canvas
    const pixels = canvas.getContext('2d').getImageData(0, 0, width, 40).data
    const left = document.getElementById('surface').offsetLeft
    const dark = []
    for (let i = 0; i < pixels.length; i += 4) {
      if (pixels[i + 3] > 200 && pixels[i] < 60) dark.push((30 * (((i / 4) % width) - left)) / (width - 1 - left))
    }
    return dark.filter((second) => second > 0)
  })()`)) as number[]
  assert.ok(seconds.length > 10)
  assert.ok(Math.abs(Math.min(...seconds) - 15) < 0.1, `from ${Math.min(...seconds)}`)
  assert.ok(Math.abs(Math.max(...seconds) - 17) < 0.1, `to ${Math.max(...seconds)}`)
  assert.equal(complaints, [])
  await close()
})

test('the events of the epoch are named to those who do not see the drawing', async () => {
  const document = nightDocument({ stages: ['N2', 'N2'] })
  document.events = [{ ...nightDocument().events[0]!, start_s: 42.5, duration_s: 0.8, channels: ['C4-M1'] }]
  const { page, close } = await openPage(`${await write('event.html', document, nightSignals(document))}#epoch=2`)
  assert.is(await page.getAttribute('#traces', 'aria-label'), 'Signals of epoch 2: spindle at 12.5 s')
  await page.keyboard.press('ArrowLeft')
  assert.is(await page.getAttribute('#traces', 'aria-label'), 'Signals of epoch 1: no events')
  await close()
})

test('on a phone nothing runs over the side, and a tap opens an epoch', async () => {
  const { page, complaints, close } = await openPage(`${night}#epoch=40`, {
    viewport: { width: 360, height: 740 },
    hasTouch: true,
    isMobile: true,
  })
  assert.is(await page.evaluate('document.documentElement.scrollWidth'), 360)
  await page.locator('#hypnogram').scrollIntoViewIfNeeded()
  const box = (await page.locator('#hypnogram').boundingBox())!
  assert.ok(box.width > 260)
  await page.touchscreen.tap(box.x + box.width / 2, box.y + box.height / 2)
  assert.ok(Math.abs(Number(await openEpoch(page)) - 480) <= 3)
  assert.equal(complaints, [])
  await close()
})

test('dark where the reader asks for it; print is light, with plots and definitions, without controls', async () => {
  const background = 'getComputedStyle(document.body).getPropertyValue("--panel")'
  const { page, complaints, close } = await openPage(`${night}#epoch=40`, { colorScheme: 'dark' })
  assert.is(await page.evaluate(background), '#181c20')
  await page.emulateMedia({ media: 'print', colorScheme: 'dark' })
  assert.match(String(await page.evaluate(background)), /^#fff/)
  for (const selector of ['#viewer', '#zoom-in', '#readout', '#selection'])
    assert.not(await isShown(page, selector), selector)
  for (const selector of ['#hypnogram', '#spectrogram', '#axis .tick >> nth=0', '.definition >> nth=0']) {
    assert.ok(await isShown(page, selector), selector)
  }
  assert.is((await page.pdf({ format: 'A4' })).subarray(0, 5).toString(), '%PDF-')
  assert.equal(complaints, [])
  await close()
})

test('without a viewer the time axis can still be zoomed', async () => {
  const night = nightDocument({ epochs: 40 })
  const sleep = { ...night.sleep, sleep_stages: [], probabilities: [], statistics: {} }
  const document: ResultDocument = { ...night, events: [], sleep, quality_report: qualityFixture() }
  const { page, complaints, close } = await openPage(`${await write('no-viewer.html', document, null)}#epoch=3`)
  const plot = '#artifacts-over-time'
  const box = (await page.locator(plot).boundingBox())!
  await page.mouse.click(box.x + 20, box.y + 20)
  assert.is(await page.getAttribute(plot, 'viewBox'), '0 0 1200 1000')
  await page.click('#zoom-in')
  assert.is(await page.getAttribute(plot, 'viewBox'), '300 0 600 1000')
  await page.keyboard.press('ArrowRight')
  assert.equal(complaints, [])
  await close()
})

/** A page of 20 min with a quality section. */
async function writeQuality(name: string, options: Parameters<typeof qualityFixture>[0] = {}): Promise<string> {
  const report = qualityFixture(options)
  const document: ResultDocument = { ...nightDocument({ epochs: 40 }), quality_report: report }
  return write(name, document, { ...nightSignals(document), quality: qualitySamples(report) })
}

test('the quality section: a matrix under the time axis, names and times of its cells, a click that opens the epoch', async () => {
  const { page, complaints, close } = await openPage(await writeQuality('quality.html'))
  const size = await page.evaluate(`(async () => {
    const image = new Image()
    image.src = document.querySelector('#matrix-cells image').getAttribute('href')
    await image.decode()
    return [image.naturalWidth, image.naturalHeight]
  })()`)
  assert.equal(size, [300, 20])
  const [surface, cells] = [(await page.locator('#surface').boundingBox())!, page.locator('#matrix-cells')]
  await cells.scrollIntoViewIfNeeded()
  const box = (await cells.boundingBox())!
  assert.ok(Math.abs(box.x - surface.x) <= 1 && Math.abs(box.width - surface.width) <= 1)
  const note = await page.textContent('#matrix-readout')
  await page.mouse.move(box.x + 0.505 * box.width, box.y + (3.5 / 20) * box.height)
  assert.is(await page.textContent('#matrix-readout'), 'F3 · 22:57:16–22:57:20')
  await page.mouse.move(box.x + box.width / 2, box.y - 100)
  assert.is(await page.textContent('#matrix-readout'), note)
  await page.mouse.click(box.x + 0.505 * box.width, box.y + 5)
  assert.is(await openEpoch(page), 21)
  assert.equal(complaints, [])
  await close()
})

test('the worst epochs lead to the viewer by keyboard, and are drawn within their picture', async () => {
  const { page, close } = await openPage(await writeQuality('worst.html'))
  await page.focus('#worst-segments a >> nth=0')
  await page.keyboard.press('Enter')
  await page.waitForFunction('Number(document.getElementById("viewer").dataset.epoch) > 0')
  const outside = await page.evaluate(`[...document.querySelectorAll('.segment')].filter((segment) => {
    const box = segment.getBoundingClientRect()
    const drawn = segment.querySelector('.trace.bad').getBoundingClientRect()
    return !(drawn.width > 0.9 * box.width && drawn.left >= box.left - 1 && drawn.right <= box.right + 1)
  }).length`)
  assert.is(outside, 0)
  await close()
})

test('the quality section fits a phone and paper, where its limits are open', async () => {
  for (const channels of [undefined, ['Fpz-Cz']]) {
    const url = await writeQuality('fits.html', channels ? { channels, method: 'amplitude' } : {})
    const { page, complaints, close } = await openPage(url, { viewport: { width: 360, height: 740 }, isMobile: true })
    assert.is(await page.evaluate('document.documentElement.scrollWidth'), 360)
    assert.not(await isShown(page, '#quality-limits .limits >> nth=0'))
    await page.setViewportSize({ width: 720, height: 1000 })
    await page.emulateMedia({ media: 'print' })
    assert.ok(await isShown(page, '#quality-limits .limits >> nth=0'))
    assert.ok(await page.evaluate('document.querySelector(".segments").getBoundingClientRect().right <= 720'))
    assert.equal(complaints, [])
    await close()
  }
})

test('hostile labels do nothing in a browser', async () => {
  const document = nightDocument({ epochs: 40 })
  const hostile = '</script><script>console.log("run")</script><img src=x onerror="console.log(1)">'
  document.recording.annotations = [{ onset_s: 1, duration_s: null, text: hostile }]
  document.sleep.channels.eeg = [hostile]
  const signals = nightSignals(document)
  signals.traces[0]!.channel = hostile
  const { page, asked, complaints, close } = await openPage(`${await write('hostile.html', document, signals)}#epoch=1`)
  assert.is(await page.textContent('#annotation-table td:last-child'), hostile)
  assert.equal(complaints, [])
  assert.is(asked.length, 1)
  await close()
})

for (const [name, document, signals] of [
  ['one epoch', nightDocument({ epochs: 1 }), null],
  ['no epoch', nightDocument({ epochs: 0 }), null],
  ['a day', nightDocument({ epochs: 2880, start_time: null }), null],
] as const) {
  test(`${name}: no complaint`, async () => {
    const { page, complaints, close } = await openPage(`${await write(`${name}.html`, document, signals)}#epoch=1`)
    assert.is(await page.locator('#night').count(), document.sleep.sleep_stages.length > 0 ? 1 : 0)
    assert.equal(complaints, [])
    await close()
  })
}

if (existsSync(executablePath)) test.run()
else {
  const absent = suite('report in a browser')
  absent.skip(`no Chromium at ${executablePath}: install it, or set BRRR_CHROMIUM to where it is`)
  console.log(`report in a browser: skipped, no Chromium at ${executablePath} (install it, or set BRRR_CHROMIUM)`)
  absent.run()
}
