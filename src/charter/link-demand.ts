import { conjuncts } from '../cel/conjuncts.ts'
import type { Choice, Constraint, Ref } from './charter.ts'
import { parseDuration, parsePace } from './duration.ts'
import { linkValues } from './link-agent.ts'
import { linkRefDemands } from './link-ref.ts'
import { asList, callVariables, type Linker, linkBy, unknownName } from './linker.ts'
import type { Path } from './parse.ts'
import { countedPlace, parseReference } from './pointer.ts'
import type { RawDemands, RawLimit } from './schema.ts'
import type { OperationShape } from './source/description.ts'

/** What names may mean inside the demands of one use. */
export interface DemandScope {
  readonly object: string | undefined
  readonly creates: boolean
  readonly refs: readonly Ref[]
  readonly parties: ReadonlySet<string>
}

export interface Side {
  readonly id: string
  readonly path: Path
  readonly demands: RawDemands
}

/** Turns the demands written at one place into constraints with ids `<place>.<kind>`, in the order of the format. */
export function linkDemands(linker: Linker, side: Side, scope: DemandScope, shape: OperationShape): Constraint[] {
  const { id, path, demands } = side
  const position = (member: string) => linker.at([...path, member])
  const found: Constraint[] = []
  const parties = scope.object === undefined ? undefined : scope.parties
  if (demands.by !== undefined) {
    const choices: Choice[] = linkBy(linker, demands.by, [...path, 'by'], parties)
    if (scope.creates && choices.length > 0 && choices.every((each) => each.party !== undefined)) {
      linker.report(
        'party-of-nothing',
        [...path, 'by'],
        `\`${id}\` creates the object, so nobody is a party of it yet`,
        'name an actor',
      )
    }
    found.push({ kind: 'by', id: `${id}.by`, slot: 'object', choices, position: position('by') })
  }
  if (demands.not !== undefined) {
    const known = new Set([
      ...scope.parties,
      'owner',
      'creator',
      'requester',
      ...Object.keys(linker.parsed.raw.actors ?? {}),
    ])
    for (const party of asList(demands.not))
      if (!known.has(party)) unknownName(linker, [...path, 'not'], 'party', party, known)
    found.push({
      kind: 'separation',
      id: `${id}.not`,
      of: { parties: asList(demands.not), slot: 'object' },
      position: position('not'),
    })
  }
  if (demands.from !== undefined) {
    found.push({
      kind: 'from',
      id: `${id}.from`,
      slot: 'object',
      states: asList(demands.from),
      position: position('from'),
    })
  }
  found.push(...linkRefDemands(linker, side, scope.refs), ...linkRules(linker, side, scope))
  if (demands.once !== undefined) {
    const per =
      demands.once === true ? ['object'] : checkScope(linker, [...path, 'once'], asList(demands.once.per), scope)
    const says = demands.once === true ? undefined : demands.once.says
    found.push({
      kind: 'once',
      id: `${id}.once`,
      per,
      position: position('once'),
      ...(says === undefined ? {} : { says }),
    })
  }
  for (const [index, raw] of asList(demands.limit).entries()) {
    const limit = linkLimit(
      linker,
      numbered(`${id}.limit`, index, raw.name),
      [...path, 'limit'],
      raw,
      [shape.id],
      scope,
    )
    if (limit !== undefined) found.push(limit)
  }
  if (demands.rate !== undefined) {
    const pace = parsePace(demands.rate['at-most']) ?? { count: 1, withinMs: 1000 }
    const per = checkScope(linker, [...path, 'rate'], asList(demands.rate.per), scope)
    const says = demands.rate.says === undefined ? {} : { says: demands.rate.says }
    found.push({
      kind: 'rate',
      id: `${id}.rate`,
      operations: [shape.id],
      atMost: pace.count,
      withinMs: pace.withinMs,
      per,
      position: position('rate'),
      ...says,
    })
  }
  for (const approval of asList(demands.approval)) {
    const approvals = linker.parsed.raw.approvals ?? {}
    if (approvals[approval] === undefined)
      unknownName(linker, [...path, 'approval'], 'approval', approval, Object.keys(approvals))
    else found.push({ kind: 'approval', id: `${id}.approval.${approval}`, approval, position: position('approval') })
  }
  found.push(...linkValues(linker, id, path, demands.values))
  if (demands.idempotency !== undefined) {
    const key = parseReference(demands.idempotency)
    if (key?.from !== 'request')
      linker.report('wrong-reference', [...path, 'idempotency'], 'the idempotency key must be in the request')
    else found.push({ kind: 'idempotency', id: `${id}.idempotency`, key, position: position('idempotency') })
  }
  return found
}

function numbered(id: string, index: number, name: string | undefined): string {
  if (name !== undefined) return `${id}.${name}`
  return index === 0 ? id : `${id}.${index + 1}`
}

/** Rules joined by `&&` are demands of their own: each can be broken alone. */
function linkRules(linker: Linker, side: Side, scope: DemandScope): Constraint[] {
  const variables = [
    ...callVariables.filter((each) => !scope.creates || !['object', 'state'].includes(each)),
    ...scope.refs.map((ref) => ref.slot),
  ]
  const found: Constraint[] = []
  for (const [index, raw] of asList(side.demands.when).entries()) {
    const { rule, says, name } = typeof raw === 'string' ? { rule: raw, says: undefined, name: undefined } : raw
    const path = [...side.path, 'when', index]
    const whole = linker.compile(rule, path, variables)
    if (whole === undefined) continue
    const parts = says === undefined ? conjuncts(whole) : [whole]
    for (const part of parts) {
      const id = numbered(`${side.id}.when`, found.length, parts.length === 1 ? name : undefined)
      found.push({ kind: 'when', id, rule: part, position: linker.at(path), ...(says === undefined ? {} : { says }) })
    }
  }
  return found
}

/** Links a limit, of one use or of a rule over several operations. */
export function linkLimit(
  linker: Linker,
  id: string,
  path: Path,
  raw: RawLimit,
  operations: readonly string[],
  scope: DemandScope,
): Constraint | undefined {
  const variables = [...callVariables, ...scope.refs.map((ref) => ref.slot)]
  const atMost = linker.compile(String(raw['at-most']), [...path, 'at-most'], variables)
  const sum = raw.sum === undefined ? undefined : linker.compile(raw.sum, [...path, 'sum'], variables)
  if (atMost === undefined || (raw.sum !== undefined && sum === undefined)) return undefined
  const withinMs = raw.within === undefined ? undefined : parseDuration(raw.within)
  return {
    kind: 'limit',
    id,
    operations,
    atMost,
    per: checkScope(linker, path, asList(raw.per), scope),
    position: linker.at(path),
    ...(sum === undefined ? {} : { sum }),
    ...(withinMs === undefined ? {} : { withinMs }),
    ...(raw.while === undefined ? {} : { while: asList(raw.while) }),
    ...(raw.says === undefined ? {} : { says: raw.says }),
  }
}

/** What any use can be counted for. */
export const plainScopes: readonly string[] = [
  'call',
  'object',
  'principal',
  'person',
  'agent',
  'run',
  'workflow',
  'tenant',
  'parent',
]

/** Reports scopes that mean nothing at this use. */
export function checkScope(linker: Linker, path: Path, per: readonly string[], scope: DemandScope): readonly string[] {
  const known = new Set([...plainScopes, ...scope.refs.map((ref) => ref.slot)])
  for (const each of per)
    if (!known.has(each) && countedPlace(each) === undefined) unknownName(linker, path, 'scope', each, known)
  if (per.includes('object') && scope.object === undefined) {
    linker.report(
      'no-object',
      path,
      'counted per object, but the operation acts on no known object',
      'say which with `object:`, or count `per: principal`',
    )
  }
  return per
}
