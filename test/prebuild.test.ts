import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { packageRoot } from '../lib/root.js'
import { temporaryFolder } from './temporary.js'

const folder = temporaryFolder()
const consumer = join(folder, 'consumer')
const bin = join(folder, 'bin')

/** A PATH without a compiler: Node, npm and a shell. */
const environment = { HOME: folder, PATH: bin, PREBUILDS_ONLY: '1', npm_config_cache: join(folder, 'cache') }

/** npm's settings of this machine (a registry, say) come from the environment and stay. */
const npmSettings = Object.fromEntries(
  Object.entries(process.env).filter(([name]) =>
    /^(npm_config_(registry|cafile)|NODE_EXTRA_CA_CERTS|https?_proxy|no_proxy)$/i.test(name),
  ),
)

test.before(() => {
  const run = (script: string, ...args: string[]) => {
    const result = spawnSync(process.execPath, [join(packageRoot, 'scripts', script), ...args], {
      cwd: packageRoot,
      encoding: 'utf8',
    })
    assert.is(result.status, 0, result.stdout + result.stderr)
  }
  run('prebuild.mjs')
  run('pack.mjs', folder)
  for (const path of [consumer, bin]) mkdirSync(path)
  for (const command of ['node', 'npm', 'sh', 'env']) {
    const path = execFileSync('sh', ['-c', `command -v ${command}`], { encoding: 'utf8' }).trim()
    symlinkSync(realpathSync(path), join(bin, command))
  }
  writeFileSync(join(consumer, 'package.json'), '{"private": true}')
})

test('the packed package installs under strict scripts, without a compiler, and runs no script', () => {
  const tarball = readdirSync(folder).find((name) => name.endsWith('.tgz'))!
  const registry = spawnSync('npm', ['config', 'get', 'registry'], { encoding: 'utf8' }).stdout.trim()
  const install = spawnSync(
    'npm',
    ['install', '--strict-allow-scripts', '--no-audit', '--no-fund', `--registry=${registry}`, join(folder, tarball)],
    {
      cwd: consumer,
      env: { ...environment, ...npmSettings },
      encoding: 'utf8',
    },
  )
  assert.is(install.status, 0, install.stdout + install.stderr)
  assert.equal(
    Object.keys(require(join(consumer, 'node_modules', 'brain-go-brrr', 'package.json'))).includes('scripts'),
    false,
  )
})

test('it then analyses a recording with the network cut', () => {
  const script = `
    const brrr = require('brain-go-brrr');
    (async () => {
      await brrr.synthesise('night.edf', { kind: 'night', hours: 0.25, rate: 100, seed: 1 })
      const { document } = await brrr.analyze('night.edf')
      const again = await import('brain-go-brrr')
      console.log(document.sleep.sleep_stages.length, document.sleep.status, again.analyze === brrr.analyze)
    })()`
  const isolated = spawnSync('unshare', ['-rn', 'true']).status === 0
  if (!isolated) console.log('SKIPPED running with the network cut: unshare -rn is not allowed here')
  const command = isolated ? ['unshare', '-rn', process.execPath, '-e', script] : [process.execPath, '-e', script]
  const result = spawnSync(command[0]!, command.slice(1), {
    cwd: consumer,
    env: { ...environment, PATH: `${bin}:/usr/bin` },
    encoding: 'utf8',
  })
  assert.is(result.stdout.trim(), '30 ok true', result.stderr)
})

test('its command runs too', () => {
  const result = spawnSync(join(consumer, 'node_modules', '.bin', 'brrr'), ['doctor'], {
    cwd: consumer,
    env: environment,
    encoding: 'utf8',
  })
  assert.is(result.status, 0, result.stderr)
  assert.match(result.stdout, /native addon\s+ok/)
})

test('a machine without a binary for it is told what was looked for', () => {
  const result = spawnSync(
    process.execPath,
    [
      '-e',
      `process.arch; Object.defineProperty(process, 'arch', { value: 'mips' }); require('brain-go-brrr').Recording.open('x.edf').catch((error) => console.log(error.code, error.message))`,
    ],
    {
      cwd: consumer,
      env: environment,
      encoding: 'utf8',
    },
  )
  assert.match(result.stdout, /^NATIVE_UNAVAILABLE The native addon for linux-mips .*prebuilds.linux-mips: no binary/)
})

test.run()
