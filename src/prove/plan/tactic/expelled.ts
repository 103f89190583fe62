/** Rules that let in whoever stands in a list of an object: those who were taken out of it come back. */
import { childrenOf, type Node } from '../../../cel/ast.ts'
import type { Slot, Use } from '../../../charter/charter.ts'
import { getPointer } from '../../../charter/pointer.ts'
import { propertiesOf } from '../../../charter/source/schema.ts'
import { slotType } from '../../../constraint/slot.ts'
import { mayByRole } from '../apart.ts'
import { Builder } from '../build.ts'
import { actorsOf, type Member } from '../cast.ts'
import { writtenPath } from '../instance.ts'
import type { Scenario } from '../scenario.ts'
import { Unbuildable } from '../wants.ts'
import type { ConstraintOf, Draft } from './draft.ts'
import { varOfAct } from './pointed.ts'

const mostExpellers = 2

/** The rightful call of those for whom a rule looks into a list, and the same right after something that may take them out of it. */
export function planExpelled(draft: Draft, constraint: ConstraintOf<'when'>): void {
  const { charter, members } = draft.stage
  const slot = listedIn(draft, constraint)
  const type = slot === undefined ? undefined : slotType(charter, draft.use, slot)
  if (slot === undefined || type === undefined) return
  const uses = [...charter.operations.values()].flatMap((each) => (each.writes ? each.uses : []))
  const expellers = uses.filter(
    (use) =>
      !use.creates &&
      use.to.length === 0 &&
      use.object?.type === type.name &&
      use.operation !== draft.use.operation &&
      removes(charter.operations.get(use.operation)?.shape.method, use),
  )
  // For whom the rule holds anyway, the list is of no matter.
  const listed = members.filter(
    (each) =>
      mayByRole(charter, draft.use, each) &&
      constraint.rule.evaluate({ principal: each.principal, claims: each.principal.claims ?? {} }) !== true,
  )
  const kinds = new Map(listed.toReversed().map((each) => [actorsOf(charter, each).join('+'), each]))
  for (const use of expellers.slice(0, mostExpellers))
    for (const member of kinds.values())
      draft.add(constraint.id, { kind: 'object-facts', through: use.id }, 'use-after-end', () => ({
        control: draft.build({ member }),
        abuse: expelled(draft, { use, member, slot }),
      }))
}

/** Whether a use takes something away: by its method, or by what it is called. */
function removes(method: string | undefined, { id, operation }: Use): boolean {
  return method === 'DELETE' || /revoke|remove|withdraw|expel|kick|leave|unshare|detach/i.test(`${id} ${operation}`)
}

/** The object in a list of which a rule looks for whoever calls. */
function listedIn({ stage, use }: Draft, { rule }: ConstraintOf<'when'>): Slot | undefined {
  if (!rule.reads.some(([root]) => root === 'principal')) return undefined
  const ranges = (node: Node): Node[] => {
    const own =
      node.kind === 'comprehension' ? [node.range] : node.kind === 'binary' && node.op === 'in' ? [node.right] : []
    return [...own, ...childrenOf(node).flatMap(ranges)]
  }
  return ranges(rule.ast)
    .map((node) => writtenPath(node)?.[0] ?? '')
    .find((root) => slotType(stage.charter, use, root) !== undefined)
}

function expelled(
  draft: Draft,
  { use, member, slot }: { readonly use: Use; readonly member: Member; readonly slot: Slot },
): Scenario {
  const builder = new Builder(draft.stage, draft.options)
  builder.addAct(draft.use, { ...draft.base, member })
  const act = builder.steps.pop()
  if (act === undefined) throw new Unbuildable('nothing to do')
  const name = varOfAct(draft, builder, act, slot)
  builder.step(use, {
    member: builder.casting.pick(use, name),
    object: name,
    wants: {},
    purpose: 'setup',
    depth: 0,
    extra: nameIn(draft, use).map((place) => ({ ...place, value: { idOf: builder.play(member) } })),
  })
  builder.steps.push(act)
  return builder.scenario()
}

/** Where a use says whom it is about: what its path names beside the object, else a member of the body, where no example says. */
function nameIn({ stage }: Draft, use: Use): { readonly at: readonly string[]; readonly in?: 'path' }[] {
  const shape = stage.charter.operations.get(use.operation)?.shape
  const home = stage.charter.sources.get(shape?.source ?? '')?.description
  const key = use.object?.key
  const isKey = (name: string) => key?.from === 'request' && key.in === 'path' && key.name === name
  const names = shape?.parameters.flatMap((each) => (each.in === 'path' && !isKey(each.name) ? each.name : [])) ?? []
  const name = names.find((each) => ofPeople.test(each)) ?? (names.length === 1 ? names[0] : undefined)
  if (name !== undefined) return use.example?.path?.[name] === undefined ? [{ at: [name], in: 'path' }] : []
  const members = shape?.body === undefined || home === undefined ? {} : propertiesOf(home, shape.body.schema)
  const member = Object.keys(members).find((each) => ofPeople.test(each))
  const said = member !== undefined && getPointer(use.example?.body, [member]) !== undefined
  return member === undefined || said ? [] : [{ at: [member] }]
}

const ofPeople = /user|member|person|people|guest|participant|employee|principal/i
