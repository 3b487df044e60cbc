// Packs what npm publishes: a staged folder whose package.json has neither scripts nor development dependencies, so that
// a consumer's strict install runs nothing. Usage: npm run pack:staged [-- FOLDER]
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { run } from './toolchain.mjs'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const target = resolve(process.argv[2] ?? join(root, 'build', 'package'))
const stage = join(root, 'build', 'stage')

const { scripts, devDependencies, allowScripts, binary, ...manifest } = JSON.parse(
  readFileSync(join(root, 'package.json'), 'utf8'),
)
if (!existsSync(join(root, 'prebuilds'))) {
  console.error('prebuilds/ is empty: run `npm run prebuild` first.')
  process.exit(1)
}
rmSync(stage, { recursive: true, force: true })
mkdirSync(stage, { recursive: true })
mkdirSync(target, { recursive: true })
writeFileSync(join(stage, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`)
for (const name of ['dist', 'models', 'prebuilds', 'binding.d.ts', 'README.md', 'LICENSE', 'CHANGELOG.md'])
  cpSync(join(root, name), join(stage, name), { recursive: true })
run('npm', ['pack', '--pack-destination', target], { cwd: stage })
