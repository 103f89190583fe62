import type { OperationId } from '../../charter/charter.ts'
import type { Origin } from '../../constraint/facts.ts'
import { likelyAddressesIn } from './form/address.ts'
import { formsOf } from './form/form.ts'
import { type PromptText, saidInPrompt } from './prompt-text.ts'
import { argumentLeaves, type Leaf } from './structure/leaves.ts'

/** The addresses in answers that the user's own words asked for, by what was asked. Filled by `addNamed` only. */
export type NamedAnswers = Map<string, { readonly operation: OperationId; readonly said: Map<string, Standing> }>

interface Standing {
  readonly kind: string
  /** The schemes a link stands there with, each once; '' for none. */
  readonly schemes: string[]
  /** The run itself put it there: it is no better than where the run had it from. */
  readonly own: boolean
  readonly call?: string
  readonly at: string
}

interface Head {
  readonly operation: OperationId
  readonly call?: string
  readonly asked: unknown
}

/** With more to choose from, which one is taken can tell somebody else something: an alphabet of links spells a word. */
const mostChoices = 16

/** Whether the user named what is asked for: every argument, and there is one, is their own word. */
export function isNamed(prompt: PromptText, asked: unknown): boolean {
  const leaves = argumentLeaves(asked)
  return leaves.length > 0 && leaves.every(({ value }) => saidInPrompt(prompt, String(value)) !== undefined)
}

/**
 * Notes what such an answer says that can be sent to, called or opened. Who asks the same again adds to it.
 *
 * @param isOwn - Whether the run wrote an address that nobody vouches for.
 */
export function addNamed(
  named: NamedAnswers,
  { operation, call, asked }: Head,
  leaves: readonly Leaf[],
  isOwn: (address: string) => boolean,
): void {
  const name = JSON.stringify([operation, argumentLeaves(asked).map(({ at, value }) => [at, value])])
  const { said } = named.get(name) ?? { said: new Map<string, Standing>() }
  named.set(name, { operation, said })
  for (const { value, at, key: isKey } of leaves)
    for (const address of isKey ? [] : likelyAddressesIn(String(value))) {
      const { kind, key, scheme } = standing(address)
      const known = said.get(key)
      if (known?.schemes.includes(scheme) === false && !isOwn(address)) known.schemes.push(scheme)
      // One more than counts is enough to know that there are too many.
      if (said.size > mostChoices || known !== undefined) continue
      said.set(key, { kind, schemes: [scheme], at, own: isOwn(address), ...(call === undefined ? {} : { call }) })
    }
}

/** Where a value stands whole, and as it is, in answers that the user named; never good by itself. */
export function namedOrigins(named: NamedAnswers, value: string): readonly Origin[] {
  const { key, scheme } = standing(value.trim())
  return [...named.values()].flatMap(({ operation, said }): Origin[] => {
    const found = said.get(key)
    if (found === undefined || found.own || said.size > mostChoices || !isMeant(scheme, found.schemes)) return []
    const { kind, own: _, schemes: __, ...place } = found
    const alike = [...said.values()].filter((each) => each.kind === kind)
    return [{ trust: 'untrusted', operation, ...place, how: 'same', named: alike.length === 1 ? 'sole' : 'among' }]
  })
}

/** Who names no scheme means the same place with either; `https` is none with `http`, which anybody on the way can read. */
function isMeant(scheme: string, standing: readonly string[]): boolean {
  return scheme === '' || standing.includes('') || standing.includes(scheme)
}

/**
 * What an address is and what it is known by. Links keep every letter, but for the scheme, `www.`, the last slash and a name that begins
 * with a capital: in how the rest is written there is room for what nobody should learn.
 */
function standing(address: string): { readonly kind: string; readonly key: string; readonly scheme: string } {
  const form = formsOf(address).find((each) => /^(?:mail|account|phone) /.test(each))
  if (form !== undefined) return { kind: form.slice(0, form.indexOf(' ')), key: form, scheme: '' }
  const [start = '', scheme = ''] = /^(?:(https?):\/\/)?(?:www\.)?/i.exec(address) ?? []
  const bare = address.slice(start.length).replace(/\/$/, '')
  return { kind: 'link', key: `link ${bare.slice(0, 1).toLowerCase()}${bare.slice(1)}`, scheme: scheme.toLowerCase() }
}
