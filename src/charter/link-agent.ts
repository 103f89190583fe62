/** Resolves what a charter says of agents. */

import { regexProblem } from '../text/regex.ts'
import type { Actor } from './actor.ts'
import type { Budget, DataFlow, DataLabel, DataPolicy, Destination, Pattern, ValueRule, ValueSource } from './agent.ts'
import type { Constraint, Use } from './charter.ts'
import { parseDuration } from './duration.ts'
import { asList, callVariables, type Linker, unknownName } from './linker.ts'
import type { Path } from './parse.ts'
import { parsePointer, printPointer } from './pointer.ts'
import type { RawData, RawDemands, RawWorkflow } from './schema.ts'
import { asksModel } from './source/tools.ts'
import type { Workflow } from './workflow.ts'

/** Where arguments of one use may come from; ids are `<place>.values.<argument>`. */
export function linkValues(linker: Linker, id: string, path: Path, raw: RawDemands['values']): Constraint[] {
  return Object.entries(raw ?? {}).map(([argument, { from, of, written, approves, says, ...rest }]): Constraint => {
    const here = [...path, 'values', argument]
    const instead = rest.else
    const rule: ValueRule = {
      at: patternOf(argument),
      from: asList(from).map((each) => valueSource(linker, each, [...here, 'from'])),
      otherwise: instead === 'deny' ? instead : { approval: instead },
      lookUp: operationsNamed(linker, [...here, 'look-up'], asList(rest['look-up'])),
      approves,
      ...(of === undefined ? {} : { of }),
      ...(written === undefined ? {} : { written }),
    }
    if (written !== undefined) checkWritten(linker, [...here, 'written'], rule, written)
    const head = { id: `${id}.values.${argument.replace(/^\//, '')}`, position: linker.at(here) }
    const approvals = approvalsNamed(linker, [...here, 'else'], instead === 'deny' ? [] : [instead])
    return { kind: 'values', ...head, rule, approvals, ...(says === undefined ? {} : { says }) }
  })
}

function checkWritten(linker: Linker, path: Path, { from, of }: ValueRule, written: string): void {
  const problem = regexProblem(written)
  if (problem !== undefined) linker.report('value-pattern', path, `\`${written}\` cannot be used: ${problem}`)
  else if (of === 'addresses' || from.every(({ kind }) => kind !== 'prompt'))
    linker.report(
      'value-pattern',
      path,
      'it says how the user writes the argument, and nothing is taken from their words here',
      of === 'addresses' ? 'addresses are known however they are written' : 'add `prompt` to `from`',
    )
}

function valueSource(linker: Linker, text: string, path: Path): ValueSource {
  if (text === 'prompt' || text === 'trusted' || text === 'untrusted' || text === 'model') return { kind: text }
  const [, kind, name = text] = /^(named|sole):(.*)$/.exec(text) ?? []
  const { operation, at } = placeOf(name)
  operationsNamed(linker, path, [operation])
  if (kind === 'named' || kind === 'sole') return { kind, operation }
  return { kind: 'operation', operation, ...(at === undefined ? {} : { at }) }
}

function operationsNamed(linker: Linker, path: Path, names: readonly string[]): readonly string[] {
  for (const each of names)
    if (!linker.shapes.has(each)) unknownName(linker, path, 'operation', each, linker.shapes.keys())
  return names
}

function placeOf(text: string): { readonly operation: string; readonly at?: Pattern } {
  const hash = text.indexOf('#')
  return hash < 0
    ? { operation: text }
    : { operation: text.slice(0, hash), at: parsePointer(text.slice(hash + 1)) ?? [] }
}

/** An argument by name, or the place of one. */
export function patternOf(text: string): Pattern {
  return text.startsWith('/') || text === '' ? (parsePointer(text) ?? []) : [text]
}

function approvalsNamed(linker: Linker, path: Path, names: readonly string[]): readonly string[] {
  const known = linker.parsed.raw.approvals ?? {}
  for (const each of names)
    if (!Object.hasOwn(known, each)) unknownName(linker, path, 'approval', each, Object.keys(known))
  return names.filter((each) => Object.hasOwn(known, each))
}

/** Resolves what an actor that is an agent may use, and whom it may act for. */
export function linkAgent(linker: Linker, name: string): Pick<Actor, 'workflow' | 'actsFor'> {
  const { actors = {}, workflows = {} } = linker.parsed.raw
  const raw = actors[name]
  const path = ['actors', name]
  const { workflow } = raw ?? {}
  if (workflow !== undefined && !Object.hasOwn(workflows, workflow))
    unknownName(linker, [...path, 'workflow'], 'workflow', workflow, Object.keys(workflows))
  const actsFor = raw?.['acts-for'] === undefined ? undefined : asList(raw['acts-for'])
  for (const each of actsFor ?? [])
    if (!Object.hasOwn(actors, each)) unknownName(linker, [...path, 'acts-for'], 'actor', each, Object.keys(actors))
  if (raw?.kind !== 'agent' && (workflow !== undefined || actsFor !== undefined))
    linker.report('not-an-agent', path, `\`${name}\` is no agent, so it acts for itself`, 'write `kind: agent`')
  return { ...(workflow === undefined ? {} : { workflow }), ...(actsFor === undefined ? {} : { actsFor }) }
}

/** What a workflow says of the runs of its agents. */
export function linkAgentWorkflow(
  linker: Linker,
  name: string,
  raw: RawWorkflow,
): Pick<Workflow, 'budgets' | 'models' | 'data' | 'unread' | 'outsidePlan'> {
  const path = ['workflows', name]
  const classes = linker.parsed.raw.data?.classes ?? []
  for (const each of raw.data ?? [])
    if (!classes.includes(each)) unknownName(linker, [...path, 'data'], 'class', each, classes)
  const [approval] = approvalsNamed(linker, [...path, 'plan'], raw.plan === 'deny' ? [] : [raw.plan])
  return {
    budgets: (raw.budget ?? []).map((each, index) => budgetOf(each, linker.at([...path, 'budget', index]))),
    unread: unreadOf(linker, path, raw),
    outsidePlan: approval === undefined ? 'deny' : { approval },
    ...(raw.models === undefined ? {} : { models: raw.models }),
    ...(raw.data === undefined ? {} : { data: raw.data }),
  }
}

/** Not said: what cannot be read may be of any class the workflow handles, so it goes where all of them are free to go, and nowhere else. */
function unreadOf(linker: Linker, path: Path, { unread, data: handled }: RawWorkflow): Workflow['unread'] {
  const { data } = linker.parsed.raw
  const [lowest] = data?.classes ?? []
  const sensitive = (handled ?? data?.classes ?? []).some((each) => each !== lowest)
  if (unread === undefined) return sensitive && data !== undefined && data.flows.length > 0 ? 'deny' : 'allow'
  if (unread === 'deny' || unread === 'allow') return unread
  const [approval] = approvalsNamed(linker, [...path, 'unread'], [unread])
  return approval === undefined ? 'deny' : { approval }
}

function budgetOf(raw: NonNullable<RawWorkflow['budget']>[number], position: Budget['position']): Budget {
  const withinMs = raw.within === undefined ? undefined : parseDuration(raw.within)
  const rest = { per: raw.per, position, ...(withinMs === undefined ? {} : { withinMs }) }
  if ('calls' in raw) return { of: 'calls', amount: String(raw.calls), ...rest }
  if ('tokens' in raw) return { of: 'tokens', amount: String(raw.tokens), ...rest }
  const [amount = '0', currency] = String(raw.money).split(' ')
  return { of: 'money', amount, ...(currency === undefined ? {} : { currency }), ...rest }
}

/** Adds to a use what agents owe at it: delegation, pinned tools, budgets, flows of data. */
export function withAgents(linker: Linker): (use: Use) => Use {
  const { actors = {}, workflows = {}, data, operations = {}, sources = [] } = linker.parsed.raw
  const agents = Object.values(actors).some(
    (each) => each.kind === 'agent' && (each.workflow !== undefined || each['acts-for'] !== undefined),
  )
  const tools = new Set(sources.filter((each) => each.type === 'mcp' || each.type === 'a2a').map((each) => each.name))
  const models = new Set(sources.filter((each) => each.type === 'model').map((each) => each.name))
  const asks = ({ operation }: Use): boolean => {
    const shape = linker.shapes.get(operation)
    return shape !== undefined && models.has(shape.source) && asksModel(shape)
  }
  const mcp = new Set(sources.filter((each) => each.type === 'mcp').map((each) => each.name))
  const approvals = asList(data?.flows).flatMap((flow) =>
    ['deny', 'redact', 'token'].includes(flow.else) ? [] : [flow.else],
  )
  const heeds = Object.values(workflows).some((each) => each.data !== undefined)
  return (use) => {
    const flows = Object.entries(workflows).filter(([, each]) => asList(each.operations).includes(use.operation))
    const head = { position: use.position }
    const plan = flows.flatMap(([, each]) => (each.plan === 'deny' ? [] : [each.plan]))
    const { source = '', method = '' } = linker.shapes.get(use.operation) ?? {}
    const ofModel = asks(use) ? flows.map(([, each]) => each) : []
    const unread = ofModel.flatMap((each) =>
      each.unread === undefined || each.unread === 'allow' ? [] : [each.unread],
    )
    const found: Constraint[] = [
      ...(agents || ofModel.some((each) => each.models !== undefined)
        ? [{ kind: 'delegation' as const, id: `${use.id}.delegation`, approvals: plan, ...head }]
        : []),
      ...(tools.has(source) && !(mcp.has(source) && method === 'ASK')
        ? [{ kind: 'integrity' as const, id: `${use.operation}.integrity`, ...head }]
        : []),
      ...((data === undefined || (data.flows.length === 0 && !heeds)) && unread.length === 0
        ? []
        : [
            {
              kind: 'flow' as const,
              id: `${use.operation}.flow`,
              approvals: [...approvals, ...unread.filter((each) => each !== 'deny')],
              ...head,
            },
          ]),
      ...flows.flatMap(([name, raw]) => {
        const budgets = linkBudgets(linker, name, { raw, use, spends: operations[use.operation]?.spends })
        return flows.length === 1 ? budgets : budgets.map((each) => ({ ...each, workflow: name }))
      }),
    ]
    return found.length === 0 ? use : { ...use, constraints: [...use.constraints, ...found] }
  }
}

type Spending = { raw: RawWorkflow; use: Use; spends: NonNullable<RawDemands['values']> | unknown }

/** Budgets are limits over all operations of the workflow. */
function linkBudgets(linker: Linker, name: string, { raw, use, spends }: Spending): Constraint[] {
  const operations = asList(raw.operations)
  const costs = typeof spends === 'string' ? { amount: spends } : isSpending(spends) ? spends : undefined
  const isModel = linker.shapes.get(use.operation)?.method === 'MODEL'
  return (raw.budget ?? []).flatMap((written, index): Constraint[] => {
    const path = ['workflows', name, 'budget', index]
    const budget = budgetOf(written, linker.at(path))
    const source = budget.of === 'calls' ? undefined : budget.of === 'tokens' ? 'request.tokens' : costs?.amount
    if (source === undefined && budget.of !== 'calls') return []
    if (budget.of === 'tokens' && !isModel) return []
    const id = `workflow.${name}.budget${index === 0 ? '' : `.${index + 1}`}`
    const variables = [...callVariables, ...use.refs.map((ref) => ref.slot)]
    const atMost = linker.compile(budget.amount, path, variables)
    const sum = source === undefined ? undefined : linker.compile(source, path, variables)
    if (atMost === undefined || (source !== undefined && sum === undefined)) return []
    const limit: Constraint = {
      kind: 'limit',
      id,
      operations,
      atMost,
      per: [budget.per],
      position: budget.position,
      ...(sum === undefined ? {} : { sum }),
      ...(budget.withinMs === undefined ? {} : { withinMs: budget.withinMs }),
    }
    return [limit, ...inCurrency(linker, id, budget, { ...(costs ?? { amount: '' }), path, variables })]
  })
}

function isSpending(value: unknown): value is { readonly amount: string; readonly currency?: string } {
  return typeof value === 'object' && value !== null && 'amount' in value
}

/** An amount of another currency cannot be added up, so it cannot be spent. */
function inCurrency(
  linker: Linker,
  id: string,
  { currency, position }: Budget,
  costs: { readonly currency?: string; readonly path: Path; readonly variables: readonly string[] },
): Constraint[] {
  if (currency === undefined || costs.currency === undefined) return []
  const rule = linker.compile(`(${costs.currency}) == '${currency}'`, costs.path, costs.variables)
  const says = `the budget is in ${currency}`
  return rule === undefined ? [] : [{ kind: 'when', id: `${id}.currency`, rule, says, position }]
}

/** Resolves classes, labels and flows of data. */
export function linkData(linker: Linker): DataPolicy | undefined {
  const raw = linker.parsed.raw.data
  if (raw === undefined) return undefined
  const known = (path: Path, name: string): void => {
    if (!raw.classes.includes(name)) unknownName(linker, path, 'class', name, raw.classes)
  }
  const labels = raw.labels.flatMap((each, index) => {
    known(['data', 'labels', index, 'class'], each.class)
    return labelOf(linker, each, ['data', 'labels', index]) ?? []
  })
  const flows = raw.flows.flatMap((each, index): DataFlow[] => {
    const path = ['data', 'flows', index]
    const said = each.else
    const otherwise = said === 'deny' || said === 'redact' || said === 'token' ? said : { approval: said }
    if (typeof otherwise !== 'string') approvalsNamed(linker, [...path, 'else'], [otherwise.approval])
    return asList(each.class).map((name) => {
      known([...path, 'class'], name)
      return { class: name, to: each.to.map(destinationOf), otherwise, position: linker.at(path) }
    })
  })
  return { classes: raw.classes, labels, flows }
}

function labelOf(linker: Linker, raw: RawData['labels'][number], path: Path): DataLabel | undefined {
  const head = { class: raw.class, position: linker.at(path) }
  if ('field' in raw) {
    const [object = '', field = ''] = raw.field.split('.')
    const type = linker.parsed.raw.objects?.[object]
    if (type === undefined) {
      unknownName(linker, [...path, 'field'], 'object', object, Object.keys(linker.parsed.raw.objects ?? {}))
      return undefined
    }
    return { ...head, kind: 'field', object, field, at: parsePointer(type.fields?.[field]?.at ?? `/${field}`) ?? [] }
  }
  if ('at' in raw) {
    const { operation, at = [] } = placeOf(raw.at)
    if (!linker.shapes.has(operation))
      unknownName(linker, [...path, 'at'], 'operation', operation, linker.shapes.keys())
    return { ...head, kind: 'place', operation, at }
  }
  return typeof raw.pattern === 'string'
    ? { ...head, kind: 'detector', detector: raw.pattern }
    : { ...head, kind: 'pattern', ...raw.pattern }
}

function destinationOf(text: string): Destination {
  const [, kind, glob = ''] = /^(model|region|provider):(.*)$/s.exec(text) ?? []
  if (kind === 'model' || kind === 'region' || kind === 'provider') return { kind, glob }
  const [, name = text, at, value] = /^([^#]+)(?:#([^=]*)(?:=(.*))?)?$/s.exec(text) ?? []
  return {
    kind: 'operation',
    glob: name,
    ...(at === undefined ? {} : { at: patternOf(at) }),
    ...(value === undefined ? {} : { value }),
  }
}

/** A pattern as it is written. */
export function printPattern(pattern: Pattern): string {
  return pattern.length === 1 && /^[A-Za-z_][\w-]*$/.test(pattern[0] ?? '') ? (pattern[0] ?? '') : printPointer(pattern)
}
