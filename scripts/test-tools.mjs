// What some tests need beyond npm: GoogleTest, clang with its fuzzer runtime, Chromium. Installed where this may be done
// (root on a Debian-like system); elsewhere those tests are skipped and say what is missing.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'

const has = (command) => spawnSync('sh', ['-c', `command -v ${command}`], { stdio: 'ignore' }).status === 0

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
