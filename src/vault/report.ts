/** What secrets may be used for against what they were used for, and what would be enough. Pure. */
import type { Head } from './head.ts'
import type { BrokenSecret, OpenSecret, Secrets } from './opened.ts'
import { covers, printScope, type Scope } from './scope.ts'
import type { UseCount } from './store.ts'

/** After how long something is worth a word, in milliseconds. */
export interface ReportLimits {
  readonly unusedMs: number
  readonly longLivedMs: number
}

/** What is worth a word about a secret. Stable codes. */
export interface Remark {
  readonly code: 'broken' | 'unused' | 'unused-scope' | 'broader' | 'shared' | 'long-lived' | 'disabled' | 'no-scope'
  readonly says: string
}

/** One scope and what was made of it. */
export interface ScopeUse {
  readonly scope: string
  readonly count: number
  readonly last?: string
  readonly by: readonly {
    readonly operation: string
    readonly workflow: string
    readonly agent: string
    readonly count: number
  }[]
}

/** One secret. Times in RFC 3339. Never a value. */
export interface SecretReport {
  readonly name: string
  readonly version: number
  /** Since when the version that is used is there. */
  readonly since: string
  readonly count: number
  readonly last?: string
  readonly workflows: readonly string[]
  readonly agents: readonly string[]
  readonly scopes: readonly ScopeUse[]
  readonly remarks: readonly Remark[]
  /** The scopes that would have been enough, where those are fewer or narrower. */
  readonly least?: {
    readonly scopes: readonly Scope[]
    readonly remove: readonly string[]
    readonly add: readonly string[]
  }
}

/** Every secret, by name. `now` in milliseconds since 1970. */
export function reportOn(
  secrets: Secrets,
  uses: readonly UseCount[],
  limits: ReportLimits,
  now: number,
): readonly SecretReport[] {
  return [...secrets.values()]
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .map((secret) =>
      reportOne(
        secret,
        uses.filter(({ name }) => name === secret.name),
        limits,
        now,
      ),
    )
}

function reportOne(
  secret: OpenSecret | BrokenSecret,
  uses: readonly UseCount[],
  limits: ReportLimits,
  now: number,
): SecretReport {
  const head = 'problem' in secret ? secret.claims : secret.head
  const recent = uses.filter(({ last }) => now - last <= limits.unusedMs)
  const scopes = head?.scopes ?? []
  const least = head === undefined || recent.length === 0 ? undefined : leastOf(scopes, recent)
  const since = head?.versions.find(({ version }) => version === head.current)?.at ?? 0
  return {
    name: secret.name,
    version: head?.current ?? 0,
    since: timeOf(since),
    ...usedBy(uses),
    workflows: distinct(uses.map(({ workflow }) => workflow)),
    agents: distinct(uses.map(({ agent }) => agent)),
    scopes: scopes.map((scope) => scopeUse(scope, uses)),
    remarks:
      'problem' in secret
        ? [{ code: 'broken', says: secret.problem.message }]
        : remarksOn(secret.head, uses, limits, now),
    ...(least === undefined || 'problem' in secret ? {} : { least }),
  }
}

function remarksOn(head: Head, uses: readonly UseCount[], limits: ReportLimits, now: number): readonly Remark[] {
  const { scopes, made, versions, current, disabled, from } = head
  const last = Math.max(0, ...uses.map((use) => use.last))
  const age = now - (versions.find(({ version }) => version === current)?.at ?? now)
  const idle = now - Math.max(last, made.at)
  const isIdle = idle > limits.unusedMs
  const [workflows, agents] = [distinct(uses.map((use) => use.workflow)), distinct(uses.map((use) => use.agent))]
  const recent = uses.filter((use) => now - use.last <= limits.unusedMs)
  const unused = isIdle ? [] : scopes.filter((scope) => !recent.some((use) => fits(scope, use)))
  const mayBeNew = now - head.changed.at <= limits.unusedMs
  const broad = scopes.filter((scope) => recent.some((use) => fits(scope, use)) && isBroader(scope, recent))
  return [
    ...(disabled === undefined
      ? []
      : [{ code: 'disabled', says: `disabled by ${disabled.by}: ${disabled.why}` } as const]),
    ...(scopes.length === 0 ? [{ code: 'no-scope', says: 'it may be used for nothing' } as const] : []),
    ...(isIdle
      ? [{ code: 'unused', says: `${last === 0 ? 'never used' : 'not used'} for ${days(idle)}` } as const]
      : []),
    ...(mayBeNew
      ? []
      : unused.map((scope) => ({ code: 'unused-scope', says: `not used for ${printScope(scope)}` }) as const)),
    ...broad.map((scope) => ({ code: 'broader', says: `${printScope(scope)} allows more than was used` }) as const),
    ...(workflows.length > 1
      ? [{ code: 'shared', says: `shared by the workflows ${workflows.join(', ')}` } as const]
      : []),
    ...(agents.length > 1 ? [{ code: 'shared', says: `shared by the agents ${agents.join(', ')}` } as const] : []),
    ...(age > limits.longLivedMs && from === undefined
      ? [{ code: 'long-lived', says: `not rotated for ${days(age)}` } as const]
      : []),
  ]
}

/** Whether a use was made under a scope. What a source as a whole used is counted as `SOURCE.*`. */
function fits(scope: Scope, { operation, workflow, agent }: UseCount): boolean {
  const [source = ''] = operation.split('.')
  const whose = {
    ...(workflow === '' ? {} : { workflow }),
    ...(agent === '' ? {} : { agent }),
  }
  return covers(scope, operation.endsWith('.*') ? { source, ...whose } : { source, operation, ...whose })
}

function isBroader(scope: Scope, uses: readonly UseCount[]): boolean {
  return uses.filter((use) => fits(scope, use)).every(({ operation }) => operation !== scope.operation)
}

function scopeUse(scope: Scope, uses: readonly UseCount[]): ScopeUse {
  const made = uses.filter((use) => fits(scope, use))
  const by = new Map<string, ScopeUse['by'][number]>()
  for (const { operation, workflow, agent, count } of made) {
    const key = JSON.stringify([operation, workflow, agent])
    by.set(key, { operation, workflow, agent, count: (by.get(key)?.count ?? 0) + count })
  }
  return { scope: printScope(scope), ...usedBy(made), by: [...by.values()] }
}

/** Each use by its own name, in the places its scopes have; nothing for what was not used. */
function leastOf(scopes: readonly Scope[], uses: readonly UseCount[]): SecretReport['least'] {
  const enough = new Map<string, Scope>()
  for (const scope of scopes)
    for (const use of uses.filter((each) => fits(scope, each))) {
      const { operation, workflow, agent } = use
      const narrow: Scope = {
        operation,
        ...(workflow === '' ? {} : { workflow }),
        ...(agent === '' ? {} : { agent }),
        as: scope.as,
        ...(scope.placeholder === true ? { placeholder: true } : {}),
      }
      enough.set(printScope(narrow), narrow)
    }
  const before = new Set(scopes.map(printScope))
  const add = [...enough.keys()].filter((text) => !before.has(text))
  const remove = [...before].filter((text) => !enough.has(text))
  return add.length === 0 && remove.length === 0 ? undefined : { scopes: [...enough.values()], remove, add }
}

function usedBy(uses: readonly UseCount[]): { readonly count: number; readonly last?: string } {
  const count = uses.reduce((sum, use) => sum + use.count, 0)
  return count === 0 ? { count } : { count, last: timeOf(Math.max(...uses.map(({ last }) => last))) }
}

function distinct(names: readonly string[]): readonly string[] {
  return [...new Set(names)].filter((name) => name !== '').sort()
}

function days(ms: number): string {
  const count = Math.floor(ms / 86_400_000)
  return count === 1 ? '1 day' : `${count} days`
}

function timeOf(at: number): string {
  return new Date(at).toISOString()
}
