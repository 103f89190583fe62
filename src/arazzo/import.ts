import type { Diagnostic } from '../charter/diagnostic.ts'
import { type CharterFile, parseYaml } from '../charter/parse.ts'
import type { ApiDescription } from '../charter/source/description.ts'
import type { Draft } from '../draft/draft.ts'
import { kebab } from '../draft/words.ts'
import { type Binding, fromOperationId, fromOperationPath } from './operation.ts'
import { draftFromJourneys } from './order.ts'
import { type ArazzoDocument, type ArazzoStep, arazzoSchema } from './schema.ts'
import { type Conversion, toJourney } from './to-journey.ts'

/** What an Arazzo document gave: a charter to print, and all that is wrong, doubtful or not carried over. */
export interface Imported {
  /** Absent when the document cannot be read. */
  readonly draft?: Draft
  readonly diagnostics: readonly Diagnostic[]
}

/** The API descriptions an Arazzo document names, so that they can be loaded before it is imported. */
export function sourcesOf(file: CharterFile): readonly { name: string; url: string }[] {
  const { value } = parseYaml(file, arazzoSchema)
  return (value?.sourceDescriptions ?? []).filter(({ type = 'openapi' }) => type === 'openapi')
}

/**
 * Makes a charter of an Arazzo 1.0 or 1.1 document: its workflows as journeys, verbatim but for their operations, and drafted from
 * them order rules, references and examples.
 *
 * @param descriptions - By source name, as far as they could be loaded; without them operations given by path are named anew.
 */
export function importArazzo(file: CharterFile, descriptions: ReadonlyMap<string, ApiDescription>): Imported {
  const { value: document, locate, diagnostics } = parseYaml(file, arazzoSchema)
  if (document === undefined) return { diagnostics }
  const report: Conversion['report'] = (code, path, message, help) => {
    const severity = code === 'arazzo-reference' || code === 'arazzo-source' ? 'error' : 'warning'
    diagnostics.push({ code, severity, message, ...locate(path), ...(help === undefined ? {} : { help }) })
  }
  const sources = document.sourceDescriptions
    .filter(({ type = 'openapi' }) => type === 'openapi')
    .map(({ name }) => name)
  const conversion: Conversion = { document, report, bind: binder({ sources, descriptions, report }) }
  const journeys = Object.fromEntries(
    document.workflows.map((workflow, index) => [workflow.workflowId, toJourney(conversion, workflow, index)]),
  )
  reportLeftOut(document, report)
  const draft: Draft = {
    lockstep: 1,
    name: kebab(document.info.title),
    sources: document.sourceDescriptions
      .filter(({ name }) => sources.includes(name))
      .map(({ name, url }) => ({ name, type: 'openapi', url })),
    ...draftFromJourneys(document, journeys, descriptions),
    journeys,
  }
  return { draft, diagnostics }
}

function binder({
  sources,
  descriptions,
  report,
}: {
  sources: readonly string[]
  descriptions: ReadonlyMap<string, ApiDescription>
  report: Conversion['report']
}): Conversion['bind'] {
  return (step, path) => {
    const found = bindingOf(step, sources, descriptions)
    if (found === undefined) {
      const member = step.channelPath === undefined ? 'operationPath' : 'channelPath'
      const message =
        member === 'channelPath'
          ? 'messages of an AsyncAPI channel cannot be held to a charter'
          : `\`${step.operationPath}\` says no operation`
      report('arazzo-source', [...path, member], message)
    } else if (found.doubt !== undefined) report('arazzo-operation', path, found.doubt)
    return found
  }
}

function bindingOf(
  step: ArazzoStep,
  sources: readonly string[],
  descriptions: ReadonlyMap<string, ApiDescription>,
): Binding | undefined {
  if (step.operationId !== undefined) return fromOperationId(step.operationId, sources, descriptions)
  return step.operationPath === undefined ? undefined : fromOperationPath(step.operationPath, descriptions)
}

/** A charter has no place for these; saying so is better than losing them silently. */
function reportLeftOut(document: ArazzoDocument, report: Conversion['report']): void {
  for (const name of Object.keys(document)) {
    if (name.startsWith('x-') || name === '$self')
      report('arazzo-left-out', [name], `\`${name}\` has no place in a charter and is left out`)
  }
  for (const [index, { type = 'openapi', name }] of document.sourceDescriptions.entries()) {
    if (type === 'openapi') continue
    report(
      'arazzo-left-out',
      ['sourceDescriptions', index],
      `the source \`${name}\` is ${type}, which a charter has no place for`,
    )
  }
}
