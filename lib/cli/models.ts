import { bold, green, print, printJson, red, table } from './terminal.js'

export async function list(options: { json?: boolean }): Promise<void> {
  const { listModels } = await import('../models/registry.js')
  const models = listModels()
  if (options.json)
    return printJson(models.map(({ folder, origin, manifest, problem }) => ({ folder, origin, problem, ...manifest })))
  if (models.length === 0) print('No models are installed.')
  for (const { folder, origin, manifest, problem } of models) {
    if (!manifest) {
      print(`${red('broken')} ${folder}: ${problem}`)
      continue
    }
    print(`${bold(manifest.id)}  ${origin}`)
    print(
      table([
        ['task', manifest.task],
        ['variants', Object.keys(manifest.files).join(', ')],
        ['licence', manifest.licence.spdx],
        ['attribution', manifest.attribution ?? '-'],
        ['folder', folder],
      ]),
    )
  }
}

export async function importModel(file: string, options: { json?: boolean }): Promise<void> {
  const { importYasa } = await import('../models/import.js')
  const imported = await importYasa(file)
  if (options.json) return printJson(imported)
  const { manifest, folder } = imported
  print(`${green('imported')} ${bold(manifest.id)}`)
  print(
    table([
      ['variants', Object.keys(manifest.files).join(', ')],
      ['folder', folder],
      ['use it', `brrr sleep FILE --model ${manifest.id}`],
    ]),
  )
}
