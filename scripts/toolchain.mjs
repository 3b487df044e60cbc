// What a build needs from the system, looked for before anything is started: one line says what is missing and the
// command that installs it.
import { spawnSync } from 'node:child_process'

const works = (command, ...args) => spawnSync(command, args, { stdio: 'ignore' }).status === 0

const INSTALL = {
  linux: works('apt-get', '--version')
    ? 'sudo apt-get install -y g++ make cmake'
    : works('dnf', '--version')
      ? 'sudo dnf install -y gcc-c++ make cmake'
      : 'your package manager (packages: g++, make, cmake)',
  darwin: 'xcode-select --install && brew install cmake',
}

/** The CMake generator of this machine, or null (and a line on stderr) where something is missing. */
export function findGenerator() {
  const missing = []
  if (!['c++', 'g++', 'clang++', process.env.CXX].some((cxx) => cxx && works(cxx, '--version')))
    missing.push('a C++17 compiler')
  if (!works('cmake', '--version')) missing.push('CMake 3.22 or newer')
  const generator = works('ninja', '--version') ? 'Ninja' : works('make', '--version') ? 'Unix Makefiles' : null
  if (!generator) missing.push('make or ninja')
  if (missing.length === 0) return generator
  console.error(
    `brain-go-brrr: building needs ${missing.join(' and ')}. Install with: ${INSTALL[process.platform] ?? INSTALL.linux}`,
  )
  return null
}

/** Environment for CMake builds on all cores. */
export async function buildEnvironment() {
  const { availableParallelism } = await import('node:os')
  return {
    ...process.env,
    CMAKE_BUILD_PARALLEL_LEVEL: process.env.CMAKE_BUILD_PARALLEL_LEVEL ?? String(availableParallelism()),
  }
}

/** Runs a command with its output shown; throws where it fails. */
export function run(command, args, options = {}) {
  const result = spawnSync(command, args, { stdio: 'inherit', ...options })
  if (result.error) throw result.error
  if (result.status !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${result.signal ?? result.status}`)
}
