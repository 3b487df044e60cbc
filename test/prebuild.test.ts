import { execFileSync, spawnSync } from 'node:child_process'
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { packageRoot } from '../lib/root.js'
import { addAndSubtract } from './onnx-models.js'
import { realModelPath } from './real-models.js'
import { temporaryFolder } from './temporary.js'

const folder = temporaryFolder()
const consumer = join(folder, 'consumer')
const bin = join(folder, 'bin')
const shipped = join(consumer, 'node_modules', 'brain-go-brrr', 'prebuilds', `${process.platform}-${process.arch}`)

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

/** Runs a script in the consumer's folder, without a network where that can be arranged; the lines that it prints. */
function withoutNetwork(script: string): { lines: string[]; stderr: string } {
  const isolated = spawnSync('unshare', ['-rn', 'true']).status === 0
  if (!isolated) console.log('SKIPPED running with the network cut: unshare -rn is not allowed here')
  const command = isolated ? ['unshare', '-rn', process.execPath, '-e', script] : [process.execPath, '-e', script]
  const { stdout, stderr } = spawnSync(command[0]!, command.slice(1), {
    cwd: consumer,
    env: { ...environment, PATH: `${bin}:/usr/bin` },
    encoding: 'utf8',
  })
  return { lines: stdout.trim().split('\n'), stderr }
}

test('it then analyses a recording with the network cut', () => {
  const { lines, stderr } = withoutNetwork(`
    const brrr = require('brain-go-brrr');
    (async () => {
      await brrr.synthesise('night.edf', { kind: 'night', hours: 0.25, rate: 100, seed: 1 })
      const { document } = await brrr.analyze('night.edf')
      const again = await import('brain-go-brrr')
      console.log(document.sleep.sleep_stages.length, document.sleep.status, again.analyze === brrr.analyze)
    })()`)
  assert.equal(lines, ['30 ok true'], stderr)
})

test('it runs an ONNX model with the network cut, on the library that it ships', () => {
  if (!existsSync(join(shipped, 'libbrrr-onnxruntime.so'))) {
    console.log(`SKIPPED running a model from the package: it was packed without ONNX Runtime (npm run onnxruntime)`)
    return
  }
  for (const text of ['LICENSE.onnxruntime.txt', 'ThirdPartyNotices.onnxruntime.txt'])
    assert.match(readFileSync(join(shipped, text), 'utf8'), /Microsoft/)
  const spindles = realModelPath('spindle-detector-eeg')
  const real = existsSync(spindles)
  if (!real) console.log('SKIPPED a trained model from the package, a made one runs instead: npm run real-models')
  if (real) copyFileSync(spindles, join(consumer, 'model.onnx'))
  else writeFileSync(join(consumer, 'model.onnx'), addAndSubtract([1, 7500]))
  const { lines, stderr } = withoutNetwork(`
    const { Engine } = require('brain-go-brrr');
    (async () => {
      const engine = await Engine.load('model.onnx', { device: 'cpu' })
      const inputs = engine.inputs.map(({ name, dims }) => {
        const shape = dims.map((size) => size ?? 1)
        return [name, { data: new Float32Array(shape.reduce((a, b) => a * b)).fill(0.5), dims: shape }]
      })
      const results = await engine.run(Object.fromEntries(inputs))
      for (const [name, { data, dims }] of Object.entries(results)) console.log(name, dims.join(), data.every(Number.isFinite))
      await engine.close()
    })()`)
  const expected = real
    ? ['detection 1,30,3 true', 'segmentation 1,7500,1 true']
    : ['sum 1,7500 true', 'difference 1,7500 true']
  assert.equal(lines, expected, stderr)
  assert.is(stderr, '')
})

test('it has the code for both majors of TensorRT and the CUDA runtime inside, with its licence', () => {
  const { lines, stderr } = withoutNetwork(`
    const { findTensorRT, listDevices } = require('brain-go-brrr');
    (async () => {
      const { builtFor } = await findTensorRT()
      const majors = builtFor.filter(({ headers }) => headers).map(({ major }) => major)
      const { cudaRuntimeSource } = await listDevices()
      console.log(JSON.stringify([majors, cudaRuntimeSource]))
    })()`)
  const sdk = (part: string) => existsSync(join(packageRoot, '.cache', 'sdk', part))
  if (!['tensorrt10', 'tensorrt11', 'cuda'].every(sdk)) {
    console.log('SKIPPED the majors of TensorRT in the package: it was packed without the SDK (npm run sdk)')
    return
  }
  assert.equal(JSON.parse(lines[0]!), [[11, 10], 'linked in'], stderr)
  assert.match(readFileSync(join(shipped, 'LICENSE.cuda-runtime.txt'), 'utf8'), /NVIDIA/)
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
