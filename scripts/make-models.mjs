// Remakes models/yasa-0.5.0 from YASA's wheel on PyPI, byte for byte. Needs Python's pip for the download, nothing of YASA
// is run. Usage: node scripts/make-models.mjs [--check] [--wheel FILE]
//   --check  write nothing, compare with what is committed; exit code 1 where a byte differs
//   --wheel  an already downloaded wheel instead of pip
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { tsImport } from 'tsx/esm/api'

const WHEEL = 'yasa-0.8.1-py3-none-any.whl'
const WHEEL_SHA256 = '72b45abde6c78f25b523eddda1dc9875f755fd665ed270934a95f8986ba74cc7'
const LICENSE_IN_WHEEL = 'yasa-0.8.1.dist-info/licenses/LICENSE'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const folder = join(root, 'models', 'yasa-0.5.0')
const { values: options } = parseArgs({ options: { check: { type: 'boolean' }, wheel: { type: 'string' } } })
const { convertYasa, formatManifest, yasaManifest, YASA_ATTRIBUTION } = await tsImport(
  '../lib/models/yasa.ts',
  import.meta.url,
)

const scratch = mkdtempSync(join(tmpdir(), 'yasa-wheel-'))
try {
  const unpacked = unpack(options.wheel ?? download())
  const made = makePackage(unpacked)
  process.exitCode = options.check ? compare(made) : write(made)
} finally {
  rmSync(scratch, { recursive: true, force: true })
}

function download() {
  python('-m', 'pip', 'download', '--quiet', '--no-deps', '--only-binary', ':all:', '--dest', scratch, 'yasa==0.8.1')
  return join(scratch, WHEEL)
}

function unpack(wheel) {
  const sha256 = createHash('sha256').update(readFileSync(wheel)).digest('hex')
  if (sha256 !== WHEEL_SHA256) throw new Error(`${wheel} has SHA-256 ${sha256}; ${WHEEL} on PyPI has ${WHEEL_SHA256}.`)
  const target = join(scratch, 'unpacked')
  python('-m', 'zipfile', '-e', wheel, target)
  return target
}

function python(...args) {
  const { status, error, stderr } = spawnSync('python3', args, { encoding: 'utf8' })
  if (error) throw new Error(`python3 is needed: ${error.message}`)
  if (status !== 0) throw new Error(`python3 ${args.join(' ')} failed:\n${stderr}`)
}

/** The package's files by name. */
function makePackage(unpacked) {
  const classifiers = join(unpacked, 'yasa', 'classifiers')
  const converted = readdirSync(classifiers)
    .filter((name) => name.endsWith('.joblib'))
    .map((name) => convertYasa(readFileSync(join(classifiers, name)), name))
    .sort((a, b) => (a.variant < b.variant ? -1 : 1))
  const manifest = yasaManifest(
    {
      id: 'yasa-0.5.0',
      licence: { spdx: 'BSD-3-Clause', file: 'LICENSE' },
      attribution: YASA_ATTRIBUTION,
      source: { registry: 'PyPI', package: 'yasa', version: '0.8.1', wheel: WHEEL, wheel_sha256: WHEEL_SHA256 },
    },
    converted,
  )
  return new Map([
    ...converted.map(({ entry, bytes }) => [entry.file, Buffer.from(bytes)]),
    ['LICENSE', readFileSync(join(unpacked, LICENSE_IN_WHEEL))],
    ['model.json', Buffer.from(formatManifest(manifest))],
  ])
}

function compare(made) {
  const committed = existsSync(folder) ? readdirSync(folder) : []
  const names = new Set([...made.keys(), ...committed])
  const differing = [...names].filter(
    (name) => !made.has(name) || !committed.includes(name) || !made.get(name).equals(readFileSync(join(folder, name))),
  )
  for (const name of differing) console.error(`differs: ${name}`)
  if (differing.length === 0) console.log(`${made.size} files of models/yasa-0.5.0 equal those made from ${WHEEL}`)
  return differing.length === 0 ? 0 : 1
}

function write(made) {
  mkdirSync(folder, { recursive: true })
  let total = 0
  for (const [name, bytes] of made) {
    writeFileSync(join(folder, name), bytes)
    total += bytes.length
  }
  console.log(`wrote ${made.size} files, ${(total / 1e6).toFixed(2)} MB, to models/yasa-0.5.0`)
  return 0
}
