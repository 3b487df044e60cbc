// How much memory a fit takes beside its epochs, and how much it announces. Prints {allowed, taken} in bytes.
const { AutoReject } = require('..')

const [epochs, channels, samples] = [3000, 32, 100]
const data = new Float32Array(epochs * channels * samples)
let state = 1
for (let i = 0; i < data.length; i++) {
  state = (state * 1103515245 + 12345) % 2147483648
  data[i] = (state / 2147483648 - 0.5) * 1e-4
}
const names = Array.from({ length: channels }, (_, i) => `E${i}`)
const positions = names.map((_, i) => [Math.cos(i), Math.sin(i), i / channels])
const part = (count) => ({
  data: data.subarray(0, count * channels * samples),
  shape: [count, channels, samples],
  channels: names,
  positions,
})
const residentBytes = () => process.resourceUsage().maxRSS * 1024

async function measure() {
  const autoreject = new AutoReject({ random_state: 1 })
  await autoreject.fit(part(10))
  const message = await autoreject.fit(part(epochs), { maxBytes: 1 }).catch((error) => error.message)
  const before = residentBytes()
  await autoreject.fit(part(epochs))
  const allowed = Number(/needs up to (\d+) MB/.exec(message)[1]) * 1e6
  console.log(JSON.stringify({ allowed, taken: residentBytes() - before }))
}
measure()
