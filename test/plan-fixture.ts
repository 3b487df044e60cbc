import { PLAN_SCHEMA, type PlanIdentity } from '../lib/inference/tensorrt/plan-header.js'

/** What a plan of some model would be built for, on a GPU that nobody has. */
export const identityOf = (changes: Partial<PlanIdentity> = {}): PlanIdentity => ({
  schema: PLAN_SCHEMA,
  model: 'a'.repeat(64),
  tensorrt: '10.15.1.29',
  cuda: '12',
  driver: '580',
  device: { name: 'Some GPU', sm: '9.0', multiprocessors: 132, memory_bytes: 8e9 },
  platform: 'linux-x64',
  options: {
    precision: 'fp16',
    halfIo: false,
    profiles: [{ x: { min: [1, 4], opt: [8, 4], max: [8, 4] } }],
    workspaceBytes: null,
    optimizationLevel: 3,
    auxStreams: null,
    hardwareCompatible: 'none',
    versionCompatible: false,
  },
  ...changes,
})
