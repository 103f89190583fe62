import { compileChoices, looksAtObject } from './choice.ts'
import { isLeftOut, slotFact } from './context.ts'
import type { Kind, Shortfall } from './kind.ts'
import { refOf, slotType } from './slot.ts'
import { whoWords } from './words.ts'

const notAmong: Shortfall = { outcome: 'broken', detail: 'the caller is none of them' }
const unknown: Shortfall = { outcome: 'unknown', detail: 'it is not known whether the caller is one of them' }
export const missing: Shortfall = { outcome: 'broken', detail: 'the object does not exist' }

/** Who may make the call. */
export const by: Kind<'by'> = {
  compile: ({ choices, slot }, site) => {
    const entitled = compileChoices(choices, site, slot)
    const ref = refOf(site.use, slot)
    const type = slotType(site.charter, site.use, slot)
    const looks = looksAtObject(choices, type)
    return (context) => {
      const answer = entitled(context, context.call.principal)
      if (answer === 'yes' || isLeftOut(context, ref)) return undefined
      if (answer === 'unknown') return unknown
      return looks && slotFact(context, slot, type?.name) === null ? missing : notAmong
    }
  },
  describe: ({ choices, slot, says }) => {
    if (says !== undefined) return says
    const open = choices.some(
      (choice) => choice.actor === undefined && choice.party === undefined && choice.scope === undefined,
    )
    return `${open ? '' : 'only '}${whoWords(choices, slot === 'object' ? '' : ` of the ${slot}`)} may do it`
  },
  needs: ({ choices, slot }, use, charter) =>
    looksAtObject(choices, slotType(charter, use, slot)) ? [{ fact: 'object', slot }] : [],
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
