// autoreject-memory.cjs EPOCHS: fits and transforms once; the most memory that this took beside its input, in bytes, on
// file descriptor 3. Linux only: elsewhere nothing tells a peak from an earlier one.
const { readFileSync, writeFileSync, writeSync } = require('node:fs')
const { AutoReject } = require('../..')

const path = process.argv[2]
const { shape, channels, positions, ...options } = JSON.parse(readFileSync(`${path}.json`, 'utf8'))
const bytes = readFileSync(path)
const data = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4)
const status = (name) =>
  1024 * Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(readFileSync('/proc/self/status', 'utf8'))[1])

async function main() {
  const autoreject = new AutoReject(options)
  writeFileSync('/proc/self/clear_refs', '5') // the peak starts anew
  const before = status('VmRSS')
  await autoreject.fitTransform({ data, shape, channels, positions })
  writeSync(3, String(status('VmHWM') - before))
}
main()
