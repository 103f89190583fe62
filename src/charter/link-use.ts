import type { Constraint, Example, Use } from './charter.ts'
import { inferKey } from './infer.ts'
import { type AlongDraft, linkAlong } from './link-along.ts'
import { linkDemands } from './link-demand.ts'
import { pointer } from './link-object.ts'
import { linkRefs } from './link-ref.ts'
import { asList, type Linker, unknownName } from './linker.ts'
import type { Path } from './parse.ts'
import { type CallerKey, parseReference, type Reference } from './pointer.ts'
import type { RawDemands, RawTransition } from './schema.ts'
import type { OperationShape } from './source/description.ts'

/** What a use is made of: where it is written, the operation, and the demands of transition and operation. */
export interface UseDraft {
  readonly id: string
  readonly kind: Use['kind']
  readonly shape: OperationShape
  readonly object: string | undefined
  readonly path: Path
  readonly own: Partial<RawTransition>
  /** Demands written at the operation, which every use of it shares; and where. */
  readonly shared?: { readonly id: string; readonly path: Path; readonly demands: RawDemands }
}

/** Resolves one use with all the demands made of it directly; rules over several operations and fields are added later. */
export function linkUse(linker: Linker, draft: UseDraft, alongs: readonly AlongDraft[] = []): Use {
  const raw = draft.object === undefined ? undefined : linker.parsed.raw.objects?.[draft.object]
  const sides = [
    { id: draft.id, path: draft.path, demands: draft.own },
    ...(draft.shared === undefined ? [] : [draft.shared]),
  ]
  if (draft.object !== undefined && raw === undefined) {
    unknownName(linker, [...draft.path, 'object'], 'object', draft.object, Object.keys(linker.parsed.raw.objects ?? {}))
  }
  const declared = sides.flatMap((side) => linkRefs(linker, side))
  const along = linkAlong(linker, alongs, declared)
  const refs = [...declared, ...along.refs]
  const key =
    draft.object === undefined || raw === undefined ? undefined : keyOf(linker, draft, draft.object, pointer(raw.key))
  const creates = key?.from === 'response'
  if (creates) for (const { draft: moved } of alongs) unknownBefore(linker, draft, moved)
  const from = startStates(sides.map((side) => asList(side.demands.from)))
  if (creates && from.length > 0) {
    linker.report(
      'key-unknown',
      draft.path,
      `\`${draft.id}\` needs an object in a state, but where its key is in \`${draft.shape.id}\` is not known`,
      'say it with `key: $request.path.NAME` or `key: $request.body#/NAME`',
    )
  }
  const scope = { object: draft.object, creates, refs, parties: new Set(Object.keys(raw?.parties ?? {})) }
  const demands: Constraint[] = sides.flatMap((side) => linkDemands(linker, side, scope, draft.shape))
  const example = draft.own.example ?? draft.shared?.demands.example
  const opening = draft.own.public ?? draft.shared?.demands.public
  return {
    id: draft.id,
    operation: draft.shape.id,
    kind: draft.kind,
    ...(draft.object !== undefined && key !== undefined ? { object: { type: draft.object, key } } : {}),
    creates,
    from,
    to: asList(draft.own.to),
    refs,
    ...(along.along.length === 0 ? {} : { along: along.along }),
    constraints: [...demands, ...along.constraints],
    ...(example === undefined ? {} : { example: exampleOf(example) }),
    ...(opening === undefined ? {} : { public: opening }),
    position: linker.at(draft.path),
  }
}

function unknownBefore(linker: Linker, main: UseDraft, moved: UseDraft): void {
  linker.report(
    'key-unknown',
    [...moved.path, 'key'],
    `\`${main.id}\` makes its ${main.object}: which ${moved.object} that will name is not known before`,
    'say it with `key: $request.path.NAME` or `key: $request.body#/NAME`',
  )
}

/** Transition and operation may both name states: only those named by both are left. */
function startStates(sides: readonly (readonly string[])[]): readonly string[] {
  const [first = [], ...others] = sides.filter((states) => states.length > 0)
  return first.filter((state) => others.every((states) => states.includes(state)))
}

function exampleOf({ path, query, header, body }: NonNullable<RawDemands['example']>): Example {
  return {
    ...(path === undefined ? {} : { path }),
    ...(query === undefined ? {} : { query }),
    ...(header === undefined ? {} : { header }),
    ...(body === undefined ? {} : { body }),
  }
}

function keyOf(
  linker: Linker,
  draft: UseDraft,
  object: string,
  key: readonly string[],
): Reference | CallerKey | undefined {
  const written = draft.own.key ?? draft.shared?.demands.key
  if (written === '$principal.id') return { from: 'principal' }
  if (written !== undefined) {
    const reference = parseReference(written)
    if (reference === undefined)
      linker.report('wrong-reference', [...draft.path, 'key'], `\`${written}\` says no place in a request or response`)
    return reference
  }
  const readId = linker.parsed.raw.objects?.[object]?.read
  return (
    inferKey(object, draft.shape, readId, linker.shapes.get(readId ?? '')) ?? {
      from: 'response',
      in: 'body',
      pointer: key,
    }
  )
}
