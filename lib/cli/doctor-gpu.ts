import { findTensorRT, listDevices, readUtilisation } from '../inference/devices.js'
import type { Check } from './doctor.js'

const gib = (bytes: number) => (bytes / 2 ** 30).toFixed(1)

/** What the doctor says of GPUs and TensorRT. Only what is there and cannot be used is broken. */
export async function gpuChecks(): Promise<Check[]> {
  return [...(await deviceChecks()), ...(await tensorrtChecks())]
}

async function deviceChecks(): Promise<Check[]> {
  const list = await listDevices()
  if (list.problem)
    return [
      {
        what: 'GPU',
        state: list.problem.code === 'DRIVER_TOO_OLD' ? 'broken' : 'missing',
        detail: list.problem.message,
      },
    ]
  return Promise.all(
    list.devices.map(async (device): Promise<Check> => {
      const usage = await readUtilisation(device).catch(() => null)
      return {
        what: `GPU ${device.id}`,
        state: 'ok',
        detail:
          `${device.name}, SM ${device.sm}, ${gib(device.memoryFreeBytes)} of ${gib(device.memoryTotalBytes)} GiB free, ` +
          `${usage ? `driver ${usage.driver}, ` : ''}CUDA ${list.cudaDriver} (runtime ${list.cudaRuntime})`,
      }
    }),
  )
}

async function tensorrtChecks(): Promise<Check[]> {
  const { builtFor, found, library, problem } = await findTensorRT()
  const checks: Check[] = []
  if (library)
    checks.push({
      what: 'TensorRT',
      state: 'ok',
      detail: `${library.version}, ${library.path}${library.parser ? '' : `; no ONNX parser, so it builds no engine: ${library.parserProblem}`}`,
    })
  else if (problem)
    checks.push({
      what: 'TensorRT',
      state: found ? 'broken' : 'missing',
      detail: problem.message,
    })
  for (const { major, headers } of builtFor)
    checks.push({
      what: `code for TensorRT ${major}`,
      state: headers ? 'ok' : 'missing',
      detail: headers
        ? `headers of ${headers}${major === 11 ? '; so far run against a test double only' : ''}`
        : `left out of this build, its headers were missing (\`npm run sdk\`)`,
    })
  return checks
}
