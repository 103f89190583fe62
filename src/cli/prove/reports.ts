import { chmod, mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Outcome } from '../../prove/finding.ts'
import type { ReportContext } from '../../prove/report/context.ts'
import { printCurl } from '../../prove/report/curl.ts'
import { printHtml } from '../../prove/report/html.ts'
import { printFindings } from '../../prove/report/json.ts'
import { printJunit } from '../../prove/report/junit.ts'
import { printMarkdown } from '../../prove/report/markdown.ts'
import { printSarif } from '../../prove/report/sarif.ts'
import { printTestFile, testFileName } from '../../prove/report/test-file.ts'
import { splitPair } from './options.ts'

interface Report {
  /** Its name in the folder of `--out`. */
  readonly file: string
  readonly print: (outcome: Outcome, context: ReportContext) => string
}

/** Every report that is one file, by the name `--report` knows it by. */
const reports: ReadonlyMap<string, Report> = new Map([
  ['sarif', { file: 'lockstep.sarif', print: printSarif }],
  ['json', { file: 'findings.json', print: printFindings }],
  ['junit', { file: 'junit.xml', print: printJunit }],
  ['markdown', { file: 'report.md', print: printMarkdown }],
  ['html', { file: 'report.html', print: printHtml }],
])

/** The names of the reports. */
export const reportNames: readonly string[] = [...reports.keys()]

/** A file to write. */
export interface Destination {
  readonly file: string
  readonly print: (outcome: Outcome, context: ReportContext) => string
}

/** Where which report goes. Throws for a report that does not exist. */
export function destinationsOf(wanted: readonly string[], folder: string | undefined): Destination[] {
  const named = wanted.map((text) => {
    const [name, file] = splitPair(text, 'report=file')
    const report = reports.get(name)
    if (report === undefined) throw new Error(`there is no report \`${name}\`; there are ${reportNames.join(', ')}`)
    return { file, print: report.print }
  })
  if (folder === undefined) return named
  return [...named, ...[...reports.values()].map(({ file, print }) => ({ file: join(folder, file), print }))]
}

/** Makes the folders of all files, so that a run does not end with nowhere to write to. */
export async function makeFolders(destinations: readonly Destination[]): Promise<void> {
  for (const { file } of destinations) await mkdir(dirname(file), { recursive: true })
}

/** Writes the reports and, into the folder, a script and a test for each finding. Returns what was written. */
export async function writeReports(
  outcome: Outcome,
  context: ReportContext,
  where: { readonly destinations: readonly Destination[]; readonly folder?: string | undefined },
): Promise<string[]> {
  const written: string[] = []
  const write = async (file: string, text: string): Promise<void> => {
    await mkdir(dirname(file), { recursive: true })
    // SECURITY: the printers mask credentials by their place, this takes out values wherever they stand.
    await writeFile(file, context.redact(text))
    written.push(file)
  }
  for (const { file, print } of where.destinations) await write(file, print(outcome, context))
  if (where.folder === undefined) return written
  for (const finding of outcome.findings) {
    const script = join(where.folder, 'curl', `${finding.fingerprint}.sh`)
    await write(script, printCurl(finding, context))
    await chmod(script, 0o755)
    await write(join(where.folder, 'tests', testFileName(finding)), printTestFile(finding, context))
  }
  return written
}
