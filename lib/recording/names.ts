/**
 * Channel names as the field writes them: what amplifiers put around a name goes, old 10-20 names become new ones.
 * The label as it stands in the file is kept beside the name.
 */

const MODALITY = /^(EEG|EOG|EMG|ECG|POL)(\s+|[-_:.])(\S.*)$/i
const REFERENCE_SUFFIX = /-(REF|LE|AR)$/i
const DERIVATION = /^([A-Za-z0-9]+)\s*([-:/])\s*([A-Za-z0-9]+)$/
const GLUED_DERIVATION = /^(LOC|ROC|E[12]|(?:Fp|F|C|P|O|T)(?:z|\d))([AM][12])$/i
const ELECTRODE =
  /^(Nz|Iz|M[12]|(?:Fp|AFp|AF|AFF|F|FFC|FFT|FC|FT|FCC|FTT|C|T|CCP|TTP|CP|TP|CPP|TPP|P|PPO|PO|POO|O|OI|I)(?:z|10|[1-9])h?)$/i
const EOG_LEAD = /^(LOC|ROC|E[12])$/i
const RENAMED: Readonly<Record<string, string>> = { T3: 'T7', T4: 'T8', T5: 'P7', T6: 'P8', A1: 'M1', A2: 'M2' }

/** How the labels of one file are to be read. */
export interface NamingContext {
  /** The labels are positions of an amplifier or a net (A1 ... A32, B1 ...; E1 ... E128), none of them a 10-20 name. */
  connectorLabels: boolean
}

const TEN_TWENTY: NamingContext = { connectorLabels: false }

/** A3 and A4 (BioSemi), E3 and E4 (EGI) are positions: no electrode of the 10-20 system, no eye lead is called so. */
export function namingContext(labels: readonly string[]): NamingContext {
  const bare = new Set(labels.map((label) => stripLabel(label).toUpperCase()))
  return { connectorLabels: ['A', 'E'].some((bank) => bare.has(`${bank}3`) && bare.has(`${bank}4`)) }
}

/** `C3`, `Fp1`, `M2` in the field's spelling, or null where the text is no electrode of the 10-10 system. */
export function electrodeName(text: string): string | null {
  const renamed = RENAMED[text.toUpperCase()] ?? text
  if (!ELECTRODE.test(renamed)) return null
  const upper = renamed.toUpperCase()
  return upper
    .replace(/^(A?)FP/, '$1Fp')
    .replace(/Z$/, 'z')
    .replace(/ZH$/, 'zh')
    .replace(/(\d)H$/, '$1h')
}

/** An electrode or an eye lead (E1, E2, LOC, ROC) in the field's spelling, or null. */
export function leadName(text: string): string | null {
  return electrodeName(text) ?? (EOG_LEAD.test(text) ? text.toUpperCase() : null)
}

/** The two leads of a derivation such as `C4-M1`, or null. */
export function derivationLeads(name: string): [string, string] | null {
  const match = DERIVATION.exec(name)
  return match?.[2] === '-' ? [match[1]!, match[3]!] : null
}

/**
 * The channel name of a label: prefixes EEG, EOG, EMG, ECG, POL and suffixes -REF, -LE, -AR stripped whatever their
 * case, T3 T4 T5 T6 A1 A2 mapped to T7 T8 P7 P8 M1 M2, derivations written `A-B`.
 */
export function channelName(label: string, context: NamingContext = TEN_TWENTY): string {
  const bare = stripLabel(label)
  return context.connectorLabels ? bare : (normalisedName(bare) ?? bare)
}

function normalisedName(bare: string): string | null {
  const lead = leadName(bare)
  if (lead) return lead
  const glued = GLUED_DERIVATION.exec(bare)
  if (glued) return `${leadName(glued[1]!)}-${leadName(glued[2]!)}`
  const match = DERIVATION.exec(bare)
  if (!match) return null
  const [plus, minus] = [leadName(match[1]!), leadName(match[3]!)]
  if (plus && minus) return `${plus}-${minus}`
  return match[2] === '-' ? `${plus ?? match[1]}-${minus ?? match[3]}` : null
}

function stripLabel(label: string): string {
  let bare = label.trim()
  for (let match = MODALITY.exec(bare); match; match = MODALITY.exec(bare)) {
    const rest = match[3]!.trim()
    // "EEG-C3" is C3; the L of "EOG-L" alone would name nothing.
    const separated = /\s/.test(match[2]!) || normalisedName(rest.replace(REFERENCE_SUFFIX, '')) !== null
    if (!separated) break
    bare = rest
  }
  return bare.replace(REFERENCE_SUFFIX, '').trim() || bare
}
