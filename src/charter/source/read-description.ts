import type { Diagnostic } from '../diagnostic.ts'
import type { ApiDescription, Locate } from './description.ts'
import { readOperations } from './operation.ts'
import { bareRecord, objectOf, textOf } from './plain.ts'
import type { Reading } from './reading.ts'
import { dereference, findReferences, lookUpReference } from './reference.ts'
import { readServers } from './server.ts'
import { detectFormat } from './version.ts'

/** What became of a document. `description` is undefined only when it is no description of a version that can be read. */
export interface DescriptionResult {
  readonly description: ApiDescription | undefined
  readonly diagnostics: readonly Diagnostic[]
}

/**
 * Reads a parsed OpenAPI 3.0, 3.1, 3.2 or Swagger 2.0 document.
 *
 * A part that is wrong is reported and left out or repaired; it never costs the rest. References stay as they are and are
 * resolved when looked at, so that circular schemas are no trouble. `webhooks` and `callbacks` are not operations of the API.
 *
 * @param source - The name of the source; operations are called `source.name`.
 * @param document - The parsed document, references to other files already inside it.
 */
export function readDescription(source: string, document: unknown, locate: Locate): DescriptionResult {
  const diagnostics: Diagnostic[] = []
  const report: Reading['report'] = ({ path, ...problem }) => diagnostics.push({ ...problem, ...locate(path) })
  const version = detectFormat(document)
  if ('problem' in version) {
    report(version.problem)
    return { description: undefined, diagnostics }
  }
  if (version.doubt) report(version.doubt)
  const { format } = version
  reportLostReferences(document, report)
  const info = objectOf(objectOf(document)['info'])
  const description: ApiDescription = {
    source,
    title: textOf(info['title']) ?? source,
    version: String(info['version'] ?? ''),
    format,
    servers: readServers(document, format),
    operations: readOperations({ source, document, format, locate, report }),
    securitySchemes: readSecuritySchemes(document),
    document,
  }
  return { description, diagnostics }
}

/** One diagnostic for each reference, however often it is used. */
function reportLostReferences(document: unknown, report: Reading['report']): void {
  const seen = new Set<string>()
  for (const { holder, path } of findReferences(document)) {
    if (seen.has(holder.$ref)) continue
    seen.add(holder.$ref)
    if (lookUpReference(document, holder.$ref) !== undefined) continue
    const message = `reference '${holder.$ref}' leads nowhere`
    const help = holder.$ref.startsWith('#')
      ? 'add what it points to or correct the path'
      : 'the other file was not loaded'
    report({ code: 'api-reference', severity: 'error', message, path: [...path, '$ref'], help })
  }
}

function readSecuritySchemes(document: unknown): Readonly<Record<string, unknown>> {
  const root = objectOf(document)
  const declared = objectOf(root['securityDefinitions'] ?? objectOf(root['components'])['securitySchemes'])
  return bareRecord(Object.entries(declared).map(([name, scheme]) => [name, dereference(document, scheme)] as const))
}
