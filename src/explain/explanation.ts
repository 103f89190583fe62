import type { Charter, Constraint, ObjectType, Use } from '../charter/charter.ts'
import type { Invariant } from '../charter/invariant.ts'
import { describeInvariant } from '../constraint/invariant.ts'
import { describeConstraint } from '../constraint/kinds.ts'
import { joinWords, whoWords } from '../constraint/words.ts'
import { describeApproval } from './approval-words.ts'

/** One rule as a sentence, and the constraint it comes from. */
export interface Sentence {
  readonly constraint: string
  readonly says: string
}

/** One way to use an operation: who may, and under which conditions. */
export interface ExplainedUse {
  readonly id: string
  readonly operation: string
  readonly method: string
  readonly path: string
  readonly who: string
  readonly from: readonly string[]
  readonly to: readonly string[]
  readonly rules: readonly Sentence[]
}

/** All that is demanded around one type of object; `object` is absent for operations that act on none. */
export interface Section {
  readonly object?: string
  readonly says: string
  readonly fields: readonly Sentence[]
  readonly uses: readonly ExplainedUse[]
}

/** A charter in sentences. */
export interface Explanation {
  readonly charter: string
  readonly sections: readonly Section[]
  readonly approvals: readonly Sentence[]
  readonly rules: readonly Sentence[]
  readonly invariants: readonly Sentence[]
}

/** Puts a charter into sentences, grouped by object, then use, in file order. Nothing that is demanded of a use is left out. Pure. */
export function explainCharter(charter: Charter): Explanation {
  const uses = [...charter.operations.values()].flatMap((operation) => operation.uses)
  const objects = [...charter.objects.values()].map((type) => {
    const own = uses.filter((use) => typeOf(charter, use) === type.name)
    return sectionOf(charter, own, type)
  })
  const others = uses.filter((use) => typeOf(charter, use) === undefined)
  const rest = others.length === 0 ? [] : [sectionOf(charter, others)]
  return {
    charter: charter.name,
    sections: [...objects, ...rest],
    approvals: [...charter.approvals.values()].map((each) => ({
      constraint: `approvals.${each.name}`,
      says: describeApproval(each),
    })),
    rules: charter.rules.map((rule) => sentenceOf(charter, rule)),
    invariants: charter.invariants.map((each: Invariant) => ({ constraint: each.id, says: describeInvariant(each) })),
  }
}

/** The type of object a use is about: what it acts on, or lists; undefined for none. */
export function typeOf(charter: Charter, use: Use): string | undefined {
  return use.object?.type ?? charter.operations.get(use.operation)?.lists?.object
}

function sectionOf(charter: Charter, uses: readonly Use[], type?: ObjectType): Section {
  const fields = new Map<string, Sentence>()
  for (const constraint of uses.flatMap((use) => use.constraints)) {
    const own = (constraint.kind === 'set-by' || constraint.kind === 'seen-by') && constraint.object === type?.name
    if (own) fields.set(constraint.id, sentenceOf(charter, constraint))
  }
  return {
    ...(type === undefined ? {} : { object: type.name }),
    says: type === undefined ? 'Operations on no object.' : describeType(type),
    fields: [...fields.values()],
    uses: uses.map((use) => explainUse(charter, use)),
  }
}

function explainUse(charter: Charter, use: Use): ExplainedUse {
  const shape = charter.operations.get(use.operation)?.shape
  // Fields are told once for the object; `from` of the object itself is a part of the use.
  const told = (each: Constraint): boolean =>
    each.kind === 'set-by' || each.kind === 'seen-by' || (each.kind === 'from' && each.slot === 'object')
  const main = use.constraints.find((each) => each.kind === 'by' && each.slot === 'object')
  const rules = use.constraints.filter((each) => each !== main && !told(each))
  const opening =
    use.public === undefined
      ? []
      : [{ constraint: `${use.id}.public`, says: `open to anyone until ${use.public.until}: ${use.public.because}` }]
  return {
    id: use.id,
    operation: use.operation,
    method: shape?.method ?? '',
    path: shape?.path ?? '',
    who: main?.kind === 'by' ? whoWords(main.choices) : 'nobody',
    from: use.creates ? [] : use.from,
    to: use.to,
    rules: [...rules.map((each) => sentenceOf(charter, each)), ...alongWords(use), ...opening],
  }
}

/** Where the call leaves what its object points to. */
function alongWords({ along = [] }: Use): Sentence[] {
  return along.flatMap(({ use, object, to }) =>
    to.length === 0 ? [] : [{ constraint: use, says: `its ${object} is ${joinWords(to)} afterwards` }],
  )
}

function sentenceOf(charter: Charter, constraint: Constraint): Sentence {
  return { constraint: constraint.id, says: describeConstraint(constraint, charter) }
}

/** What an object is: whose, where its state is, how it is looked at. */
function describeType(type: ObjectType): string {
  const parts = [
    type.owner === undefined ? 'belongs to nobody' : `belongs to ${placeWords(type.owner, 'owner')}`,
    ...(type.tenant === undefined ? [] : [`stays within its tenant`]),
    ...(type.states.length === 0 ? [] : [`is ${stateWords(type.states)}`]),
    ...(type.read === undefined ? [] : [`can be looked at with \`${type.read}\``]),
  ]
  return `A ${type.name} ${joinWords(parts, 'and')}.`.replace(/^A (?=[aeio])/i, 'An ')
}

/** More are counted: the drawing names them. */
const mostTold = 12

function stateWords(states: readonly string[]): string {
  return states.length > mostTold ? `in one of ${states.length} states` : joinWords(states)
}

function placeWords(place: NonNullable<ObjectType['owner']>, member: string): string {
  if (place === 'creator') return 'whoever created it'
  if (place === 'parent') return `the ${member} of its parent`
  return `whom \`/${place.join('/')}\` names`
}
