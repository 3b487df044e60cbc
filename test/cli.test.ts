import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Ajv from 'ajv'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { ResultDocument } from '../lib/index.js'
import { packageRoot } from '../lib/root.js'
import { temporaryFolder } from './temporary.js'

const folder = temporaryFolder()
const cli = join(packageRoot, 'dist', 'cli', 'main.js')
const night = join(folder, 'night.edf')
const brrr = (...args: string[]) =>
  spawnSync(process.execPath, [cli, ...args], { encoding: 'utf8', cwd: folder, maxBuffer: 1 << 28 })

test.before(() => {
  assert.is(brrr('synth', night, '--hours', '1', '--seed', '5').status, 0)
})

test('--json puts one JSON document on stdout and nothing else; it fits the published schema', () => {
  const { stdout, status } = brrr('sleep', night, '--json')
  assert.is(status, 0)
  const document: ResultDocument = JSON.parse(stdout)
  const validate = new Ajv({ strict: false }).compile(
    JSON.parse(readFileSync(join(packageRoot, 'dist', 'schema.json'), 'utf8')),
  )
  assert.ok(validate(JSON.parse(stdout)), JSON.stringify(validate.errors))
  assert.is(document.sleep.status, 'ok')
  assert.is(document.sleep.sleep_stages.length, 120)
  assert.is(document.sleep.probabilities.length, 120)
})

test('the same bytes and options give the same document', () => {
  const stable = () => {
    const { timings_s, memory, cache, ...rest } = JSON.parse(brrr('sleep', night, '--json').stdout)
    return rest
  }
  assert.equal(stable(), stable())
})

test('every SIMD tier of this machine gives the same document, threads or not', () => {
  const { available } = JSON.parse(brrr('doctor', '--json').stdout).simd as { available: string[] }
  const results = [...available.map((tier) => ['--simd', tier]), ['--threads', '1']].map((options) => {
    const { sleep, events } = JSON.parse(brrr('sleep', night, '--json', ...options).stdout)
    return JSON.stringify({ sleep, events })
  })
  for (const result of results) assert.is(result, results[0])
})

test('output that is piped has no colours and no progress', () => {
  const { stdout, stderr } = brrr('sleep', night)
  assert.not.ok((stdout + stderr).includes('\u001b'))
  assert.match(stdout, /total sleep time/)
  assert.match(stdout, /a person must read the recording/)
})

test('exit codes and one-line messages', () => {
  writeFileSync(join(folder, 'bad.edf'), 'x'.repeat(1000))
  const cases: Array<[string[], number, RegExp]> = [
    [['info', 'nothing.edf'], 3, /nothing\.edf/],
    [['info', folder], 3, /folder/i],
    [['sleep', 'bad.edf'], 3, /bad\.edf|version/],
    [['sleep', night, '--eeg', 'Pz'], 2, /Pz.*C4-M1/s],
    [['sleep', night, '--age', '30'], 2, /Age and sex/],
    [['sleep', night, '--age', 'old', '--sex', 'male'], 2, /number/],
    [['sleep'], 2, /missing required argument/],
    [['nonsense'], 2, /unknown command/],
    [['sleep', night, '--lights-off', 'soon'], 2, /no time/],
    [['sleep', night, '--hypno', 'nothing.csv'], 3, /nothing\.csv/],
  ]
  for (const [args, code, message] of cases) {
    const { status, stdout, stderr } = brrr(...args)
    assert.is(status, code, `${args.join(' ')}: ${stderr}`)
    assert.is(stdout, '')
    assert.match(stderr, message)
    assert.ok(stderr.trim().split('\n').length <= 3, stderr)
    assert.not.match(stderr, /\n\s+at /)
  }
})

test('naming one channel leaves the others out', () => {
  const document = JSON.parse(brrr('sleep', night, '--eeg', 'C3-M2', '--json', '--no-events').stdout)
  assert.equal(document.sleep.channels, { eeg: ['C3-M2'], eog: null, emg: null })
  assert.is(document.sleep.model.variant, 'eeg')
})

test('age and sex select the classifier with demographics', () => {
  const document = JSON.parse(brrr('sleep', night, '--age', '40', '--sex', 'female', '--json', '--no-events').stdout)
  assert.is(document.sleep.model.variant, 'eeg+eog+emg+demo')
})

test('several EEG channels vote: the mean of their probabilities', () => {
  const of = (eeg: string) =>
    JSON.parse(brrr('sleep', night, '--eeg', eeg, '--json', '--no-events').stdout).sleep.probabilities as number[][]
  const [a, b, both] = [of('C4-M1'), of('C3-M2'), of('C4-M1,C3-M2')]
  for (const [i, p] of both.entries())
    for (const [k, value] of p.entries()) assert.ok(Math.abs(value - (a[i]![k]! + b[i]![k]!) / 2) < 1e-12)
})

test('lights off and on restrict the statistics, as times, clock times or annotations', () => {
  const tib = (...args: string[]) =>
    JSON.parse(brrr('sleep', night, '--json', '--no-events', ...args).stdout).sleep.statistics.TIB
  assert.is(tib(), 60)
  assert.is(tib('--lights-off', '600', '--lights-on', '0:50:00'), 40)
  assert.ok(tib('--lights-off', 'annotations') <= 60)
})

test('stages and events go out as EDF+ and CSV, and the stages come back', () => {
  const { status, stderr } = brrr('sleep', night, '--edf', 'out.edf', '--csv', 'out.csv', '--events-csv', 'events.csv')
  assert.is(status, 0, stderr)
  for (const hypno of ['out.edf', 'out.csv']) {
    const { sleep } = JSON.parse(brrr('sleep', night, '--hypno', hypno, '--json').stdout)
    assert.equal(sleep.given_stages, sleep.sleep_stages)
    assert.is(sleep.agreement.agreement, 1)
  }
  assert.match(
    readFileSync(join(folder, 'events.csv'), 'utf8'),
    /^type,start_s,duration_s,channels,source,.*\n(spindle|slow_wave|rem),/,
  )
  assert.match(brrr('info', 'out.edf').stdout, /Sleep stage N2/)
})

test('a file of annotations alone has its own scoring described, in the document and the report', () => {
  assert.is(brrr('sleep', night, '--edf', 'scoring.edf').status, 0)
  assert.is(brrr('analyze', 'scoring.edf', '--html').status, 0)
  const { sleep } = JSON.parse(readFileSync(join(folder, 'scoring.brrr.json'), 'utf8')) as ResultDocument
  assert.is(sleep.status, 'unavailable')
  assert.match(sleep.reason!, /annotations only.*--hypno/)
  assert.is(sleep.statistics.TIB, 60)
  assert.equal(sleep.sleep_stages, [])
  const page = readFileSync(join(folder, 'scoring.html'), 'utf8')
  assert.match(page, /id="key-figures"/)
  assert.not.match(page, /id="disagreement"/)
})

test('the synthetic truth as a human scoring: agreement, kappa, confusion; events rest on it', () => {
  const { sleep, events } = JSON.parse(
    brrr('sleep', night, '--hypno', join(folder, 'night.hypno.csv'), '--json').stdout,
  )
  assert.is(sleep.agreement.epochs, 120)
  assert.ok(sleep.agreement.agreement >= 0.8)
  for (const event of events.filter((e: { type: string }) => e.type === 'spindle'))
    assert.ok(['N1', 'N2', 'N3'].includes(event.attributes.stage))
})

test('analyze: several files, one of them broken: a result each, a summary, exit code 4', () => {
  const inbox = join(folder, 'inbox')
  mkdirSync(inbox)
  for (const name of ['a.edf', 'b.edf']) writeFileSync(join(inbox, name), readFileSync(night))
  writeFileSync(join(inbox, 'broken.edf'), 'x')
  const { status, stdout, stderr } = brrr('analyze', inbox, '--out', 'results', '--html')
  assert.is(status, 4, stderr)
  assert.match(stderr, /failed .*broken\.edf/)
  for (const name of ['a.brrr.json', 'a.html', 'b.brrr.json', 'b.html', 'summary.csv'])
    assert.ok(existsSync(join(folder, 'results', name)), stdout)
  const summary = readFileSync(join(folder, 'results', 'summary.csv'), 'utf8')
    .trim()
    .split('\n')
  assert.is(summary.length, 4)
  assert.match(summary[3]!, /^broken\.edf,failed,/)
  assert.ok(statSync(join(folder, 'results', 'a.html')).size > 500_000)
})

test('analyze --json writes no file', () => {
  const alone = join(folder, 'alone')
  mkdirSync(alone)
  writeFileSync(join(alone, 'a.edf'), readFileSync(night))
  assert.is(JSON.parse(brrr('analyze', join(alone, 'a.edf'), '--json').stdout).recording.file, 'a.edf')
  assert.not.ok(existsSync(join(alone, 'a.brrr.json')))
})

test('a model that is not installed is named, with those that are', () => {
  const { status, stderr } = brrr('sleep', night, '--model', 'nobody')
  assert.is(status, 1)
  assert.match(stderr, /nobody.*yasa-0\.5\.0/s)
})

test('doctor and models answer for a person and as JSON', () => {
  assert.match(brrr('doctor').stdout, /native addon\s+ok/)
  const { checks } = JSON.parse(brrr('doctor', '--json').stdout)
  assert.ok(checks.length >= 3)
  assert.is(JSON.parse(brrr('models', '--json').stdout)[0].id, 'yasa-0.5.0')
  assert.match(brrr('models').stdout, /BSD-3-Clause/)
})

test('a reader that goes away ends brrr quietly', () => {
  const { status, stderr } = spawnSync(
    'sh',
    ['-c', `"${process.execPath}" "${cli}" sleep "${night}" --json | head -c 10`],
    { encoding: 'utf8' },
  )
  assert.is(status, 0)
  assert.is(stderr, '')
})

test('Ctrl-C stops the work, leaves no half-written file and exits with 130', async () => {
  const file = join(folder, 'interrupted.edf')
  const child = spawn(process.execPath, [cli, 'synth', file, '--hours', '40', '--rate', '512'], { stdio: 'ignore' })
  await new Promise((resolve) => setTimeout(resolve, 700))
  child.kill('SIGINT')
  const code = await new Promise((resolve) => child.once('exit', resolve))
  assert.is(code, 130)
  assert.not.ok(existsSync(file))
})

test.run()
