import type { RawJourney, RawStep } from '../charter/journey.ts'
import { resolveInputs, resolveReusable } from './component.ts'
import type { Binding } from './operation.ts'
import type { ArazzoDocument, ArazzoStep, ArazzoWorkflow } from './schema.ts'

/** What turning a workflow into a journey needs to know, and where it says what could not be carried over. */
export interface Conversion {
  readonly document: ArazzoDocument
  readonly bind: (step: ArazzoStep, path: readonly (string | number)[]) => Binding | undefined
  readonly report: (code: string, path: readonly (string | number)[], message: string, help?: string) => void
}

/** The journey a workflow is: references to components written out, operations bound, everything else verbatim. */
export function toJourney(conversion: Conversion, workflow: ArazzoWorkflow, index: number): Record<string, unknown> {
  const path = ['workflows', index]
  const {
    workflowId: _,
    summary,
    description,
    inputs,
    dependsOn,
    parameters,
    steps,
    successActions,
    failureActions,
    outputs,
    ...rest
  } = workflow
  const list = (items: readonly unknown[] | undefined, member: string): unknown[] | undefined =>
    items && resolveReusable(conversion.document, items, lostAt(conversion, [...path, member]))
  return defined<RawJourney>({
    summary,
    description,
    inputs: inputs && resolveInputs(conversion.document, inputs, lostAt(conversion, [...path, 'inputs'])),
    'depends-on': dependsOn,
    parameters: list(parameters, 'parameters'),
    steps: steps.map((step, at) => toStep(conversion, step, [...path, 'steps', at])),
    'on-success': list(successActions, 'successActions'),
    'on-failure': list(failureActions, 'failureActions'),
    outputs,
    extensions: extensionsOf(conversion, rest, path),
  })
}

function toStep(conversion: Conversion, step: ArazzoStep, path: readonly (string | number)[]): Record<string, unknown> {
  const {
    stepId,
    description,
    operationId,
    operationPath,
    channelPath,
    workflowId,
    dependsOn,
    parameters,
    requestBody,
    successCriteria,
    onSuccess,
    onFailure,
    outputs,
    timeout,
    ...rest
  } = step
  const list = (items: readonly unknown[] | undefined, member: string): unknown[] | undefined =>
    items && resolveReusable(conversion.document, items, lostAt(conversion, [...path, member]))
  const bound =
    operationId === undefined && operationPath === undefined && channelPath === undefined
      ? undefined
      : conversion.bind(step, path)
  return defined<RawStep>({
    id: stepId,
    description,
    operation: bound?.operation,
    journey: workflowId,
    'depends-on': dependsOn,
    parameters: list(parameters, 'parameters'),
    body: requestBody,
    success: successCriteria,
    'on-success': list(onSuccess, 'onSuccess'),
    'on-failure': list(onFailure, 'onFailure'),
    outputs,
    timeout,
    extensions: extensionsOf(conversion, rest, path),
  })
}

function lostAt(conversion: Conversion, path: readonly (string | number)[]): (reference: string) => void {
  return (reference) => conversion.report('arazzo-reference', path, `\`${reference}\` leads nowhere or into itself`)
}

/** Members the format does not know: `x-` ones are kept, others are reported, because dropping them would be silent. */
function extensionsOf(
  conversion: Conversion,
  rest: Readonly<Record<string, unknown>>,
  path: readonly (string | number)[],
): Record<string, unknown> | undefined {
  for (const name of Object.keys(rest))
    if (!name.startsWith('x-'))
      conversion.report('arazzo-member', [...path, name], `Arazzo has no member \`${name}\` here; it is left out`)
  const kept = Object.entries(rest).filter(([name]) => name.startsWith('x-'))
  return kept.length === 0 ? undefined : Object.fromEntries(kept)
}

/** Only names a journey has may be written; what they hold was checked by the Arazzo schema. */
function defined<T extends object>(
  members: Readonly<Partial<Record<keyof T & string, unknown>>>,
): Record<string, unknown> {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined))
}
