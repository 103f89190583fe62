import { endpoints } from '../src/api/endpoints.ts'
import { describeApi } from '../src/api/openapi.ts'
import { findingsSchema } from '../src/prove/report/json-schema.ts'
import { commandLineText, expressionsText, findingClassesText } from './reference.ts'
import { casesText, charterText, guardText, identitiesText, schemaText } from './schemas.ts'

/** A file that is made from the code and committed, so that readers and editors find it without running anything. */
export interface GeneratedFile {
  /** From the root of the repository, with forward slashes. */
  readonly path: string
  /** The whole text, ending in a line feed; the same at every run. */
  readonly content: () => string | Promise<string>
}

/** Every generated file. Add an entry here when the code that makes its content exists. */
export const generatedFiles: readonly GeneratedFile[] = [
  { path: 'schema/charter.schema.json', content: charterText },
  { path: 'schema/identities.schema.json', content: identitiesText },
  { path: 'schema/cases.schema.json', content: casesText },
  { path: 'schema/guard.schema.json', content: guardText },
  {
    path: 'schema/findings.schema.json',
    content: (): string => schemaText('findings', findingsSchema, 'Findings of lockstep prove'),
  },
  {
    path: 'schema/console.openapi.json',
    content: (): string => `${JSON.stringify(describeApi(endpoints), null, 2)}\n`,
  },
  { path: 'docs/reference/command-line.md', content: commandLineText },
  { path: 'docs/reference/finding-classes.md', content: findingClassesText },
  { path: 'docs/reference/expressions.md', content: expressionsText },
]
