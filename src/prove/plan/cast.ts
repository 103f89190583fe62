import type { Actor } from '../../charter/actor.ts'
import type { Charter, Choice, Constraint, Principal, Use } from '../../charter/charter.ts'
import type { Own } from './own.ts'

/** One identity the planner can give a role to. What its principal is may be known only in part before it has signed in. */
export interface Member {
  readonly name: string
  readonly principal: Principal
  /** New ones can be registered. */
  readonly pool: boolean
  /** What they call with has been taken back: they may nothing. */
  readonly ended?: true
  /** Where they carry a credential: `header authorization`, `query key`, `cookie`; absent where that is not known. */
  readonly carries?: readonly string[]
}

/** The charter, and everybody who can be cast. */
export interface Stage {
  readonly charter: Charter
  readonly members: readonly Member[]
  /** What they have by who they are. */
  readonly own?: Own
}

/** Whether a member is an actor, by what is known of it before it signs in. */
export function plays(charter: Charter, member: Member, actor: string): boolean {
  if (member.ended === true) return false
  if (member.principal.actors !== undefined) return member.principal.actors.includes(actor)
  const declared = charter.actors.get(actor)
  if (declared?.when === undefined) return member.principal.roles?.includes(actor) ?? false
  return declared.when.evaluate({ principal: member.principal, claims: member.principal.claims ?? {} }) === true
}

/** The actors an identity is written down as, and those whose rule it fulfils by what is known of it. */
export function actorsAs(charter: Charter, written: readonly string[], principal: Principal): string[] {
  const told = (root: string | undefined, name: string | undefined): boolean => {
    const value = root === 'principal' ? Object.entries(principal).find(([member]) => member === name)?.[1] : undefined
    return root === 'claims' || (Array.isArray(value) ? value.length > 0 : value !== undefined)
  }
  const scope = { principal, claims: principal.claims ?? {} }
  // What nobody has said of an identity speaks neither for nor against a rule.
  const fulfilled = [...charter.actors.values()].filter(
    ({ when }) => when?.reads.every(([root, name]) => told(root, name)) === true && when.evaluate(scope) === true,
  )
  return [...new Set([...written, ...fulfilled.map(({ name }) => name)])]
}

/** The members an actor choice admits, those named in the file before those of a pool. */
export function admitted(charter: Charter, members: readonly Member[], choice: Choice): Member[] {
  return members.filter(
    (member) =>
      member.ended !== true &&
      (choice.actor === undefined || plays(charter, member, choice.actor)) &&
      (choice.scope === undefined || (member.principal.scopes?.includes(choice.scope) ?? false)),
  )
}

/** Whether two members are of the same tenant as far as is known; a member without one is of every tenant. */
export function sameTenant(left: Member, right: Member): boolean {
  const [one, other] = [left.principal.tenant, right.principal.tenant]
  return one === undefined || other === undefined || one === other
}

/** Whether an actor acts inside its tenant only. */
export function boundToTenant(actor: Actor | undefined): boolean {
  return actor !== undefined && actor.tenant !== false
}

/** The actors a member plays, in the order of the charter. */
export function actorsOf(charter: Charter, member: Member): string[] {
  return [...charter.actors.keys()].filter((actor) => plays(charter, member, actor))
}

/** The choices of the `by` of a use itself (not of its references). */
export function choicesOf(use: Use): readonly Choice[] {
  const by = use.constraints.find(
    (each): each is Extract<Constraint, { kind: 'by' }> => each.kind === 'by' && each.slot === 'object',
  )
  return by?.choices ?? []
}

/** Whether a choice admits somebody by role alone. */
export function isByRole(charter: Charter, choice: Choice, member: Member): boolean {
  return choice.party === undefined && choice.actor !== undefined && admitted(charter, [member], choice).length > 0
}

/** Whether a member may create an object of a type. */
export function canMake({ charter }: Stage, type: string, member: Member): boolean {
  const creators = charter.objects.get(type)?.transitions.filter((use) => use.creates) ?? []
  return creators.some((use) => choicesOf(use).some((choice) => admitted(charter, [member], choice).length > 0))
}
