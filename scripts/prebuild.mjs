// Fills prebuilds/<platform>-<arch>/ with the addon, stripped, by prebuildify, and with ONNX Runtime's library; licences
// lie beside them. The SDK comes first, so that the addon has the code for both majors of TensorRT and the CUDA runtime
// inside. Usage: npm run prebuild [-- --require-all]; with that, a part that is missing is an error.
import { copyFileSync, cpSync, existsSync, readdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { onnxruntimeFor } from './onnxruntime.mjs'
import { gatherSdk, sdkFolder } from './sdk.mjs'
import { buildEnvironment, findGenerator, run } from './toolchain.mjs'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const require = createRequire(import.meta.url)
const generator = findGenerator()
if (!generator) process.exit(1)
const missing = gatherSdk().filter(({ version }) => !version)
for (const { what, from } of missing) console.error(`WITHOUT ${what}: ${from}`)
if (missing.length > 0 && process.argv.includes('--require-all')) process.exit(1)
const env = { ...(await buildEnvironment()), BRRR_GENERATOR: generator }
const shim = join(root, 'scripts', 'node-gyp-shim.cjs')
run(
  process.execPath,
  [join(dirname(require.resolve('prebuildify/package.json')), 'bin.js'), '--napi', '--strip', '--node-gyp', shim],
  { cwd: root, env },
)
// prebuildify moves the addon out of build/Release: link it again for this clone.
run(shim, [], { cwd: root, env, stdio: 'ignore' })

const target = join(root, 'prebuilds', `${process.platform}-${process.arch}`)
const cuda = join(sdkFolder, 'cuda')
if (existsSync(cuda))
  for (const name of readdirSync(cuda).filter((file) => file.startsWith('LICENSE')))
    copyFileSync(join(cuda, name), join(target, name))
if (!missing.some(({ name }) => name === 'onnxruntime-library'))
  cpSync(onnxruntimeFor(`${process.platform}-${process.arch}`), target, { recursive: true })
else console.error('The package will run models only with a library that its user names.')
