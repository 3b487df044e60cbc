// Asks a cache for a plan in a process of its own; prints what came of it.
// Usage: plan-cache-child.ts FOLDER PLAN_BYTES BUILD_MS
import { setTimeout as sleep } from 'node:timers/promises'
import { PlanCache } from '../lib/inference/tensorrt/plan-cache.js'
import { identityOf } from './plan-fixture.js'

const [folder = '', bytes = '', buildMs = ''] = process.argv.slice(2)
void new PlanCache({ folder })
  .obtain({
    identity: identityOf(),
    modelName: 'model.onnx',
    build: async () => {
      await sleep(Number(buildMs))
      return Buffer.alloc(Number(bytes), process.pid % 256)
    },
    accept: async (plan) => `${plan.length} of ${plan[0]}`,
  })
  .then((result) => console.log(JSON.stringify(result)))
