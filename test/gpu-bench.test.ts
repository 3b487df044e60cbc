// bench/gpu has no GPU to run on here: the whole way, from packing to the tables, on the stand-ins of the C++ tests.
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { packageRoot } from '../lib/root.js'
import { temporaryFolder } from './temporary.js'

const bench = join(packageRoot, 'bench', 'gpu')
const folder = temporaryFolder()
const packs = join(folder, 'packs')
const out = join(folder, 'out')
const native = join(packageRoot, 'build', 'native')
const needed = [join(native, 'double', 'tensorrt10', 'libnvinfer.so.10'), join(native, 'bare_replay')]
const missing = needed.find((path) => !existsSync(path))

/** A machine with a shell and little else. */
function sh(script: string, ...args: string[]) {
  const { stdout, stderr, status } = spawnSync('bash', [join(bench, script), ...args], {
    encoding: 'utf8',
    cwd: folder,
    env: {
      PATH: '/usr/bin:/bin',
      HOME: folder,
      BRRR_GPU_HOME: join(folder, 'home'),
      BRRR_PYTHON: join(folder, 'no-python'),
    },
  })
  return { text: stdout + stderr, status }
}

const results = (section: string) => {
  const name = readdirSync(out).find((file) => file.startsWith(`dry-run-${section}-`))
  return name && JSON.parse(readFileSync(join(out, name), 'utf8'))
}

test('the packs are made, staged, checked and run, and every section leaves its results', () => {
  if (missing) return console.log(`SKIPPED the dry run of bench/gpu: ${missing} of the C++ tests is not built`)
  const pack = spawnSync(process.execPath, [join(bench, 'pack.mjs'), '--dry-run', '--out', packs], { encoding: 'utf8' })
  assert.is(pack.status, 0, pack.stdout + pack.stderr)
  const names = readdirSync(packs)
    .filter((name) => name !== 'packs.sha256')
    .map((name) => join(packs, name))
  assert.match(sh('stage.sh', names[0]!).text, `1 of ${names.length} packs are here, missing: `)
  assert.match(sh('stage.sh', ...names).text, `${names.length} of ${names.length} packs are here`)

  const { text, status } = sh('run.sh', '--dry-run', '--out', 'out', 'build', 'sweep', 'torch', 'batcher', 'cycles')
  assert.is(status, 0, text)
  assert.match(text, 'DRY RUN on stand-ins')
  assert.match(text, 'SKIPPED PyTorch')
  const swept = results('sweep')
  assert.match(swept.dry_run, 'no figure here means anything')
  assert.equal([swept.device.name, swept.device.tensorrt], ['Double GPU 0', '10.16.0.72'])
  assert.match(swept.machine.commit, /^[0-9a-f]{7,}/)
  assert.equal(swept.results.left_out, [])
  assert.equal([swept.results.runs.length, swept.results.bare.length], [16, 4])
  for (const run of swept.results.runs) {
    assert.ok(run.items_per_s > 0 && run.busy.length === run.lanes)
    assert.is(run.graphs ? run.plain_runs : run.graph_runs, 0)
  }
  assert.is(results('build').results.length, 2)
  assert.is(results('cycles').results.done, 5)
  assert.ok(results('batcher').results.items_per_s > 0)
})

test('a pack that was damaged on its way is refused', () => {
  if (missing) return console.log('SKIPPED a damaged pack: as above')
  const name = readdirSync(packs).find((file) => file.startsWith('tensorrt.'))!
  spawnSync('sh', ['-c', `printf x >> '${join(packs, name)}'`])
  assert.is.not(sh('stage.sh', join(packs, name)).status, 0)
})

test.run()
