/** Moves of objects that the object acted on points to: `key: $object#/loanId` at the loan, when its disbursement is executed. */
import type { Along, Constraint, Ref, Use } from './charter.ts'
import { groupBy } from './group-by.ts'
import { inferKey } from './infer.ts'
import type { UseDraft } from './link-use.ts'
import { asList, type Linker, linkBy } from './linker.ts'
import { type Pointer, parsePointer } from './pointer.ts'

/** What is demanded at the move of the object that points, and nowhere else. */
const elsewhere = [
  'not',
  'when',
  'once',
  'limit',
  'rate',
  'approval',
  'refs',
  'idempotency',
  'public',
  'object',
] as const

const prefix = '$object#'

/** A move that another one makes along, as written. */
export interface AlongDraft {
  readonly draft: UseDraft
  readonly at: Pointer
}

/** Moves that are made by themselves, and those that are made along with them. */
export interface Parted {
  readonly own: readonly UseDraft[]
  /** By the moves they are made along with. */
  readonly along: ReadonlyMap<UseDraft, readonly AlongDraft[]>
  /** As transitions, by the type of object they move. */
  readonly moves: ReadonlyMap<string | undefined, readonly Use[]>
}

/** Whether a move is made along with that of the object which says what it moves. */
export function isAlong({ own }: UseDraft): boolean {
  return own.key?.startsWith('$object') === true
}

/**
 * Tells moves that are made along from those that are made by themselves. Along with which: the uses of the same operation for the
 * first type of object that is there before it.
 */
export function partAlong(linker: Linker, drafts: readonly UseDraft[]): Parted {
  const own = drafts.filter((draft) => !isAlong(draft))
  const along = new Map<UseDraft, AlongDraft[]>()
  const moving: UseDraft[] = []
  for (const draft of drafts.filter(isAlong)) {
    const at = parsePointer(draft.own.key?.slice(prefix.length) ?? '')
    const mains = own.filter((each) => each.shape.id === draft.shape.id && each.object !== undefined)
    const first = mains.find((each) => !makes(linker, each)) ?? mains[0]
    if (draft.own.key?.startsWith(prefix) !== true || at === undefined || at.length === 0)
      linker.report('wrong-reference', [...draft.path, 'key'], `\`${draft.own.key}\` says no place in an object`)
    else if (first === undefined || first.object === draft.object)
      linker.report(
        'wrong-reference',
        [...draft.path, 'key'],
        `\`${draft.own.key}\` is in what \`${draft.shape.id}\` acts on, but nothing says which other object that is`,
        `declare the move of that object with the same operation, or write \`${draft.shape.id}: { object: NAME }\` under \`operations\``,
      )
    else {
      checkDemands(linker, draft, first)
      moving.push(draft)
      for (const main of own.filter((each) => each.shape.id === draft.shape.id && each.object === first.object))
        along.set(main, [...(along.get(main) ?? []), { draft, at }])
    }
  }
  const moves = [...groupBy(moving, (draft) => draft.object)].map(
    ([type, group]) => [type, group.map((draft) => alongUse(linker, draft))] as const,
  )
  return { own, along, moves: new Map(moves) }
}

/** Whether a move makes its object: then that names nothing before it. */
function makes(linker: Linker, { own, shared, object = '', shape }: UseDraft): boolean {
  const written = own.key ?? shared?.demands.key
  if (written !== undefined) return written.startsWith('$response')
  const read = linker.parsed.raw.objects?.[object]?.read
  return inferKey(object, shape, read, linker.shapes.get(read ?? '')) === undefined
}

function checkDemands(linker: Linker, draft: UseDraft, main: UseDraft): void {
  for (const member of elsewhere) {
    if (draft.own[member] === undefined) continue
    linker.report(
      'move-along',
      [...draft.path, member],
      `\`${draft.id}\` is made along with \`${main.id}\`: it says \`from\`, \`to\` and \`by\`, no \`${member}\``,
      `write it at \`${main.id}\`, with \`refs\` where it speaks of the ${draft.object}`,
    )
  }
}

function alongUse(linker: Linker, draft: UseDraft): Use {
  return {
    id: draft.id,
    operation: draft.shape.id,
    kind: 'along',
    creates: false,
    from: asList(draft.own.from),
    to: asList(draft.own.to),
    refs: [],
    constraints: [],
    position: linker.at(draft.path),
  }
}

/** What a use gets for the moves made along with it: references to what moves, and what is demanded of that. */
export interface Alongs {
  readonly refs: readonly Ref[]
  readonly along: readonly Along[]
  readonly constraints: readonly Constraint[]
}

/** @param refs - Those that the use declares itself; one to the same place is taken. */
export function linkAlong(linker: Linker, drafts: readonly AlongDraft[], refs: readonly Ref[]): Alongs {
  const added: Ref[] = []
  const along = drafts.map((each) => {
    const { id, object = '', own } = each.draft
    const all = [...refs, ...added]
    const known = all.find(({ object: type, key }) => type === object && isAt(key, each.at))
    const slot = known?.slot ?? (all.some((ref) => ref.slot === object) ? `${object} of ${id}` : object)
    if (known === undefined) added.push({ slot, object, key: { from: 'object', pointer: each.at }, optional: false })
    return { slot, use: id, object, from: asList(own.from), to: asList(own.to) }
  })
  const slots = [...new Set(along.map((each) => each.slot))]
  const constraints = slots.flatMap((slot) => {
    const moves = drafts.filter((_, index) => along[index]?.slot === slot)
    return demandsOf(
      linker,
      slot,
      moves.map((each) => each.draft),
    )
  })
  return { refs: added, along, constraints }
}

function isAt(key: Ref['key'], at: Pointer): boolean {
  return key.from === 'object' && key.pointer.length === at.length && key.pointer.every((each, i) => each === at[i])
}

/** Several moves of one object along with one call are ways of which one must be open. */
function demandsOf(linker: Linker, slot: string, drafts: readonly UseDraft[]): Constraint[] {
  const [first] = drafts
  if (first === undefined) return []
  const all = (member: 'from' | 'by'): boolean => drafts.every(({ own }) => own[member] !== undefined)
  const position = (member: string) => linker.at([...first.path, member])
  const parties = new Set(Object.keys(linker.parsed.raw.objects?.[first.object ?? '']?.parties ?? {}))
  const choices = drafts.flatMap(({ own, path }) => linkBy(linker, own.by, [...path, 'by'], parties))
  const states = [...new Set(drafts.flatMap(({ own }) => asList(own.from)))]
  return [
    ...(all('by') ? [{ kind: 'by' as const, id: `${first.id}.by`, slot, choices, position: position('by') }] : []),
    ...(all('from')
      ? [{ kind: 'from' as const, id: `${first.id}.from`, slot, states, position: position('from') }]
      : []),
  ]
}
