/** Pictures, sounds and files for a model: nobody here can say of which classes the data in them is. */
import type { Charter } from '../charter/charter.ts'
import { objectOf } from '../charter/source/plain.ts'
import type { Workflow } from '../charter/workflow.ts'
import { asks } from './asking.ts'
import type { Check, Shortfall, Site } from './kind.ts'
import { goesToModel, workflowOfCall, workflowsOf } from './run.ts'

/** What is asked of a request to a model whose parts cannot all be read; nothing of other calls. */
export function compileUnread(site: Site): Check {
  const { charter, use } = site
  if (!goesToModel(charter, use.operation)) return () => undefined
  const listing = workflowsOf(charter, use.operation)
  if (listing.length > 1) {
    const each = new Map(listing.map(({ name, unread }) => [name, checkUnread(unread, site)]))
    const strictest = checkUnread(strictestOf(listing), site)
    return (context) => (each.get(workflowOfCall(listing, context.call.run)?.name ?? '') ?? strictest)(context)
  }
  return checkUnread(listing[0]?.unread ?? unreadAnywhere(charter), site)
}

function checkUnread(said: Workflow['unread'], site: Site): Check {
  if (said === 'allow') return () => undefined
  const asking = typeof said === 'string' ? undefined : asks(said.approval, site)
  return (context) => {
    const { unread = 0 } = objectOf(context.call.request.body)
    if (unread === 0) return undefined
    if (typeof unread !== 'number') return unsaid
    const detail = `${unread === 1 ? 'a picture, sound or file' : `${unread} pictures, sounds or files`} cannot be read here, and may hold data of any class`
    return asking === undefined ? { outcome: 'broken', detail } : asking(context, detail)
  }
}

const unsaid: Shortfall = { outcome: 'unknown', detail: 'how much of the request can be read is not known' }

/** Without a workflow, what is sent may be of any class. */
function unreadAnywhere({ data }: Charter): Workflow['unread'] {
  return data !== undefined && data.flows.length > 0 && data.classes.length > 1 ? 'deny' : 'allow'
}

function strictestOf(listing: readonly Workflow[]): Workflow['unread'] {
  const all = listing.map(({ unread }) => unread)
  return all.includes('deny') ? 'deny' : (all.find((each) => typeof each === 'object') ?? 'allow')
}
