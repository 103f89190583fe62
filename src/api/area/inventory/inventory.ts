/** The inventory of what is in front of the guard and behind it. */
import type { Guard } from '../../../guard/guard.ts'
import type { OpenOverview } from '../../../overview/overview.ts'
import type { SecretReport } from '../../../vault/report.ts'
import { type Mounted, mount } from '../../endpoint.ts'
import { buildInventory } from './build.ts'
import { type Inventory, inventoryEndpoints } from './endpoints.ts'
import { usesOf } from './use.ts'

/** Where requests go, and who is believed: what a guard file says beside its charter. Without secrets. */
export interface Surroundings {
  readonly identities: Inventory['identities']
  readonly models: readonly { readonly source: string; readonly provider: string; readonly region?: string }[]
}

export interface InventoryOptions {
  readonly guard: Pick<Guard, 'charter' | 'tools'>
  readonly overview: Pick<OpenOverview, 'tallies' | 'reached'>
  readonly surroundings: () => Surroundings
  /** Undefined where there is no vault. */
  readonly secrets?: ((unusedMs: number) => Promise<readonly SecretReport[]>) | undefined
  readonly now: () => number
}

const dayMs = 86_400_000

export function inventoryArea({ guard, overview, surroundings, secrets, now }: InventoryOptions): readonly Mounted[] {
  return mount(inventoryEndpoints, {
    'GET /api/inventory': async ({ query: { days } }) => {
      const [agent, principal, operation, workflow, tools, reached, reports] = await Promise.all([
        overview.tallies('agent'),
        overview.tallies('principal'),
        overview.tallies('operation'),
        overview.tallies('workflow'),
        guard.tools.list(),
        overview.reached(),
        secrets?.(days * dayMs),
      ])
      const charter = guard.charter()
      const since = now() - days * dayMs
      const { identities, models } = surroundings()
      const uses = usesOf(operation.map((tally) => ({ ...tally, name: tally.name.split('.')[0] ?? '' })))
      return {
        since,
        ...buildInventory({ charter, tools, since, tallies: { agent, principal, operation, workflow } }),
        identities,
        models: models.map((model) => ({
          ...model,
          ...uses(model.source),
          workflows: [...charter.workflows.values()].flatMap((flow) =>
            [...flow.operations].some((each) => each.startsWith(`${model.source}.`)) ? [flow.name] : [],
          ),
        })),
        ...(reached.first === undefined ? {} : { first: reached.first }),
        ...(reports === undefined ? {} : { secrets: reports.map(secretOf) }),
      }
    },
  })
}

function secretOf({ least, ...report }: SecretReport): NonNullable<Inventory['secrets']>[number] {
  const { name, version, since, count, last, workflows, agents, scopes, remarks } = report
  return {
    name,
    version,
    since,
    count,
    workflows: [...workflows],
    agents: [...agents],
    scopes: scopes.map((each) => ({ scope: each.scope, count: each.count })),
    remarks: [...remarks],
    ...(last === undefined ? {} : { last }),
    ...(least === undefined ? {} : { least: { remove: [...least.remove], add: [...least.add] } }),
  }
}
