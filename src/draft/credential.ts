import { withArticle } from '../cel/article.ts'
import { bare } from '../charter/bare.ts'
import type { ApiDescription, OperationShape } from '../charter/source/description.ts'
import { listOf, memberOf, objectOf } from '../charter/source/plain.ts'
import { dereference } from '../charter/source/reference.ts'

/** `security` as it is written for an operation, its own or the document's; undefined where neither says anything. */
export function declaredSecurity(description: ApiDescription, shape: OperationShape): unknown {
  return rawOperation(description, shape).operation['security'] ?? memberOf(description.document, 'security')
}

/**
 * What else than `security` shows that an operation needs credentials: a described refusal, or a header that carries them.
 * As the end of a reason; undefined when nothing does.
 */
export function signOfCredentials(description: ApiDescription, shape: OperationShape): string | undefined {
  const refusal = ['401', '403'].find((status) => shape.responses.some((each) => each.status === status))
  if (refusal !== undefined) return `${withArticle(refusal)} is described`
  // OpenAPI has this header ignored as a parameter, so the shape does not have it.
  const { operation, item } = rawOperation(description, shape)
  const carried = [...listOf(item['parameters']), ...listOf(operation['parameters'])].some((declared) => {
    const { in: place, name } = objectOf(dereference(description.document, declared))
    return place === 'header' && typeof name === 'string' && bare(name) === 'authorization'
  })
  return carried ? 'it takes an `Authorization` header' : undefined
}

/**
 * Whether the description asks for no credentials, although it does elsewhere.
 *
 * Only a `security` that is there and lets nothing be enough says so: where it is missing, it may have been forgotten.
 */
export function isOpen(description: ApiDescription, shape: OperationShape): boolean {
  const open =
    Array.isArray(declaredSecurity(description, shape)) &&
    (shape.security.length === 0 || shape.security.some((names) => names.length === 0))
  return open && description.operations.some((each) => asksForCredentials(description, each))
}

function asksForCredentials(description: ApiDescription, shape: OperationShape): boolean {
  if (shape.security.some((names) => names.length > 0)) return true
  return declaredSecurity(description, shape) === undefined && signOfCredentials(description, shape) !== undefined
}

function rawOperation(
  { document }: ApiDescription,
  { path, method }: OperationShape,
): { operation: Readonly<Record<string, unknown>>; item: Readonly<Record<string, unknown>> } {
  const item = objectOf(dereference(document, memberOf(memberOf(document, 'paths'), path)))
  return { operation: objectOf(item[method.toLowerCase()] ?? item[method]), item }
}
