// What a build can use, in .cache/sdk/: headers of TensorRT 10 and 11, headers and the static library of the CUDA runtime,
// ONNX Runtime's header (to check ours against); and ONNX Runtime's library for the prebuilds (scripts/onnxruntime.mjs).
// Each part comes from the first place that has it: TENSORRT_ROOT, CUDA_HOME or ONNXRUNTIME_ROOT, the system, a package
// registry through its own client. Usage: npm run sdk [-- --refresh]; ends with 1 where a part is missing.
import { spawnSync } from 'node:child_process'
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { downloadWheel, quietly } from './archives.mjs'
import { ONNXRUNTIME_VERSION, onnxruntimeFor } from './onnxruntime.mjs'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const cache = join(root, '.cache')
export const sdkFolder = join(cache, 'sdk')
const machine = { x64: 'x86_64', arm64: 'aarch64' }[process.arch]

/** The oldest headers that the sources compile with, and the crate that carries such headers. */
const TENSORRT = {
  10: {
    oldest: [10, 16],
    crate: '0.4.0',
    folder: 'TRT-Enterprise-10.16',
    checksum: '44e29236a965ef87398a0cb398f69e7a83b0eead80578cea5bbe1131363955ee',
  },
  11: {
    oldest: [11, 1],
    crate: '0.8.0',
    folder: 'TRT-Enterprise-11.1',
    checksum: '1bf440fdb1b8bd4d3afd4046957ef7a00733904b0ce75d9157999cec6faa697c',
  },
}
const WHEEL = `py3-none-manylinux2014_${machine}.manylinux_2_17_${machine}.whl`
const CUDA_RUNTIME = {
  name: 'nvidia-cuda-runtime-cu12',
  version: '12.9.79',
  wheel: `nvidia_cuda_runtime_cu12-12.9.79-${WHEEL}`,
  sha256: {
    x64: '25bba2dfb01d48a9b59ca474a1ac43c6ebf7011f1b0b8cc44f54eb6ac48a96c3',
    arm64: '83469a846206f2a733db0c42e223589ab62fd2fabac4432d2f8802de4bded0a4',
  }[process.arch],
}
const CUDA_CRT = {
  name: 'nvidia-cuda-crt',
  version: '13.0.88',
  wheel: `nvidia_cuda_crt-13.0.88-${WHEEL}`,
  sha256: {
    x64: '2c8043c7c9e02492716426e9919fc78d2c5b3b2a7a768a88e952676b08aa55a4',
    arm64: 'ee2ea2a97073e02ee62bb27841f437332be2c248e3eac013df07997ada39c003',
  }[process.arch],
} /** Goes with every binary that has the runtime inside. */
const CUDA_LICENCE = 'LICENSE.cuda-runtime.txt'
/** The module carries the C header; its `h1:` sum is the one that go.sum files pin. */
const ONNXRUNTIME_MODULE = {
  path: 'github.com/yalue/onnxruntime_go',
  version: 'v1.27.0',
  sum: 'h1:c1YSgDNtpf0WGtxj3YeRIb8VC5LmM1J+Ve3uHdteC1U=',
}
/** The table of functions that native/onnxruntime/c_api.h asks for; a newer header has it too. */
const ONNXRUNTIME_API = 24

const number = (text, name) => Number(text.match(new RegExp(`#define ${name} (\\d+)`))?.[1])

/** "10.16.0" of a folder of TensorRT headers, or null. */
function tensorrtVersion(folder) {
  const file = join(folder, 'NvInferVersion.h')
  if (!existsSync(file) || !existsSync(join(folder, 'NvOnnxParser.h'))) return null
  const text = readFileSync(file, 'utf8')
  const part = (name) => number(text, `NV_TENSORRT_${name}`) || number(text, `TRT_${name}_ENTERPRISE`) || 0
  return ['MAJOR', 'MINOR', 'PATCH'].map(part).join('.')
}

/** "12.9" of a folder of CUDA headers, or null. */
function cudaVersion(folder) {
  const file = join(folder, 'cuda_runtime_api.h')
  if (!existsSync(file) || !existsSync(join(folder, 'crt', 'host_defines.h'))) return null
  const version = number(readFileSync(file, 'utf8').replace(/ +/g, ' '), 'CUDART_VERSION')
  return `${Math.floor(version / 1000)}.${(version % 1000) / 10}`
}

/** Copies headers, and what they include by a quoted name, out of the folders that hold them. */
function copyHeaders(names, folders, target) {
  const seen = new Set()
  const take = (name) => {
    const source = folders.map((folder) => join(folder, name)).find((file) => existsSync(file))
    if (!source || seen.has(name)) return
    seen.add(name)
    mkdirSync(dirname(join(target, name)), { recursive: true })
    copyFileSync(source, join(target, name))
    for (const [, included] of readFileSync(source, 'utf8').matchAll(/^\s*#\s*include\s+"([^"]+)"/gm)) {
      take(included)
      take(join(dirname(name), included))
    }
  }
  for (const name of names) take(name)
}

const copyTensorrt = (folder, made) =>
  copyHeaders(['NvInfer.h', 'NvInferPlugin.h', 'NvOnnxParser.h'], [folder], join(made, 'include'))

function copyCuda(folders, library, made) {
  copyHeaders(['cuda_runtime_api.h'], folders, join(made, 'include'))
  mkdirSync(join(made, 'lib'))
  copyFileSync(library, join(made, 'lib', 'libcudart_static.a'))
}

const ONNXRUNTIME_HEADER = 'onnxruntime_c_api.h'

/** "1.24" of a folder with ONNX Runtime's header, or null. */
function onnxruntimeVersion(folder) {
  const file = join(folder, ONNXRUNTIME_HEADER)
  return existsSync(file) ? `1.${number(readFileSync(file, 'utf8'), 'ORT_API_VERSION')}` : null
}

const systemFolders = ['/usr/include', `/usr/include/${machine}-linux-gnu`, '/usr/local/include']

/** Each place is tried in turn: it returns {version, from}, or a string that says why it has nothing. */
function tensorrtPlaces(major) {
  const { oldest, crate, folder, checksum } = TENSORRT[major]
  const local = (name, folders) => (made) => {
    const found = folders.map((path) => [path, tensorrtVersion(path)]).filter(([, version]) => version)
    const newEnough = ([, version]) => {
      const [a, b] = version.split('.').map(Number)
      return a === major && b >= oldest[1]
    }
    const match = found.find(newEnough)
    if (!match) return found.length ? `${name} has ${found.map(([, version]) => version).join(', ')}` : null
    copyTensorrt(match[0], made)
    return { version: match[1], from: `${name}, ${match[0]}` }
  }
  const { TENSORRT_ROOT } = process.env
  return [
    TENSORRT_ROOT &&
      local('TENSORRT_ROOT', [
        join(TENSORRT_ROOT, 'include'),
        join(TENSORRT_ROOT, 'include', `${machine}-linux-gnu`),
        TENSORRT_ROOT,
      ]),
    local('the system', systemFolders),
    (made) => {
      const source = join(fetchCrate('trtx-sys', crate, checksum, made), 'TensorRT-Headers', folder)
      copyTensorrt(source, made)
      return { version: tensorrtVersion(source), from: `crate trtx-sys ${crate}` }
    },
  ].filter(Boolean)
}

/** The unpacked source of a crate, by `cargo fetch` of a throw-away crate that names it. */
function fetchCrate(name, version, checksum, scratch) {
  const manifest = join(scratch, 'Cargo.toml')
  mkdirSync(join(scratch, 'src'))
  writeFileSync(join(scratch, 'src', 'lib.rs'), '')
  writeFileSync(
    manifest,
    `[package]\nname = "headers"\nversion = "0.0.0"\nedition = "2021"\n\n[dependencies]\n${name} = "=${version}"\n`,
  )
  const options = ['--quiet', '--manifest-path', manifest]
  quietly('cargo', 'fetch', '--target', `${machine}-unknown-linux-gnu`, ...options)
  const lock = readFileSync(join(scratch, 'Cargo.lock'), 'utf8')
  if (!lock.includes(`checksum = "${checksum}"`)) throw new Error(`crate ${name} ${version} is not the one expected`)
  const metadata = spawnSync(
    'cargo',
    ['metadata', '--offline', '--format-version', '1', '--filter-platform', `${machine}-unknown-linux-gnu`, ...options],
    { encoding: 'utf8', maxBuffer: 1 << 28 },
  )
  if (metadata.status !== 0) throw new Error(metadata.stderr.slice(-2000))
  for (const file of ['Cargo.toml', 'Cargo.lock', 'src']) rmSync(join(scratch, file), { recursive: true })
  return dirname(JSON.parse(metadata.stdout).packages.find((found) => found.name === name).manifest_path)
}

function cudaPlaces() {
  const local = (name, home, folder) => (made) => {
    const version = cudaVersion(folder)
    if (!version) return null
    const library = ['lib64', 'lib', `lib/${machine}-linux-gnu`, `targets/${machine}-linux/lib`]
      .map((path) => join(home, path, 'libcudart_static.a'))
      .find((file) => existsSync(file))
    if (!library || Number.parseInt(version, 10) < 12)
      return `${name} has CUDA ${version}${library ? '' : ' without libcudart_static.a'}`
    copyCuda([folder], library, made)
    const licence = ['EULA.txt', 'LICENSE'].map((file) => join(home, file)).find((file) => existsSync(file))
    if (licence) copyFileSync(licence, join(made, CUDA_LICENCE))
    return { version, from: `${name}, ${home}` }
  }
  const home = process.env.CUDA_HOME ?? process.env.CUDA_PATH
  return [
    home && local('CUDA_HOME', home, join(home, 'include')),
    local('the system', '/usr/local/cuda', '/usr/local/cuda/include'),
    ...systemFolders.map((folder) => local('the system', '/usr', folder)),
    (made) => {
      const scratch = join(made, 'wheels')
      mkdirSync(scratch)
      for (const wheel of [CUDA_RUNTIME, CUDA_CRT])
        quietly('python3', '-m', 'zipfile', '-e', downloadWheel(wheel, scratch), scratch)
      const runtime = join(scratch, 'nvidia', 'cuda_runtime')
      const folders = [join(runtime, 'include'), join(scratch, 'nvidia', 'cu13', 'include')]
      copyCuda(folders, join(runtime, 'lib', 'libcudart_static.a'), made)
      const licence = join(
        scratch,
        `nvidia_cuda_runtime_cu12-${CUDA_RUNTIME.version}.dist-info`,
        'licenses',
        'License.txt',
      )
      copyFileSync(licence, join(made, CUDA_LICENCE))
      rmSync(scratch, { recursive: true })
      return {
        version: cudaVersion(join(made, 'include')),
        from: `wheels ${[CUDA_RUNTIME, CUDA_CRT].map(({ name, version }) => `${name} ${version}`).join(', ')}`,
      }
    },
  ].filter(Boolean)
}

function onnxruntimePlaces() {
  const copy = (folder, made) => copyHeaders([ONNXRUNTIME_HEADER], [folder], join(made, 'include'))
  const local = (name, folder) => (made) => {
    const version = onnxruntimeVersion(folder)
    if (!version) return null
    if (Number(version.slice(2)) < ONNXRUNTIME_API) return `${name} has ${version}`
    copy(folder, made)
    return { version, from: `${name}, ${folder}` }
  }
  const home = process.env.ONNXRUNTIME_ROOT
  return [
    ...(home ? [home, join(home, 'include')].map((folder) => local('ONNXRUNTIME_ROOT', folder)) : []),
    ...systemFolders
      .flatMap((folder) => [folder, join(folder, 'onnxruntime')])
      .map((folder) => local('the system', folder)),
    (made) => {
      const { path, version } = ONNXRUNTIME_MODULE
      const folder = fetchGoModule(ONNXRUNTIME_MODULE)
      copy(folder, made)
      return { version: onnxruntimeVersion(folder), from: `Go module ${path} ${version}` }
    },
  ]
}

/** The folder of a module in Go's own cache. */
function fetchGoModule({ path, version, sum }) {
  const name = `${path}@${version}`
  const { error, stdout, stderr } = spawnSync('go', ['mod', 'download', '-json', name], {
    cwd: cache,
    encoding: 'utf8',
  })
  if (error) throw new Error(`go is needed: ${error.message}`)
  const found = JSON.parse(stdout || '{}')
  if (!found.Dir) throw new Error(`go mod download ${name}: ${found.Error ?? stderr.slice(-500)}`)
  if (found.Sum !== sum) throw new Error(`Go module ${name} is not the one expected`)
  return found.Dir
}

const PARTS = [
  { name: 'tensorrt10', what: 'TensorRT 10 headers', places: () => tensorrtPlaces(10), own: 'TENSORRT_ROOT' },
  { name: 'tensorrt11', what: 'TensorRT 11 headers', places: () => tensorrtPlaces(11), own: 'TENSORRT_ROOT' },
  { name: 'cuda', what: 'CUDA runtime, static', places: cudaPlaces, own: 'CUDA_HOME' },
  { name: 'onnxruntime', what: 'ONNX Runtime header', places: onnxruntimePlaces, own: 'ONNXRUNTIME_ROOT' },
]

/** Makes one part in a folder beside its place and moves it there whole. */
function gather({ name, places, own }) {
  const reasons = []
  for (const place of places()) {
    const made = mkdtempSync(join(cache, `sdk-${name}-`))
    try {
      const found = place(made)
      if (typeof found === 'string') reasons.push(found)
      if (found === null || typeof found === 'string') continue
      writeFileSync(join(made, 'from.json'), `${JSON.stringify(found)}\n`)
      rmSync(join(sdkFolder, name), { recursive: true, force: true })
      renameSync(made, join(sdkFolder, name))
      return found
    } catch (error) {
      const lines = error.message.trim().split('\n')
      reasons.push(lines.find((line) => line.startsWith('error')) ?? lines.at(-1))
    } finally {
      rmSync(made, { recursive: true, force: true })
    }
  }
  return { version: null, from: `MISSING: ${reasons.join('; ')} (or set ${own})` }
}

/** The library that the prebuilds ship, which no build needs. */
function onnxruntimeLibrary() {
  const row = { name: 'onnxruntime-library', what: 'ONNX Runtime library' }
  try {
    const folder = onnxruntimeFor(`${process.platform}-${process.arch}`)
    return { ...row, version: ONNXRUNTIME_VERSION, from: `Maven Central, ${relative(root, folder)}` }
  } catch (error) {
    return { ...row, version: null, from: `MISSING: ${error.message.trim().split('\n').at(-1)}` }
  }
}

/** Fills .cache/sdk/; a part that is there stays, unless `refresh`. Returns [{name, what, version | null, from}]. */
export function gatherSdk({ refresh = false } = {}) {
  if (process.platform !== 'linux' || !machine)
    return PARTS.map(({ name, what }) => ({
      name,
      what,
      version: null,
      from: `MISSING: used on Linux x64 and arm64, this is ${process.platform}-${process.arch}`,
    }))
  mkdirSync(sdkFolder, { recursive: true })
  const parts = PARTS.map((part) => {
    const kept = join(sdkFolder, part.name, 'from.json')
    const found = !refresh && existsSync(kept) ? JSON.parse(readFileSync(kept, 'utf8')) : gather(part)
    return { name: part.name, what: part.what, ...found }
  })
  return [...parts, onnxruntimeLibrary()]
}

if (resolve(process.argv[1] ?? '') === fileURLToPath(import.meta.url)) {
  const parts = gatherSdk({ refresh: process.argv.includes('--refresh') })
  for (const { what, version, from } of parts) console.log(`${what.padEnd(22)}  ${(version ?? '-').padEnd(8)}  ${from}`)
  process.exitCode = parts.every(({ version }) => version) ? 0 : 1
}
