// The loader, its version gate, its check of the device and its errors against a real TensorRT 10, on a machine without a
// GPU. The library comes from Maven Central into .cache/tensorrt/ (a download of 0.5 or 1.1 GB) and stays there.
// Usage: npm run test:tensorrt [-- 10.6]. Exit code 3: the library could not be fetched.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { extract, quietly, verify } from './archives.mjs'
import { gatherSdk } from './sdk.mjs'
import { buildEnvironment, findGenerator, run } from './toolchain.mjs'

const LIBRARIES = {
  10.15: {
    artifact: '10.15-1.5.13',
    says: '10.15.1.29',
    sha256: '8543a6bda95c5d42141d409e1b74024b444e96334a3815d53997cc4ec3cfce83',
  },
  10.6: {
    artifact: '10.6-1.5.11',
    says: '10.6.0.26',
    sha256: 'e7979693541f996bc284335b05f5e890a82b8b3aba50d680e1343a139cf291c4',
  },
}
/** Enough to load and to ask; the builder's resources (0.2 to 1.4 GB) are of use on a GPU only. */
const FILES = ['libnvinfer.so.10', 'libnvinfer_plugin.so.10', 'libnvonnxparser.so.10']

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const cache = join(root, '.cache', 'tensorrt')

function fetchLibrary(name, { artifact, sha256 }) {
  const folder = join(cache, name)
  if (FILES.every((file) => existsSync(join(folder, file)))) return folder
  mkdirSync(cache, { recursive: true })
  const scratch = mkdtempSync(join(cache, 'fetch-'))
  try {
    console.log(`fetching TensorRT ${name}`)
    const coordinates = `org.bytedeco:tensorrt:${artifact}:jar:linux-x86_64-redist`
    quietly(
      'mvn',
      '--quiet',
      '--batch-mode',
      `-Dmaven.repo.local=${join(scratch, 'repository')}`,
      'dependency:copy',
      `-Dartifact=${coordinates}`,
      `-DoutputDirectory=${scratch}`,
    )
    const jar = join(scratch, `tensorrt-${artifact}-linux-x86_64-redist.jar`)
    verify(jar, sha256)
    const made = join(scratch, 'made')
    mkdirSync(made)
    extract(
      jar,
      FILES.map((file) => [`org/bytedeco/tensorrt/linux-x86_64/${file}`, join(made, file)]),
    )
    rmSync(folder, { recursive: true, force: true })
    renameSync(made, folder)
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
  return folder
}

async function buildAll() {
  const generator = findGenerator()
  if (!generator) process.exit(1)
  const env = await buildEnvironment()
  const missing = gatherSdk().filter(({ name, version }) => !version && !name.startsWith('onnxruntime'))
  if (missing.length > 0) {
    for (const { what, from } of missing) console.error(`${what}: ${from}`)
    process.exit(1)
  }
  const tests = join(root, 'build', 'native-tensorrt')
  const options = ['-DBRRR_ADDON=OFF', '-DBRRR_TESTS=ON', '-DBRRR_PARTS=common;engine;device;tensorrt']
  run('cmake', ['-S', root, '-B', tests, '-G', generator, ...options], { env, stdio: 'ignore' })
  run('cmake', ['--build', tests], { env, stdio: 'ignore' })
  run('npm', ['run', '--silent', 'build:native'], { cwd: root, env, stdio: 'ignore' })
  return join(tests, 'tensorrt_tests')
}

/** What a user sees: through the built package, in a process of its own. */
function ask(folder) {
  const script = `require(${JSON.stringify(root)}).findTensorRT({ device: 0 }).then((s) => console.log(JSON.stringify(s)))`
  const { stdout, stderr, status, signal } = spawnSync(process.execPath, ['-e', script], {
    encoding: 'utf8',
    env: { ...process.env, BRRR_TENSORRT: folder },
  })
  assert.equal(status, 0, `${signal} ${stderr}`)
  return JSON.parse(stdout)
}

if (process.platform !== 'linux' || process.arch !== 'x64') {
  console.error('TensorRT libraries are in a registry for Linux x64 only.')
  process.exit(1)
}
const name = process.argv[2] ?? '10.15'
const library = LIBRARIES[name]
if (!library) {
  console.error(`Expected one of ${Object.keys(LIBRARIES).join(', ')}, got ${name}.`)
  process.exit(1)
}
const tests = await buildAll()
let folder
try {
  folder = fetchLibrary(name, library)
} catch (error) {
  console.error(`TensorRT ${name} could not be fetched: ${error.message}`)
  process.exit(3)
}
run(tests, ['--gtest_brief=1', '--gtest_print_time=0'], {
  env: { ...process.env, BRRR_REAL_TENSORRT: folder, BRRR_REAL_VERSION: library.says },
})
const status = ask(folder)
assert.equal(status.library.version, library.says)
assert.equal(status.library.parser, join(folder, 'libnvonnxparser.so.10'))
assert.equal(status.problem?.code, 'DEVICE_UNAVAILABLE', 'this test is for a machine without a GPU')
console.log(`TensorRT ${status.library.version}: ok. Without a GPU it says: ${status.problem.message}`)
