// The result document's JSON Schema, made from its TypeScript type: one source for both.
import { join } from 'node:path'
import { createGenerator } from 'ts-json-schema-generator'

export function documentSchema(root) {
  return createGenerator({
    path: join(root, 'lib', 'pipeline', 'document.ts'),
    tsconfig: join(root, 'tsconfig.json'),
    type: 'ResultDocument',
    skipTypeCheck: true,
    topRef: false,
    additionalProperties: false,
  }).createSchema('ResultDocument')
}
