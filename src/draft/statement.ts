import type { RawCharter } from '../charter/schema.ts'

/** One thing a charter says: where, as a path of names that do not depend on how objects are called, and what. */
export interface Statement {
  /** What kind of statement it is, for counting: `owner`, `transition.from`, `field.set-by`, … */
  readonly kind: string
  readonly where: string
  readonly says: string
}

/**
 * Takes a charter apart into statements that can be compared between charters.
 *
 * Objects are identified by the operation that reads, else lists, else creates them, and transitions by their operations, so that
 * a draft that calls an object differently is not all wrong. Sources are left out of operation names for the same reason.
 */
export function statementsOf(raw: RawCharter): Statement[] {
  const found: Statement[] = []
  const names = new Map(Object.entries(raw.objects ?? {}).map(([name, object]) => [name, identityOf(name, object)]))
  const add = (kind: string, where: string, value: unknown): void => {
    if (value === undefined) return
    const says = canonical(value, aboutObjects.has(kind) ? names : noNames)
    const same = found.find((each) => each.kind === kind && each.where === where)
    // Two ways to use one operation are two transitions in one charter and one in another.
    if (kind !== 'by' || same === undefined) found.push({ kind, where, says })
    else
      found.splice(found.indexOf(same), 1, {
        ...same,
        says: canonical([...namesIn(same.says), ...namesIn(says)], noNames),
      })
  }
  for (const name of Object.keys(raw.actors ?? {})) add('actor', name, true)
  for (const [name, object] of Object.entries(raw.objects ?? {})) {
    const at = names.get(name) ?? name
    add('object', at, true)
    for (const member of ['key', 'owner', 'tenant', 'read', 'list', 'read-at', 'gone'] as const)
      add(member, at, object[member])
    add('parent', at, object.parent?.object)
    add('state', at, typeof object.state === 'object' && 'at' in object.state ? object.state.at : object.state)
    for (const state of object.states ?? []) add('states', `${at} ${state}`, true)
    for (const [party, place] of Object.entries(object.parties ?? {}))
      add('party', `${at} ${place}`, party === '' ? undefined : true)
    for (const [field, said] of Object.entries(object.fields ?? {})) {
      const place = `${at} ${said.at ?? `/${field}`}`
      for (const member of ['type', 'set-by', 'set-on', 'seen-by', 'ref'] as const)
        add(`field.${member}`, place, member === 'set-on' ? said[member] && true : said[member])
    }
    for (const transition of Object.values(object.transitions ?? {})) addTransition(add, transition)
  }
  for (const [id, operation] of Object.entries(raw.operations ?? {})) addOperation(add, id, operation)
  for (const approval of Object.values(raw.approvals ?? {})) {
    const at = local(approval.grant ?? 'asked')
    add('approval', at, true)
    for (const member of ['by', 'not', 'needed-when'] as const) add(`approval.${member}`, at, approval[member])
    add('approval.quorum', at, approval.quorum)
  }
  for (const invariant of raw.invariants ?? [])
    add('invariant', canonical({ ...invariant, says: undefined }, names), true)
  for (const rule of raw.rules ?? []) add('rule', canonical({ ...rule, says: undefined, name: undefined }, names), true)
  return found
}

/** Statements whose value may be the name of an object; elsewhere the same word is an actor's or a party's. */
const aboutObjects: ReadonlySet<string> = new Set(['parent', 'field.ref', 'lists', 'invariant', 'rule'])
const noNames: ReadonlyMap<string, string> = new Map()

const namesIn = (text: string): string[] => text.replaceAll(/[[\]]/g, '').split(', ')

type Add = (kind: string, where: string, value: unknown) => void
type RawObject = NonNullable<RawCharter['objects']>[string]
type RawTransition = NonNullable<RawObject['transitions']>[string]
type RawOperation = NonNullable<RawCharter['operations']>[string]

function identityOf(name: string, object: RawObject): string {
  const creating = Object.values(object.transitions ?? {}).find((each) => each.from === undefined)?.on
  const [made] = [creating].flat()
  return `<${local(object.read ?? object.list ?? made ?? name)}>`
}

function addTransition(add: Add, { on, from, to, ...demands }: RawTransition): void {
  for (const id of [on].flat()) {
    const at = local(id)
    // A way to look or to write without a move is the use of an operation, wherever it is written.
    if (from === undefined && to === undefined) add('operation', at, true)
    else add('transition.on', at, true)
    add('transition.from', at, from)
    add('transition.to', at, to)
    addDemands(add, at, demands)
  }
}

function addOperation(add: Add, id: string, { items, ...demands }: RawOperation): void {
  const at = local(id)
  add('operation', at, true)
  add('items', at, items)
  addDemands(add, at, demands)
}

function addDemands(add: Add, at: string, demands: Partial<RawTransition>): void {
  for (const member of ['by', 'not', 'when', 'once', 'limit', 'rate', 'approval', 'idempotency'] as const)
    add(
      member,
      at,
      member === 'limit' ? demands.limit && true : member === 'approval' ? demands.approval && true : demands[member],
    )
  for (const ref of Object.values(demands.refs ?? {})) {
    const key = typeof ref === 'string' ? ref : (ref.key ?? canonical(ref.where, noNames))
    add('refs', `${at} ${key}`, true)
    if (typeof ref !== 'string') add('refs.by', `${at} ${key}`, ref.by)
  }
  if (demands.public !== undefined) add('public', at, true)
}

/** An operation's name without its source. */
function local(id: string): string {
  const dot = id.indexOf('.')
  return dot < 0 ? id : id.slice(dot + 1)
}

/** One text for values that mean the same: one name or a list of one, lists that are sets in any order. */
function canonical(value: unknown, names: ReadonlyMap<string, string>): string {
  if (Array.isArray(value))
    return value.length === 1
      ? canonical(value[0], names)
      : `[${value
          .map((each) => canonical(each, names))
          .sort()
          .join(', ')}]`
  if (typeof value === 'string')
    return (
      names.get(value) ??
      (/^[A-Za-z][\w-]*\.[^\s]+$/.test(value) && !/[ ()]/.test(value) ? local(value) : value.replaceAll(/\s+/g, ' '))
    )
  if (typeof value !== 'object' || value === null) return String(value)
  const members = Object.entries(value).filter(([name, member]) => member !== undefined && name !== 'says')
  return `{${members
    .map(([name, member]) => `${name}: ${canonical(member, names)}`)
    .sort()
    .join(', ')}}`
}
