import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import Ajv from 'ajv'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { QualityReport, ResultDocument } from '../lib/index.js'
import { packageRoot } from '../lib/root.js'
import { writeEdf } from './edf-fixture.js'
import { writeEeg } from './quality-files.js'
import { plants, random, routineEeg } from './quality-fixture.js'
import { temporaryFolder } from './temporary.js'

const folder = temporaryFolder()
const cli = join(packageRoot, 'dist', 'cli', 'main.js')
const brrr = (...args: string[]) =>
  spawnSync(process.execPath, [cli, ...args], { encoding: 'utf8', cwd: folder, maxBuffer: 1 << 28 })
function parsed(...args: string[]): ResultDocument {
  const { stdout, stderr, status } = brrr(...args)
  assert.is(status, 0, stderr)
  return JSON.parse(stdout)
}
const reportOf = ({ quality_report }: ResultDocument) => quality_report as QualityReport

test.before(async () => {
  const eeg = await routineEeg(join(folder, 'plain.edf'), { seed: 31, minutes: 2 })
  plants.flat(eeg.samples[eeg.names.indexOf('T7')]!, 256, random(1))
  plants.mains50(eeg.samples[eeg.names.indexOf('C4')]!, 256)
  writeEeg(join(folder, 'eeg.edf'), eeg)
})

test('a person reads grade, bad channels with reasons, and findings', () => {
  const { stdout, stderr, status } = brrr('quality', 'eeg.edf')
  assert.is(status, 0, stderr)
  assert.match(stdout, /GOOD {2}score 0\.\d{3}|FAIR {2}score 0\.\d{3}/)
  assert.match(stdout, /19 channels, 30 epochs of 4 s, judged by AutoReject \(consensus/)
  assert.match(stdout, /bad channels\n {2}T7 +flat +100 % of the epochs/)
  assert.match(stdout, /mains 50\.0 Hz +C4 +100 % of the epochs +mains power share 0\.\d+ \(limit 0\.5\)/)
  assert.match(stdout, /a person must read the recording/)
  assert.not.ok((stdout + stderr).includes('\u001b'))
})

test('findings say when, and a list of channels stays short', async () => {
  const eeg = await routineEeg(join(folder, 'plain.edf'), { seed: 32, minutes: 2 })
  eeg.samples[4]!.fill(7, 20 * 256, 60 * 256)
  eeg.names = eeg.names.map((_, c) => `EEG X${c + 1}`)
  writeEeg(join(folder, 'partly.edf'), eeg)
  const { stdout, stderr, status } = brrr('quality', 'partly.edf')
  assert.is(status, 0, stderr)
  assert.match(stdout, /disconnected +X5 +33 % of the epochs +0:00:20-0:01:00 +flat epoch share/)
  assert.match(stdout, /blink +X1 X2 X3 X4 X6 X7 X8 X9 and 10 more +no electrode/)
})

test('--json is one document that fits the published schema; sleep was not asked for', () => {
  const document = parsed('quality', 'eeg.edf', '--json')
  const schema = JSON.parse(readFileSync(join(packageRoot, 'dist', 'schema.json'), 'utf8'))
  const validate = new Ajv({ strict: false }).compile(schema)
  assert.ok(validate(document), JSON.stringify(validate.errors))
  assert.is(document.sleep.status, 'skipped')
  assert.equal(
    reportOf(document).bad_channels.map(({ name }) => name),
    ['T7', 'C4'],
  )
  assert.is(document.provenance.seed, 42)
  assert.is(document.triage.priority, reportOf(document).grade === 'FAIR' ? 'EXPEDITE' : 'UNTRIAGED')
})

test('every SIMD tier gives the same report, threads or not', () => {
  const { available } = JSON.parse(brrr('doctor', '--json').stdout).simd as { available: string[] }
  const reports = [...available.map((tier) => ['--simd', tier]), ['--threads', '1']].map((options) =>
    JSON.stringify(reportOf(parsed('quality', 'eeg.edf', '--json', ...options))),
  )
  for (const report of reports) assert.is(report, reports[0])
})

test('labels go out as CSV, the cleaned copy as EDF+, the report as HTML', () => {
  const { status, stderr } = brrr(
    'quality',
    'eeg.edf',
    '--csv',
    'l.csv',
    '--write-clean',
    'c.edf',
    '--report',
    'r.html',
  )
  assert.is(status, 0, stderr)
  const [head, first, ...rest] = readFileSync(join(folder, 'l.csv'), 'utf8').trim().split('\n')
  assert.match(head!, /^epoch,start_s,rejected,Fp1,Fp2,F7,/)
  assert.match(first!, /^0,0,[01](,[012]?){19}$/)
  assert.is(rest.length, 29)
  assert.match(brrr('info', 'c.edf').stdout, /EDF\+C[\s\S]*Flat@@T7/)
  assert.match(readFileSync(join(folder, 'r.html'), 'utf8'), /T7/)
  assert.is(brrr('quality', 'eeg.edf', '--csv', '-').stdout, readFileSync(join(folder, 'l.csv'), 'utf8'))
  const again = reportOf(parsed('quality', 'c.edf', '--json'))
  assert.ok(again.bad_channels.some(({ name }) => name === 'T7'))
})

test('--interpolate-bad replaces bad channels in the cleaned copy', () => {
  const { status, stderr } = brrr('quality', 'eeg.edf', '--write-clean', 'i.edf', '--interpolate-bad')
  assert.is(status, 0, stderr)
  assert.match(brrr('info', 'i.edf').stdout, /Interpolated@@T7/)
  assert.equal(reportOf(parsed('quality', 'i.edf', '--json')).bad_channels, [])
})

test('what cannot be written is refused with the reason', () => {
  writeEdf(join(folder, 'short.edf'), [{ label: 'C3', samples: 256, value: Math.sin }], 2)
  const cases: Array<[string[], number, RegExp]> = [
    [['quality', 'short.edf', '--csv', 's.csv'], 3, /nothing to write.*epoch of 4 s/],
    [['quality', 'eeg.edf', '--write-clean', 'eeg.edf'], 2, /is the recording itself/],
    [['quality', 'nothing.edf'], 3, /nothing\.edf/],
    [['quality', 'eeg.edf', '--seed', 'x'], 2, /number/],
    [['quality', 'eeg.edf', '--interpolate-bad'], 2, /--write-clean/],
    [['quality', 'eeg.edf', '--seed', '-1'], 2, /from 0 to 4294967295/],
    [['quality', 'eeg.edf', '--max-memory', '0'], 2, /above 0/],
    [['quality', 'eeg.edf', '--threads', '-1'], 2, /from 1 to 1024/],
    [['quality', 'eeg.edf', '--csv', '-', '--json'], 2, /stdout/],
    [['quality'], 2, /missing required argument/],
  ]
  for (const [args, code, message] of cases) {
    const { status, stdout, stderr } = brrr(...args)
    assert.is(status, code, `${args.join(' ')}: ${stderr}`)
    assert.is(stdout, '')
    assert.match(stderr, message)
  }
  assert.not.ok(existsSync(join(folder, 's.csv')))
})

test('a recording that is too short is not judged, and that is said; needing too much memory is a failure', () => {
  const short = brrr('quality', 'short.edf')
  assert.is(short.status, 0)
  assert.match(short.stdout, /quality not judged: .*epoch/)
  const large = brrr('quality', 'eeg.edf', '--max-memory', '1', '--csv', 'm.csv')
  assert.is(large.status, 1)
  assert.match(large.stderr, /^error 19 channels x 30 epochs .* MB, but --max-memory allows 2 MB/)
  assert.not.ok(existsSync(join(folder, 'm.csv')))
  const { stdout, status } = brrr('quality', 'eeg.edf', '--max-memory', '1', '--json')
  assert.is(status, 1)
  assert.is(JSON.parse(stdout).quality_report.status, 'failed')
})

test('sleep judges quality when asked; analyze does unless told not to, and sums it up', () => {
  assert.is(parsed('sleep', 'eeg.edf', '--json').quality_report.status, 'skipped')
  const asked = parsed('sleep', 'eeg.edf', '--json', '--quality')
  assert.is(asked.quality_report.status, 'ok')
  assert.equal(asked.sleep.channels.eeg.includes('C4'), false)
  assert.is(parsed('analyze', 'eeg.edf', '--json').quality_report.status, 'ok')
  assert.is(parsed('analyze', 'eeg.edf', '--json', '--no-quality').quality_report.status, 'skipped')
  const { status, stderr } = brrr('analyze', 'eeg.edf', 'plain.edf', '--out', 'results', '--html', '--edf')
  assert.is(status, 0, stderr)
  assert.match(brrr('info', join('results', 'eeg.annotations.edf')).stdout, /Flat@@T7/)
  const [head, first] = readFileSync(join(folder, 'results', 'summary.csv'), 'utf8').split('\n')
  assert.match(head!, /,quality,quality_score,bad_channels,/)
  assert.match(first!, /,(GOOD|FAIR),0\.\d+,T7 C4,/)
})

test.run()
