/** Reads that tell who is let in: sent as somebody, or with what somebody was let in with before. */
import type { Operation, Use } from '../../../charter/charter.ts'
import { listOf, memberOf } from '../../../charter/source/plain.ts'
import { toHttp } from '../../../wire/to-http.ts'
import type { HttpRequest } from '../../transport/exchange.ts'
import type { Lab } from '../lab.ts'
import { makeRequest } from './request.ts'

/** A read, ready to be sent by anybody. */
export interface Door {
  readonly use: Use
  readonly request: HttpRequest
}

/**
 * The reads of the charter that fit, those first that need no key; at most so many.
 *
 * @param keys - What stands in the path where a parameter has that name; an example where nothing is said.
 */
export function doorsOf(
  lab: Lab,
  fits: (operation: Operation) => Use | undefined,
  most: number,
  keys: Readonly<Record<string, string>> = {},
): Door[] {
  const { charter } = lab
  const keyed = ({ shape }: Operation): number =>
    shape.method === 'TOOL'
      ? listOf(memberOf(shape.body?.schema, 'required')).length
      : shape.parameters.filter((each) => each.in === 'path').length
  const reads = [...charter.operations.values()].filter(
    ({ shape, writes }) => ['GET', 'TOOL'].includes(shape.method) && !writes,
  )
  const found: Door[] = []
  for (const operation of reads.toSorted((left, right) => keyed(left) - keyed(right))) {
    const use = fits(operation)
    const server = lab.servers.get(operation.shape.source)
    if (use === undefined || server === undefined || found.length >= most) continue
    const request = makeRequest(charter, use, lab.supply)
    const path = Object.entries(request.path ?? {}).map(([name, value]) => [name, keys[name] ?? value])
    found.push({ use, request: toHttp(charter, use, { ...request, path: Object.fromEntries(path) }, server) })
  }
  return found
}
