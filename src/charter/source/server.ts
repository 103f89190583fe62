import type { DescriptionFormat } from './description.ts'
import { isObject, listOf, objectOf, stringsOf, textOf } from './plain.ts'

/** The base URLs of a description, path item or operation, variables replaced by their defaults; empty when it names none. */
export function readServers(holder: unknown, format: DescriptionFormat): readonly string[] {
  const declaring = objectOf(holder)
  if (format === 'swagger-2.0') return swaggerServers(declaring)
  return listOf(declaring['servers']).flatMap((server) => {
    const url = textOf(objectOf(server)['url'])
    return url === undefined ? [] : [fillVariables(url, objectOf(objectOf(server)['variables']))]
  })
}

/** The path of a server URL without trailing slash: `https://api.example.com/v1/` and `/v1` both give `/v1`. */
export function basePathOf(url: string): string {
  const [path = ''] = url.replace(/^(?:[a-z][a-z0-9+.-]*:)?\/\/[^/?#]*/i, '').split(/[?#]/)
  const trimmed = path.replace(/\/+$/, '').replace(/^\.?\/*/, '')
  return trimmed === '' ? '' : `/${trimmed}`
}

function swaggerServers(root: Readonly<Record<string, unknown>>): string[] {
  const host = textOf(root['host'])
  const basePath = textOf(root['basePath']) ?? ''
  if (host === undefined) return basePath === '' ? [] : [basePath]
  const schemes = stringsOf(root['schemes'])
  const path = basePath === '' || basePath.startsWith('/') ? basePath : `/${basePath}`
  return (schemes.length === 0 ? ['https'] : schemes).map((scheme) => `${scheme}://${host}${path}`)
}

function fillVariables(url: string, variables: Readonly<Record<string, unknown>>): string {
  return url.replace(/\{([^{}]+)\}/g, (whole, name: string) => {
    const variable = Object.hasOwn(variables, name) ? variables[name] : undefined
    const value = isObject(variable) ? (variable['default'] ?? listOf(variable['enum'])[0]) : undefined
    return typeof value === 'string' || typeof value === 'number' ? String(value) : whole
  })
}
