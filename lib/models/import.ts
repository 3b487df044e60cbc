// `brrr models import yasa FILE`: a classifier as its author published it becomes a model package.
import { mkdir, mkdtemp, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { BrrrError } from '../errors.js'
import { MANIFEST_FILE, type ModelManifest } from './manifest.js'
import { listModels, type ModelFolders, userModelFolder } from './registry.js'
import { type ConvertedClassifier, convertYasa, formatManifest, yasaManifest } from './yasa.js'

const MAX_FILE_BYTES = 1 << 28

/**
 * Imports one of YASA's joblib files, or its LightGBM text, as a package in a folder of its own below `outDir` (default:
 * the user's model folder). Runs nothing of the file. Throws FILE_NOT_FOUND, NOT_A_FILE, FILE_UNREADABLE, MODEL_INVALID,
 * WRITE_FAILED.
 */
export async function importYasa(
  file: string,
  options: ModelFolders & { outDir?: string | undefined } = {},
): Promise<{ folder: string; manifest: ModelManifest }> {
  const classifier = convertYasa(await readModelFile(file), basename(file))
  const published = findPublished(classifier, options)
  const { variant, entry } = classifier
  const manifest = yasaManifest(
    {
      id: `yasa-${variant}-${entry.source.sha256.slice(0, 8)}`,
      licence: published?.manifest.licence ?? { spdx: 'NOASSERTION', file: null },
      attribution: published?.manifest.attribution ?? null,
      source: { file: entry.source.file },
    },
    [classifier],
  )
  const files: PackageFile[] = [
    [entry.file, classifier.bytes],
    [MANIFEST_FILE, formatManifest(manifest)],
  ]
  if (published?.manifest.licence.file) {
    const name = published.manifest.licence.file
    files.push([name, await readFile(join(published.folder, name))])
  }
  const folder = join(options.outDir ?? options.user ?? userModelFolder(), manifest.id)
  await writePackage(folder, files)
  return { folder, manifest }
}

type PackageFile = [name: string, content: Uint8Array | string]

/** The shipped package made from the very same file, whose licence and attribution then hold for it too. */
function findPublished({ variant, entry }: ConvertedClassifier, folders: ModelFolders) {
  for (const { origin, folder, manifest } of listModels(folders))
    if (origin === 'shipped' && manifest?.files[variant]?.source.sha256 === entry.source.sha256)
      return { folder, manifest }
  return undefined
}

async function readModelFile(file: string): Promise<Uint8Array> {
  try {
    const info = await stat(file)
    if (!info.isFile())
      throw new BrrrError('NOT_A_FILE', `${file} is not a file. Give a .joblib file or LightGBM text.`)
    if (info.size > MAX_FILE_BYTES)
      throw new BrrrError('MODEL_INVALID', `${file} has ${info.size} bytes; YASA's classifiers have 3 to 8 MB.`)
    return await readFile(file)
  } catch (cause) {
    if (cause instanceof BrrrError) throw cause
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT')
      throw new BrrrError('FILE_NOT_FOUND', `${file} does not exist.`, { cause })
    throw new BrrrError('FILE_UNREADABLE', `${file} cannot be read: ${(cause as Error).message}`, { cause })
  }
}

/** All of the package or nothing: written aside, then renamed into place over an older import of the same file. */
async function writePackage(folder: string, files: PackageFile[]): Promise<void> {
  try {
    await mkdir(dirname(folder), { recursive: true })
    const aside = await mkdtemp(join(dirname(folder), '.import-'))
    try {
      for (const [name, content] of files) await writeFile(join(aside, name), content)
      await rm(folder, { recursive: true, force: true })
      await rename(aside, folder)
    } catch (cause) {
      await rm(aside, { recursive: true, force: true })
      throw cause
    }
  } catch (cause) {
    throw new BrrrError('WRITE_FAILED', `The model package ${folder} cannot be written: ${(cause as Error).message}`, {
      cause,
    })
  }
}
