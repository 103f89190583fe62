import { withArticle } from '../../cel/article.ts'
import type { ObjectType, Use } from '../charter.ts'
import { inferKey } from '../infer.ts'
import { type Checker, constraintsOf, operationOf } from './checker.ts'
import { bodyOf, lookUp } from './shape.ts'

/** Rules about a parent that nobody can know when the call is made: what is being made says its parent only afterwards. */
export function checkParents(checker: Checker): void {
  for (const use of checker.uses) {
    const type = checker.charter.objects.get(use.object?.type ?? '')
    if (!use.creates || type === undefined) continue
    checkWhose(checker, use, type)
    const rules = [
      ...constraintsOf(use, 'when').map(({ rule, position }) => ({ rule, position })),
      ...constraintsOf(use, 'limit').map(({ atMost, position }) => ({ rule: atMost, position })),
    ]
    const { parent } = type
    for (const { rule, position } of rules) {
      if (!rule.reads.some(([root]) => root === 'parent') || (parent !== undefined && names(checker, use, parent)))
        continue
      const what =
        parent === undefined
          ? `${withArticle(type.name)} has no \`parent\``
          : `nothing in the call says which ${parent.object} it is`
      checker.warn(
        'parent-unknown',
        position,
        `\`${rule.source}\` reads \`parent\`, but \`${use.id}\` only makes the ${type.name}, and ${what}: it denies every call`,
        help(type),
      )
    }
  }
}

/** Whose an object will be that is made below another: where nobody knows that before it is there, anybody may make it in any tenant. */
function checkWhose(checker: Checker, use: Use, { name, tenant, parent }: ObjectType): void {
  if (tenant === undefined || tenant === 'creator' || parent === undefined || !isBound(checker, use)) return
  const isNamed = names(checker, use, parent)
  const makes = `\`${use.id}\` makes ${withArticle(name)}`
  if (tenant === 'parent' && !isNamed)
    checker.warn(
      'parent-unknown',
      use.position,
      `${makes} in the tenant of its ${parent.object}, and nothing in the call says which ${parent.object} it is: it is made in any tenant`,
      `name it: \`refs: { ${parent.object}: { object: ${parent.object}, key: $request.body#/… } }\``,
    )
  const above = checker.charter.objects.get(parent.object)
  if (tenant === 'parent' || !isNamed || above?.tenant === undefined || keepsCaller(use)) return
  checker.warn(
    'parent-unknown',
    use.position,
    `${makes}, and its \`tenant\` is known only once it is there: it is made in any tenant`,
    `write \`tenant: parent\` at \`${name}\`: the call says which ${parent.object} it is`,
  )
}

/** Whether somebody may make it only in their tenant. */
function isBound({ charter }: Checker, use: Use): boolean {
  return constraintsOf(use, 'by').some(({ choices }) =>
    choices.some(({ actor }) => actor !== undefined && charter.actors.get(actor)?.tenant !== false),
  )
}

/** Whether something else says what it has to do with who makes it: what it refers to, or a rule on them. */
function keepsCaller(use: Use): boolean {
  return (
    constraintsOf(use, 'by').some(({ slot }) => slot !== 'object') ||
    constraintsOf(use, 'when').some(({ rule }) =>
      rule.reads.some(([root]) => root === 'principal' || root === 'claims'),
    )
  )
}

function help({ name, parent }: ObjectType): string {
  const object = parent?.object ?? 'order'
  return parent === undefined
    ? `declare it: \`parent: { object: ${object}, key: /${object}Id }\` at \`${name}\`, or name the object under \`refs\``
    : `name it: \`refs: { ${object}: { object: ${object}, key: $request.body#/… } }\`, and write \`${object}.…\` in the rule`
}

/** Whether the call says which parent is meant: by a reference, in its path or query, or in its body. */
function names(checker: Checker, use: Use, parent: NonNullable<ObjectType['parent']>): boolean {
  const shape = operationOf(checker, use)?.shape
  if (shape === undefined || use.refs.some((ref) => ref.object === parent.object)) return true
  const read = checker.charter.objects.get(parent.object)?.read
  const readShape = checker.charter.operations.get(read ?? '')?.shape
  if (inferKey(parent.object, shape, read, readShape) !== undefined) return true
  const body = bodyOf(checker, shape)
  if (body === undefined) return false
  return lookUp(body, parent.key).verdict !== 'missing' || lookUp(body, [`${parent.object}Id`]).verdict !== 'missing'
}
