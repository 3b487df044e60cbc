// One command for both languages: Biome and tsc for TypeScript, clang-format for C++. `--fix` rewrites.
import { readdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { run } from './toolchain.mjs'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const require = createRequire(import.meta.url)
const bin = (name, path) => join(dirname(require.resolve(`${name}/package.json`)), path)
const fix = process.argv.includes('--fix')

const sources = (folder) =>
  readdirSync(join(root, folder), { recursive: true })
    .filter((file) => /\.(cc|h)$/.test(file))
    .map((file) => join(folder, file))

run(process.execPath, [bin('@biomejs/biome', 'bin/biome'), 'check', ...(fix ? ['--write'] : []), '.'], { cwd: root })
run(
  process.execPath,
  [
    bin('clang-format', 'index.js'),
    ...(fix ? ['-i'] : ['--dry-run', '--Werror']),
    ...sources('native'),
    ...sources('test'),
    ...sources('bench'),
  ],
  { cwd: root },
)
run(process.execPath, [bin('typescript', 'bin/tsc'), '-p', 'tsconfig.json'], { cwd: root })
run(process.execPath, [bin('typescript', 'bin/tsc'), '-p', 'lib/report/page/tsconfig.json'], { cwd: root })
