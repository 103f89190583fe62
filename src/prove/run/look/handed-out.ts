/** Operations whose effect is their answer: what is handed out again was handed out twice, whatever the object says of it. */
import type { Charter, Use } from '../../../charter/charter.ts'
import { leaves } from '../../oracle/effect.ts'
import { type Exchange, isSameAddress } from '../../transport/exchange.ts'
import type { Made } from '../scene/play.ts'
import type { Scene } from '../trial.ts'

const verbs = /^(?:download|export|reveal|retrieve|fetch|get|view|show|read|print|decrypt|unseal)$/

/**
 * What an accepted call handed out that an earlier one on the same object had handed out already: places in the answer, none where the
 * operation is not one for handing out. What reading the object shows anyway, and what the request said, is nothing handed out.
 */
export function handedOutAgain({ play, step }: Scene, made: Made): string[] {
  const use = play.use(step)
  if (!made.accepted || !handsOut(play.lab.charter, use)) return []
  const earlier = play.sent.filter((sent) => sent.operation === use.operation && sent.exchange !== made.exchange)
  const first = earlier.findLast(({ exchange }) => isSameAddress(exchange.request, made.exchange.request))?.exchange
  if (first?.response === undefined || first.response.status >= 300) return []
  const fact = play.things.get(step.object ?? '')?.fact
  const known = new Set([...leaves(fact?.value).values(), ...leaves(made.request).values()].map(String))
  return sameIn(first, made.exchange, known)
}

/** By its name, or the last word of its path: `downloadExport`, `POST /secrets/{id}/reveal`. */
function handsOut(charter: Charter, use: Use): boolean {
  const shape = charter.operations.get(use.operation)?.shape
  const [word = ''] = /[a-z]+/.exec(use.operation.split('.').at(-1) ?? '') ?? []
  return verbs.test(word) || verbs.test(shape?.path.split('/').at(-1) ?? '')
}

function sameIn(first: Exchange, second: Exchange, known: ReadonlySet<string>): string[] {
  const [one, other] = [first.response, second.response]
  if (one === undefined || other === undefined) return []
  if (one.json === undefined || other.json === undefined)
    return one.body !== '' && one.body === other.body ? ['(the same content as the first time)'] : []
  const now = leaves(other.json)
  const content = [...leaves(one.json)].filter(([, value]) => value !== null && !known.has(String(value)))
  // A link or a secret may be another one each time.
  const isThere = (pointer: string, value: unknown): boolean => typeof now.get(pointer) === typeof value
  return content.every(([pointer, value]) => isThere(pointer, value)) ? content.map(([pointer]) => pointer) : []
}
