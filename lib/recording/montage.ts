/** Where electrodes sit on the head, from their names alone: the standard 10-05 montage. */
import { derivationLeads, electrodeName, namingContext } from './names.js'
import standard from './standard-1005/positions.json'

/** Metres in the head frame: x to the right ear, y to the nose, z up; the origin lies between the ears. */
export type Position = [x: number, y: number, z: number]

const POSITIONS = standard.positions_m as unknown as Readonly<Record<string, Position>>

/** The template's own name of each electrode, by its name in capitals. */
const SPELLING = new Map(Object.keys(POSITIONS).map((name) => [name.toUpperCase(), name]))

/** Both mastoids or ears, their mean, the average of all electrodes: a reference, not one lead of a bipolar pair. */
const COMMON_REFERENCE = /^([AM][12]|A1\+?A2|M1\+?M2|LE|LM|LER|REF|REF\d|AR|CAR|AVE?|AVG|AVERAGE|CZ-?REF)$/i

/** A1, B12 or E128 where they are positions of an amplifier or a net. */
const CONNECTOR = /^[A-I]\d{1,3}$/i

function positionOfLead(lead: string): Position | undefined {
  const known = SPELLING.get(lead.toUpperCase()) ?? SPELLING.get(electrodeName(lead)?.toUpperCase() ?? '')
  return known === undefined ? undefined : POSITIONS[known]
}

/** The electrode that every derivation of a recording is taken against (Fp1-Cz, F3-Cz, ...), or null. */
function sharedReference(pairs: readonly (readonly [string, string])[]): string | null {
  const [first] = pairs
  if (!first || pairs.length < 4) return null
  const reference = first[1].toUpperCase()
  return pairs.every(([, minus]) => minus.toUpperCase() === reference) ? reference : null
}

/**
 * The position of each channel, undefined where it has none: an unknown name, a bipolar derivation, a connector of an
 * amplifier (A1 beside A3 and A4). `C4-M1` and
 * `C4-AVG` lie at C4, and so do derivations against any one electrode that all others (at least 4) are taken against.
 * @param names channel names by the naming rules, all channels of a recording at once; case does not matter
 */
export function electrodePositions(names: readonly string[]): Array<Position | undefined> {
  const { connectorLabels } = namingContext(names)
  const leads = names.map((name) => derivationLeads(name))
  const bipolar = leads.filter((pair) => pair !== null).filter(([, minus]) => !COMMON_REFERENCE.test(minus))
  const shared = sharedReference(bipolar)
  return names.map((name, i) => {
    const pair = leads[i]
    if (connectorLabels && CONNECTOR.test(name)) return undefined
    if (!pair) return positionOfLead(name)
    const referential = COMMON_REFERENCE.test(pair[1]) || pair[1].toUpperCase() === shared
    return referential && !COMMON_REFERENCE.test(pair[0]) ? positionOfLead(pair[0]) : undefined
  })
}

/** Centre of the sphere that fits the electrodes of the 10-20 system best. */
const HEAD_CENTRE: Position = [0, 0.015, 0.045]

/** The crown (Cz) lies this far in front of the head frame's z axis, as seen from that centre. */
const CROWN_TILT = (8 / 180) * Math.PI

/** Angles from the crown of the head's outline, and of the disc's edge below the ears. */
const OUTLINE_DEGREES = 93
const EDGE_DEGREES = 125

/** Radius of the head's outline on the map. */
export const HEAD_OUTLINE = OUTLINE_DEGREES / EDGE_DEGREES

/**
 * A position on a flat map of the head seen from above, x to the right and y to the nose: distance from the middle
 * (Cz) grows with the angle from the crown. The map is the unit disc; Fpz, T7, Oz and T8 lie near HEAD_OUTLINE.
 */
export function headMap([x, y, z]: Position): { x: number; y: number } {
  const [front, up] = [y - HEAD_CENTRE[1], z - HEAD_CENTRE[2]]
  const right = x - HEAD_CENTRE[0]
  const ahead = Math.cos(CROWN_TILT) * front - Math.sin(CROWN_TILT) * up
  const above = Math.sin(CROWN_TILT) * front + Math.cos(CROWN_TILT) * up
  const across = Math.hypot(right, ahead)
  if (across === 0) return { x: 0, y: 0 }
  const radius = Math.min(Math.atan2(across, above) / ((EDGE_DEGREES / 180) * Math.PI), 1)
  return { x: (radius * right) / across, y: (radius * ahead) / across }
}
