// The process in which a plan is built: TensorRT takes gigabytes while it builds, keeps some of them, and can crash.
// Gets one BuildOrder, tells progress and TensorRT's messages while it builds, and then how it ended.
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { BrrrError } from '../../errors.js'
import { type Binding, native, runNative } from '../../native.js'

/** Files rather than messages for what may be gigabytes. */
export interface BuildOrder {
  request: Omit<Binding.NativeBuildRequest, 'onnx' | 'timings'>
  /** Files to read the model and the timing cache from; no timing cache where that file is missing. */
  model: string
  timings: string
  /** Files to write. */
  plan: string
  newTimings: string
  /** Where all of these lie; goes with this process where nobody waits for it any more. */
  folder: string
}

export type BuildReport =
  | { kind: 'progress'; share: number }
  | { kind: 'messages'; messages: Binding.NativeMessage[] }
  | { kind: 'built'; workspaceBytes: number }
  | { kind: 'failed'; code: string; message: string }

const REPORT_MS = 100

let mark = 0
const report = (message: BuildReport) => process.send!(message)

function reportMessages(): void {
  const { messages, mark: next } = native().tensorrtMessages(mark)
  mark = next
  if (messages.length > 0) report({ kind: 'messages', messages })
}

async function build(
  { request, model, timings, plan, newTimings }: BuildOrder,
  signal: AbortSignal,
): Promise<BuildReport> {
  const timer = setInterval(reportMessages, REPORT_MS)
  try {
    const onnx = readFileSync(model)
    const known = readIfThere(timings)
    const onProgress = (share: number) => report({ kind: 'progress', share })
    const built = await runNative({ signal, onProgress }, (addon, job) =>
      addon.buildPlan({ ...request, onnx, timings: known }, job),
    )
    writeFileSync(plan, built.plan)
    writeFileSync(newTimings, built.timings)
    return { kind: 'built', workspaceBytes: built.workspaceBytes }
  } catch (error) {
    const code = error instanceof BrrrError ? error.code : 'BUILD_FAILED'
    return { kind: 'failed', code, message: (error as Error).message }
  } finally {
    clearInterval(timer)
    reportMessages()
  }
}

function readIfThere(path: string): Uint8Array {
  try {
    return readFileSync(path)
  } catch {
    return new Uint8Array(0)
  }
}

const abort = new AbortController()
let folder: string | undefined
process.on('message', (message: BuildOrder | 'cancel') => {
  if (message === 'cancel') {
    abort.abort()
    return
  }
  folder = message.folder
  void build(message, abort.signal).then((end) =>
    process.send!(end, () => {
      folder = undefined
      process.disconnect()
    }),
  )
})
// Whoever asked is gone: a build of minutes is of no use to anybody, and its memory is. Not by exit(), which would wait
// for TensorRT.
process.on('disconnect', () => {
  if (folder === undefined) process.exit()
  rmSync(folder, { recursive: true, force: true })
  process.kill(process.pid, 'SIGKILL')
})
