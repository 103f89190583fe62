import { pathOf } from './path-template.ts'

/**
 * The name of an operation that has no `operationId`: its method, then the words of its path, parameters as `By…`.
 *
 * `GET /orders/{id}` is `getOrdersById`, `POST /orders/{id}/line-items` is `postOrdersByIdLineItems`, `GET /` is `getRoot`.
 * Depends on method and path alone, so that adding an operation elsewhere never renames another.
 */
export function nameFromPath(method: string, path: string): string {
  const words = pathOf(path)
    .split('/')
    .flatMap((segment) => segment.split(/(?=\{)|(?<=\})/))
    .map((part) => (part.startsWith('{') ? `By${pascal(part)}` : pascal(part)))
    .join('')
  return `${camel(method)}${words === '' ? 'Root' : words}`
}

/** Gives each wanted name once; a name already given gets the first free number from 2. */
export function createNamer(reserved: Iterable<string> = []): (wanted: string) => string {
  const taken = new Set(reserved)
  return (wanted) => {
    let name = wanted
    for (let count = 2; taken.has(name); count++) name = `${wanted}${count}`
    taken.add(name)
    return name
  }
}

function pascal(text: string): string {
  return text
    .split(/[^\p{L}\p{N}_]+/u)
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('')
}

/** Methods are all one case; those of `additionalOperations` may be any token. */
function camel(method: string): string {
  const [first = '', ...rest] = method.toLowerCase().split(/[^\p{L}\p{N}_]+/u)
  return first + rest.map(pascal).join('')
}
