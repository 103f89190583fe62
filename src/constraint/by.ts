import type { Charter, Choice, ObjectFact, ObjectType } from '../charter/charter.ts'
import { actorsOf, compileChoices, type Entitled, looksAtObject, slotOf, type Truth } from './choice.ts'
import { type Context, isLeftOut, slotFact } from './context.ts'
import type { Kind, Shortfall } from './kind.ts'
import { refOf, slotType } from './slot.ts'
import { whoWords } from './words.ts'

const notAmong: Shortfall = { outcome: 'broken', detail: 'the caller is none of them' }
const elsewhere: Shortfall = { outcome: 'broken', detail: 'the caller is one of another tenant' }
const unsure = 'it is not known whether the caller is one of them'
export const missing: Shortfall = { outcome: 'broken', detail: 'the object does not exist' }

/** Who may make the call. */
export const by: Kind<'by'> = {
  compile: ({ choices, slot }, site) => {
    const entitled = compileChoices(choices, site, slot)
    const ref = refOf(site.use, slot)
    const type = slotType(site.charter, site.use, slot)
    const looks = looksAtObject(choices, type)
    return (context) => {
      const answer = entitledTogether(context, entitled)
      if (answer === 'yes' || isLeftOut(context, ref)) return undefined
      if (answer === 'unknown') return unknownFor(lackingOf(choices, type, slotFact(context, slot, type?.name)))
      return looks && slotFact(context, slot, type?.name) === null
        ? missing
        : strangerTo(choices, context, site.charter)
    }
  },
  describe: ({ choices, slot, says }) => {
    if (says !== undefined) return says
    const open = choices.some(
      (choice) => choice.actor === undefined && choice.party === undefined && choice.scope === undefined,
    )
    return `${open ? '' : 'only '}${whoWords(choices, slot === 'object' ? '' : ` of the ${slot}`)} may do it`
  },
  needs: ({ choices, slot: named }, use, charter) => {
    const slots = new Set((['tenant', 'owner'] as const).map((what) => slotOf(what, named, { charter, use })))
    return [...slots]
      .filter((slot) => looksAtObject(choices, slotType(charter, use, slot)))
      .map((slot) => ({ fact: 'object', slot }))
  },
  classes: ({ choices }, charter) => {
    if (choices.some((choice) => choice.party === 'holder')) return ['weak-capability']
    const own = choices.some((choice) => choice.party !== undefined)
    const scoped = choices.some((choice) => choice.scope !== undefined)
    const tenants = [...charter.objects.values()].some((type) => type.tenant !== undefined)
    return [
      ...(own ? (['bola-write', 'bola-read'] as const) : []),
      'bfla',
      ...(tenants ? (['cross-tenant'] as const) : []),
      ...(scoped ? (['scope-exceeded'] as const) : []),
      'unauthenticated',
    ]
  },
}

/** Who is an actor that may, and may not here, is so for another tenant. */
function strangerTo(choices: readonly Choice[], { call: { principal } }: Context, charter: Charter): Shortfall {
  const plain = choices.flatMap(({ actor, party, scope, states }) =>
    actor === undefined || party !== undefined || scope !== undefined || states !== undefined ? [] : [actor],
  )
  if (plain.length === 0 || principal.chain !== undefined || principal.id === undefined) return notAmong
  const own = actorsOf(charter, principal)
  return plain.some((actor) => own.includes(actor)) ? elsewhere : notAmong
}

/**
 * Whether everybody in whose name a call is made is entitled: an agent does no more than those it acts for. What an agent that acts for somebody may
 * do itself is said by its workflow, where it has one: that is for `delegation` to ask. Whoever acts for nobody is asked, agent or not.
 */
export function entitledTogether(context: Context, entitled: Entitled): Truth {
  const { principal } = context.call
  const { chain = [] } = principal
  const last = chain.at(-1)
  if (last === undefined) return entitled(context, principal)
  let answer: Truth = 'yes'
  for (const each of chain) {
    if (each.kind === 'agent' && each !== last) continue
    const one = entitled(context, each)
    if (one === 'no') return one
    if (one === 'unknown') answer = one
  }
  return answer
}

function unknownFor(lacking: readonly string[]): Shortfall {
  const because = lacking.length === 0 ? '' : `: nothing tells its ${lacking.join(' and ')}`
  return { outcome: 'unknown', detail: `${unsure}${because}` }
}

/** What choices ask of an object that it does not show. */
function lackingOf(
  choices: readonly Choice[],
  type: ObjectType | undefined,
  fact: ObjectFact | null | undefined,
): readonly string[] {
  if (type === undefined || fact === undefined || fact === null) return []
  const asked = choices.flatMap(
    ({ actor, party }) => party ?? (actor !== undefined && type.tenant !== undefined ? 'tenant' : []),
  )
  const known = (name: string): boolean =>
    name === 'owner' || name === 'creator' || name === 'tenant'
      ? fact[name] !== undefined
      : !type.parties.has(name) || fact.parties !== undefined
  return [...new Set(asked)].filter((name) => !known(name))
}
