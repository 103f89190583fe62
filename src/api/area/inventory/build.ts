/** The inventory, from the charter and the record. Pure. */
import type { Charter, Operation, Use as WayOfUse } from '../../../charter/charter.ts'
import { endpointOf } from '../../../charter/source/description.ts'
import { printDestination } from '../../../constraint/destination.ts'
import { explainCharter } from '../../../explain/explanation.ts'
import { budgetWords } from '../../../explain/workflow-words.ts'
import type { SeenTool } from '../../../guard/noted-tools.ts'
import type { Tally } from '../../../overview/query.ts'
import type { Inventory } from './endpoints.ts'
import { isUnused, namesIn, type Use, usesOf } from './use.ts'

export interface Known {
  readonly charter: Charter
  readonly tallies: Readonly<Record<'agent' | 'principal' | 'operation' | 'workflow', readonly Tally[]>>
  readonly tools: readonly SeenTool[]
  readonly since: number
}

type Parts = Pick<
  Inventory,
  'agents' | 'workflows' | 'operations' | 'principals' | 'data' | 'actors' | 'uncovered' | 'tools'
>

export function buildInventory(known: Known): Parts {
  const { charter, tallies, tools } = known
  const byPrincipal = usesOf(tallies.principal)
  return {
    agents: agentsIn(known),
    workflows: workflowsIn(known),
    operations: operationsIn(known),
    tools: tools.map(({ source, tool, kind, held, at }) => ({ name: `${source}.${tool}`, kind, held, at })),
    uncovered: charter.uncovered.map(({ id }) => id),
    principals: namesIn(tallies.principal, 'name').map((name) => ({
      name,
      ...byPrincipal(name),
      operations: namesIn(tallies.principal, 'beside', { name }).length,
    })),
    data: dataIn(charter),
    actors: actorsIn(charter),
  }
}

/** Agents are who was seen as one; what they were granted is what the workflows they were seen in have. */
function agentsIn({ charter, tallies, since }: Known): Inventory['agents'] {
  const uses = usesOf(tallies.agent)
  return namesIn(tallies.agent, 'name').map((name) => {
    const seen = namesIn(tallies.agent, 'beside', { name })
    const workflows = [...charter.workflows.values()].filter(({ operations }) =>
      seen.some((each) => operations.has(each)),
    )
    const granted = new Set([...seen, ...workflows.flatMap(({ operations }) => [...operations])])
    return {
      name,
      ...uses(name),
      workflows: workflows.map((flow) => flow.name),
      operations: grantsOf([...granted].toSorted(), (operation) => uses(name, operation), since),
    }
  })
}

function workflowsIn({ charter, tallies, since }: Known): Inventory['workflows'] {
  const uses = usesOf(tallies.workflow)
  return [...charter.workflows.values()].map((flow) => {
    const { name, owners, mode, models, data } = flow
    const operations = grantsOf([...flow.operations], (operation) => uses(name, operation), since)
    const kept = operations.filter(({ unused }) => !unused).map((each) => each.name)
    const isNarrower = kept.length > 0 && kept.length < operations.length
    return {
      name,
      ...uses(name),
      owners: { ...owners },
      mode,
      agents: [...charter.actors.values()].flatMap((actor) => (actor.workflow === name ? [actor.name] : [])),
      budgets: flow.budgets.map(budgetWords),
      operations,
      ...(models === undefined ? {} : { models: [...models] }),
      ...(data === undefined ? {} : { data: [...data] }),
      ...(isNarrower ? { least: leastOf(name, kept) } : {}),
    }
  })
}

function leastOf(workflow: string, operations: readonly string[]): string {
  return `workflows:\n  ${workflow}:\n    operations:\n${operations.map((each) => `      - ${each}`).join('\n')}\n`
}

function grantsOf(
  names: readonly string[],
  useOf: (name: string) => Use,
  since: number,
): Inventory['agents'][number]['operations'] {
  return names.map((name) => {
    const use = useOf(name)
    return { name, ...use, unused: isUnused(use, since) }
  })
}

function operationsIn({ charter, tallies, tools, since }: Known): Inventory['operations'] {
  const uses = usesOf(tallies.operation)
  const who = new Map<string, string[]>()
  for (const { uses: explained } of explainCharter(charter).sections)
    for (const use of explained) who.set(use.operation, [...(who.get(use.operation) ?? []), use.who])
  return [...charter.operations.values()].map((operation) => {
    const { id, shape } = operation
    const use = uses(id)
    const format = charter.sources.get(shape.source)?.description.format ?? 'inline'
    const noted = tools.find(({ source, tool }) => source === shape.source && tool === shape.name)
    return {
      name: id,
      source: shape.source,
      format,
      endpoint: endpointOf(shape),
      does: doesOf(charter, operation),
      who: [...new Set(who.get(id))],
      workflows: [...charter.workflows.values()].flatMap((flow) => (flow.operations.has(id) ? [flow.name] : [])),
      ...use,
      unused: isUnused(use, since),
      ...(format === 'mcp' ? { tool: noted?.kind ?? ('as approved' as const) } : {}),
      held: noted?.held === true,
    }
  })
}

/** Told by the charter: what changes nothing reads; what adds up to an amount moves one; what a flow of data leads to sends. */
function doesOf({ data }: Charter, { id, writes, uses }: Operation): Inventory['operations'][number]['does'] {
  const sums = ({ constraints }: WayOfUse): boolean =>
    constraints.some((each) => each.kind === 'limit' && each.sum !== undefined)
  const leads = (data?.flows ?? []).some(({ to }) =>
    to.some((each) => each.kind === 'operation' && fits(each.glob, id)),
  )
  return [
    writes ? ('writes' as const) : ('reads' as const),
    ...(writes && leads ? ['sends' as const] : []),
    ...(uses.some(sums) ? ['moves an amount' as const] : []),
  ]
}

function fits(glob: string, name: string): boolean {
  const parts = glob.split('*').map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'))
  return new RegExp(`^${parts.join('.*')}$`).test(name)
}

function dataIn({ data }: Charter): Inventory['data'] {
  if (data === undefined) return { classes: [], labels: [], flows: [] }
  return {
    classes: [...data.classes],
    labels: data.labels.map((label) => ({ class: label.class, where: whereOf(label) })),
    flows: data.flows.map(({ class: of, to, otherwise }) => ({
      class: of,
      to: to.map(printDestination),
      otherwise: typeof otherwise === 'string' ? otherwise : `ask for ${otherwise.approval}`,
    })),
  }
}

function whereOf(label: NonNullable<Charter['data']>['labels'][number]): string {
  switch (label.kind) {
    case 'field':
      return `the field ${label.field} of ${label.object}`
    case 'place':
      return `${label.operation}#/${label.at.join('/')}`
    case 'detector':
      return `whatever looks like ${label.detector}`
    case 'pattern':
      return `whatever fits the pattern ${label.name}`
  }
}

function actorsIn({ actors, operations }: Charter): Inventory['actors'] {
  return [...actors.values()].map(({ name, kind, workflow, actsFor }) => {
    const may = [...operations.values()].filter(({ uses }) =>
      uses.some(({ constraints }) =>
        constraints.some((each) => each.kind === 'by' && each.choices.some(({ actor }) => actor === name)),
      ),
    )
    return {
      name,
      kind,
      actsFor: [...(actsFor ?? [])],
      operations: may.length,
      ...(workflow === undefined ? {} : { workflow }),
    }
  })
}
