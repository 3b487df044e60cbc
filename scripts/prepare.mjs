// `npm ci` in a clone ends here (the root package's prepare script): builds the addon and the TypeScript, so that
// `npx brrr` works. The published package is packed from a staged folder without any script (scripts/pack.mjs).
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildEnvironment, findGenerator, run } from './toolchain.mjs'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const require = createRequire(import.meta.url)

const generator = findGenerator()
if (!generator) process.exit(1)
const cmakeJs = join(dirname(require.resolve('cmake-js/package.json')), 'bin', 'cmake-js')
run(process.execPath, [cmakeJs, 'build', '-G', generator], { cwd: root, env: await buildEnvironment() })
run(
  process.execPath,
  [join(dirname(require.resolve('typescript/package.json')), 'bin', 'tsc'), '-p', 'tsconfig.build.json'],
  { cwd: root },
)
run(process.execPath, [join(root, 'scripts', 'finish-dist.mjs')], { cwd: root })
