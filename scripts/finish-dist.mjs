// After tsc: the ES module face of dist/ (one implementation, so one `instanceof`), the report's page, the montage's
// licence, the JSON Schema made from the TypeScript type, and the CLI's mode.
import { chmodSync, cpSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { documentSchema } from './schema.mjs'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const dist = join(root, 'dist')
const names = Object.keys(createRequire(import.meta.url)(join(dist, 'index.js'))).filter((name) => name !== 'default')
writeFileSync(
  join(dist, 'index.mjs'),
  `import api from './index.js'\nexport const { ${names.join(', ')} } = api\nexport default api\n`,
)
writeFileSync(join(dist, 'index.d.mts'), "export * from './index.js'\n")
cpSync(join(root, 'lib', 'report', 'page'), join(dist, 'report', 'page'), { recursive: true })
cpSync(
  join(root, 'lib', 'recording', 'standard-1005', 'LICENSE.txt'),
  join(dist, 'recording', 'standard-1005', 'LICENSE.txt'),
)
writeFileSync(join(dist, 'schema.json'), `${JSON.stringify(documentSchema(root), null, 2)}\n`)
chmodSync(join(dist, 'cli', 'main.js'), 0o755)
