import { parsePointer } from '../charter/pointer.ts'
import type { ApiDescription, OperationShape } from '../charter/source/description.ts'
import { nameFromPath } from '../charter/source/operation-name.ts'
import { memberOf } from '../charter/source/plain.ts'

/** The operation a step is bound to, as `source.name`; with what is doubtful about it. */
export interface Binding {
  readonly operation: string
  readonly doubt?: string
}

/**
 * Resolves `operationId` (bare or `$sourceDescriptions.name.id`) to the charter's name of the operation.
 *
 * A bare id with several sources is looked for in their descriptions.
 */
export function fromOperationId(
  id: string,
  sources: readonly string[],
  descriptions: ReadonlyMap<string, ApiDescription>,
): Binding {
  const qualified = /^\$sourceDescriptions\.([^.]+)\.(.+)$/.exec(id)
  if (qualified !== null) return { operation: `${qualified[1]}.${qualified[2]}` }
  const [first = 'api', ...others] = sources
  const holder = sources.find((source) => descriptions.get(source)?.operations.some((shape) => shape.name === id))
  if (holder !== undefined || others.length === 0) return { operation: `${holder ?? first}.${id}` }
  return { operation: `${first}.${id}`, doubt: `no description says which source has \`${id}\`` }
}

/** Resolves `operationPath`, as `{$sourceDescriptions.shop.url}#/paths/~1orders/get`; undefined when it is none. */
export function fromOperationPath(
  path: string,
  descriptions: ReadonlyMap<string, ApiDescription>,
): Binding | undefined {
  const match = /^\{?\$sourceDescriptions\.([^.}]+)(?:\.url)?\}?#(\/paths\/.+)$/.exec(path)
  const [, template, method] = parsePointer(match?.[2] ?? '') ?? []
  const source = match?.[1]
  if (source === undefined || template === undefined || method === undefined) return undefined
  const shape = descriptions
    .get(source)
    ?.operations.find((each) => each.path === template && each.method === method.toUpperCase())
  if (shape !== undefined) return { operation: shape.id }
  const doubt = `\`${method.toUpperCase()} ${template}\` is not in the description of \`${source}\``
  return { operation: `${source}.${nameFromPath(method, template)}`, doubt }
}

/** How Arazzo names an operation: by its id when the description declares one, else by its path. */
export function toArazzo(
  shape: OperationShape,
  description: ApiDescription,
  manySources: boolean,
): Record<string, string> {
  const item = memberOf(memberOf(description.document, 'paths'), shape.path)
  const declared = memberOf(memberOf(item, shape.method.toLowerCase()), 'operationId')
  if (declared === shape.name)
    return { operationId: manySources ? `$sourceDescriptions.${shape.source}.${shape.name}` : shape.name }
  const token = shape.path.replaceAll('~', '~0').replaceAll('/', '~1')
  return { operationPath: `{$sourceDescriptions.${shape.source}.url}#/paths/${token}/${shape.method.toLowerCase()}` }
}
