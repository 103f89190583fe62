import type { Pointer } from '../charter/pointer.ts'
import { entitledTogether } from './by.ts'
import { compileChoices, looksAtObject } from './choice.ts'
import type { Kind, Obligation } from './kind.ts'
import { slotType } from './slot.ts'
import { whoWords } from './words.ts'

/** Who may read a field. Never denies: the field is taken out of the answer for everyone else, also when that is not known. */
export const seenBy: Kind<'seen-by'> = {
  compile: () => () => undefined,
  owe: ({ id, object, field, choices }, site) => {
    const entitled = compileChoices(choices, site, 'object')
    const lists = site.charter.operations.get(site.use.operation)?.lists
    const type = site.charter.objects.get(object)
    const at: Pointer = type?.read === site.use.operation ? [...type.readAt, ...field.at] : field.at
    const listed = lists?.object === object ? { items: lists.items } : {}
    const redact: Obligation = {
      kind: 'redact',
      constraint: id,
      object,
      field: field.name,
      pointer: lists?.object === object ? field.at : at,
      ...listed,
    }
    // Whose a listed object is, and in which state, is known of each only in the answer.
    const perItem = lists?.object === object && looksAtObject(choices, type)
    return (context) => (!perItem && entitledTogether(context, entitled) === 'yes' ? undefined : redact)
  },
  describe: ({ object, field, choices, says }) => {
    if (says !== undefined) return says
    return `${choices.length === 0 ? 'no caller' : `only ${whoWords(choices)}`} may see \`${field.name}\` of the ${object}`
  },
  needs: ({ choices }, use, charter) =>
    looksAtObject(choices, slotType(charter, use, 'object')) ? [{ fact: 'object', slot: 'object' }] : [],
  classes: () => ['bopla-read'],
}
