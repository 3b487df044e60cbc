// Files out of registry archives (wheels and jars are zip files), each checked against a pinned SHA-256.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

export const sha256Of = (file) => createHash('sha256').update(readFileSync(file)).digest('hex')

/** True where the file is there with that content. */
export const holds = (file, sha256) => existsSync(file) && sha256Of(file) === sha256

export function verify(file, sha256) {
  const found = sha256Of(file)
  if (found !== sha256) throw new Error(`${file} has SHA-256 ${found}, expected ${sha256}.`)
}

/** Runs a command quietly; throws with its last words where it fails or is missing. */
export function quietly(command, ...args) {
  const { status, error, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8' })
  if (error) throw new Error(`${command} is needed: ${error.message}`)
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} failed:\n${(stderr || stdout).slice(-2000)}`)
}

/** Writes members of a zip file: [[member, target file], ...]. */
export function extract(archive, members) {
  const script =
    'import sys, zipfile\n' +
    'z = zipfile.ZipFile(sys.argv[1])\n' +
    'for member, target in zip(sys.argv[2::2], sys.argv[3::2]):\n' +
    '    open(target, "wb").write(z.read(member))\n'
  quietly('python3', '-c', script, archive, ...members.flat())
}

/** A pure-Python wheel of PyPI, downloaded into the folder. */
export function downloadWheel({ name, version, wheel, sha256 }, folder) {
  const options = ['--quiet', '--no-deps', '--only-binary', ':all:', '--dest', folder]
  quietly('python3', '-m', 'pip', 'download', ...options, `${name}==${version}`)
  verify(join(folder, wheel), sha256)
  return join(folder, wheel)
}
