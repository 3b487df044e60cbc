import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { appendFileSync, chmodSync, mkdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { analyze, type Channel, detectSpindles, Recording, synthesise } from '../lib/index.js'
import { codeOf, temporaryFolder } from './temporary.js'

const folder = temporaryFolder()
const night = join(folder, 'night.edf')

test.before(async () => {
  await synthesise(night, { kind: 'night', hours: 0.2, rate: 128, seed: 3 })
})

test('a recording tells its channels, duration, annotations and start', async () => {
  const recording = await Recording.open(night)
  assert.equal(
    recording.channels.map((c) => [c.name, c.kind]),
    [
      ['C4-M1', 'eeg'],
      ['C3-M2', 'eeg'],
      ['LOC-M2', 'eog'],
      ['ROC-M2', 'eog'],
      ['chin', 'emg'],
    ],
  )
  assert.is(recording.duration_s, 720)
  assert.is(recording.segments.length, 1)
  assert.match(recording.header.startIso, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/)
  assert.ok(recording.annotations.some(({ text }) => /lights off/i.test(text)))
  recording.close()
})

test('float32 and float64 reads agree, whole and by records', async () => {
  const recording = await Recording.open(night)
  const channel = recording.channel('C4-M1')
  const wide = await recording.read(channel, new Float64Array(channel.samples))
  const narrow = await recording.read(channel, new Float32Array(channel.samples))
  assert.equal(narrow, Float32Array.from(wide))
  const piece = new Float64Array(3 * 128)
  await recording.readRecords([channel], 5, 3, [piece])
  assert.equal(piece, wide.slice(5 * 128, 8 * 128))
  recording.close()
})

test('a derivation is the difference of its leads, in the file and in pieces', async () => {
  const file = join(folder, 'routine.edf')
  await synthesise(file, { kind: 'routine', hours: 0.02, rate: 256, seed: 1 })
  const recording = await Recording.open(file)
  const [left, right, derived] = ['Fp1', 'F7', 'Fp1-F7'].map((name) => recording.channel(name))
  const read = (channel: Channel) => recording.read(channel, new Float64Array(channel.samples))
  const [a, b, difference] = [await read(left!), await read(right!), await read(derived!)]
  assert.is(difference.length, 72 * 256)
  for (let i = 0; i < difference.length; i++) assert.ok(Math.abs(difference[i]! - (a[i]! - b[i]!)) < 1e-9)
  recording.close()
})

test('a channel that is not there is NO_SUCH_CHANNEL, and the message lists those that are', async () => {
  const recording = await Recording.open(night)
  assert.is(await codeOf(() => recording.channel('Pz')), 'NO_SUCH_CHANNEL')
  assert.throws(() => recording.channel('Pz'), /C4-M1/)
  recording.close()
})

test('the checksum is that of the bytes', async () => {
  const recording = await Recording.open(night)
  assert.is(await recording.sha256(), createHash('sha256').update(readFileSync(night)).digest('hex'))
  recording.close()
})

test('reading into an array of the wrong length says both lengths', async () => {
  const recording = await Recording.open(night)
  try {
    await recording.read('C4-M1', new Float32Array(7))
    assert.unreachable()
  } catch (error) {
    assert.is((error as Error).message, 'Channel C4-M1 holds 92160 samples; the array has 7.')
  }
  recording.close()
})

test('a closed recording refuses with CLOSED, and closing twice is fine', async () => {
  const recording = await Recording.open(night)
  recording.close()
  recording.close()
  assert.is(await codeOf(() => recording.read('C4-M1', new Float32Array(92160))), 'CLOSED')
  assert.is(await codeOf(() => recording.signal('C4-M1')), 'CLOSED')
})

test('what is no recording is refused with its own code', async () => {
  const text = join(folder, 'text.edf')
  writeFileSync(text, 'not a recording'.repeat(100))
  const empty = join(folder, 'empty.edf')
  writeFileSync(empty, '')
  const cut = join(folder, 'cut.edf')
  writeFileSync(cut, readFileSync(night).subarray(0, 700))
  const pipe = join(folder, 'pipe')
  execFileSync('mkfifo', [pipe])
  const directory = join(folder, 'directory.edf')
  mkdirSync(directory)
  assert.is(await codeOf(() => Recording.open(join(folder, 'nothing.edf'))), 'FILE_NOT_FOUND')
  assert.is(await codeOf(() => Recording.open(directory)), 'NOT_A_FILE')
  assert.is(await codeOf(() => Recording.open(pipe)), 'NOT_A_FILE')
  assert.is(await codeOf(() => Recording.open(text)), 'EDF_INVALID')
  assert.is(await codeOf(() => Recording.open(empty)), 'EDF_TRUNCATED')
  assert.is(await codeOf(() => Recording.open(cut)), 'EDF_TRUNCATED')
})

test('a file without permission is FILE_UNREADABLE', async () => {
  if (process.getuid?.() === 0) return console.log('SKIPPED a file without permission: root may read everything')
  const locked = join(folder, 'locked.edf')
  writeFileSync(locked, readFileSync(night))
  chmodSync(locked, 0)
  assert.is(await codeOf(() => Recording.open(locked)), 'FILE_UNREADABLE')
})

test('a torn last record is read up to it, with a warning', async () => {
  const torn = join(folder, 'torn.edf')
  writeFileSync(torn, readFileSync(night).subarray(0, -100))
  const recording = await Recording.open(torn)
  assert.is(recording.duration_s, 719)
  assert.ok(recording.warnings.length > 0)
  recording.close()
})

test('a file that shrinks or grows while it is open is FILE_CHANGED', async () => {
  for (const change of [
    (f: string) => truncateSync(f, 40_000),
    (f: string) => appendFileSync(f, Buffer.alloc(100_000)),
  ]) {
    const file = join(folder, 'changing.edf')
    writeFileSync(file, readFileSync(night))
    const recording = await Recording.open(file)
    change(file)
    const channels = recording.channels
    const out = channels.map((c) => new Float32Array(c.samples))
    assert.is(await codeOf(() => recording.readRecords(channels, 0, 720, out)), 'FILE_CHANGED')
    assert.is(await codeOf(() => analyze(recording)), 'FILE_CHANGED')
    assert.is(await codeOf(() => detectSpindles(recording.signal('C4-M1'))), 'FILE_CHANGED')
    recording.close()
  }
})

test('a file of 2 GB is read whole in bounded memory', async () => {
  // A sparse file: the header of the night, its records zeros.
  const file = join(folder, 'huge.edf')
  const header = readFileSync(night).subarray(0, 256 * 7)
  const recordBytes = (statSync(night).size - header.length) / 720
  const records = Math.floor(2 ** 31 / recordBytes)
  header.write(String(records).padEnd(8), 236, 'latin1')
  writeFileSync(file, header)
  truncateSync(file, header.length + records * recordBytes)
  const before = process.memoryUsage.rss()
  const recording = await Recording.open(file)
  const piece = 10_000
  const out = recording.channels.map((c) => new Float32Array((piece * c.samples) / records))
  for (let at = 0; at < records; at += piece)
    await recording.readRecords(
      recording.channels,
      at,
      Math.min(piece, records - at),
      out.map((o) => o.subarray(0, (o.length / piece) * Math.min(piece, records - at))),
    )
  assert.ok(process.memoryUsage.rss() - before < 150e6, `${(process.memoryUsage.rss() - before) / 1e6} MB`)
  recording.close()
})

test('opening and reading can be aborted', async () => {
  const abort = new AbortController()
  abort.abort()
  assert.is(await codeOf(() => Recording.open(night, { signal: abort.signal })), 'ABORTED')
})

test.run()
