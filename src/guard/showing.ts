/** Looks at the objects of calls, and shows of answers what may be shown. */
import type { Call } from '../charter/charter.ts'
import type { Decision } from '../decide/decision.ts'
import { shownTo } from './answer.ts'
import type { Answer, Release } from './call.ts'
import { gatherObjects, type Looking, type Objects } from './gather.ts'
import { knowItems } from './items.ts'
import type { Memories } from './memory.ts'
import { isFollowed } from './read-as.ts'
import type { Ready } from './reserve.ts'
import type { InForce, Runtime } from './runtime.ts'
import { lookOf } from './truth.ts'

/** With whose eyes objects are looked at. */
type Looker = Parameters<typeof lookOf>[0]

export class Showing {
  readonly #runtime: Runtime
  readonly #memories: Memories

  constructor(runtime: Runtime, memories: Memories) {
    this.#runtime = runtime
    this.#memories = memories
  }

  /** The objects of a call, without keeping anybody else off them. */
  look(force: InForce, call: Call, incoming: Looker, known?: Objects): Promise<Objects> {
    return gatherObjects({ ...this.#looking(force, call, incoming), ...(known === undefined ? {} : { known }) })
  }

  /** Looks without keeping anybody else off what is looked at. */
  #looking(force: InForce, call: Call, incoming: Looker): Looking {
    const { store, truth } = this.#runtime
    return {
      charter: force.charter,
      call,
      truth,
      look: lookOf(incoming),
      hold: async (needed) => {
        if (!needed.some((each) => isFollowed(force.charter.objects.get(each.type)))) return needed.map(() => undefined)
        return (await store.read({ objects: needed })).objects
      },
    }
  }

  /** What of an answer goes back. Its run must have it in its memory by then. */
  async show(
    ready: Pick<Ready, 'id' | 'force' | 'call' | 'objects' | 'mode'>,
    decision: Decision,
    answer: Answer,
    incoming: Looker,
  ): Promise<Release> {
    if (answer.status >= 300 || ready.mode === 'observe' || decision.obligations.length === 0)
      return shownTo(ready, decision, answer)
    const looking = this.#looking(ready.force, ready.call, incoming)
    // Of whom nothing is known, less is shown.
    const items = await knowItems(looking, decision.obligations, answer.body).catch(() => undefined)
    if (ready.force.labels === undefined) return shownTo(ready, decision, answer, { ...(items && { items }) })
    const { withhold, keep } = await this.#memories.withholding(ready)
    const release = shownTo(ready, decision, answer, { ...(items && { items }), withhold })
    await keep()
    return release
  }
}
