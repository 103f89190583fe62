import type { Pattern, ValueRule, ValueSource } from '../charter/agent.ts'
import type { Charter, OperationId } from '../charter/charter.ts'
import { parsePointer, printPointer } from '../charter/pointer.ts'
import { approvalNeeds } from './approval.ts'
import { asks } from './asking.ts'
import { entryOf } from './context.ts'
import type { Origin, TracedValue } from './facts.ts'
import type { Kind, Shortfall } from './kind.ts'
import { isAgents } from './run.ts'
import { joinWords } from './words.ts'

const untold: Shortfall = { outcome: 'unknown', detail: 'where the value came from is not known' }

/** Where an agent may take an argument from. People and services answer for their own arguments. */
export const values: Kind<'values'> = {
  compile: ({ id, rule, approvals }, site) => {
    const asking = asks(approvals[0], site)
    return (context) => {
      if (!isAgents(context)) return undefined
      const traced = entryOf(context.facts.values ?? {}, id)
      if (traced === undefined) return untold
      const wrong = traced.filter((each) => !isCovered(each, rule))
      if (wrong.length === 0) return undefined
      const invented = rule.lookUp.length === 0 ? [] : wrong.filter(isInvented)
      if (invented.length > 0) return { outcome: 'broken', detail: explainOrigins(invented), lookUp: rule.lookUp }
      const detail = explainOrigins(wrong)
      return asking === undefined ? { outcome: 'broken', detail } : asking(context, detail)
    }
  },
  describe: ({ rule, says }) => says ?? `\`${printPointer(rule.at)}\` comes from ${sourcesWords(rule.from)}`,
  needs: ({ approvals }, use, charter) => [
    { fact: 'values' },
    ...approvals.flatMap((name) => approvalNeeds(name, use, charter)),
  ],
  classes: () => ['value-injected'],
}

/** Whether one of the places a value was seen at is one it may come from, or somebody approved it who is asked here, too. */
function isCovered({ origins }: TracedValue, { from, otherwise }: ValueRule): boolean {
  return origins.some((origin) =>
    origin.trust === 'endorsed'
      ? otherwise !== 'deny' && otherwise.approval === origin.approval
      : from.some((source) => covers(source, origin)),
  )
}

function covers(source: ValueSource, { trust, operation, at, named }: Origin): boolean {
  if (source.kind === 'named') return named !== undefined && operation === source.operation
  if (source.kind === 'sole') return named === 'sole' && operation === source.operation
  if (source.kind !== 'operation') return source.kind === trust
  if (trust !== 'trusted' || operation !== source.operation) return false
  return source.at === undefined || fits(source.at, parsePointer(at ?? '') ?? [])
}

/**
 * Whether nobody said a value as it stands: it was seen nowhere, or only in pieces, encoded, or in letters that look alike. Nobody who
 * is asked can tell whether it is right; where the right one is known, it can be looked up.
 */
function isInvented({ origins: [best] }: TracedValue): boolean {
  if (best === undefined) return false
  return best.trust === 'model' || ['joined', 'encoded', 'lookalike'].includes(best.how ?? 'same')
}

/** Whether a pointer is one of those a pattern means. */
export function fits(pattern: Pattern, pointer: readonly string[]): boolean {
  return pattern.length === pointer.length && pattern.every((step, index) => step === '*' || step === pointer[index])
}

/** Where values came from, one after the other, for whoever is asked. */
export function explainOrigins(traced: readonly TracedValue[]): string {
  return [...new Set(traced.map(originWords))].join('; ')
}

/** One value, and where it came from. Never the value itself: it may be secret. */
export function originWords({ at, part, origins }: TracedValue): string {
  const [best] = origins
  const of = part === undefined ? `\`${at}\`` : `${/^[ae]/.test(part) ? 'an' : 'a'} ${part} in \`${at}\``
  if (best === undefined) return `where ${of} came from cannot be told`
  const where = best.operation === undefined ? '' : ` of \`${best.operation}\`${best.at ? ` at \`${best.at}\`` : ''}`
  const remembered = best.memory === true ? ', remembered from an earlier run' : ''
  switch (best.trust) {
    case 'prompt':
      return `${of} came from the user${remembered}`
    case 'endorsed':
      return `${of} was approved in this run${best.approval === undefined ? '' : ` as \`${best.approval}\``}`
    case 'trusted':
      return `${of} came from the answer${where}${remembered}`
    case 'untrusted':
      return `${of} ${howWords[best.how ?? 'same']} untrusted content${where}${remembered}`
    case 'model':
      return `${of} was seen nowhere before: the model made it`
  }
}

const howWords: Readonly<Record<NonNullable<Origin['how']>, string>> = {
  same: 'came from',
  case: 'came from',
  form: 'came, written in another way, from',
  part: 'came from',
  joined: 'was put together from',
  encoded: 'came, encoded, from',
  lookalike: 'only looks like something in',
}

const words: Readonly<Record<Exclude<ValueSource['kind'], 'operation' | 'named' | 'sole'>, string>> = {
  prompt: 'the user',
  trusted: 'a trusted part of an answer',
  untrusted: 'anything that was read',
  model: 'the model',
}

function sourcesWords(from: readonly ValueSource[]): string {
  return joinWords(
    from.map((each) => {
      switch (each.kind) {
        case 'operation':
          return `the answer of \`${each.operation}\``
        case 'named':
          return `an answer of \`${each.operation}\` that the user named`
        case 'sole':
          return `an answer of \`${each.operation}\` that the user named and that says one only`
        default:
          return words[each.kind]
      }
    }),
  )
}

/** The rules on arguments that an operation has, with the constraint of each. */
export function valueRulesOf(
  charter: Charter,
  operation: string,
): readonly { readonly constraint: string; readonly rule: ValueRule }[] {
  return (charter.operations.get(operation)?.uses ?? []).flatMap((use) =>
    use.constraints.flatMap((each) => (each.kind === 'values' ? [{ constraint: each.id, rule: each.rule }] : [])),
  )
}

const named = new WeakMap<Charter, ReadonlySet<OperationId>>()

/** The operations of whose answers some rule asks whether the user named them. */
export function namedOperations(charter: Charter): ReadonlySet<OperationId> {
  const known = named.get(charter) ?? new Set([...charter.operations.keys()].flatMap((each) => namedFor(charter, each)))
  named.set(charter, known)
  return known
}

function namedFor(charter: Charter, operation: OperationId): readonly OperationId[] {
  return valueRulesOf(charter, operation).flatMap(({ rule }) =>
    rule.from.flatMap((source) => (source.kind === 'named' || source.kind === 'sole' ? [source.operation] : [])),
  )
}
