#!/usr/bin/env node
// Lets prebuildify drive cmake-js: it calls this in node-gyp's place, with node-gyp's arguments.
const { spawnSync } = require('node:child_process')
const { dirname, join } = require('node:path')

const keep = process.argv.filter((argument) => argument.startsWith('--arch=') || argument === '--debug')
const cmakeJs = join(dirname(require.resolve('cmake-js/package.json')), 'bin', 'cmake-js')
const result = spawnSync(process.execPath, [cmakeJs, 'build', '-G', process.env.BRRR_GENERATOR, ...keep], {
  stdio: 'inherit',
})
process.exit(result.status ?? 1)
