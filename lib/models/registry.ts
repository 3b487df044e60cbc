// Which models this installation has: those that ship with the package and those that a user imported.
import { createHash } from 'node:crypto'
import { existsSync, readdirSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { BrrrError } from '../errors.js'
import { packageRoot } from '../root.js'
import { MANIFEST_FILE, type ModelManifest, readManifest } from './manifest.js'
import type { YasaVariant } from './yasa.js'

/** Where models lie; the defaults are what an installation uses. */
export interface ModelFolders {
  /** Models that ship with the package. */
  shipped?: string | undefined
  /** Imported ones: default BRRR_MODELS, else brain-go-brrr/models in the user's data folder. */
  user?: string | undefined
}

/** A package folder: its manifest, or what is wrong with it. */
export type InstalledModel = { folder: string; origin: 'shipped' | 'user' } & (
  | { manifest: ModelManifest; problem?: undefined }
  | { manifest?: undefined; problem: string }
)

/** The classifier of one variant, ready for the addon. */
export interface LoadedModel {
  id: string
  variant: YasaVariant
  bytes: Uint8Array
  sha256: string
  trained: boolean
  licence: string
  attribution: string | null
}

/** Where `brrr models import` puts models and where they are looked for. */
export function userModelFolder(): string {
  if (process.env.BRRR_MODELS) return process.env.BRRR_MODELS
  const data = process.env.XDG_DATA_HOME || join(homedir(), '.local', 'share')
  return join(data, 'brain-go-brrr', 'models')
}

/** Every model package, shipped ones first, each group by name. Broken ones are listed with their problem. */
export function listModels(folders: ModelFolders = {}): InstalledModel[] {
  return [
    ...packagesIn(folders.shipped ?? join(packageRoot, 'models'), 'shipped'),
    ...packagesIn(folders.user ?? userModelFolder(), 'user'),
  ]
}

function packagesIn(parent: string, origin: 'shipped' | 'user'): InstalledModel[] {
  if (!existsSync(parent)) return []
  try {
    return readdirSync(parent)
      .filter((name) => !name.startsWith('.') && existsSync(join(parent, name, MANIFEST_FILE)))
      .sort()
      .map((name) => describePackage(join(parent, name), origin))
  } catch (error) {
    return [{ folder: parent, origin, problem: (error as Error).message }]
  }
}

function describePackage(folder: string, origin: 'shipped' | 'user'): InstalledModel {
  try {
    return { folder, origin, manifest: readManifest(folder) }
  } catch (error) {
    return { folder, origin, problem: (error as Error).message }
  }
}

/**
 * Loads the classifier of a variant and checks it against the manifest's checksum. Without `id` the shipped package is
 * used, and an imported one only where no shipped one has the variant. Throws MODEL_NOT_FOUND, MODEL_INVALID.
 */
export async function loadYasaVariant(
  variant: YasaVariant,
  options: ModelFolders & { id?: string | undefined } = {},
): Promise<LoadedModel> {
  const { id } = options
  const installed = listModels(options)
  const found = installed.find(
    ({ manifest }) =>
      manifest?.task === 'sleep-staging' && manifest.files[variant] && (id === undefined || manifest.id === id),
  )
  if (!found?.manifest) throw notFound(variant, id, installed)
  const { folder, manifest } = found
  const { file, sha256 } = manifest.files[variant]!
  const path = join(folder, file)
  const bytes = await readFile(path).catch((cause) => {
    throw new BrrrError('MODEL_INVALID', `${path} cannot be read: ${cause.message}. Install the model again.`, {
      cause,
    })
  })
  if (createHash('sha256').update(bytes).digest('hex') !== sha256)
    throw new BrrrError(
      'MODEL_INVALID',
      `${path} is not the file that its ${MANIFEST_FILE} describes. Install it again.`,
    )
  const { trained, licence, attribution } = manifest
  return { id: manifest.id, variant, bytes, sha256, trained, licence: licence.spdx, attribution }
}

function notFound(variant: string, id: string | undefined, installed: InstalledModel[]): BrrrError {
  const names = installed.map(({ manifest, folder }) => manifest?.id ?? `${folder} (broken)`)
  return new BrrrError(
    'MODEL_NOT_FOUND',
    `No ${id === undefined ? 'installed model' : `model ${id}`} has the sleep-staging variant ${variant}. ` +
      `Installed: ${names.join(', ') || 'none'}. \`brrr models import yasa FILE\` adds one.`,
  )
}
