import { withArticle } from '../../cel/article.ts'
import { comparisons, pathOf } from '../../cel/traverse.ts'
import type { Constraint, ObjectType, Ref, Use } from '../charter.ts'
import type { Pointer } from '../pointer.ts'
import { type Checker, constraintsOf } from './checker.ts'

/** Other objects that a request names: whether anything looks if they are there, and whether they may be of another tenant. */
export function checkReferences(checker: Checker): void {
  for (const use of checker.uses)
    for (const ref of use.refs) {
      const type = checker.charter.objects.get(ref.object)
      if (ref.key.from !== 'request' || type === undefined) continue
      checkSeen(checker, use, ref, type)
      checkTenant(checker, use, ref, type)
    }
}

function checkSeen(checker: Checker, use: Use, { slot }: Ref, type: ObjectType): void {
  const { name, read, truth } = type
  if (truth === 'read' || isMereName(type) || demandsOn(use, slot).length > 0 || isRead(use, slot)) return
  checker.warn(
    'read-missing',
    use.position,
    `whether the \`${slot}\` that \`${use.id}\` names is there is not looked at: ${withArticle(name)} ${read === undefined ? 'has no `read`' : 'is `tracked`'}`,
    read === undefined
      ? `name the operation that answers with one: \`read: SOURCE.OPERATION\` at \`${name}\``
      : `leave \`truth: tracked\` out at \`${name}\``,
  )
}

/** A type of which nothing is said, as the code of a coupon, is something to count by. */
function isMereName({ owner, tenant, state, parent, parties, list, read }: ObjectType): boolean {
  return [owner, tenant, state, parent, list, read].every((each) => each === undefined) && parties.size === 0
}

/** Who is held to their tenant where they act, and may name something of any other beside it, was seldom meant to. */
function checkTenant(checker: Checker, use: Use, ref: Ref, type: ObjectType): void {
  const { actors, objects } = checker.charter
  const own = objects.get(use.object?.type ?? '')
  const callers = constraintsOf(use, 'by').flatMap(({ slot, choices }) => (slot === 'object' ? choices : []))
  const held = callers.find(({ actor }) => actor !== undefined && actors.get(actor)?.tenant !== false)?.actor
  if (type.tenant === undefined || held === undefined || (own !== undefined && own.tenant === undefined)) return
  if (isAsked(use, ref, type) || isOtherwiseAsked(checker, use, ref, own)) return
  const place = Array.isArray(type.tenant) ? `${ref.slot}.${type.tenant.join('.')}` : ref.slot
  checker.warn(
    'tenant-unasked',
    demandsOn(use, ref.slot)[0]?.position ?? use.position,
    `\`${use.id}\` takes ${withArticle(type.name)} of any tenant: nothing demands that its \`${ref.slot}\` is of the caller’s`,
    `say who of its tenant may name it, as \`by: ${held}\` at the reference, or compare \`${place}\` in a rule; \`by: signed-in\` there says that any will do`,
  )
}

/** Whether it is said who may name it, or a rule reads whose it is, or which, or that it goes with what is the caller’s. */
function isAsked(use: Use, { slot }: Ref, { key, tenant, owner, parent, parties, fields }: ObjectType): boolean {
  if (constraintsOf(use, 'by').some((by) => by.slot === slot)) return true
  const telling = [key, tenant, owner, parent?.key, ...parties.values()].flatMap((at) => (isPlace(at) ? [at[0]] : []))
  const named = [...fields.values()].filter(({ at }) => telling.includes(at[0])).map(({ name }) => name)
  const known = ['principal', 'claims', ...(use.creates ? [] : ['object', 'parent'])]
  return constraintsOf(use, 'when').some(
    ({ rule }) =>
      rule.reads.some(([root, member]) => root === slot && [...telling, ...named].includes(member)) ||
      comparisons(rule).some(({ op, left, right }) => {
        const roots = [left, right].map((side) => pathOf(side)?.[0] ?? '')
        return op === '==' && roots.includes(slot) && roots.some((root) => known.includes(root))
      }),
  )
}

/** Whether it is what the object is made below, or what the same call acts on: then `by` there asks for the tenant. */
function isOtherwiseAsked({ charter }: Checker, use: Use, ref: Ref, own: ObjectType | undefined): boolean {
  if (use.creates && own?.tenant === 'parent' && own.parent?.object === ref.object) return true
  return (charter.operations.get(use.operation)?.uses ?? []).some(
    ({ object }) => object?.type === ref.object && JSON.stringify(object.key) === JSON.stringify(ref.key),
  )
}

function isPlace(at: ObjectType['tenant']): at is Pointer {
  return at !== undefined && typeof at !== 'string'
}

/** What is demanded of a reference alone. */
function demandsOn(use: Use, slot: string): readonly Constraint[] {
  return use.constraints.filter((each) => 'slot' in each && each.slot === slot)
}

function isRead(use: Use, slot: string): boolean {
  const rules = use.constraints.flatMap((each) =>
    each.kind === 'when' ? [each.rule] : each.kind === 'limit' ? [each.atMost, each.sum] : [],
  )
  return rules.some((rule) => rule?.reads.some(([root]) => root === slot))
}
