// The peers: a virtual environment that is made once, and a Python process in it that does a job when asked.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { PEERS_PYTHON } from '../harness/nights.js'
import type { Sample } from '../harness/timing.js'

const REQUIREMENTS = join(__dirname, 'requirements.txt')
export const PEERS_SCRIPT = join(__dirname, 'peers.py')

function run(command: string, args: string[]): void {
  const { status, error } = spawnSync(command, args, { stdio: ['ignore', 'inherit', 'inherit'] })
  if (status !== 0)
    throw new Error(
      `${command} ${args.join(' ')} failed${error ? `: ${error.message}` : ''}. The peers need Python 3.10 or newer with ` +
        'venv and pip (apt-get install python3-venv) and a package index; --ours runs without them.',
    )
}

/** Installs the peers under build/, unless they are there already. */
export function installPeers(): void {
  const venv = dirname(dirname(PEERS_PYTHON))
  const wanted = createHash('sha256').update(readFileSync(REQUIREMENTS)).digest('hex')
  const mark = join(venv, 'requirements.sha256')
  if (existsSync(mark) && readFileSync(mark, 'utf8') === wanted) return
  console.error('installing the peers (a minute or two)')
  run('python3', ['-m', 'venv', venv])
  run(PEERS_PYTHON, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '-r', REQUIREMENTS])
  writeFileSync(mark, wanted)
}

/** A Python process that holds its samples and times one job per call. */
export class PeerProcess {
  readonly #child: ChildProcess
  readonly #lines: AsyncIterator<string>

  /** AutoReject multiplies small matrices only: a second thread of BLAS would cost it CPU time and gain it nothing. */
  constructor(mode: 'serve' | 'autoreject', args: readonly string[]) {
    this.#child = spawn(PEERS_PYTHON, ['-W', 'ignore', PEERS_SCRIPT, mode, ...args], {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: { ...process.env, ...(mode === 'autoreject' && { OPENBLAS_NUM_THREADS: '1' }) },
    })
    this.#lines = createInterface({ input: this.#child.stdout! })[Symbol.asyncIterator]()
  }

  time(job: string): Promise<Sample> {
    return this.ask<Sample>(job)
  }

  /** What it prints for a job. */
  async ask<T>(job: string): Promise<T> {
    this.#child.stdin!.write(`${job}\n`)
    const { value, done } = await this.#lines.next()
    if (done) throw new Error(`peers.py ended in job ${job}.`)
    return JSON.parse(value) as T
  }

  close(): void {
    this.#child.stdin!.end()
  }
}
