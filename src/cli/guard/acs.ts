/** The agents of a guard file that ask at hooks (ACS). */
import { Buffer } from 'node:buffer'
import { type Acs, makeAcs } from '../../gateway/acs/acs.ts'
import type { AcsAgent } from '../../gateway/acs/agent.ts'
import type { Guard } from '../../guard/guard.ts'
import type { GuardFile } from './schema.ts'
import type { Secrets } from './secrets.ts'

/**
 * Opens the endpoint; undefined when the file has no such agents.
 *
 * @throws when a key is missing or shorter than 32 bytes.
 */
export async function openAcs({ acs, limits }: GuardFile, guard: Guard, secrets: Secrets): Promise<Acs | undefined> {
  if (acs === undefined) return undefined
  const agents = await Promise.all(
    Object.entries(acs.agents).map(async ([name, said]): Promise<AcsAgent> => {
      const { roles, tenant, tools, skills } = said
      const person = said.for
      return {
        name,
        keyId: said['key-id'],
        secret: Buffer.from(await secrets.fill(said.key)),
        onApproval: said['on-approval'],
        modifies: said.modifies,
        descriptions: said.descriptions,
        agentIds: said['agent-ids'] ?? [name],
        ...(roles === undefined ? {} : { roles }),
        ...(tenant === undefined ? {} : { tenant }),
        ...(tools === undefined ? {} : { tools }),
        ...(skills === undefined ? {} : { skills }),
        ...(person === undefined ? {} : { actsFor: typeof person === 'string' ? person : personOf(person) }),
      }
    }),
  )
  return makeAcs({ guard, agents, outcomeMs: acs.outcome, timeoutMs: limits.busy + 5000 })
}

type Said = NonNullable<GuardFile['acs']>['agents'][string]['for']

function personOf({
  id,
  roles,
  tenant,
}: Exclude<NonNullable<Said>, string>): Exclude<AcsAgent['actsFor'], string | undefined> {
  return {
    id,
    kind: 'user',
    ...(roles === undefined ? {} : { roles }),
    ...(tenant === undefined ? {} : { tenant }),
  }
}
