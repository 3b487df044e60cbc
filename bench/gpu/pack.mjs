// Makes the packs that go to a machine with a GPU that can fetch nothing: build/gpu/packs/. What they hold: Node's
// binary, the addon, the package, what its tests and benches need, and TensorRT in parts (a folder with part-00, part-01,
// ... of an xz-compressed tar archive). Usage:
//   npm run bench:gpu -- --tensorrt FOLDER [--limit-mib 64] [--out FOLDER]
//   npm run bench:gpu -- --dry-run [--out FOLDER]     with the stand-ins of the C++ tests in TensorRT's place
import { execFileSync, spawnSync } from 'node:child_process'
import {
  copyFileSync,
  cpSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { sha256Of } from '../../scripts/archives.mjs'
import { onnxruntimeFor } from '../../scripts/onnxruntime.mjs'
import { buildEnvironment, findGenerator, run } from '../../scripts/toolchain.mjs'

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))))
const build = join(root, 'build', 'gpu')
const MIB = 2 ** 20
/** Taken up by the repository itself where it travels with each pack, and by the lists. */
const RESERVED_MIB = 16

/** What the device runs needs these of node_modules, each with what it depends on. */
const MODULES = ['tsx', 'uvu', 'node-gyp-build', 'commander', 'pickleparser']
const SOURCES = ['dist', 'lib', 'test', 'bench', 'binding.d.ts', 'package.json', 'tsconfig.json']
const LEFT_OUT = /\/(results|native|fuzz|double|data|fixtures|peers)$/

/** Paths of packages and of all that they need. */
function modulePaths(names, found = new Set()) {
  for (const name of names) {
    const folder = join('node_modules', name)
    if (found.has(folder) || !existsSync(join(root, folder))) continue
    found.add(folder)
    const { dependencies, optionalDependencies } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'))
    modulePaths(Object.keys({ ...dependencies, ...optionalDependencies }), found)
  }
  return found
}

async function buildBareReplay() {
  const generator = findGenerator()
  if (!generator) process.exit(1)
  const options = ['-DBRRR_ADDON=OFF', '-DBRRR_BENCH=ON', '-DBRRR_PARTS=common;engine;device;tensorrt']
  const folder = join(build, 'native')
  const quiet = { env: await buildEnvironment(), stdio: ['ignore', 'ignore', 'inherit'] }
  run('cmake', ['-S', root, '-B', folder, '-G', generator, ...options], quiet)
  run('cmake', ['--build', folder, '--target', 'bare_replay'], quiet)
  return join(folder, 'bare_replay')
}

function commit() {
  const git = (...args) => spawnSync('git', args, { cwd: root, encoding: 'utf8' }).stdout?.trim() ?? ''
  const changed = git('status', '--porcelain', '--untracked-files=no') !== ''
  return `${git('rev-parse', '--short', 'HEAD') || 'unknown'}${changed ? ' with changes' : ''}`
}

/** The app's folder, as it will lie on the other machine. */
async function stageApp(folder, bareReplay) {
  rmSync(folder, { recursive: true, force: true })
  const take = (from, to) => {
    mkdirSync(dirname(join(folder, to)), { recursive: true })
    cpSync(from, join(folder, to), { recursive: true, dereference: true, filter: (path) => !LEFT_OUT.test(path) })
  }
  for (const name of [...SOURCES, ...modulePaths(MODULES)]) take(join(root, name), name)
  take(join(root, 'build', 'Release', 'brrr.node'), 'build/Release/brrr.node')
  take(bareReplay, 'bin/bare_replay')
  take(process.execPath, 'node')
  const platform = `${process.platform}-${process.arch}`
  take(onnxruntimeFor(platform), join('prebuilds', platform))
  const strip = spawnSync('strip', [
    '--strip-unneeded',
    join(folder, 'build/Release/brrr.node'),
    join(folder, 'bin/bare_replay'),
  ])
  if (strip.status !== 0) console.log('strip is missing: the binaries travel with their symbols')
  const manifest = { commit: commit(), packed: new Date().toISOString(), platform }
  writeFileSync(join(folder, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`)
}

/** A folder as parts of one compressed archive, each no larger than `most` bytes. */
function archive(folder, name, packs, most, level) {
  const tar = 'tar c --owner=0 --group=0 --sort=name .'
  const command = `set -o pipefail; ${tar} | xz -T0 -${level} | split -d -b ${most} - "$0"`
  execFileSync('bash', ['-c', command, join(packs, `${name}.`)], {
    cwd: folder,
    stdio: ['ignore', 'inherit', 'inherit'],
  })
}

/** What the C++ tests build: the bare loop, and the stand-ins for TensorRT and the CUDA runtime. */
const tests = join(root, 'build', 'native')

function standIns(folder) {
  const doubles = join(tests, 'double')
  const library = join(doubles, 'tensorrt10')
  if (!existsSync(library)) throw new Error(`${library} of the C++ tests is not built: run npm test first.`)
  rmSync(folder, { recursive: true, force: true })
  cpSync(library, folder, { recursive: true })
  copyFileSync(join(doubles, 'libcudart.so.12'), join(folder, 'libcudart.so.12'))
}

function partsOf(folder) {
  const parts = readdirSync(folder)
    .filter((name) => /^part-\d+$/.test(name))
    .sort()
  if (parts.length === 0) throw new Error(`${folder} has no part-00, part-01, ... of TensorRT.`)
  return parts.map((name) => join(folder, name))
}

const { values } = parseArgs({
  options: {
    tensorrt: { type: 'string' },
    'dry-run': { type: 'boolean', default: false },
    'limit-mib': { type: 'string', default: '64' },
    out: { type: 'string', default: join(build, 'packs') },
  },
})
const dryRun = values['dry-run']
if (!dryRun && !values.tensorrt) {
  console.error('Give --tensorrt FOLDER (with part-00, part-01, ... of an xz-compressed tar archive), or --dry-run.')
  process.exit(2)
}
const most = Math.floor((Number(values['limit-mib']) - RESERVED_MIB) * MIB)
const packs = resolve(values.out)
const app = join(build, 'app')
rmSync(packs, { recursive: true, force: true })
mkdirSync(packs, { recursive: true })
await stageApp(app, dryRun ? join(tests, 'bare_replay') : await buildBareReplay())
archive(app, 'app', packs, most, dryRun ? 0 : 6)
if (dryRun) {
  standIns(join(build, 'stand-ins'))
  archive(join(build, 'stand-ins'), 'tensorrt', packs, most, 0)
} else
  for (const [i, part] of partsOf(resolve(values.tensorrt)).entries()) {
    const target = join(packs, `tensorrt.${String(i).padStart(2, '0')}`)
    try {
      linkSync(part, target)
    } catch {
      copyFileSync(part, target)
    }
  }

const names = readdirSync(packs).sort()
const sizes = names.map((name) => statSync(join(packs, name)).size)
const tooLarge = names.filter((_, i) => sizes[i] > most)
if (tooLarge.length > 0)
  throw new Error(`${tooLarge.join(', ')}: larger than ${most / MIB} MiB; make the parts smaller or raise --limit-mib.`)
writeFileSync(join(packs, 'packs.sha256'), names.map((name) => `${sha256Of(join(packs, name))}  ${name}\n`).join(''))
for (const [i, name] of names.entries())
  console.log(`${name.padEnd(12)} ${(sizes[i] / MIB).toFixed(1).padStart(6)} MiB`)
console.log(`${names.length} packs in ${packs}, each within ${values['limit-mib']} MiB beside the repository`)
