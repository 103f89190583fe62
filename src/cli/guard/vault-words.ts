/** Secrets of the vault as they are printed: never a value. */
import type { Entry } from '../../ledger/entry.ts'
import type { BrokenSecret, OpenSecret } from '../../vault/opened.ts'
import type { SecretReport } from '../../vault/report.ts'
import { printScope } from '../../vault/scope.ts'
import type { Terminal } from '../terminal.ts'

/** A secret as it is listed. */
export interface Shown {
  readonly name: string
  readonly revision: number
  readonly problem?: { readonly code: string; readonly says: string }
  readonly version?: number
  readonly changed?: string
  readonly placeholder?: string
  readonly scopes?: readonly string[]
  readonly disabled?: string
  readonly from?: string
  readonly before?: readonly { readonly version: number; readonly until: string }[]
}

/** Without its value. */
export function shown(secret: OpenSecret | BrokenSecret): Shown {
  const { name, revision } = secret
  if ('problem' in secret)
    return { name, revision, problem: { code: secret.problem.code, says: secret.problem.message } }
  const { current, changed, placeholder, scopes, disabled, from, versions } = secret.head
  return {
    name,
    revision,
    version: current,
    changed: `${new Date(changed.at).toISOString()} by ${changed.by}`,
    placeholder,
    scopes: scopes.map(printScope),
    ...(disabled === undefined ? {} : { disabled: `by ${disabled.by}: ${disabled.why}` }),
    ...(from === undefined ? {} : { from: `${from.vault}:${from.path}#${from.field}` }),
    before: versions.flatMap(({ version, until }) =>
      until === undefined ? [] : [{ version, until: new Date(until).toISOString() }],
    ),
  }
}

/** One secret of the list. */
export function linesOf(terminal: Terminal, secret: Shown): readonly string[] {
  const { name, problem, version, changed, placeholder, scopes = [], disabled, from, before = [] } = secret
  if (problem !== undefined)
    return [`${terminal.paint('bold', name)}  ${terminal.paint(['red', 'bold'], problem.code)}: ${problem.says}`]
  return [
    `${terminal.paint('bold', name)}  version ${version}, ${changed}${from === undefined ? '' : `, kept by ${from}`}`,
    ...(disabled === undefined ? [] : [`  disabled ${disabled}`]),
    ...before.map((each) => `  version ${each.version} is kept until ${each.until}`),
    ...scopes.map((scope, index) => `  ${index + 1}. ${scope}`),
    `  ${placeholder}`,
  ]
}

/** One entry of the record. */
export function lineOf(entry: Entry): string {
  const who = 'principal' in entry && entry.principal?.id !== undefined ? ` by ${entry.principal.id}` : ''
  const why = 'why' in entry && entry.why !== undefined ? `: ${entry.why}` : ''
  if (entry.kind === 'secret')
    return `${entry.at}  ${entry.secret} ${entry.effect}${entry.version === undefined ? '' : ` (version ${entry.version})`}${who}${why}`
  if (entry.kind !== 'secret-use') return ''
  const { secrets, effect, operation, source, workflow, agent, call } = entry
  const where = [
    operation ?? source,
    ...(workflow === undefined ? [] : [`workflow ${workflow}`]),
    ...(agent === undefined ? [] : [`agent ${agent}`]),
    ...(call === undefined ? [] : [`call ${call}`]),
  ]
  return `${entry.at}  ${secrets.join(', ')} ${effect} in ${where.join(', ')}${who}${why}`
}

/** One secret of a report. */
export function linesOfReport(
  terminal: Terminal,
  { name, count, last, scopes, remarks, least }: SecretReport,
): readonly string[] {
  return [
    `${terminal.paint('bold', name)}  used ${count} times${last === undefined ? '' : `, last ${last}`}`,
    ...scopes.flatMap((each) => [
      `  granted  ${each.scope}: used ${each.count} times`,
      ...each.by.map(
        (use) =>
          `    ${use.count} × ${use.operation}${use.workflow === '' ? '' : ` in workflow ${use.workflow}`}${use.agent === '' ? '' : ` by ${use.agent}`}`,
      ),
    ]),
    ...remarks.map(({ code, says }) => `  ${terminal.paint('yellow', code)}  ${says}`),
    ...(least === undefined
      ? []
      : [
          `  enough would be (lockstep vault scope ${name} --least)`,
          ...least.remove.map((text) => `    - ${text}`),
          ...least.add.map((text) => `    + ${text}`),
        ]),
  ]
}
