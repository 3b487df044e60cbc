// What this package's reader makes of one file, as JSON for the reference set's comparer. Usage: parity-edf.mjs FILE OUT
import { writeFileSync } from 'node:fs'
import { Recording } from 'brain-go-brrr'

const [file, out] = process.argv.slice(2)
const EDGE = 5
const started = performance.now()

async function describe(recording) {
  const { header } = recording
  const signals = []
  for (const [index, signal] of header.signals.entries()) {
    if (signal.isAnnotation || !signal.usable) continue
    const channel = recording.channels.find((c) => c.index === index && c.minus === null)
    const samples = await recording.read(channel, new Float64Array(signal.samples))
    const digital = await recording.digitalSummary(index)
    signals.push({
      label: channel.name,
      original_label: signal.label,
      dimension: signal.dimension,
      physical_min: signal.physicalMin,
      physical_max: signal.physicalMax,
      digital_min: signal.digitalMin,
      digital_max: signal.digitalMax,
      samples_per_record: signal.samplesPerRecord,
      rate_hz: signal.rate,
      n_samples: signal.samples,
      first_digital: digital.first,
      last_digital: digital.last,
      first_physical: Array.from(samples.slice(0, EDGE)),
      last_physical: Array.from(samples.slice(-EDGE)),
      digital_sum: digital.sum,
    })
  }
  return {
    accepted: true,
    warnings: recording.warnings,
    header: {
      records: header.records,
      n_signals: header.signals.length,
      record_duration_s: header.recordDuration,
      startdate: header.startDate,
      starttime: header.startTime,
      patient: header.patient,
      recording: header.recording,
      start_iso: header.startIso || null,
    },
    signals,
    annotations: header.annotations.map(({ onset, duration, text }) => ({ onset, duration, text })),
    record_onsets_s: header.recordOnsets.length > 0 ? Array.from(header.recordOnsets) : null,
  }
}

let answer
try {
  answer = await describe(await Recording.open(file))
} catch (error) {
  answer = { accepted: false, error: error.message, code: error.code }
}
answer.seconds = (performance.now() - started) / 1000
answer.peak_rss_mib = process.resourceUsage().maxRSS / 1024
writeFileSync(out, JSON.stringify(answer))
