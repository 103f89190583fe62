/** What the overview keeps of an entry: enough to find it, to count it, and to tell it in a line. */
import type { Entry, ObjectName, PrincipalSummary } from '../ledger/entry.ts'

/** One entry in a line. `at` in milliseconds since 1970; `index` is its place in the ledger. */
export interface Summary {
  readonly index: number
  readonly at: number
  readonly kind: Entry['kind']
  readonly call?: string
  readonly operation?: string
  /** Which way of using the operation: `order.pay`. */
  readonly use?: string
  readonly principal?: string
  /** What the principal is: `user`, `service`, `partner`, `agent`. */
  readonly principalKind?: string
  /** The person an agent acts for. */
  readonly person?: string
  /** Of an agent that others called: those between it and the person, nearest first. */
  readonly through?: readonly string[]
  readonly tenant?: string
  /** What was decided, said or came of it; `would-deny` and `would-ask` where that was only observed. */
  readonly effect?: string
  readonly run?: string
  readonly workflow?: string
  /** `type/key` of the objects it is about. */
  readonly objects?: readonly string[]
  /** The state the object acted on was in; of an outcome that went astray, where it is now. */
  readonly state?: string
  /** The demand that was not met first; `astray` of an outcome that no use leads to. */
  readonly constraint?: string
  /** Why, in a sentence. */
  readonly says?: string
  /** What was asked of somebody. */
  readonly hold?: string
  /** `observe` where nothing is enforced. */
  readonly mode?: string
  readonly status?: number
  readonly ms?: number
}

/** The summary of an entry. Pure. */
export function summaryOf(index: number, entry: Entry): Summary {
  const { kind, call } = entry
  const at = Date.parse(entry.at)
  return { index, at, kind, ...(call === undefined ? {} : { call }), ...whoOf(entry), ...whatOf(entry) }
}

function whoOf(entry: Entry): Partial<Summary> {
  const principal: PrincipalSummary = ('principal' in entry ? entry.principal : undefined) ?? {}
  const { id, kind, tenant, actsFor } = principal
  const person = kind === 'agent' ? actsFor?.at(-1) : undefined
  const through = kind === 'agent' ? (actsFor?.slice(0, -1) ?? []) : []
  return {
    ...(id === undefined ? {} : { principal: id }),
    ...(kind === undefined ? {} : { principalKind: kind }),
    ...(tenant === undefined ? {} : { tenant }),
    ...(person === undefined ? {} : { person }),
    ...(through.length === 0 ? {} : { through }),
  }
}

function whatOf(entry: Entry): Partial<Summary> {
  switch (entry.kind) {
    case 'decision': {
      const { operation, effect, use, run, workflow, mode, objects = [], reasons } = entry
      const [first] = reasons
      return {
        operation,
        effect: mode === 'observe' && stops(effect) ? `would-${effect}` : effect,
        mode,
        ...(use === undefined ? {} : { use }),
        ...(run === undefined ? {} : { run }),
        ...(workflow === undefined ? {} : { workflow }),
        ...(objects.length === 0 ? {} : { objects: objects.map(nameOf) }),
        ...optional('state', objects.find(({ type }) => use?.startsWith(`${type}.`))?.state),
        ...(first === undefined ? {} : { constraint: first.constraint }),
        ...(first?.says === undefined ? {} : { says: first.says }),
      }
    }
    case 'outcome': {
      const { operation, outcome, run, status, ms, astray, why } = entry
      return {
        operation,
        effect: outcome,
        ...(run === undefined ? {} : { run }),
        ...(status === undefined ? {} : { status }),
        ...(ms === undefined ? {} : { ms }),
        ...(astray === undefined ? {} : { constraint: 'astray', objects: [nameOf(astray)] }),
        ...optional('state', astray?.state),
        ...saying(why),
      }
    }
    case 'hold':
      return {
        operation: entry.operation,
        effect: entry.state,
        hold: entry.hold,
        ...saying(entry.approvals.join(', ')),
      }
    case 'approval':
      return {
        effect: entry.effect,
        constraint: entry.approval,
        ...(entry.hold === undefined ? {} : { hold: entry.hold }),
        ...(entry.object === undefined ? {} : { objects: [nameOf(entry.object)] }),
        ...saying(entry.why),
      }
    case 'run':
      return {
        effect: entry.effect,
        ...(entry.of === 'run' ? { run: entry.name } : {}),
        ...(entry.workflow === undefined ? {} : { workflow: entry.workflow }),
        ...saying(entry.why ?? (entry.of === 'run' ? undefined : `${entry.of} ${entry.name}`)),
      }
    case 'settle':
      return { effect: entry.outcome, ...optional('operation', entry.operation), ...saying(entry.why) }
    case 'secret-use':
      return {
        effect: entry.effect,
        ...optional('operation', entry.operation),
        ...optional('workflow', entry.workflow),
        ...saying([entry.secrets.join(', '), ...(entry.why === undefined ? [] : [entry.why])].join(': ')),
      }
    default:
      return otherwise(entry)
  }
}

/** What people and nodes did beside calls. */
function otherwise(
  entry: Exclude<Entry, { kind: 'decision' | 'outcome' | 'hold' | 'approval' | 'run' | 'settle' | 'secret-use' }>,
): Partial<Summary> {
  switch (entry.kind) {
    case 'charter':
      return {
        effect: entry.effect,
        ...saying(entry.why ?? `${entry.charter.name} ${entry.charter.digest.slice(0, 12)}`),
      }
    case 'switch':
      return { effect: entry.effect, ...saying(`${entry.of} ${entry.name}: ${entry.why}`) }
    case 'sign-in':
      return { effect: entry.effect, ...saying(entry.why ?? `by ${entry.method}`) }
    case 'act':
      return { effect: entry.effect, ...saying([entry.of, entry.why ?? ''].filter((each) => each !== '').join(': ')) }
    case 'secret':
      return {
        effect: entry.effect,
        ...saying([entry.secret, entry.why ?? ''].filter((each) => each !== '').join(': ')),
      }
    case 'erase':
      return { effect: 'erased', ...saying(entry.why) }
    case 'prune':
      return { effect: 'pruned', ...saying(`texts before ${entry.before}`) }
    case 'start':
      return { effect: 'started', ...saying(`${entry.origin} ${entry.version}`) }
  }
}

function stops(effect: string): boolean {
  return effect === 'deny' || effect === 'ask' || effect === 'defer'
}

function nameOf({ type, key }: ObjectName): string {
  return `${type}/${key}`
}

function saying(says: string | undefined): { readonly says?: string } {
  return says === undefined || says === '' ? {} : { says }
}

function optional<Name extends string>(name: Name, value: string | undefined): { readonly [key in Name]?: string } {
  return value === undefined ? {} : ({ [name]: value } as { readonly [key in Name]?: string })
}
