// A plan from an ONNX model, built in a process of its own.
import { type ChildProcess, fork } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { BrrrError, ERROR_CODES, type ErrorCode } from '../../errors.js'
import type { Binding } from '../../native.js'
import { packageRoot } from '../../root.js'
import { writeOnnx } from '../onnx/model.js'
import type { BuildOrder, BuildReport } from './build-child.js'
import type { BuildOptions } from './build-options.js'
import type { CastModel } from './precision.js'

export type BuilderMessage = Binding.NativeMessage

export interface BuildJob {
  /** What castModel() made of the model. */
  cast: CastModel
  /** Path that external data lies beside; null: the model has none. */
  path: string | null
  options: BuildOptions
  /** TensorRT's timing cache of earlier builds; may be empty. */
  timings: Uint8Array
  /** Index of the GPU. */
  device: number
  /** Folder of TensorRT and path of the CUDA runtime, where they are not those that are found. */
  tensorrt?: string | undefined
  cudaRuntime?: string | undefined
  signal?: AbortSignal | undefined
  onProgress?: ((share: number) => void) | undefined
  /** Each thing that TensorRT says, as it says it. */
  onMessage?: ((message: BuilderMessage) => void) | undefined
}

export interface BuiltPlan {
  plan: Buffer
  timings: Buffer
  /** Bytes that one kernel may use, as the build was given them in the end. */
  workspaceBytes: number
  /** All that TensorRT said, warnings included. */
  messages: BuilderMessage[]
}

/** How long a build that was told to stop may go on before its process is ended. */
const STOP_MS = 5000
/** Protobuf's limit. */
const MOST_MODEL_BYTES = 2 ** 31 - 1
const TOLD_MESSAGES = 5
const TOLD_STDERR = 2000

/**
 * @throws BrrrError MODEL_UNSUPPORTED, BUILD_FAILED (also where the process crashed), OUT_OF_DEVICE_MEMORY,
 *   ENGINE_UNAVAILABLE, DEVICE_UNAVAILABLE, DRIVER_TOO_OLD, ABORTED; its cause has TensorRT's `messages`
 */
export async function buildPlan(job: BuildJob): Promise<BuiltPlan> {
  if (job.signal?.aborted) throw aborted(job.signal)
  const folder = await mkdtemp(join(tmpdir(), 'brrr-build-'))
  try {
    const order: BuildOrder = {
      request: requestOf(job),
      model: join(folder, 'model.onnx'),
      timings: join(folder, 'timings'),
      plan: join(folder, 'plan'),
      newTimings: join(folder, 'new-timings'),
      folder,
    }
    const onnx = writeOnnx(job.cast.model)
    if (onnx.length > MOST_MODEL_BYTES)
      throw new BrrrError(
        'MODEL_UNSUPPORTED',
        `With its weights in ${job.options.precision} the model has ${onnx.length} bytes, and an ONNX file at most 2 GB. Cast it before, with its weights in another file, and build it as fp32.`,
      )
    await writeFile(order.model, onnx)
    await writeFile(order.timings, job.timings)
    const { workspaceBytes, messages } = await new BuildProcess(job).run(order)
    return { plan: await readFile(order.plan), timings: await readFile(order.newTimings), workspaceBytes, messages }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function requestOf({ cast, path, options, device, tensorrt, cudaRuntime }: BuildJob): BuildOrder['request'] {
  const { profiles, workspaceBytes, optimizationLevel, auxStreams, hardwareCompatible, versionCompatible } = options
  return {
    tensorrt: tensorrt ?? '',
    cudaRuntime: cudaRuntime ?? '',
    device,
    path: path ?? '',
    profiles: [...profiles],
    tf32: cast.tf32,
    workspaceBytes: workspaceBytes ?? 0,
    optimizationLevel,
    auxStreams: auxStreams ?? -1,
    hardwareCompatible,
    versionCompatible,
  }
}

const aborted = (signal: AbortSignal) =>
  new BrrrError('ABORTED', 'The operation was aborted.', { cause: signal.reason })

class BuildProcess {
  private readonly messages: BuilderMessage[] = []
  private stderr = ''
  private end: Extract<BuildReport, { kind: 'built' | 'failed' }> | undefined

  constructor(private readonly job: BuildJob) {}

  async run(order: BuildOrder): Promise<{ workspaceBytes: number; messages: BuilderMessage[] }> {
    const { signal } = this.job
    const script = join(packageRoot, 'dist', 'inference', 'tensorrt', 'build-child.js')
    const child = fork(script, [], { execArgv: [], stdio: ['ignore', 'ignore', 'pipe', 'ipc'] })
    let timer: NodeJS.Timeout | undefined
    const stop = () => {
      if (child.connected) child.send('cancel', () => {})
      timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS)
    }
    signal?.addEventListener('abort', stop, { once: true })
    try {
      const how = await this.finished(child, order)
      if (this.end?.kind === 'built') return { workspaceBytes: this.end.workspaceBytes, messages: this.messages }
      if (signal?.aborted) throw aborted(signal)
      throw this.failure(how)
    } finally {
      clearTimeout(timer)
      signal?.removeEventListener('abort', stop)
    }
  }

  /** Resolves when the process has ended and all that it told has come, with how it ended. */
  private finished(child: ChildProcess, order: BuildOrder): Promise<string> {
    child.on('message', (report: BuildReport) => this.take(report))
    child.stderr!.on('data', (data: Buffer) => {
      this.stderr = (this.stderr + data.toString()).slice(-TOLD_STDERR)
    })
    child.send(order, () => {})
    return new Promise((resolve) => {
      child.on('error', (error) => resolve(error.message))
      child.on('close', (code, signal) => resolve(signal ?? `exit code ${code}`))
    })
  }

  private take(report: BuildReport): void {
    if (report.kind === 'progress') this.job.onProgress?.(report.share)
    else if (report.kind === 'messages')
      for (const message of report.messages) {
        this.messages.push(message)
        this.job.onMessage?.(message)
      }
    else this.end = report
  }

  private failure(how: string): BrrrError {
    const cause = { messages: this.messages, stderr: this.stderr }
    if (this.end?.kind === 'failed') {
      const code = ERROR_CODES.find((known) => known === (this.end as { code: string }).code) ?? 'BUILD_FAILED'
      return new BrrrError(code as ErrorCode, this.end.message, { cause })
    }
    const last = this.messages.slice(-TOLD_MESSAGES).map(({ severity, text }) => `${severity}: ${text}`)
    const said = [...last, this.stderr.trim()].filter(Boolean).join('; ')
    return new BrrrError(
      'BUILD_FAILED',
      `The process that built the plan crashed (${how}). Its last messages: ${said || 'none'}`,
      { cause },
    )
  }
}
