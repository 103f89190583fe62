import type { CallRequest, ObjectFact, Slot, Use } from '../../../charter/charter.ts'
import { getPointer } from '../../../charter/pointer.ts'
import type { ApiDescription, Schema } from '../../../charter/source/description.ts'
import { makeExample } from '../../../charter/source/example.ts'
import { optionsOf, propertiesOf } from '../../../charter/source/schema.ts'
import { idsBeside } from '../../plan/people.ts'
import type { Step } from '../../plan/scenario.ts'
import type { Play } from '../scene/play.ts'

/**
 * A value for a body member that differs from what the object has, and would be worth having: another state, another owner, more money.
 *
 * The kind of value follows what is there now, then what a schema of the object says.
 */
export async function tamper(
  play: Play,
  step: Step,
  use: Use,
  change: {
    readonly at: readonly string[]
    readonly request: CallRequest
    readonly objects: Readonly<Record<Slot, ObjectFact | null>>
    /** So little that rules about size still hold. */
    readonly little: boolean
  },
): Promise<unknown> {
  const { at, request, objects, little } = change
  const type = play.lab.charter.objects.get(use.object?.type ?? '')
  const field = [...(type?.fields.values() ?? [])].find((each) => each.in.join('/') === at.join('/'))
  const seen = getPointer(objects['object']?.value, field?.at ?? at)
  if (little && typeof seen === 'number') return seen + 1
  if (little && typeof seen === 'string' && /^\d+\.\d\d$/.test(seen)) return (Number(seen) + 1).toFixed(2)
  const state = type?.state
  if (state?.kind === 'at' && state.pointer.join('/') === (field?.at ?? at).join('/')) {
    const words: readonly (readonly [unknown, string])[] =
      state.values === undefined ? (type?.states ?? []).map((word) => [word, word] as const) : [...state.values]
    // Where the call leads to by itself shows nothing.
    const others = words.filter(([word, name]) => word !== seen && name !== type?.gone && !use.to.includes(name))
    // The last state of a lifecycle is usually the one worth jumping to.
    const [wanted] = others.findLast(([, name]) => name !== type?.final[0]) ?? others.at(-1) ?? []
    if (wanted !== undefined) return wanted
  }
  if (Array.isArray(type?.owner) && type.owner.join('/') === (field?.at ?? at).join('/')) {
    const id = await somebodyElse(play, step, seen)
    if (id !== undefined) return id
  }
  const there = seen ?? getPointer(request.body, at)
  const somebody = await somebodyBeside(play, step, there)
  if (somebody !== undefined) return somebody
  const schema = schemaOf(play, use, field?.at ?? at)
  // The last one named is the least likely to be what everybody has anyway.
  const named = optionsOf(schema?.description, schema?.schema).toReversed()
  const another = named.find((each) => each !== null && each !== there)
  return another ?? otherThan(there ?? sample(play, schema, field?.type))
}

/** Whose it could be instead of whoever it is, or is planned to be: one like them, who does not make the call. */
async function somebodyElse(play: Play, step: Step, seen: unknown): Promise<string | undefined> {
  const { lab, scenario } = play
  const planned = scenario.vars[step.makes ?? '']?.owner
  const there = seen ?? (planned === undefined ? undefined : (await play.principal(planned)).id)
  const beside = await somebodyBeside(play, step, there)
  if (beside !== undefined) return beside
  const { id } = await play.principal(step.as)
  const others = lab.stage.members.filter(
    ({ principal, pool }) => !pool && ![undefined, id, there].includes(principal.id),
  )
  return others[0]?.principal.id
}

/** Somebody else than the one named; not the caller, whom the call may name by itself. */
async function somebodyBeside(play: Play, step: Step, there: unknown): Promise<string | undefined> {
  const { id } = await play.principal(step.as)
  const { lab } = play
  return idsBeside(lab.charter, lab.stage.members, there).find((each) => each !== id)
}

function otherThan(value: unknown): unknown {
  if (typeof value === 'number')
    return value === 0 ? 7777 : value > 50 ? Math.max(0, Number((value / 2).toFixed(2))) : value + 7777
  if (typeof value === 'boolean') return !value
  if (typeof value === 'string') {
    if (/^-?\d+\.\d{2}$/.test(value)) return (Number(value) + 7777).toFixed(2)
    if (/^\d+$/.test(value)) return String(Number(value) + 7777)
    return value === 'lockstep-tampered' ? 'lockstep-altered' : 'lockstep-tampered'
  }
  return Array.isArray(value) ? ['lockstep-tampered'] : 'lockstep-tampered'
}

/** A value of the right kind when neither object nor request has one. */
function sample(play: Play, schema: Described | undefined, kind: string | undefined): unknown {
  if (kind === 'money' || kind === 'number' || kind === 'integer') return 0
  if (kind === 'boolean') return false
  if (schema === undefined) return undefined
  return makeExample(schema.description, schema.schema, {
    random: play.lab.supply.random,
    fresh: play.lab.supply.fresh,
    direction: 'request',
  })
}

/** A schema and where its references point. */
interface Described {
  readonly description: ApiDescription
  readonly schema: Schema
}

/** What the description says of a part of the object, where it is read. */
function schemaOf(play: Play, use: Use, at: readonly string[]): Described | undefined {
  const { charter } = play.lab
  const read = charter.operations.get(charter.objects.get(use.object?.type ?? '')?.read ?? '')?.shape
  const description = charter.sources.get(read?.source ?? '')?.description
  if (read === undefined || description === undefined) return undefined
  let schema: Schema | undefined = read.responses.find((each) => each.status.startsWith('2'))?.schema
  for (const token of at) schema = schema === undefined ? undefined : propertiesOf(description, schema)[token]?.schema
  return schema === undefined ? undefined : { description, schema }
}
