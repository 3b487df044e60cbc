// The whole suite: C++ tests (CTest, then with sanitizers in --full), then uvu. Ends with "N passed, N failed, N skipped".
// Fails where a file runs no test: uvu itself exits 0 for that. Usage: npm test [-- --full] [-- --only PATTERN]
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gatherSdk } from './sdk.mjs'
import { fetchTestModels, installTestTools } from './test-tools.mjs'
import { buildEnvironment, findGenerator } from './toolchain.mjs'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const full = process.argv.includes('--full')
const only = process.argv.includes('--only') ? process.argv[process.argv.indexOf('--only') + 1] : null
const total = { passed: 0, failed: 0, skipped: 0 }
const skip = (what, why) => {
  total.skipped++
  console.log(`skipped  ${what}: ${why}`)
}
const count = (passed, failed, skipped) => {
  total.passed += passed
  total.failed += failed
  total.skipped += skipped
}

async function nativeTests(name, options, filter = '*', environment = {}) {
  const generator = findGenerator()
  if (!generator) return count(0, 1, 0)
  const folder = join(root, 'build', name)
  const env = await buildEnvironment()
  const configure = spawnSync(
    'cmake',
    ['-S', root, '-B', folder, '-G', generator, '-DBRRR_ADDON=OFF', '-DBRRR_TESTS=ON', ...options],
    { encoding: 'utf8' },
  )
  if (configure.status !== 0) {
    if (/GTest/.test(configure.stderr))
      return skip(`C++ tests (${name})`, 'GoogleTest is not installed (apt-get install libgtest-dev)')
    console.log(configure.stdout + configure.stderr)
    return count(0, 1, 0)
  }
  const build = spawnSync('cmake', ['--build', folder], { env, encoding: 'utf8', maxBuffer: 1 << 28 })
  if (build.status !== 0) {
    console.log(build.stdout.slice(-8000) + build.stderr.slice(-8000))
    return count(0, 1, 0)
  }
  for (const file of readdirSync(folder).filter((f) => f.endsWith('_tests'))) {
    const result = spawnSync(join(folder, file), ['--gtest_brief=1', `--gtest_filter=${filter}`], {
      cwd: root,
      encoding: 'utf8',
      maxBuffer: 1 << 28,
      env: { ...process.env, ...environment, BRRR_ROOT: root },
    })
    const text = result.stdout + result.stderr
    const number = (pattern) => Number(text.match(pattern)?.[1] ?? 0)
    const passed = number(/\[ {2}PASSED {2}\] (\d+) test/)
    const failed = number(/(\d+) FAILED TEST/)
    const skipped = number(/\[ {2}SKIPPED \] (\d+) test/)
    const crashed = result.status !== 0 && failed === 0 ? 1 : 0
    const empty = passed + failed + skipped === 0 ? 1 : 0
    count(passed, failed + crashed + empty, skipped)
    console.log(
      `${failed + crashed + empty ? 'FAILED ' : 'ok     '} ${name}/${file}: ${passed} passed, ${failed} failed, ${skipped} skipped${crashed ? `, ended with ${result.signal ?? result.status}` : ''}`,
    )
    if (failed || crashed || empty) console.log(text.slice(-6000))
    else for (const line of text.match(/^.*Skipped$[\s\S]*?\n\n/gm) ?? []) console.log(line.trim())
  }
}

/** The addon with what the SDK brings, and the C++ sources in the other ways to build: one major of TensorRT, no SDK. */
async function sdkBuilds() {
  const sdk = gatherSdk()
  const missing = sdk.filter(({ version }) => !version)
  for (const { what, from } of missing) skip(`what needs ${what}`, from)
  const build = spawnSync('npm', ['run', '--silent', 'build:native'], {
    cwd: root,
    env: await buildEnvironment(),
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  })
  if (build.status !== 0) {
    console.log(build.stdout.slice(-6000) + build.stderr.slice(-6000))
    count(0, 1, 0)
  }
  const parts = '-DBRRR_PARTS=common;engine;onnxruntime;device;tensorrt'
  await nativeTests('native-without-sdk', [parts, '-DBRRR_SDK=OFF'], '*:-Loader.*:*TheRealOne*:TensorRT/*')
  if (missing.some(({ name }) => /^(tensorrt|cuda)/.test(name))) return
  for (const [major, other] of [
    [10, 11],
    [11, 10],
  ])
    await nativeTests(
      `native-tensorrt${major}-only`,
      ['-DBRRR_PARTS=common;engine;device;tensorrt', `-DBRRR_TENSORRT=${major}`],
      `*:-*OfTwoMajors*:*/${other}`,
    )
}

/** The loader on a real TensorRT: a download of half a gigabyte, which only CI and the full suite make. */
function realTensorrt() {
  const what = 'the loader on a real TensorRT'
  if (!full && !process.env.CI) return skip(what, 'it downloads 0.5 GB: npm run test:tensorrt')
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, 'scripts', 'test-tensorrt.mjs')], {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  })
  if (status === 3) return skip(what, stderr.trim().split('\n').at(-1))
  const passed = Number(stdout.match(/\[ {2}PASSED {2}\] (\d+) test/)?.[1] ?? 0)
  count(passed, status === 0 ? 0 : 1, 0)
  console.log(status === 0 ? `ok      ${what}: ${passed} passed` : `FAILED  ${what}\n${(stdout + stderr).slice(-6000)}`)
}

function uvuTests() {
  const files = readdirSync(join(root, 'test'))
    .filter((file) => file.endsWith('.test.ts') && (!only || file.includes(only)))
    .sort()
  for (const file of files) {
    const source = readFileSync(join(root, 'test', file), 'utf8')
    const started = Date.now()
    const result = spawnSync(process.execPath, ['--expose-gc', '--import', 'tsx', join('test', file)], {
      cwd: root,
      encoding: 'utf8',
      maxBuffer: 1 << 28,
      timeout: 600_000,
      env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: '0' },
    })
    const text = result.stdout + result.stderr
    const number = (label) =>
      [...text.matchAll(new RegExp(`^\\s+${label}:\\s+(\\d+)`, 'gm'))].reduce((sum, m) => sum + Number(m[1]), 0)
    const tests = number('Total')
    const passed = number('Passed')
    // A test that cannot run here prints "SKIPPED <what>: <why>" and passes.
    const skips = [...text.matchAll(/SKIPPED .*$/gm)].map((m) => m[0])
    let failed = tests - passed
    const problems = []
    if (!/\.run\(\)/.test(source)) problems.push('never calls run()')
    if (tests === 0) problems.push('runs no test')
    if (result.status !== 0 && failed === 0) problems.push(`ended with ${result.signal ?? result.status}`)
    failed += problems.length
    count(passed - skips.length, failed, skips.length + number('Skipped'))
    console.log(
      `${failed ? 'FAILED ' : 'ok     '} ${file}: ${passed - skips.length} passed, ${failed} failed, ${skips.length} skipped (${((Date.now() - started) / 1000).toFixed(1)} s)${problems.length ? ` (${problems.join('; ')})` : ''}`,
    )
    for (const line of skips) console.log(`  ${line}`)
    if (failed) console.log(text.slice(-8000))
  }
}

/** The reader under libFuzzer with ASan and UBSan. */
function fuzz(executions) {
  const what = `fuzzing the reader (${executions} executions)`
  if (spawnSync('clang++', ['--version'], { stdio: 'ignore' }).status !== 0)
    return skip(what, 'clang is not installed (apt-get install clang)')
  const result = spawnSync('bash', [join(root, 'scripts', 'fuzz.sh'), String(executions)], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  })
  const failed = result.status === 0 ? 0 : 1
  count(1 - failed, failed, 0)
  console.log(`${failed ? 'FAILED ' : 'ok     '} ${what}`)
  if (failed) console.log((result.stdout + result.stderr).slice(-6000))
}

mkdirSync(join(root, 'build'), { recursive: true })
if (!existsSync(join(root, 'dist', 'cli', 'main.js'))) {
  console.error('brain-go-brrr is not built: run `npm ci` first.')
  process.exit(1)
}
if (!only) {
  installTestTools()
  fetchTestModels()
  await sdkBuilds()
  await nativeTests('native', [])
  realTensorrt()
  fuzz(full ? 2_000_000 : 50_000)
  if (full) {
    // LeakSanitizer misreads glibc's thread-local storage of the many libraries that the tests open, and crashes at exit.
    const environment = { ASAN_OPTIONS: 'intercept_tls_get_addr=0' }
    await nativeTests('native-asan', ['-DBRRR_SANITIZE=address,undefined'], '*', environment)
    const suppressions = join(root, 'test', 'native', 'tsan-suppressions.txt')
    await nativeTests('native-tsan', ['-DBRRR_SANITIZE=thread'], '*', { TSAN_OPTIONS: `suppressions=${suppressions}` })
  }
}
uvuTests()
console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`)
process.exit(total.failed > 0 || total.passed === 0 ? 1 : 0)
