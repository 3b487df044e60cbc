import { cpus, totalmem } from 'node:os'
import { native } from '../native.js'
import { packageVersion } from '../pipeline/analyze.js'
import { bold, green, print, printJson, red, table, yellow } from './terminal.js'

export interface Check {
  what: string
  state: 'ok' | 'missing' | 'broken'
  detail: string
}

async function onnxRuntimeCheck(): Promise<Check> {
  const { findOnnxRuntime, inspectOnnxRuntime } = await import('../inference/onnxruntime.js')
  const what = 'ONNX Runtime'
  try {
    findOnnxRuntime()
  } catch (error) {
    return { what, state: process.env.BRRR_ONNXRUNTIME ? 'broken' : 'missing', detail: (error as Error).message }
  }
  try {
    const { path, version } = await inspectOnnxRuntime()
    return { what, state: 'ok', detail: `${version} on the CPU, telemetry off, ${path}` }
  } catch (error) {
    return { what, state: 'broken', detail: (error as Error).message }
  }
}

/** Everything that an analysis can use on this machine. */
async function examine() {
  const checks: Check[] = []
  let simd: { active: string; available: string[] } | null = null
  let threads: number | null = null
  try {
    const addon = native()
    simd = addon.simd()
    threads = addon.threads()
    checks.push({
      what: 'native addon',
      state: 'ok',
      detail: `SIMD ${simd.active} (of ${simd.available.join(', ')}), ${threads} threads`,
    })
  } catch (error) {
    checks.push({ what: 'native addon', state: 'broken', detail: (error as Error).message })
  }
  const { listModels } = await import('../models/registry.js')
  for (const { folder, manifest, problem } of listModels())
    checks.push(
      manifest
        ? {
            what: `model ${manifest.id}`,
            state: 'ok',
            detail: `${manifest.task}, ${Object.keys(manifest.files).length} variants, ${manifest.licence.spdx}`,
          }
        : { what: `model ${folder}`, state: 'broken', detail: problem },
    )
  if (!checks.some(({ what }) => what.startsWith('model')))
    checks.push({
      what: 'sleep staging models',
      state: 'missing',
      detail: 'reinstall the package, or `brrr models import yasa FILE`',
    })
  if (simd) checks.push(await onnxRuntimeCheck())
  if (simd) checks.push(...(await (await import('./doctor-gpu.js')).gpuChecks()))
  return {
    version: packageVersion(),
    node: process.versions.node,
    platform: `${process.platform}-${process.arch}`,
    processor: cpus()[0]?.model.trim() ?? 'unknown',
    cores: cpus().length,
    memory_bytes: totalmem(),
    simd,
    threads,
    checks,
  }
}

export async function doctor(options: { json?: boolean }): Promise<void> {
  const report = await examine()
  if (options.json) printJson(report)
  else {
    const colour = { ok: green, missing: yellow, broken: red }
    print(bold(`brain-go-brrr ${report.version}`))
    print(
      table([
        [`Node ${report.node}, ${report.platform}`],
        [`${report.processor}, ${report.cores} cores, ${(report.memory_bytes / 2 ** 30).toFixed(0)} GiB`],
      ]),
    )
    print(
      table(report.checks.map(({ what, state, detail }) => [what, state, detail])).replace(
        / (ok|missing|broken) /g,
        (_, state: Check['state']) => ` ${colour[state](state)} `,
      ),
    )
  }
  if (report.checks.some(({ state }) => state === 'broken')) process.exitCode = 1
}
