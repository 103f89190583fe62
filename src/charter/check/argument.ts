import type { Position, Use } from '../charter.ts'
import { printPattern } from '../link-agent.ts'
import { nearest } from '../nearest.ts'
import { type Checker, constraintsOf, operationOf } from './checker.ts'
import { bodyOf, lookUp } from './shape.ts'

/**
 * Rules on where arguments come from that speak of arguments there are not: nothing would ever be asked. Where a move has several operations
 * and one of them takes it, the others are told of only if agents may use them.
 */
export function checkArguments(checker: Checker): void {
  checkListed(checker)
  const rules = checker.uses.flatMap((use) =>
    constraintsOf(use, 'values').map(({ rule, position }) => ({
      use,
      position,
      said: printPattern(rule.at),
      ...lacking(checker, use, rule.at),
    })),
  )
  const taken = new Set(rules.filter(({ known }) => known === undefined).map(({ position }) => placeOf(position)))
  for (const { use, position, said, name, known, open } of rules) {
    if (known === undefined) continue
    const elsewhere = taken.has(placeOf(position))
    if (elsewhere && !isAgents(checker, use)) continue
    const meant = nearest(name, known)
    const report = open || elsewhere ? checker.warn : checker.report
    report(
      'unknown-place',
      position,
      `\`values\` at \`${use.id}\` speaks of \`${said}\`, but \`${use.operation}\` takes no such argument`,
      meant === undefined ? `known: ${known.slice(0, 12).join(', ') || 'none'}` : `did you mean \`${meant}\`?`,
    )
  }
}

/** Members of an enumeration are nobody's words: they are not traced. */
function checkListed(checker: Checker): void {
  for (const use of checker.uses)
    for (const { rule, position } of constraintsOf(use, 'values')) {
      const shape = operationOf(checker, use)?.shape
      const body = shape && bodyOf(checker, shape)
      const found =
        body &&
        lookUp(
          body,
          rule.at.map((step) => (step === '*' ? '0' : step)),
        )
      if (found?.verdict !== 'there' || found.at.schema['enum'] === undefined) continue
      const said = printPattern(rule.at)
      checker.warn(
        'rule-always',
        position,
        `\`values\` at \`${use.id}\` ask nothing of \`${said}\`: it is one of a list of values, and those are not traced`,
        'compare it in a rule: `when: request.… == …`',
      )
    }
}

interface Lacking {
  readonly name: string
  /** The arguments there are; undefined when the one that is meant is among them, or that cannot be told. */
  readonly known?: readonly string[]
  readonly open: boolean
}

function lacking(checker: Checker, use: Use, [name = '*']: readonly string[]): Lacking {
  const shape = operationOf(checker, use)?.shape
  const none = { name, open: false }
  if (shape === undefined || name === '*') return none
  const outside = shape.parameters.flatMap((each) => (each.in === 'path' || each.in === 'query' ? [each.name] : []))
  if (outside.includes(name)) return none
  const body = bodyOf(checker, shape)
  if (body === undefined) return { ...none, known: outside }
  const found = lookUp(body, [name])
  return found.verdict === 'missing' ? { name, known: [...outside, ...found.known], open: found.open } : none
}

function isAgents({ charter }: Checker, { operation }: Use): boolean {
  return [...charter.workflows.values()].some(({ operations }) => operations.has(operation))
}

function placeOf({ file, line, column }: Position): string {
  return `${file}:${line}:${column}`
}
