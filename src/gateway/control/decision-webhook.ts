/** Decisions of an approver system (a chat, a ticket desk), signed. */
import { z } from 'zod'
import type { Principal } from '../../charter/charter.ts'
import type { Guard } from '../../guard/guard.ts'
import { answerQuestion, approving, refusing, saidIn } from './approvals.ts'
import { Problem } from './problem.ts'
import { type Route, readBody } from './route.ts'
import { parseSecret, verifyMessage } from './signature.ts'

/** A system that says who decided what, and is believed. */
export interface ApproverSystem {
  readonly name: string
  /** `whsec_` and base64 of at least 24 bytes. */
  readonly secret: string
  /** The person with an id, as this system may speak for them; undefined for whom it may not. */
  readonly principalOf: (id: string) => Principal | undefined
}

const whose = {
  /** Again, because the signature is over the body and not over the path. */
  reference: z.string().min(1),
  by: z.string().min(1).max(500),
}
const decisionSchema = z.discriminatedUnion('verdict', [approving.extend(whose), refusing.extend(whose)])

/**
 * The route that takes signed decisions. Each message counts once, on whichever node it comes.
 *
 * @throws {TypeError} when a secret is too short.
 */
export function decisionWebhook(guard: Guard, systems: readonly ApproverSystem[]): readonly Route[] {
  const known = systems.map((system) => ({ system, key: parseSecret(system.secret) }))
  if (known.length === 0) return []
  return [
    {
      method: 'POST',
      path: '/v1/approvals/{reference}/webhook',
      needs: 'nobody',
      handle: async (asked) => {
        const now = Date.now()
        for (const { system, key } of known) {
          const id = verifyMessage(key, asked.headers, asked.bytes, now)
          if (id === undefined) continue
          const { reference, by, ...sent } = readBody(decisionSchema, asked)
          if (reference !== asked.parameters['reference'])
            throw new Problem(400, 'malformed', 'the message is about another question')
          const principal = system.principalOf(by)
          if (principal?.id === undefined)
            throw new Problem(403, 'not-entitled', `\`${system.name}\` may not speak for this person`)
          const message = JSON.stringify(['webhook', system.name, id])
          if (!(await guard.replays.remember(message))) throw new Problem(409, 'replayed', 'this message came before')
          try {
            const said = { ...saidIn(sent), why: whyBy(system, sent.why) }
            return await answerQuestion(guard, reference, principal, said)
          } catch (error) {
            if (!(error instanceof Problem)) await guard.replays.giveBack(message)
            throw error
          }
        }
        throw new Problem(401, 'unauthenticated', 'no known system signed this, or too long ago')
      },
    },
  ]
}

function whyBy({ name }: ApproverSystem, why: string | undefined): string {
  return why === undefined ? `by way of ${name}` : `${why} (by way of ${name})`
}
