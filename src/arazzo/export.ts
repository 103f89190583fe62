import type { Charter } from '../charter/charter.ts'
import type { Journey, RawStep } from '../charter/journey.ts'
import { toArazzo } from './operation.ts'

/** An Arazzo 1.1.0 document, ready to be written as YAML or JSON. */
export type ArazzoOutput = Readonly<Record<string, unknown>>

/** An Arazzo document, and the journeys that could not be in it with the reason. */
export interface Exported {
  readonly document: ArazzoOutput
  readonly leftOut: readonly { readonly journey: string; readonly because: string }[]
}

/**
 * Writes journeys as an Arazzo 1.1.0 document. Operations are named by id where the description declares one, else by path;
 * everything else is as it was written.
 *
 * A journey with an operation that stands in the charter only, not in a description, is left out: Arazzo cannot name it.
 */
export function exportArazzo(charter: Charter, journeys: Iterable<Journey> = charter.journeys.values()): Exported {
  const leftOut: { journey: string; because: string }[] = []
  const workflows: unknown[] = []
  const used = new Set<string>()
  for (const journey of journeys) {
    const unnamed = journey.written.steps.find(
      (step) => step.operation !== undefined && sourceOf(charter, step) === undefined,
    )
    if (unnamed !== undefined) {
      leftOut.push({ journey: journey.name, because: `\`${unnamed.operation}\` is in no API description` })
      continue
    }
    for (const step of journey.written.steps) used.add(sourceOf(charter, step)?.name ?? '')
    workflows.push(workflowOf(charter, journey))
  }
  const named = [...charter.sources.values()].filter(
    ({ name, url }) => url !== undefined && (used.has(name) || used.size === 0),
  )
  const document = {
    arazzo: '1.1.0',
    info: { title: charter.name, version: '1.0.0' },
    sourceDescriptions: named.map(({ name, url }) => ({ name, url, type: 'openapi' })),
    workflows,
  }
  return { document, leftOut }
}

function sourceOf(charter: Charter, { operation }: RawStep): { name: string } | undefined {
  const source = charter.sources.get(operation?.split('.')[0] ?? '')
  return source?.url === undefined || !shapesOf(charter).has(operation ?? '') ? undefined : source
}

function shapesOf(charter: Charter): Map<string, Charter['uncovered'][number]> {
  const described = [...charter.sources.values()].filter(({ url }) => url !== undefined)
  return new Map(
    described.flatMap(({ description }) => description.operations.map((shape) => [shape.id, shape] as const)),
  )
}

function workflowOf(charter: Charter, { name, written }: Journey): Record<string, unknown> {
  return present({
    workflowId: name,
    summary: written.summary,
    description: written.description,
    inputs: written.inputs,
    dependsOn: written['depends-on'],
    parameters: written.parameters,
    steps: written.steps.map((step) => stepOf(charter, step)),
    successActions: written['on-success'],
    failureActions: written['on-failure'],
    outputs: written.outputs,
    ...written.extensions,
  })
}

function stepOf(charter: Charter, step: RawStep): Record<string, unknown> {
  const shape = shapesOf(charter).get(step.operation ?? '')
  const description = charter.sources.get(shape?.source ?? '')?.description
  const many = [...charter.sources.values()].filter(({ url }) => url !== undefined).length > 1
  return present({
    stepId: step.id,
    description: step.description,
    ...(shape === undefined || description === undefined ? {} : toArazzo(shape, description, many)),
    workflowId: step.journey,
    dependsOn: step['depends-on'],
    parameters: step.parameters,
    requestBody: step.body,
    successCriteria: step.success,
    onSuccess: step['on-success'],
    onFailure: step['on-failure'],
    outputs: step.outputs,
    timeout: step.timeout,
    ...step.extensions,
  })
}

function present(members: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined))
}
