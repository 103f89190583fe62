import type { DescriptionFormat } from './description.ts'
import { isObject } from './plain.ts'
import type { Problem } from './reading.ts'

type Version = { readonly format: DescriptionFormat; readonly doubt?: Problem } | { readonly problem: Problem }

const help = 'OpenAPI 3.0, 3.1, 3.2 and Swagger 2.0 can be read'

/** Which dialect a document is written in. A later 3.x is read as 3.2, with a warning. */
export function detectFormat(document: unknown): Version {
  if (!isObject(document)) return { problem: failure('api-not-a-description', 'this is no API description', []) }
  if (document['swagger'] !== undefined) return swagger(String(document['swagger']))
  if (document['openapi'] !== undefined) return openapi(String(document['openapi']))
  return { problem: failure('api-not-a-description', "neither 'openapi' nor 'swagger' says what this document is", []) }
}

// An unquoted `2.0` is the number 2 in YAML, an unquoted `3.0` the number 3.
function swagger(version: string): Version {
  if (/^2(?:\.0)*$/.test(version)) return { format: 'swagger-2.0' }
  return { problem: failure('api-unsupported-version', `Swagger ${version} is not supported`, ['swagger']) }
}

function openapi(version: string): Version {
  const minor = /^3(?:\.(\d+))?(?:[.-]|$)/.exec(version)
  if (minor === null)
    return { problem: failure('api-unsupported-version', `OpenAPI ${version} is not supported`, ['openapi']) }
  switch (Number(minor[1] ?? '0')) {
    case 0:
      return { format: 'openapi-3.0' }
    case 1:
      return { format: 'openapi-3.1' }
    case 2:
      return { format: 'openapi-3.2' }
    default: {
      const message = `OpenAPI ${version} is not known yet and read as 3.2`
      return {
        format: 'openapi-3.2',
        doubt: { ...failure('api-unsupported-version', message, ['openapi']), severity: 'warning' },
      }
    }
  }
}

function failure(code: string, message: string, path: readonly string[]): Problem {
  return { code, severity: 'error', message, path, help }
}
