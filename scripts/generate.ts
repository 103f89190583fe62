// npm run generate [-- --check]: writes the generated files, or says which of them are not current.
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { type GeneratedFile, generatedFiles } from './generated.ts'

async function isCurrent(file: GeneratedFile): Promise<boolean> {
  const present = await readFile(file.path, 'utf8').catch(() => undefined)
  return present === (await file.content())
}

async function write(file: GeneratedFile): Promise<void> {
  await mkdir(dirname(file.path), { recursive: true })
  await writeFile(file.path, await file.content())
}

const checkOnly = process.argv.includes('--check')
for (const file of generatedFiles) {
  if (await isCurrent(file)) continue
  if (checkOnly) {
    console.error(`${file.path} is not current: run \`npm run generate\``)
    process.exitCode = 1
  } else {
    await write(file)
    console.log(`wrote ${file.path}`)
  }
}
