/** Amounts that nobody thinks of: below nothing, nothing, enormous, in parts of the smallest coin. */
import type { CallRequest, ConstraintId } from '../../../charter/charter.ts'
import { parsePointer } from '../../../charter/pointer.ts'
import { placeValue } from '../../../wire/place.ts'
import { leaves } from '../../oracle/effect.ts'
import type { AbuseCase } from '../../plan/scenario.ts'
import type { Lab } from '../lab.ts'
import { act, type Scene, setScene, type Trial } from '../trial.ts'

const mostPlaces = 3
const mostAccepted = 4

/** Calls the charter allows, like a usual one but for odd amounts, one after the other, until an invariant does not hold; undefined when all leave it. */
export async function oddAmountsTrial(lab: Lab, abuse: AbuseCase, usual: CallRequest): Promise<Trial | undefined> {
  const all = oddOf(usual)
  if (all.length === 0) return undefined
  await lab.reset?.()
  let [accepted, current] = [0, await setScene(lab, abuse.abuse)]
  for (const odd of all) {
    if (accepted >= mostAccepted) break
    const request = await allowed(current, odd)
    if (request === undefined) continue
    const { made, broken } = await act(current, { request })
    if (!made.accepted) continue
    accepted++
    const changes = broken.filter(({ id }) => id === abuse.constraint).map(({ change }) => change)
    const { play, state } = current
    const why = `it was accepted with ${odd.pointer} ${odd.value}, and broke it`
    if (changes.length > 0) return { effect: true, why, changes, disclosed: [], sent: play.sent, state }
    await lab.reset?.()
    current = await setScene(lab, abuse.abuse)
  }
  return undefined
}

/** A request that breaks a limit by an amount below nothing; undefined where none does. */
export async function negativeOf({ play, step }: Scene, target: ConstraintId): Promise<CallRequest | undefined> {
  const { best, problem } = await play.prepare(step, {})
  if (best.distance >= 1) return undefined
  const negative = oddOf(best.request).filter(({ value }) => Number(value) < 0)
  const found = negative.find(({ pointer, value }) => {
    const { broken } = problem.judge(placed(best.request, pointer, value))
    return broken.length === 1 && broken[0] === target
  })
  return found === undefined ? undefined : placed(best.request, found.pointer, found.value)
}

interface Odd {
  readonly pointer: string
  readonly value: number | string
}

/** The rightful request of a scene with one amount changed; undefined when the charter is against it. */
async function allowed({ play, step }: Scene, { pointer, value }: Odd): Promise<CallRequest | undefined> {
  const { best, problem } = await play.prepare(step, {})
  const request = placed(best.request, pointer, value)
  return problem.judge(request).broken.length === 0 ? request : undefined
}

function placed(request: CallRequest, pointer: string, value: number | string): CallRequest {
  return placeValue(request, { from: 'request', in: 'body', pointer: parsePointer(pointer) ?? [] }, value)
}

function oddOf({ body }: CallRequest): Odd[] {
  const numbers = [...leaves(body)].filter(([pointer, value]) => !pointer.endsWith('/length') && isAmount(value))
  return numbers.slice(0, mostPlaces).flatMap(([pointer, value]) => {
    const usual = Number(value)
    const odd = [-Math.max(1, usual), 0, usual + 0.001, 0.001, usual * 1e6, 1e15]
    return odd.map((each) => ({ pointer, value: typeof value === 'string' ? String(each) : each }))
  })
}

function isAmount(value: unknown): boolean {
  return typeof value === 'number' || (typeof value === 'string' && /^-?\d{1,9}(\.\d+)?$/.test(value))
}
