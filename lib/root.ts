import { resolve } from 'node:path'

/** The package's folder: package.json, models/ and prebuilds/ lie in it. Both lib/ and dist/ are one step below. */
export const packageRoot = resolve(__dirname, '..')
