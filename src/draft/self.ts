import type { ApiDescription, OperationShape } from '../charter/source/description.ts'
import { answeredThing } from './representation.ts'
import type { Resource } from './resource.ts'

const selfPath = /\/(?:me|self|myself|whoami|current-user|current_user|profile)$/i
const registerPath = /\/(?:register|signup|sign-up|sign_up|registrations?)$/i
const selves = /^(?:user|customer|account-holder|member|profile|person|client)$/

/**
 * Adds the caller's own account, which is read at a path such as `/me` and has no key in any path, or joins it with the resource
 * of users that nobody could look at otherwise.
 */
export function withSelf(description: ApiDescription, resources: readonly Resource[]): readonly Resource[] {
  const read = description.operations.find(
    (shape) => shape.method === 'GET' && selfPath.test(shape.path) && !shape.path.includes('{'),
  )
  const representation = answeredThing(description, read) ?? { at: [], members: {} }
  const known = resources.find(({ name }) => selves.test(name))
  if (read === undefined || !('id' in representation.members) || known?.read !== undefined) return resources
  const claimed = new Set(resources.flatMap(({ create, actions, updates }) => [create, ...actions, ...updates]))
  const free = description.operations.filter(
    (shape) => !claimed.has(shape) && !shape.path.includes('{') && shape.method !== 'GET' && shape.method !== 'DELETE',
  )
  const own = {
    read,
    create: free.find((shape) => shape.method === 'POST' && registerPath.test(shape.path)),
    updates: free.filter((shape) => shape.path === read.path),
    actions: free.filter((shape) => shape.path.startsWith(`${read.path}/`)),
    representation,
  }
  if (known === undefined) {
    // Somebody who can only be looked at has no life to write down.
    if (own.create === undefined && own.updates.length === 0 && own.actions.length === 0) return resources
    const rest = {
      name: 'user',
      itemPath: read.path,
      parameter: '',
      parent: undefined,
      list: undefined,
      remove: undefined,
    }
    return [{ ...rest, ...own }, ...resources]
  }
  const joined: Resource = {
    ...known,
    ...own,
    create: known.create ?? own.create,
    updates: [...known.updates, ...own.updates],
    actions: [...known.actions, ...own.actions],
  }
  return resources.map((resource) => (resource === known ? joined : resource))
}

/** Whether the resource is the caller's own account. */
export function isSelf({ read }: Resource): boolean {
  return read !== undefined && !read.path.includes('{')
}

/** Where such an operation carries the key: in its path, or nowhere, because it is the caller's id. */
export function selfKey(resource: Resource, shape: OperationShape): string {
  const inPath = resource.parameter !== '' && shape.path.includes(`{${resource.parameter}}`)
  return inPath ? `$request.path.${resource.parameter}` : '$principal.id'
}
