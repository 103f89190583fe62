import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'

/** One call to decide; the same for every engine. */
export interface BenchCall {
  readonly operation: string
  readonly role: string
  readonly state: string
  readonly amount: number
}

/** Rules of the same meaning for every engine: who, in which state, up to which amount; and further amounts that forbid. */
export interface BenchRules {
  readonly operations: readonly string[]
  /** Further upper bounds on the amount, demanded of every operation. */
  readonly bounds: readonly number[]
}

/** Prepares calls once, as a service would hold them; running one decides it anew. */
export type Engine = (rules: BenchRules, calls: readonly BenchCall[]) => Promise<readonly (() => boolean)[]>

const folder = fileURLToPath(new URL('.', import.meta.url))
const require = createRequire(import.meta.url)

/** Installs the peers beside this file when they are not there yet. */
export function installPeers(): void {
  // What npm installed last says whether this file has changed since.
  const wanted = readFileSync(`${folder}package.json`, 'utf8')
  const marker = `${folder}node_modules/.installed`
  if (existsSync(marker) && readFileSync(marker, 'utf8') === wanted) return
  console.error('installing the peers to compare with …')
  const { status } = spawnSync('npm', ['install', '--no-package-lock'], {
    cwd: folder,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  })
  if (status !== 0) throw new Error('the peers could not be installed')
  writeFileSync(marker, wanted)
}

interface Cedar {
  preparsePolicySet(id: string, policies: { staticPolicies: Record<string, string> }): { type: string }
  statefulIsAuthorized(call: object): { type: string; response?: { decision: string } }
}

/** Cedar in WebAssembly, policies parsed beforehand, no schema: its fastest way. */
export const cedar: Engine = async ({ operations, bounds }, calls) => {
  const api: Cedar = require('@cedar-policy/cedar-wasm/nodejs')
  const permits = operations.map((id): [string, string] => [
    `permit ${id}`,
    `permit(principal, action == Action::"${id}", resource) when { principal.role == "clerk" && resource.state == "paid" && context.amount <= 500 };`,
  ])
  const forbids = bounds.map((bound): [string, string] => [
    `forbid ${bound}`,
    `forbid(principal, action, resource) when { context.amount > ${bound} };`,
  ])
  const name = `set ${operations.length} ${bounds.length}`
  const { type } = api.preparsePolicySet(name, { staticPolicies: Object.fromEntries([...permits, ...forbids]) })
  if (type !== 'success') throw new Error('cedar does not take the policies')
  return calls.map(({ operation, role, state, amount }) => {
    const principal = { type: 'User', id: 'ann' }
    const resource = { type: 'Order', id: 'o1' }
    const entities = [
      { uid: principal, attrs: { role }, parents: [] },
      { uid: resource, attrs: { state }, parents: [] },
    ]
    const call = {
      principal,
      action: { type: 'Action', id: operation },
      resource,
      context: { amount },
      entities,
      preparsedPolicySetId: name,
    }
    return () => api.statefulIsAuthorized(call).response?.decision === 'allow'
  })
}

interface Casbin {
  newModelFromString(text: string): object
  newEnforcer(model: object): Promise<{
    addPolicies(rules: string[][]): Promise<boolean>
    enforceSync(...values: unknown[]): boolean
  }>
}

const casbinModel = `
[request_definition]
r = role, act, state, amount
[policy_definition]
p = role, act, state, max, eft
[policy_effect]
e = some(where (p.eft == allow)) && !some(where (p.eft == deny))
[matchers]
m = (p.eft == "allow" && r.act == p.act && r.role == p.role && r.state == p.state && r.amount <= p.max) || (p.eft == "deny" && r.amount > p.max)
`

/** casbin, synchronously. */
export const casbin: Engine = async ({ operations, bounds }, calls) => {
  const api: Casbin = require('casbin')
  const enforcer = await api.newEnforcer(api.newModelFromString(casbinModel))
  await enforcer.addPolicies([
    ...operations.map((id) => ['clerk', id, 'paid', '500', 'allow']),
    ...bounds.map((bound) => ['', '', '', String(bound), 'deny']),
  ])
  return calls.map(
    ({ operation, role, state, amount }) =>
      () =>
        enforcer.enforceSync(role, operation, state, amount),
  )
}

interface Governance {
  PolicyEngine: new (
    rules: undefined,
    strategy: string,
  ) => { loadPolicy(policy: object): void; evaluatePolicy(agent: string, context: object): { allowed: boolean } }
  ConflictResolutionStrategy: { DenyOverrides: string }
}

/** Microsoft's Agent Governance Toolkit, its rich policies. */
export const governance: Engine = async ({ operations, bounds }, calls) => {
  const { PolicyEngine, ConflictResolutionStrategy }: Governance = require('@microsoft/agent-governance-sdk')
  const engine = new PolicyEngine(undefined, ConflictResolutionStrategy.DenyOverrides)
  const permits = operations.map((id) => ({
    name: id,
    condition: `action == '${id}' and role == 'clerk' and state == 'paid' and amount <= 500`,
    ruleAction: 'allow',
  }))
  const forbids = bounds.map((bound) => ({
    name: `bound ${bound}`,
    condition: `amount > ${bound}`,
    ruleAction: 'deny',
  }))
  engine.loadPolicy({
    name: 'bench',
    apiVersion: '1',
    scope: 'global',
    default_action: 'deny',
    rules: [...permits, ...forbids],
  })
  return calls.map(({ operation, role, state, amount }) => {
    const context = { action: operation, role, state, amount }
    return () => engine.evaluatePolicy('ann', context).allowed
  })
}
