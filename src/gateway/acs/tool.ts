/** From a tool as an agent names it to the operation the charter knows it as. */
import type { CallRequest, Charter, Operation } from '../../charter/charter.ts'
import type { Members } from './envelope.ts'

/**
 * The operation a tool is. Its names, in this order: one of an operation (`desk.send_email`); provider and name; the way clients of MCP write
 * both (`mcp__desk__send_email`); a name in one of the sources whose tools the agent has. Undefined when none fits, or more than one.
 */
export function operationOf(
  charter: Charter,
  tool: { readonly name: string; readonly provider?: string | undefined },
  sources: readonly string[],
): Operation | undefined {
  const { name, provider } = tool
  const [, server, inner] = /^mcp__(.+?)__(.+)$/.exec(name) ?? []
  const direct =
    charter.operations.get(name) ??
    charter.operations.get(`${provider ?? ''}.${name}`) ??
    charter.operations.get(`${server ?? ''}.${inner ?? ''}`)
  if (direct !== undefined || provider !== undefined || server !== undefined) return direct
  const found = sources.flatMap((source) => charter.operations.get(`${source}.${name}`) ?? [])
  return found.length === 1 ? found[0] : undefined
}

/** The arguments of a tool as those of its operation: at the parameter of their name, else in the body. */
export function requestOf({ shape }: Operation, values: Members): CallRequest {
  const parts: Record<'path' | 'query' | 'header', Record<string, unknown>> = { path: {}, query: {}, header: {} }
  const body: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(values)) {
    const parameter = shape.parameters.find((each) => each.name === name && each.in !== 'cookie')
    const place = parameter === undefined || parameter.in === 'cookie' ? body : parts[parameter.in]
    Object.defineProperty(place, name, { value, enumerable: true, configurable: true, writable: true })
  }
  const whole = shape.body === undefined && Object.keys(body).length === 0 ? {} : { body }
  return { ...parts, ...whole }
}
