// Does one analysis of a recording and prints the peak of the memory that the process needed, in MB; test/memory.test.ts
// compares recordings. Usage: memory-child.cjs ANALYSIS FILE
const { Recording, detectRems, detectSlowWaves, detectSpindles } = require('brain-go-brrr')

const [analysis, file] = process.argv.slice(2)
const analyses = {
  reading: async (recording) => {
    const out = recording.channels.map(({ rate_hz }) => new Float32Array(600 * rate_hz))
    for (let at = 0; at + 600 <= recording.header.records; at += 600)
      await recording.readRecords(recording.channels, at, 600, out)
  },
  'slow waves': (recording) => detectSlowWaves(recording.signal('C4-M1')),
  coupling: (recording) => detectSlowWaves(recording.signal('C4-M1'), { coupling: true }),
  spindles: (recording) => detectSpindles(recording.signal('C4-M1')),
  REM: (recording) => detectRems(recording.signal('LOC-M2'), recording.signal('ROC-M2')),
}
Recording.open(file).then(async (recording) => {
  await analyses[analysis](recording)
  console.log(process.resourceUsage().maxRSS / 1024)
})
