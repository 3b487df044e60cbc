import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { analyzeQuality, Recording } from '../lib/index.js'
import standard from '../lib/recording/standard-1005/positions.json'
import { writeEeg } from './quality-files.js'
import { plainEeg, plants, random } from './quality-fixture.js'
import { temporaryFolder } from './temporary.js'

const folder = temporaryFolder()
const THREAD = '/proc/thread-self/schedstat'
const RATE_HZ = 32
const ATTEMPTS = 5

const threadCpuMs = () => Number(readFileSync(THREAD, 'utf8').split(' ')[0]) / 1e6

/** The longest turn of the event loop meanwhile, as CPU time of this thread: neighbours do not count. */
async function longestTurnMs(work: () => Promise<unknown>): Promise<number> {
  let [longest, last, working] = [0, threadCpuMs(), true]
  const turn = () => {
    const now = threadCpuMs()
    longest = Math.max(longest, now - last)
    last = now
    if (working) setImmediate(turn)
  }
  setImmediate(turn)
  await work()
  turn()
  working = false
  return longest
}

/** Epochs of one second with bursts, and channels that things are found in. */
function longEeg(channels: number, seconds: number) {
  const eeg = plainEeg({ seed: 1, seconds, channels, rate: RATE_HZ })
  const next = random(2)
  for (const samples of eeg.samples)
    for (let burst = 0; burst < seconds / 20; burst++) {
      const from = Math.floor(next() * (seconds - 1)) * RATE_HZ
      for (let t = from; t < from + RATE_HZ; t++) samples[t]! += 80 * Math.sin(t)
    }
  for (const [channel, plant] of ['flat', 'noisy', 'disconnected', 'clipped'].entries())
    plants[plant as keyof typeof plants](eeg.samples[channel]!, RATE_HZ, next)
  const names = Object.keys(standard.positions_m).slice(3, 3 + channels)
  return { ...eeg, names: eeg.names.map((name, c) => names[c] ?? name) }
}

for (const [channels, epochs, limit_ms] of [
  [20, 7200, 12],
  [128, 3000, 50],
] as const)
  test(`${channels} channels x ${epochs} epochs never hold the event loop for more than ${limit_ms} ms of CPU`, async () => {
    if (!existsSync(THREAD)) return console.log(`  skipped: no ${THREAD} here`)
    const path = writeEeg(join(folder, `${channels}.edf`), longEeg(channels, epochs))
    const longest: number[] = []
    for (let attempt = 0; attempt < ATTEMPTS && !(Math.min(...longest) <= limit_ms); attempt++) {
      await using recording = await Recording.open(path)
      const channels = recording.channels.map(({ name }) => name)
      const turn = longestTurnMs(async () => {
        await using quality = await analyzeQuality(recording, { epoch_s: 1, channels })
        assert.is(quality.report.status, 'ok')
      })
      longest.push(await turn)
    }
    assert.ok(Math.min(...longest) <= limit_ms, `longest turns, ms: ${longest.map((ms) => ms.toFixed(1)).join(' ')}`)
    console.log(`  longest turn ${Math.min(...longest).toFixed(1)} ms`)
  })

test.run()
