// One section in a process of its own: its outcome goes to the parent.
import { SECTIONS } from './rows/index.js'

async function main(): Promise<void> {
  const section = SECTIONS.find(({ name }) => name === process.argv[2])
  process.send?.(await section?.run?.())
}

main().catch((error) => {
  console.error(error)
  process.exitCode = 1
})
