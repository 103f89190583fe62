import { globSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'

/** A file itself; of a folder, every YAML file below it that has `cases`. */
export function caseFiles(path: string): string[] {
  if (!statSync(path).isDirectory()) return [path]
  return globSync('**/*.{yaml,yml}', { cwd: path, exclude: ['**/node_modules/**'] })
    .map((each) => join(path, each))
    .filter((each) => /^cases:/m.test(readFileSync(each, 'utf8')))
    .sort()
}
