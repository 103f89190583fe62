/** Pictures, sounds and files for a model: nobody here can say of which classes the data in them is. */
import type { Charter } from '../charter/charter.ts'
import { objectOf } from '../charter/source/plain.ts'
import type { Workflow } from '../charter/workflow.ts'
import { asks } from './asking.ts'
import type { Check, Shortfall, Site } from './kind.ts'
import { goesToModel, workflowOf } from './run.ts'

/** What is asked of a request to a model whose parts cannot all be read; nothing of other calls. */
export function compileUnread(site: Site): Check {
  const { charter, use } = site
  const said = goesToModel(charter, use.operation) ? unreadFor(charter, use.operation) : 'allow'
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
function unreadFor(charter: Charter, operation: string): Workflow['unread'] {
  const { data } = charter
  const sensitive = data !== undefined && data.flows.length > 0 && data.classes.length > 1
  return workflowOf(charter, operation)?.unread ?? (sensitive ? 'deny' : 'allow')
}
