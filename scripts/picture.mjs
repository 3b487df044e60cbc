// The README's picture: the report of `brrr synth`'s night in headless Chromium. Usage: npm run picture
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { chromium } from 'playwright-core'
import { run } from './toolchain.mjs'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const report = join(root, 'demo', 'night.html')
if (!existsSync(report)) run(process.execPath, [join(root, 'scripts', 'demo.mjs')])
const browser = await chromium.launch({
  executablePath: process.env.BRRR_CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox'],
})
const page = await browser.newPage({ viewport: { width: 1200, height: 1240 }, colorScheme: 'light' })
await page.goto(`${pathToFileURL(report)}#epoch=228`)
await page.waitForSelector('#viewer[data-epoch]')
await page.evaluate(() => globalThis.scrollTo(0, 0))
await page.screenshot({ path: join(root, 'docs', 'report.png') })
await browser.close()
