import { globSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { charterOfCases } from '../case/run-cases.ts'

/** A file itself; of a folder, every YAML file below it that has `cases`. */
export function caseFiles(path: string): string[] {
  if (!statSync(path).isDirectory()) return [path]
  return globSync('**/*.{yaml,yml}', { cwd: path, exclude: ['**/node_modules/**'] })
    .map((each) => join(path, each))
    .filter((each) => /^cases:/m.test(readFileSync(each, 'utf8')))
    .sort()
}

/** The files of cases beside these charters that are about one of them. */
export function caseFilesOf(charters: readonly string[]): readonly string[] {
  const wanted = new Set(charters.map((file) => resolve(file)))
  const folders = new Set(charters.map((file) => dirname(resolve(file))))
  return [...folders].flatMap(caseFiles).filter((path) => {
    const named = charterOfCases(readFileSync(path, 'utf8'), path) ?? 'charter.yaml'
    return wanted.has(resolve(dirname(path), named))
  })
}
