import type { Expression } from '../../cel/parse-cel.ts'
import type { Position, Use } from '../charter.ts'
import { nearest } from '../nearest.ts'
import type { OperationShape } from '../source/description.ts'
import { propertiesOf } from '../source/schema.ts'
import { type Checker, constraintsOf, operationOf } from './checker.ts'
import { bodyOf, exampleHas, type Found, firstAnswersOf, lookUp, representationOf, shapeOf } from './shape.ts'

/** Rules that read what no parameter, body or object has: they could never be evaluated, and would deny every call. */
export function checkMembers(checker: Checker): void {
  for (const use of checker.uses) {
    for (const { expression, position } of expressionsOf(checker, use)) {
      for (const path of expression.reads) checkRead(checker, use, path, { expression, position })
    }
  }
  for (const invariant of checker.charter.invariants) {
    if (invariant.kind !== 'holds') continue
    for (const path of invariant.rule.reads) {
      if (path[0] === 'object' || path[0] === invariant.object)
        checkObjectRead(checker, invariant.object, path, { expression: invariant.rule, position: invariant.position })
    }
  }
}

interface Place {
  readonly expression: Expression
  readonly position: Position
}

function expressionsOf(checker: Checker, use: Use): Place[] {
  const places: Place[] = constraintsOf(use, 'when').map(({ rule, position }) => ({ expression: rule, position }))
  for (const { sum, atMost, position } of constraintsOf(use, 'limit')) {
    places.push({ expression: atMost, position }, ...(sum === undefined ? [] : [{ expression: sum, position }]))
  }
  for (const { approval, position } of constraintsOf(use, 'approval')) {
    const needed = checker.charter.approvals.get(approval)
    if (needed?.neededWhen !== undefined)
      places.push({ expression: needed.neededWhen, position: needed.position ?? position })
  }
  return places
}

function checkRead(checker: Checker, use: Use, path: readonly string[], place: Place): void {
  const [root = '', ...rest] = path
  const shape = operationOf(checker, use)?.shape
  if (shape === undefined) return
  if (root === 'request' || root === 'body') {
    if (exampleHas(use.example?.body, rest)) return
    reportFound(
      checker,
      root === 'body' ? inBody(checker, shape, rest) : inRequest(checker, shape, rest),
      path,
      place,
      `\`${shape.id}\` takes`,
    )
  } else if (root === 'path' || root === 'query' || root === 'header') {
    reportFound(checker, inParameters(shape, root, rest), path, place, `\`${shape.id}\` takes`)
  } else if (root === 'principal') {
    if (rest[0] !== undefined) reportFound(checker, among(rest[0], principalMembers), path, place, 'a principal has')
  } else {
    const type = typeOf(checker, use, root)
    if (type !== undefined) checkObjectRead(checker, type, path, place)
  }
}

const principalMembers = ['id', 'kind', 'tenant', 'roles', 'scopes', 'claims', 'actors']

function typeOf(checker: Checker, use: Use, root: string): string | undefined {
  if (root === 'object') return use.object?.type
  if (root === 'parent') return checker.charter.objects.get(use.object?.type ?? '')?.parent?.object
  return use.refs.find((ref) => ref.slot === root)?.object
}

const unsaid: Found = { verdict: 'unsaid' }

function among(name: string, known: readonly string[]): Found {
  return known.includes(name) ? unsaid : { verdict: 'missing', name, known, open: false }
}

function inBody(checker: Checker, shape: OperationShape, rest: readonly string[]): Found {
  const body = bodyOf(checker, shape)
  if (body !== undefined) return lookUp(body, rest)
  return rest[0] === undefined ? unsaid : { verdict: 'missing', name: rest[0], known: [], open: false }
}

/** `request` holds body members, query and path together. */
function inRequest(checker: Checker, shape: OperationShape, rest: readonly string[]): Found {
  const [name] = rest
  if (name === undefined) return unsaid
  const parameters = shape.parameters
    .filter((each) => each.in === 'path' || each.in === 'query')
    .map((each) => each.name)
  if (parameters.includes(name)) return unsaid
  const found = inBody(checker, shape, rest)
  return found.verdict === 'missing' && found.name === name
    ? { ...found, known: [...found.known, ...parameters] }
    : found
}

function inParameters(shape: OperationShape, kind: 'path' | 'query' | 'header', [name]: readonly string[]): Found {
  if (name === undefined) return unsaid
  const known = shape.parameters.filter((each) => each.in === kind).map((each) => each.name)
  // A header that a description does not mention may well be read.
  if (kind === 'header')
    return known.some((each) => each.toLowerCase() === name.toLowerCase())
      ? unsaid
      : { verdict: 'missing', name, known, open: true }
  return among(name, known)
}

function checkObjectRead(checker: Checker, typeName: string, path: readonly string[], place: Place): void {
  const [, name, ...deeper] = path
  const type = checker.charter.objects.get(typeName)
  if (type === undefined || name === undefined || type.fields.has(name)) return
  const schema = representationOf(checker, type)
  if (schema === undefined) return
  const found = lookUp(schema, [name, ...deeper])
  const atFirst = firstAnswersOf(checker, type).some((each) => lookUp(each, [name, ...deeper]).verdict === 'there')
  if (atFirst) return
  const shown =
    found.verdict === 'missing' && found.name === name
      ? { ...found, known: [...found.known, ...type.fields.keys()] }
      : found
  const read = shapeOf(checker, type.read)?.id ?? typeName
  // Descriptions often leave members of answers out, so that this is only doubtful.
  reportFound(
    checker,
    shown.verdict === 'missing' ? { ...shown, open: true } : shown,
    path,
    place,
    `\`${read}\` answers with`,
  )
}

function reportFound(
  checker: Checker,
  found: Found,
  path: readonly string[],
  { expression, position }: Place,
  whose: string,
): void {
  if (found.verdict !== 'missing') return
  const report = found.open ? checker.warn : checker.report
  const meant = nearest(found.name, found.known)
  const help =
    meant === undefined ? `known: ${found.known.slice(0, 12).join(', ') || 'none'}` : `did you mean \`${meant}\`?`
  report(
    'unknown-member',
    position,
    `\`${expression.source}\` reads \`${path.join('.')}\`, but ${whose} no \`${found.name}\``,
    help,
  )
}

/** Names of the members a request body has; empty when it does not say. */
export function bodyMembers(checker: Checker, shape: OperationShape): readonly string[] {
  const body = bodyOf(checker, shape)
  return body === undefined ? [] : Object.keys(propertiesOf(body.home, body.schema))
}
