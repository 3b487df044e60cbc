import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { packageRoot } from '../lib/root.js'

const platform = `${process.platform}-${process.arch}`

/** The library inside the development dependency, which a clone uses. */
export const NODE_LIBRARY = join(
  dirname(require.resolve('onnxruntime-node/package.json')),
  ...['bin', 'napi-v6', process.platform, process.arch, 'libonnxruntime.so.1'],
)

/** The library that the package ships, once `npm run onnxruntime` has fetched it. */
export const SHIPPED_LIBRARY = join(packageRoot, '.cache', 'onnxruntime', platform, 'libbrrr-onnxruntime.so')

/** Both libraries; where one is not there, says what is skipped, which the test runner counts. */
export function librariesOrSkip(what: string): Array<{ name: string; path: string }> {
  return [
    { name: 'onnxruntime-node', path: NODE_LIBRARY },
    { name: 'shipped library', path: SHIPPED_LIBRARY },
  ].filter(({ name, path }) => {
    if (!existsSync(path)) console.log(`SKIPPED ${what} on the ${name}: not at ${path} (npm run onnxruntime)`)
    return existsSync(path)
  })
}
