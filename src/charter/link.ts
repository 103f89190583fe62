import type { Actor } from './actor.ts'
import type { Approval } from './approval.ts'
import type { Asks } from './asked.ts'
import type { Charter, ObjectType, Operation, Source, Use } from './charter.ts'
import type { Diagnostic } from './diagnostic.ts'
import { parseDuration } from './duration.ts'
import { groupBy } from './group-by.ts'
import { inferObject } from './infer.ts'
import { linkAgent, linkData, patternOf, withAgents } from './link-agent.ts'
import { isAlong, type Parted, partAlong } from './link-along.ts'
import { linkFieldConstraints } from './link-field.ts'
import { linkInvariant } from './link-invariant.ts'
import { itemsPlace } from './link-items.ts'
import { linkJourneys } from './link-journey.ts'
import { linkObject, pointer } from './link-object.ts'
import { linkRule, withRule } from './link-rule.ts'
import { linkUse, type UseDraft } from './link-use.ts'
import { linkStanding, linkWorkflows } from './link-workflow.ts'
import { asList, callVariables, type Linker, linkBy, makeLinker, unknownName } from './linker.ts'
import type { ParsedCharter } from './parse.ts'
import type { ApiDescription, OperationShape } from './source/description.ts'
import { inlineDescription } from './source/inline.ts'
import { modelDescription, readingsNamed } from './source/tools.ts'

/**
 * Resolves a parsed charter against the descriptions of its sources and compiles its expressions.
 *
 * @param descriptions - By source name; a source without one has its inline operations only.
 * @returns `charter` even when diagnostics hold errors, with the wrong parts left out, so that analysis can go on; it must not be
 *   enforced or proven then.
 */
export function linkCharter(
  parsed: ParsedCharter,
  descriptions: ReadonlyMap<string, ApiDescription>,
): { charter: Charter; diagnostics: Diagnostic[] } {
  const diagnostics: Diagnostic[] = []
  const described = describeSources(parsed, descriptions)
  const shapes = new Map(
    [...described.values()].flatMap((each) => each.operations.map((shape) => [shape.id, shape] as const)),
  )
  const linker = makeLinker(parsed, shapes, described, diagnostics)
  const sources = linkSources(linker, described)
  const actors = linkActors(linker)
  const approvals = linkApprovals(linker)
  const { direct, moves } = linkUses(linker, approvals)
  const rules = (parsed.raw.rules ?? []).flatMap((raw, index) => linkRule(linker, raw, index) ?? [])
  const fields = linkFieldConstraints(linker)
  const agents = withAgents(linker)
  const uses = nameSlots(direct).map((use) => agents(fields(withRule(use, rules))))
  const objects = new Map<string, ObjectType>(
    Object.entries(parsed.raw.objects ?? {}).map(([name, raw]) => {
      const own = uses.filter((use) => use.kind === 'transition' && use.object?.type === name)
      return [name, linkObject(linker, name, raw, [...own, ...(moves.get(name) ?? [])])]
    }),
  )
  const operations = linkOperations(linker, uses)
  const data = linkData(linker)
  const charter: Charter = {
    name: parsed.raw.name ?? 'charter',
    sources,
    actors,
    objects,
    operations,
    approvals,
    rules,
    invariants: (parsed.raw.invariants ?? []).flatMap((raw, index) => linkInvariant(linker, raw, index, objects) ?? []),
    journeys: linkJourneys(linker),
    workflows: linkWorkflows(linker),
    ...(data === undefined ? {} : { data }),
    undescribed: { reads: 'deny', writes: 'deny', ...parsed.raw.undescribed },
    uncovered: [...shapes.values()].filter((shape) => !operations.has(shape.id)),
  }
  return { charter, diagnostics }
}

/** Operations written in the charter come beside those of the description, and before one of the same name. */
function describeSources(
  parsed: ParsedCharter,
  descriptions: ReadonlyMap<string, ApiDescription>,
): Map<string, ApiDescription> {
  return new Map(
    (parsed.raw.sources ?? []).map(({ name, type, provider = name, operations = {} }) => {
      const inline = inlineDescription(name, operations)
      const described = type === 'model' ? modelDescription(name, provider) : descriptions.get(name)
      if (described === undefined) return [name, inline]
      const written = new Set(inline.operations.map((shape) => shape.id))
      const named = type === 'mcp' ? readingsNamed(name, new Set(Object.keys(parsed.raw.operations ?? {}))) : []
      const others = [...described.operations, ...named].filter((shape) => !written.has(shape.id))
      return [name, { ...described, operations: [...others, ...inline.operations] }]
    }),
  )
}

function linkSources(linker: Linker, described: ReadonlyMap<string, ApiDescription>): Map<string, Source> {
  const sources = new Map<string, Source>()
  for (const [index, raw] of (linker.parsed.raw.sources ?? []).entries()) {
    const description = described.get(raw.name)
    if (description === undefined) continue
    if (sources.has(raw.name))
      linker.report('duplicate-name', ['sources', index, 'name'], `there are two sources \`${raw.name}\``)
    const refusal = raw['refused-when']
    const refusedWhen =
      refusal === undefined ? undefined : linker.compile(refusal, ['sources', index, 'refused-when'], ['response'])
    sources.set(raw.name, {
      name: raw.name,
      description,
      ...(raw.url === undefined ? {} : { url: raw.url }),
      ...(raw.server === undefined ? {} : { server: raw.server }),
      ...(raw.type === 'mcp' ? { asks: asksOf(raw) } : {}),
      ...(raw.suspicious === 'hold' ? { holdsSuspicious: true as const } : {}),
      ...(refusedWhen === undefined ? {} : { refusedWhen }),
    })
  }
  return sources
}

function asksOf({ sampling, roots, elicitation }: NonNullable<ParsedCharter['raw']['sources']>[number]): Asks {
  const { forms, urls, answers } = elicitation
  return {
    sampling: sampling === 'allow',
    roots: roots === 'allow',
    forms: forms === 'allow',
    urls,
    trustsAnswers: answers === 'prompt',
  }
}

const reservedActors: ReadonlySet<string> = new Set([
  'anyone',
  'signed-in',
  'nobody',
  'owner',
  'creator',
  'holder',
  'requester',
])

function linkActors(linker: Linker): Map<string, Actor> {
  return new Map(
    Object.entries(linker.parsed.raw.actors ?? {}).map(([name, raw]) => {
      const path = ['actors', name]
      if (reservedActors.has(name))
        linker.report('reserved-name', path, `\`${name}\` has a meaning of its own and cannot name an actor`)
      const when =
        raw.when === undefined ? undefined : linker.compile(raw.when, [...path, 'when'], ['principal', 'claims'])
      const tenant =
        typeof raw.tenant === 'string'
          ? linker.compile(raw.tenant, [...path, 'tenant'], ['principal', 'claims'])
          : raw.tenant
      const actor: Actor = {
        name,
        kind: raw.kind,
        position: linker.at(path),
        ...linkAgent(linker, name),
        ...(when === undefined ? {} : { when }),
        ...(tenant === undefined ? {} : { tenant }),
      }
      return [name, actor]
    }),
  )
}

function linkApprovals(linker: Linker): Map<string, Approval> {
  const allParties = new Set(
    Object.values(linker.parsed.raw.objects ?? {}).flatMap((object) => Object.keys(object.parties ?? {})),
  )
  const slots = [
    ...Object.values(linker.parsed.raw.objects ?? {}).flatMap((object) => Object.values(object.transitions ?? {})),
    ...Object.values(linker.parsed.raw.operations ?? {}),
  ].flatMap((use) => Object.keys(use.refs ?? {}))
  return new Map(
    Object.entries(linker.parsed.raw.approvals ?? {}).map(([name, raw]) => {
      const path = ['approvals', name]
      const needed = raw['needed-when']
      const neededWhen =
        needed === undefined
          ? undefined
          : linker.compile(needed, [...path, 'needed-when'], [...callVariables, ...slots])
      for (const member of ['grant', 'revoke'] as const) {
        const id = raw[member]
        if (id !== undefined && !linker.shapes.has(id))
          unknownName(linker, [...path, member], 'operation', id, linker.shapes.keys())
      }
      const validForMs = raw['valid-for'] === undefined ? undefined : parseDuration(raw['valid-for'])
      const approval: Approval = {
        name,
        choices: linkBy(linker, raw.by, [...path, 'by'], allParties),
        not: asList(raw.not),
        quorum: raw.quorum,
        position: linker.at(path),
        ...(neededWhen === undefined ? {} : { neededWhen }),
        ...(validForMs === undefined ? {} : { validForMs }),
        ...(raw.binds === undefined ? {} : { binds: asList(raw.binds).map(pointer) }),
        ...(raw.grant === undefined ? {} : { grant: raw.grant }),
        ...(raw.revoke === undefined ? {} : { revoke: raw.revoke }),
        ...(raw.standing === undefined ? {} : { standing: linkStanding(linker, raw.standing, [...path, 'standing']) }),
        ...(raw.says === undefined ? {} : { says: raw.says }),
      }
      return [name, approval]
    }),
  )
}

/** Every use: transitions first, then operations that are no transition, then approvals' operations nothing else declares. */
function linkUses(
  linker: Linker,
  approvals: ReadonlyMap<string, Approval>,
): { readonly direct: readonly Use[]; readonly moves: Parted['moves'] } {
  const { objects = {}, operations = {} } = linker.parsed.raw
  const drafts: UseDraft[] = []
  for (const [object, raw] of Object.entries(objects)) {
    for (const [name, transition] of Object.entries(raw.transitions ?? {})) {
      const on = asList(transition.on)
      for (const id of on) {
        const path = ['objects', object, 'transitions', name]
        const shape = linker.shapes.get(id)
        if (shape === undefined) {
          unknownName(linker, [...path, 'on'], 'operation', id, linker.shapes.keys())
          continue
        }
        const shared = operations[id]
        const useId = on.length === 1 ? `${object}.${name}` : `${object}.${name}@${id}`
        drafts.push({
          id: useId,
          kind: 'transition',
          shape,
          object,
          path,
          own: transition,
          ...(shared === undefined ? {} : { shared: { id, path: ['operations', id], demands: shared } }),
        })
      }
    }
  }
  const moved = new Set(drafts.filter((draft) => !isAlong(draft)).map((draft) => draft.shape.id))
  for (const [id, raw] of Object.entries(operations)) {
    const shape = linker.shapes.get(id)
    if (shape === undefined) unknownName(linker, ['operations', id], 'operation', id, linker.shapes.keys())
    else if (!moved.has(id)) {
      // What reads one object and lists others beside it is about that one.
      const read = Object.keys(objects).find((name) => objects[name]?.read === id)
      const object = raw.object ?? (raw.lists === undefined ? inferObject(shape, objects, linker.shapes) : read)
      drafts.push({ id, kind: 'operation', shape, object, path: ['operations', id], own: raw })
    }
  }
  const covered = new Set(drafts.map((draft) => draft.shape.id))
  for (const approval of approvals.values()) {
    for (const id of [approval.grant, approval.revoke]) {
      const shape = linker.shapes.get(id ?? '')
      if (shape === undefined || covered.has(shape.id)) continue
      covered.add(shape.id)
      const raw = linker.parsed.raw.approvals?.[approval.name]
      const object = inferObject(shape, objects, linker.shapes)
      drafts.push({
        id: shape.id,
        kind: 'operation',
        shape,
        object,
        path: ['approvals', approval.name],
        own: { by: raw?.by },
      })
    }
  }
  const { own, along, moves } = partAlong(linker, drafts)
  return { direct: own.map((draft) => linkUse(linker, draft, along.get(draft))), moves }
}

const safeMethods: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'QUERY', 'TRACE', 'ASK'])

/** Where an operation moves objects of several types, the first stands among the facts as `object`, the others under their type. */
function nameSlots(uses: readonly Use[]): Use[] {
  const first = new Map<string, string>()
  return uses.map((use) => {
    if (use.object === undefined) return use
    const type = first.get(use.operation) ?? use.object.type
    first.set(use.operation, type)
    return type === use.object.type ? use : { ...use, object: { ...use.object, slot: use.object.type } }
  })
}

function linkOperations(linker: Linker, uses: readonly Use[]): Map<string, Operation> {
  const { objects = {}, operations = {}, approvals = {} } = linker.parsed.raw
  const byOperation = groupBy(uses, (use) => use.operation)
  const linked = new Map<string, Operation>()
  for (const [id, own] of byOperation) {
    const shape: OperationShape | undefined = linker.shapes.get(id)
    if (shape === undefined) continue
    const raw = operations[id]
    if (raw?.grants !== undefined && approvals[raw.grants] === undefined) {
      unknownName(linker, ['operations', id, 'grants'], 'approval', raw.grants, Object.keys(approvals))
    }
    if (raw?.lists !== undefined && objects[raw.lists] === undefined) {
      unknownName(linker, ['operations', id, 'lists'], 'object', raw.lists, Object.keys(objects))
    }
    const listed = raw?.lists ?? Object.entries(objects).find(([, object]) => object.list === id)?.[0]
    const grants = raw?.grants ?? Object.entries(approvals).find(([, approval]) => approval.grant === id)?.[0]
    const transitions = own.some((use) => use.kind === 'transition' && (use.to.length > 0 || use.creates))
    linked.set(id, {
      id,
      shape,
      uses: own,
      writes: raw?.safe !== true && (transitions || !safeMethods.has(shape.method)),
      ...(listed === undefined ? {} : { lists: { object: listed, items: itemsPlace(linker, id, raw?.items) } }),
      ...(grants === undefined ? {} : { grants }),
      ...(raw?.ends === undefined ? {} : { ends: raw.ends }),
      ...(raw?.trusted === undefined ? {} : { trusted: raw.trusted === true ? 'all' : raw.trusted.map(patternOf) }),
      ...(raw?.memory === undefined ? {} : { memory: raw.memory }),
    })
  }
  return linked
}
