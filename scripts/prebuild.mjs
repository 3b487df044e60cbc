// Fills prebuilds/<platform>-<arch>/ with the addon, stripped, by prebuildify, and with ONNX Runtime's library.
import { cpSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { onnxruntimeFor } from './onnxruntime.mjs'
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

const platform = `${process.platform}-${process.arch}`
try {
  cpSync(onnxruntimeFor(platform), join(root, 'prebuilds', platform), { recursive: true })
} catch (error) {
  console.error(
    `WITHOUT ONNX RUNTIME: ${error.message}\nThe package will run models only with a library that its user names.`,
  )
}
