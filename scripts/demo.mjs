// The main job on a synthetic night: makes it, stages it, finds its events, writes the report. `npm run demo -- FILE`
// does the same with your own recording.
import { mkdirSync } from 'node:fs'
import { dirname, join, parse, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { run } from './toolchain.mjs'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const folder = join(root, 'demo')
const brrr = (...args) => run(process.execPath, [join(root, 'dist', 'cli', 'main.js'), ...args])

mkdirSync(folder, { recursive: true })
const own = process.argv[2]
const recording = own ?? join(folder, 'night.edf')
if (!own) brrr('synth', recording, '--hours', '8', '--seed', '1')
brrr('sleep', recording, '--no-events')
brrr('analyze', recording, '--html', '--out', folder)
console.log(
  `\nThe report: ${relative(process.cwd(), join(folder, `${parse(recording).name}.html`))} (open it in a browser)`,
)
