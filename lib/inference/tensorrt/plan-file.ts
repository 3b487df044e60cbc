// A plan that is loaded as a file of its own: built elsewhere and shipped, or taken out of a cache. It is verified like
// one of the cache; what it was built for must be what is here, as far as TensorRT asks for that.
import { readFile } from 'node:fs/promises'
import { BrrrError } from '../../errors.js'
import type { ModelSource } from '../model.js'
import type { TensorInfo } from '../types.js'
import { decodePlan, differences, type PlanIdentity } from './plan-header.js'
import { identify, type PlanLoader, type PreparedPlan, type PrepareOptions } from './prepare.js'

/** Like obtainPlan, of a model that is a plan already. Throws MODEL_INVALID, PLAN_STALE, and what the load throws. */
export async function openPlan<T>(
  source: ModelSource,
  options: PrepareOptions,
  loader: PlanLoader<T>,
): Promise<PreparedPlan & { value: T }> {
  const bytes = source.bytes ?? (await readFile(source.path!))
  const found = decodePlan(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength))
  if (typeof found === 'string')
    throw new BrrrError('MODEL_INVALID', `The plan file ${source.name} cannot be used: ${found}. Build it again.`)
  const { identity } = found.header
  const differs = checkPlanFits(identity, await identify(identity.model, identity.options, options))
  const value = await loader(identity.options, dynamicInputs(identity))(found.plan)
  return {
    ...{ value, path: source.path ?? '', built: false, reason: null, notKept: null, identity, deviations: [] },
    notes: differs ? [`The plan was not built here: ${differs}.`] : [],
  }
}

/** The inputs that the profiles speak of; more of them is not known without the ONNX model. */
const dynamicInputs = ({ options }: PlanIdentity): TensorInfo[] =>
  Object.entries(options.profiles[0] ?? {})
    .filter(([, { min, max }]) => min[0] !== max[0])
    .map(([name]) => ({ name, type: 'float32', dims: null, symbols: [], batchAxis: null }))

/**
 * What differs between where a plan was built and where it is to run, for people; empty where nothing does.
 * @throws BrrrError PLAN_STALE where TensorRT would not take it or is known to run it wrongly
 */
export function checkPlanFits(built: PlanIdentity, here: PlanIdentity): string {
  const { hardwareCompatible, versionCompatible } = built.options
  const [was, is] = [built.device.sm, here.device.sm]
  const deviceFits = was === is || (hardwareCompatible === 'ampere+' && Number.parseInt(is, 10) >= 8)
  const versionFits =
    built.tensorrt === here.tensorrt || (versionCompatible === true && !isOlder(here.tensorrt, built.tensorrt))
  const problems = [
    ...(deviceFits ? [] : [`it was built for compute capability ${was} and this GPU has ${is}`]),
    ...(versionFits ? [] : [`it was built by TensorRT ${built.tensorrt} and this is ${here.tensorrt}`]),
    ...(built.platform === here.platform ? [] : [`it was built on ${built.platform} and this is ${here.platform}`]),
    ...(built.cuda === here.cuda ? [] : [`it was built for CUDA ${built.cuda} and this is ${here.cuda}`]),
  ]
  if (problems.length > 0)
    throw new BrrrError(
      'PLAN_STALE',
      `The plan does not fit this machine: ${problems.join('; ')}. Load the ONNX model instead, or build the plan here.`,
    )
  return differences(built, here)
}

function isOlder(version: string, than: string): boolean {
  const parts = (text: string) => text.split('.').map(Number)
  const [a, b] = [parts(version), parts(than)]
  const at = b.findIndex((part, i) => part !== (a[i] ?? 0))
  return at >= 0 && (a[at] ?? 0) < b[at]!
}
