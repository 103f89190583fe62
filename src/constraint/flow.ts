import type { DataFlow, DataPolicy } from '../charter/agent.ts'
import type { Charter } from '../charter/charter.ts'
import { approvalNeeds } from './approval.ts'
import { type Asking, asks } from './asking.ts'
import { leadsTo, printDestination } from './destination.ts'
import type { ClassSeen } from './facts.ts'
import type { Kind, Obligation, Shortfall, Site } from './kind.ts'
import { isAgents } from './run.ts'
import { compileUnread } from './unread.ts'
import { joinWords } from './words.ts'

/**
 * Data of a class goes only where the charter lets it, and a run receives no class its workflow may not handle.
 *
 * A class without flows of its own goes no further than the next less sensitive class that has some. Where several flows of a class
 * apply, one that lets it is enough; where none does, the strictest of what they say instead counts: deny, ask, redact, token. What
 * nobody can read may be of any class.
 */
export const flow: Kind<'flow'> = {
  compile: (_, site) => {
    const rulesOf = compileFlows(site)
    const unread = compileUnread(site)
    if (rulesOf === undefined) return unread
    return (context) => {
      const { classes } = context.facts
      if (classes === undefined) return unseen
      let asked = unread(context)
      if (asked?.outcome === 'broken') return asked
      for (const seen of classes) {
        const rules = rulesOf(seen)
        if (rules === undefined || goes(rules, seen, site, context.call.request.body)) continue
        // What is taken out or replaced before it is sent does not go there.
        if (isCovered(rules, seen)) continue
        const detail = astray(seen, rules, site.use.operation)
        if (rules.asking === undefined) return { outcome: 'broken', detail }
        asked ??= rules.asking(context, detail)
      }
      return asked
    }
  },
  demands: true,
  owe: ({ id }, site) => {
    const rulesOf = compileFlows(site)
    return (context) => {
      const { classes = [] } = context.facts
      const owed: Obligation[] = []
      for (const seen of classes) {
        const rules = rulesOf?.(seen)
        if (rules === undefined || !isCovered(rules, seen)) continue
        if (goes(rules, seen, site, context.call.request.body)) continue
        owed.push({ kind: 'cover', constraint: id, at: seen.at, class: seen.class, with: rules.otherwise })
      }
      const held = isAgents(context) ? withheld(site.charter, context.call.run?.workflow ?? '', id) : undefined
      return held === undefined ? owed : [...owed, held]
    }
  },
  describe: ({ says }, charter) => says ?? sentence(charter),
  needs: ({ approvals }, use, charter) => [
    ...(charter.data === undefined || charter.data.flows.length === 0 ? [] : [{ fact: 'classes' } as const]),
    ...approvals.flatMap((name) => approvalNeeds(name, use, charter)),
  ],
  classes: () => ['data-leaked'],
}

/** Only bodies are rewritten: an address or a header without a part of it would be another one. */
function isCovered(rules: Rules, { at }: ClassSeen): rules is Rules & { readonly otherwise: 'redact' | 'token' } {
  return (rules.otherwise === 'redact' || rules.otherwise === 'token') && !at.startsWith('$')
}

const unseen: Shortfall = { outcome: 'unknown', detail: 'what classes of data the call carries is not known' }

interface Rules {
  readonly flows: readonly DataFlow[]
  readonly otherwise: DataFlow['otherwise']
  readonly asking: Asking | undefined
}

/** The flows that bind data of each class; undefined where nothing binds any. */
function compileFlows(site: Site): ((seen: ClassSeen) => Rules | undefined) | undefined {
  const { data } = site.charter
  if (data === undefined || data.flows.length === 0) return undefined
  const byClass = new Map<string, Rules>()
  for (const name of data.classes) {
    const flows = flowsOf(data, name)
    if (flows.length === 0) continue
    const otherwise = strictest(flows)
    const asking = typeof otherwise === 'string' ? undefined : asks(otherwise.approval, site)
    byClass.set(name, { flows, otherwise, asking })
  }
  return (seen) => byClass.get(seen.class)
}

/** The flows of a class; of one that has none, those of the next less sensitive one. */
export function flowsOf({ classes, flows }: DataPolicy, name: string): readonly DataFlow[] {
  for (let rank = classes.indexOf(name); rank >= 0; rank--) {
    const own = flows.filter((each) => each.class === classes[rank])
    if (own.length > 0) return own
  }
  return []
}

function strictest(flows: readonly DataFlow[]): DataFlow['otherwise'] {
  const said = flows.map(({ otherwise }) => otherwise)
  const asked = said.find((each) => typeof each !== 'string')
  return said.includes('deny') ? 'deny' : (asked ?? (said.includes('redact') ? 'redact' : 'token'))
}

function goes({ flows }: Rules, seen: ClassSeen, { use: { operation } }: Site, body: unknown): boolean {
  return flows.some((each) => each.to.some((to) => leadsTo(to, seen, { operation, body })))
}

function astray(seen: ClassSeen, { flows }: Rules, operation: string): string {
  const place = seen.at === '' ? '' : ` at \`${seen.at}\``
  const where = `\`${seen.to === undefined ? operation : `${seen.to.kind}:${seen.to.name}`}\`${inRegion(seen, flows)}`
  const may = flows.flatMap((each) => each.to.map((to) => `\`${printDestination(to)}\``))
  const instead = may.length === 0 ? 'it may go nowhere' : `it may only go to ${joinWords(may, 'or')}`
  return `${seen.class} data${place} (${seen.by}) would go to ${where}, but ${instead}`
}

/** In which region that is, where the charter asks for one. */
function inRegion({ region }: ClassSeen, flows: readonly DataFlow[]): string {
  if (!flows.some(({ to }) => to.some(({ kind }) => kind === 'region'))) return ''
  return region === undefined ? ' in a region nobody names' : ` in \`region:${region}\``
}

/** What the answer has to be freed of before a run of this workflow receives it. */
function withheld({ data, workflows }: Charter, workflow: string, constraint: string): Obligation | undefined {
  const may = workflows.get(workflow)?.data
  if (data === undefined || may === undefined) return undefined
  const classes = data.classes.filter((name) => !may.includes(name))
  if (classes.length === 0) return undefined
  const tokens = classes.filter((name) => data.flows.some((each) => each.class === name && each.otherwise === 'token'))
  return { kind: 'withhold', constraint, classes, tokens }
}

/** Where each class may go stands in the charter, and in every refusal; here once for all operations. */
function sentence({ data }: Charter): string {
  return data === undefined || data.flows.length === 0
    ? 'a run receives only data of classes its workflow may handle'
    : 'data goes only where its class may go'
}
