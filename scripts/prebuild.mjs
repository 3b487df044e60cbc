// Fills prebuilds/<platform>-<arch>/ with the addon, stripped, by prebuildify.
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildEnvironment, findGenerator, run } from './toolchain.mjs'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const require = createRequire(import.meta.url)
const generator = findGenerator()
if (!generator) process.exit(1)
const env = { ...(await buildEnvironment()), BRRR_GENERATOR: generator }
const shim = join(root, 'scripts', 'node-gyp-shim.cjs')
run(
  process.execPath,
  [join(dirname(require.resolve('prebuildify/package.json')), 'bin.js'), '--napi', '--strip', '--node-gyp', shim],
  { cwd: root, env },
)
// prebuildify moves the addon out of build/Release: link it again for this clone.
run(shim, [], { cwd: root, env, stdio: 'ignore' })
