/** What is refused before anybody decides: what is somebody else's, and addresses the agent would be made to call. */

import type { Principal } from '../../charter/charter.ts'
import { extensionsOf, interfacesOf } from '../../charter/source/card.ts'
import { isRecord } from '../../wire/to-http.ts'
import type { Asked, Members } from './asked.ts'
import { codes, fault } from './fault.ts'
import type { Owners } from './owners.ts'

export interface CheckOptions {
  readonly source: string
  readonly card: Members
  readonly principal: Principal
  readonly owner: string
  readonly owners: Owners
  /** Where agents may call back: the beginnings of addresses. */
  readonly callbacks: readonly string[]
}

/** @throws {Unanswered} when a request names what its caller has no part in. */
export async function checkAsked(asked: Asked, options: CheckOptions): Promise<void> {
  checkTenant(asked.params['tenant'], options)
  checkCallback(asked, options.callbacks)
  await checkIds(asked, options)
}

/** A tenant is one of the agent's own, or the caller's. */
function checkTenant(tenant: unknown, { card, principal }: CheckOptions): void {
  if (tenant === undefined || tenant === '') return
  const known = interfacesOf(card).some((each) => each.tenant === tenant)
  if (!known && tenant !== principal.tenant) throw fault(codes.params, 'the tenant is not the caller’s', 403)
}

/** Tasks and contexts are those the caller was given. That others exist is not said. */
async function checkIds({ method, params }: Asked, { source, owner, owners }: CheckOptions): Promise<void> {
  const message = isRecord(params['message']) ? params['message'] : {}
  const own = method === 'GetTask' || method === 'CancelTask' || method === 'SubscribeToTask' ? [params['id']] : []
  const references: unknown = message['referenceTaskIds']
  const push = pushIn(params)
  const tasks = [
    ...own,
    params['taskId'],
    message['taskId'],
    push['taskId'],
    ...(Array.isArray(references) ? references : []),
  ]
  for (const id of tasks) await check('task', id)
  for (const id of [params['contextId'], message['contextId']]) await check('context', id)

  async function check(kind: 'task' | 'context', id: unknown): Promise<void> {
    if (typeof id !== 'string' || id === '') return
    if ((await owners.ownerOf(kind, source, id)) !== owner)
      throw fault(codes.noTask, `there is no such ${kind} of this caller`, 404)
  }
}

/**
 * SECURITY: an agent calls whatever address it is given, from where it stands. Only those that were allowed are passed on, and only when
 * they can be read in one way.
 */
function checkCallback({ method, params }: Asked, allowed: readonly string[]): void {
  const config = method === 'CreateTaskPushNotificationConfig' ? params : pushIn(params)
  if (Object.keys(config).length === 0) return
  const { url } = config
  if (typeof url !== 'string' || !isAllowed(url, allowed))
    throw fault(codes.noPush, 'agents may not call back there', 400)
}

/** The callback that a message asks for along with it. */
function pushIn({ configuration }: Members): Members {
  const config = isRecord(configuration) ? configuration['taskPushNotificationConfig'] : undefined
  return isRecord(config) ? config : {}
}

function isAllowed(text: string, allowed: readonly string[]): boolean {
  const url = URL.parse(text)
  // One that is written in another way than it is read could be read in another way by others.
  if (url === null || url.href !== text || url.username !== '' || url.password !== '') return false
  return allowed.some((each) => {
    const base = URL.parse(each)
    if (base === null || base.origin !== url.origin) return false
    const folder = base.pathname.endsWith('/') ? base.pathname : `${base.pathname}/`
    return url.pathname === base.pathname || url.pathname.startsWith(folder)
  })
}

/** The extensions that are passed on: those the approved card declares. */
export function extensionsPassed(header: string | undefined, card: Members): string | undefined {
  const declared = extensionsOf(card)
  const kept = (header ?? '')
    .split(',')
    .map((each) => each.trim())
    .filter((each) => declared.has(each))
  return kept.length === 0 ? undefined : kept.join(', ')
}
