import { execFile } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { BrrrError } from '../lib/errors.js'
import { takeFileLock } from '../lib/inference/tensorrt/file-lock.js'
import { type CachedPlan, PlanCache, type PlanRequest } from '../lib/inference/tensorrt/plan-cache.js'
import { canonicalJson, keyOf, type PlanIdentity } from '../lib/inference/tensorrt/plan-header.js'
import { packageRoot } from '../lib/root.js'
import { identityOf } from './plan-fixture.js'
import { codeOf, temporaryFolder } from './temporary.js'

const run = promisify(execFile)
const base = temporaryFolder()
const newFolder = () => mkdtempSync(join(base, 'cache-'))
const child = (folder: string, bytes: number, buildMs: number) => [
  '--import',
  'tsx',
  join(packageRoot, 'test', 'plan-cache-child.ts'),
  folder,
  String(bytes),
  String(buildMs),
]

/** Asks for a plan whose bytes are `text`. */
const ask = (
  cache: PlanCache,
  text = 'plan',
  identity: PlanIdentity = identityOf(),
  request: Partial<PlanRequest<string>> = {},
): Promise<CachedPlan<string>> =>
  cache.obtain({
    identity,
    modelName: 'model.onnx',
    build: async () => Buffer.from(text),
    accept: async (plan) => plan.toString(),
    ...request,
  })

const another = (changes: Partial<PlanIdentity>) => identityOf({ model: 'b'.repeat(64), ...changes })

test('a plan is built once and then comes from the cache', async () => {
  const cache = new PlanCache({ folder: newFolder() })
  const first = await ask(cache, 'one')
  assert.equal(first, {
    value: 'one',
    path: join(cache.folder, `${keyOf(identityOf())}.plan`),
    built: true,
    reason: 'there is no plan of this model yet',
    notKept: null,
  })
  assert.equal(await ask(cache, 'two'), { ...first, built: false, reason: null })
  assert.equal(readdirSync(cache.folder), [`${keyOf(identityOf())}.plan`])
})

test('keys do not depend on the order of fields, and do on each value', () => {
  const identity = identityOf()
  const turned = Object.fromEntries(Object.entries(identity).reverse()) as unknown as PlanIdentity
  assert.is(keyOf(turned), keyOf(identity))
  assert.is(canonicalJson({ b: [2, { d: 1, c: null }], a: 'x' }), '{"a":"x","b":[2,{"c":null,"d":1}]}')
  const { device, options } = identity
  const changed: PlanIdentity[] = [
    ...(['model', 'tensorrt', 'cuda', 'driver', 'platform'] as const).map((name) => identityOf({ [name]: 'other' })),
    identityOf({ schema: 2 }),
    ...Object.keys(device).map((name) => identityOf({ device: { ...device, [name]: 1 } })),
    ...Object.keys(options).map((name) => identityOf({ options: { ...options, [name]: 'other' } })),
  ]
  assert.is(new Set([identity, ...changed].map(keyOf)).size, changed.length + 1)
})

test('what has changed since is the reason of a new build', async () => {
  const cache = new PlanCache({ folder: newFolder() })
  await ask(cache)
  const { options } = identityOf()
  const now = identityOf({ tensorrt: '10.16.0.1', options: { ...options, precision: 'bf16' } })
  const { built, reason } = await ask(cache, 'new', now)
  assert.ok(built)
  assert.is(
    reason,
    'the plan that is there does not serve: tensorrt was 10.15.1.29 and is 10.16.0.1; option precision was fp16 and is bf16',
  )
})

const DAMAGE: Array<[string, (file: Buffer) => Buffer, RegExp]> = [
  ['cut short', (file) => file.subarray(0, file.length - 1), /it has 3 of 4 bytes/],
  ['cut in its header', (file) => file.subarray(0, 40), /its header is cut short/],
  ['empty', () => Buffer.alloc(0), /it is not a plan file/],
  ['foreign', () => Buffer.from('ftrt and then something else'), /it is not a plan file/],
  ['changed in one byte', (file) => flip(file, file.length - 1), /its contents were changed/],
  ['changed in its header', (file) => flip(file, file.indexOf('Some GPU')), /its header was changed/],
  [
    'of an older format',
    (file) => Buffer.from(file.toString('latin1').replace('"schema":1', '"schema":0'), 'latin1'),
    /the format 0/,
  ],
  ['of another key', () => readFileSync(otherFile), /it belongs under another name/],
]
const otherFolder = newFolder()
let otherFile = ''

function flip(file: Buffer, at: number): Buffer {
  const changed = Buffer.from(file)
  changed[at]! ^= 1
  return changed
}

for (const [what, damage, reason] of DAMAGE)
  test(`a file that is ${what} is never deserialised: it is built anew, once`, async () => {
    otherFile ||= (await ask(new PlanCache({ folder: otherFolder }), 'plan', another({}))).path
    const cache = new PlanCache({ folder: newFolder() })
    const { path } = await ask(cache)
    writeFileSync(path, damage(readFileSync(path)))
    assert.match((await cache.verify())[0]!.problem!, reason)
    const accepted: string[] = []
    const again = await ask(cache, 'next', identityOf(), {
      accept: async (plan) => accepted[accepted.push(plan.toString()) - 1]!,
    })
    assert.ok(again.built)
    assert.match(again.reason!, reason)
    assert.equal(accepted, ['next'])
    assert.is((await ask(cache)).value, 'next')
    assert.is((await cache.verify())[0]!.problem, null)
  })

test('a plan that TensorRT refuses is built anew once, and what it says of the new one is the error', async () => {
  const cache = new PlanCache({ folder: newFolder() })
  await ask(cache, 'old')
  const stale = async (plan: Buffer) => {
    if (plan.toString() === 'old') throw new BrrrError('PLAN_STALE', 'built for another GPU.')
    return plan.toString()
  }
  const { value, reason } = await ask(cache, 'new', identityOf(), { accept: stale })
  assert.is(value, 'new')
  assert.match(reason!, /^TensorRT refused the plan file .*: built for another GPU\.$/)

  let builds = 0
  const never = () =>
    ask(cache, '', identityOf(), {
      build: async () => Buffer.from(`${builds++}`),
      accept: async () => {
        throw new BrrrError('PLAN_STALE', 'never good.')
      },
    })
  assert.is(await codeOf(never), 'PLAN_STALE')
  assert.is(builds, 1)
  // Out of memory says nothing of the plan.
  const full = () =>
    ask(cache, 'x', identityOf(), {
      accept: async () => {
        throw new BrrrError('OUT_OF_DEVICE_MEMORY', 'full')
      },
    })
  assert.is(await codeOf(full), 'OUT_OF_DEVICE_MEMORY')
  assert.is((await ask(cache)).value, 'new')
})

test('processes that ask at one time build once', async () => {
  const folder = newFolder()
  const results = await Promise.all(
    [1, 2, 3, 4].map(async () => JSON.parse((await run(process.execPath, child(folder, 5000, 300))).stdout)),
  )
  assert.is(results.filter(({ built }) => built).length, 1)
  assert.is(new Set(results.map(({ value }) => value)).size, 1)
  assert.is(readdirSync(folder).length, 1)
})

test('a process that dies while it builds is not waited for', async () => {
  const folder = newFolder()
  const running = execFile(process.execPath, child(folder, 10, 60_000))
  while (!existsSync(join(folder, 'build.lock'))) await new Promise((r) => setTimeout(r, 20))
  running.kill('SIGKILL')
  await new Promise((r) => running.on('exit', r))
  assert.is((await ask(new PlanCache({ folder }), 'mine')).value, 'mine')
  assert.equal(readdirSync(folder), [`${keyOf(identityOf())}.plan`])
})

test('a lock of another machine is stale once nobody has touched it for a minute', async () => {
  const path = join(newFolder(), 'lock')
  const write = (ageS: number) => {
    writeFileSync(path, JSON.stringify({ pid: 1, host: `not-${hostname()}`, token: 'theirs' }))
    utimesSync(path, new Date(), new Date(Date.now() - ageS * 1000))
  }
  write(0)
  assert.is(await codeOf(() => takeFileLock(path, AbortSignal.timeout(120))), 'ABORTED')
  assert.is(JSON.parse(readFileSync(path, 'utf8')).token, 'theirs')
  write(61)
  const release = await takeFileLock(path, undefined)
  assert.is(JSON.parse(readFileSync(path, 'utf8')).pid, process.pid)
  await release()
  assert.not(existsSync(path))
})

test('one of many that find a stale lock gets it at a time', async () => {
  const path = join(newFolder(), 'lock')
  writeFileSync(path, JSON.stringify({ pid: 2 ** 22 + 1, host: hostname(), token: 'dead' }))
  let holders = 0
  let most = 0
  await Promise.all(
    Array.from({ length: 6 }, async () => {
      const release = await takeFileLock(path, undefined)
      most = Math.max(most, ++holders)
      await new Promise((r) => setTimeout(r, 5))
      holders--
      await release()
    }),
  )
  assert.is(most, 1)
})

test('where the disk is full the plan is served and not kept', async () => {
  const folder = newFolder()
  // Files of at most 8 KB; without the trap the signal of that limit would end the process.
  const command = `trap '' XFSZ; ulimit -f 8; exec "$0" "$@"`
  const args = ['-c', command, process.execPath, ...child(folder, 100_000, 0)]
  const env = { ...process.env, TSX_DISABLE_CACHE: '1' }
  const { value, built, notKept } = JSON.parse((await run('bash', args, { env })).stdout)
  assert.match(value, /^100000 of /)
  assert.ok(built)
  assert.match(notKept, /^EFBIG: file too large, write/)
  assert.equal(readdirSync(folder), [])
})

test('a folder that cannot be written does not stop a build', async () => {
  const file = join(newFolder(), 'file')
  writeFileSync(file, '')
  const { value, notKept } = await ask(new PlanCache({ folder: join(file, 'cache') }), 'mine')
  assert.is(value, 'mine')
  assert.match(notKept!, /^ENOTDIR/)
})

test('a read-only cache serves what it has, writes nothing and says how to get the rest', async () => {
  const folder = newFolder()
  const { path } = await ask(new PlanCache({ folder }), 'there')
  const before = readFileSync(path)
  chmodSync(folder, 0o500)
  const cache = new PlanCache({ folder, readOnly: true })
  assert.is((await ask(cache)).value, 'there')
  let message = ''
  try {
    await ask(cache, 'new', identityOf({ driver: '590' }))
  } catch (error) {
    assert.is((error as BrrrError).code, 'PLAN_STALE')
    message = (error as Error).message
  }
  assert.is(
    message,
    `The cache of plans ${folder} is read-only and has no plan for model.onnx here: the plan that is there does not serve: driver was 580 and is 590. Build one with \`brrr engines build\`.`,
  )
  chmodSync(folder, 0o700)
  writeFileSync(path, flip(before, before.length - 1))
  assert.is(await codeOf(() => ask(cache)), 'PLAN_STALE')
  assert.equal(readFileSync(path), flip(before, before.length - 1))
})

test('the plans used last stay where all together would be too large', async () => {
  const folder = newFolder()
  const models = ['c', 'd', 'e', 'f'].map((letter) => identityOf({ model: letter.repeat(64) }))
  const text = 'x'.repeat(10_000)
  const cache = new PlanCache({ folder, maxBytes: 33_000 })
  for (const [i, identity] of models.slice(0, 3).entries()) {
    const { path } = await ask(cache, text, identity)
    utimesSync(path, new Date(), new Date(Date.now() - (10 - i) * 1000))
  }
  await ask(cache, text, models[0]!)
  writeFileSync(join(folder, 'dead.plan.1.draft'), '')
  utimesSync(join(folder, 'dead.plan.1.draft'), new Date(), new Date(Date.now() - 7_200_000))
  await ask(cache, text, models[3]!)
  assert.equal(
    (await cache.list()).map(({ header }) => header!.identity.model[0]),
    ['f', 'c', 'e'],
  )
  assert.is(readdirSync(folder).length, 3)
})

test('plans are listed, and removed by the start of their key', async () => {
  const cache = new PlanCache({ folder: newFolder() })
  const { path } = await ask(cache)
  await ask(cache, 'plan', another({}))
  writeFileSync(join(cache.folder, 'junk.plan'), 'junk')
  const list = await cache.list()
  assert.equal(list.map(({ header, problem }) => header?.model_name ?? problem).sort(), [
    'it is not a plan file',
    'model.onnx',
    'model.onnx',
  ])
  assert.equal(await cache.remove(keyOf(identityOf()).slice(0, 12)), [path])
  assert.is((await cache.remove('')).length, 2)
  assert.equal(await cache.list(), [])
})

test("timings are kept per library and device, and their loss is nobody's failure", async () => {
  const cache = new PlanCache({ folder: newFolder() })
  const identity = identityOf()
  assert.is((await cache.readTimings(identity)).length, 0)
  await cache.writeTimings(identity, Buffer.from('times'))
  assert.is((await cache.readTimings(identityOf({ model: 'other' }))).toString(), 'times')
  assert.is((await cache.readTimings(identityOf({ tensorrt: '10.16.0.1' }))).length, 0)
  const file = join(cache.folder, 'file')
  writeFileSync(file, '')
  await new PlanCache({ folder: join(file, 'x') }).writeTimings(identity, Buffer.from('times'))
})

test.run()
