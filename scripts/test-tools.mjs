// What some tests need beyond npm: GoogleTest, clang with its fuzzer runtime, Chromium (installed where this may be done:
// root on a Debian-like system), ONNX Runtime's library and trained models (fetched where their registries are reached).
// Elsewhere those tests are skipped and say what is missing.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const has = (command) => spawnSync('sh', ['-c', `command -v ${command}`], { stdio: 'ignore' }).status === 0

/** Runs a script of this folder that fetches something; one line where it can't. */
function fetch(script) {
  const result = spawnSync(process.execPath, [join(dirname(fileURLToPath(import.meta.url)), script)], {
    encoding: 'utf8',
  })
  const reason = /Error: (.*)/.exec(result.stderr)?.[1] ?? result.stderr.trim()
  if (result.status !== 0) console.log(`${script} fetched nothing: ${reason}`)
}

export function fetchTestModels() {
  fetch('onnxruntime.mjs')
  fetch('real-models.mjs')
}

export function installTestTools() {
  const packages = []
  if (!existsSync('/usr/include/gtest/gtest.h')) packages.push('libgtest-dev')
  if (!has('clang++')) packages.push('clang')
  if (!existsSync('/usr/lib/llvm-14/lib/clang') && !has('clang++')) packages.push('libclang-rt-14-dev')
  if (!has('chromium')) packages.push('chromium')
  if (packages.length === 0 || process.getuid?.() !== 0 || !has('apt-get')) return
  console.log(`installing ${packages.join(', ')}`)
  const apt = (...args) =>
    spawnSync('apt-get', args, {
      stdio: 'ignore',
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
      timeout: 600_000,
    })
  apt('update')
  for (const name of packages) apt('install', '-y', '--no-install-recommends', name)
}
