/** Calls that were accepted and changed nothing: whether anything could have shown, and with which arguments it would. */
import type { CallRequest } from '../../../charter/charter.ts'
import { getPointer, parsePointer } from '../../../charter/pointer.ts'
import { conforms } from '../../../charter/source/conform.ts'
import { placeValue } from '../../../wire/place.ts'
import { leaves, type Sights } from '../../oracle/effect.ts'
import type { Manner } from '../scene/play.ts'
import type { Sight } from '../scene/thing.ts'
import type { Control, Scene } from '../trial.ts'

const mostVariations = 3

/**
 * Whether what the rightful call leads to is something else than what is there already, counts up, or is made anew each time.
 *
 * @param wobbling - Parts that change by themselves, as `type|pointer`: nothing shows in those.
 */
export function mayShow(
  { signature, after, beside }: Control,
  before: Sights,
  wobbling: ReadonlySet<string> = new Set(),
): boolean {
  if (beside.size > 0) return true
  return [...signature.marks].some((mark) => {
    const label = mark.slice(0, mark.indexOf('|'))
    if (!before.has(label) && !label.startsWith('new ')) return false
    const type = (before.get(label) ?? after.get(label))?.type
    if (wobbling.has(`${type}|${mark.slice(label.length + 1)}`)) return false
    if (signature.deltas.has(mark) || mark.endsWith('|exists') || mark.endsWith('/length')) return true
    const there = seenAt(before, mark)
    return there !== undefined && there !== seenAt(after, mark)
  })
}

/** The same call with arguments that the object does not have yet, where those that were sent it has; none that would break more. */
export async function otherArguments(
  scene: Scene,
  manner: Manner,
  { signature }: Control,
  seen: { readonly request: CallRequest; readonly before: Sights },
): Promise<CallRequest[]> {
  const there = new Set([...signature.marks].map((mark) => seenAt(seen.before, mark)))
  return variationsOf(scene, manner, seen.request, (value) => there.has(value))
}

/** The same call with one value of its body another one that fits, for values of which that is `wanted`; none that would break more. */
export async function variationsOf(
  { play, step }: Scene,
  manner: Manner,
  request: CallRequest,
  wanted: (value: unknown) => boolean = () => true,
): Promise<CallRequest[]> {
  const same = [...leaves(request.body)].filter(
    ([pointer, value]) => isScalar(value) && !pointer.endsWith('/length') && wanted(value),
  )
  if (same.length === 0) return []
  const { problem } = await play.prepare(step, { ...manner, request })
  const broken = new Set(problem.judge(request).broken)
  const { charter } = play.lab
  const shape = charter.operations.get(play.use(step).operation)?.shape
  const description = charter.sources.get(shape?.source ?? '')?.description
  const found = same.flatMap(([pointer, value]) => {
    const at = { from: 'request', in: 'body', pointer: parsePointer(pointer) ?? [] } as const
    return otherThan(value).map((other) => placeValue(request, at, other))
  })
  const fits = (each: CallRequest): boolean =>
    description === undefined || shape?.body === undefined || conforms(description, shape.body.schema, each.body)
  const alike = (each: CallRequest): boolean => {
    const now = problem.judge(each).broken
    return now.every((id) => broken.has(id)) && now.length === broken.size
  }
  return found.filter((each) => fits(each) && alike(each)).slice(0, mostVariations)
}

function seenAt(sights: Sights, mark: string): unknown {
  const at = mark.indexOf('|')
  const sight: Sight = sights.get(mark.slice(0, at))
  if (sight === undefined || sight === null) return undefined
  const pointer = mark.slice(at + 1)
  return pointer === 'state' ? sight.state : getPointer(sight.value, parsePointer(pointer) ?? [])
}

function isScalar(value: unknown): value is string | number | boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
}

function otherThan(value: unknown): unknown[] {
  if (typeof value === 'number') return [value + 1, value - 1]
  if (typeof value === 'boolean') return [!value]
  if (typeof value !== 'string') return []
  const counted = value.replace(/\d+/, (digits) => String(Number(digits.slice(-9)) + 1).padStart(digits.length, '0'))
  return counted === value ? [`${value} 2`] : [counted, `${value} 2`]
}
