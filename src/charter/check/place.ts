import type { DataLabel } from '../agent.ts'
import type { ObjectType, Position, Use } from '../charter.ts'
import { nearest } from '../nearest.ts'
import { countedPlace, type Pointer, printPointer, printReference, type Reference } from '../pointer.ts'
import { printSought, type Where } from '../where.ts'
import { type Checker, constraintsOf, operationOf } from './checker.ts'
import { bodyMembers } from './member.ts'
import { answerOf, bodyOf, type Found, listedOf, lookUp, type Placed, representationOf } from './shape.ts'

/** Pointers and references to places that no schema has. */
export function checkPlaces(checker: Checker): void {
  for (const type of checker.charter.objects.values()) checkObject(checker, type)
  for (const use of checker.uses) checkUse(checker, use)
  checkInvariants(checker)
  for (const label of checker.charter.data?.labels ?? []) checkLabel(checker, label)
}

function checkObject(checker: Checker, type: ObjectType): void {
  const representation = representationOf(checker, type)
  if (representation === undefined) return
  const path = ['objects', type.name]
  const places: [pointer: Pointer | string | undefined, member: string][] = [
    [type.key, 'key'],
    [type.owner, 'owner'],
    [type.tenant, 'tenant'],
    [type.state?.kind === 'at' ? type.state.pointer : undefined, 'state'],
    [type.parent?.key, 'parent'],
    ...[...type.parties].map(([party, at]): [Pointer, string] => [at, `parties.${party}`]),
    ...type.volatile.map((at): [Pointer, string] => [at, 'volatile']),
  ]
  for (const [pointer, member] of places) {
    if (pointer === undefined || typeof pointer === 'string') continue
    checkPointer(checker, representation, pointer, {
      what: `\`${member}\` of \`${type.name}\``,
      position: checker.at([...path, ...member.split('.')]),
    })
  }
  for (const field of type.fields.values()) {
    if (lookUp(representation, field.at).verdict !== 'missing' || isWritten(checker, type, field.in)) continue
    checkPointer(checker, representation, field.at, {
      what: `the field \`${field.name}\` of \`${type.name}\``,
      position: field.position,
    })
  }
}

/** A field may be written without ever being shown. */
function isWritten(checker: Checker, type: ObjectType, pointer: Pointer): boolean {
  return checker.uses.some((use) => {
    const shape = operationOf(checker, use)?.shape
    return (
      use.object?.type === type.name && shape !== undefined && bodyMembers(checker, shape).includes(pointer[0] ?? '')
    )
  })
}

function checkPointer(
  checker: Checker,
  from: Placed,
  pointer: Pointer,
  at: { what: string; position: Position },
): void {
  const found = lookUp(from, pointer)
  if (found.verdict !== 'missing') return
  checker.warn(
    'unknown-place',
    at.position,
    `${at.what}: what \`read\` answers has no \`${printPointer(pointer)}\``,
    suggest(found),
  )
}

function suggest(found: Extract<Found, { verdict: 'missing' }>): string {
  const meant = nearest(found.name, found.known)
  return meant === undefined ? `known: ${found.known.slice(0, 12).join(', ') || 'none'}` : `did you mean \`${meant}\`?`
}

function checkUse(checker: Checker, use: Use): void {
  if (use.object !== undefined && use.object.key.from !== 'principal')
    checkReference(checker, use, use.object.key, 'the key of the object')
  checkReadKey(checker, use)
  for (const ref of use.refs) {
    if (ref.key.from === 'principal') continue
    if (ref.key.from === 'where') checkWhere(checker, use, ref.slot, { type: ref.object, where: ref.key })
    else if (ref.key.from !== 'object') checkReference(checker, use, ref.key, `\`${ref.slot}\``)
    else checkObjectPointer(checker, use, ref.key.pointer, `\`${ref.slot}\``)
  }
  for (const { key } of constraintsOf(use, 'idempotency')) checkReference(checker, use, key, 'the idempotency key')
  for (const each of use.constraints)
    for (const place of ('per' in each ? each.per : []).flatMap((scope) => countedPlace(scope) ?? []))
      checkReference(checker, use, place, '`per`')
  for (const { approval } of constraintsOf(use, 'approval')) {
    for (const pointer of checker.charter.approvals.get(approval)?.binds ?? [])
      checkObjectPointer(checker, use, pointer, `\`binds\` of \`${approval}\``)
  }
}

/** Which object is read has to be said before: only the caller's own is known without. */
function checkReadKey(checker: Checker, { object, operation, position }: Use): void {
  const type = checker.charter.objects.get(object?.type ?? '')
  const shape = checker.charter.operations.get(operation)?.shape
  if (object?.key.from !== 'response' || type?.read !== operation || shape === undefined) return
  const named = shape.parameters.find((each) => each.in === 'path' || each.in === 'query')
  const [member] = bodyMembers(checker, shape)
  if (named === undefined && member === undefined) return
  const place = named === undefined ? `$request.body#/${member}` : `$request.${named.in}.${named.name}`
  checker.warn(
    'key-unknown',
    position,
    `\`${operation}\` reads \`${type.name}\`, but which of its arguments is the key is not known: only the caller's own, whose key is their id, can be read`,
    `say it with \`key\`, like \`key: ${place}\``,
  )
}

/** Where what is looked for says it, and where what it says comes from. */
function checkWhere(checker: Checker, use: Use, slot: string, sought: { type: string; where: Where }): void {
  const type = checker.charter.objects.get(sought.type)
  const representation = type && (representationOf(checker, type) ?? listedOf(checker, type))
  for (const { at, is } of sought.where.members) {
    const what = `\`where\` of \`${slot}\` at \`${use.id}\``
    if (representation !== undefined) checkPointer(checker, representation, at, { what, position: use.position })
    if (is.from === 'principal' || is.from === 'text') continue
    if (is.from !== 'object') checkReference(checker, use, is, `\`where\` of \`${slot}\``)
    else if (is.slot === 'object' && use.creates)
      checker.report(
        'key-unknown',
        use.position,
        `${what} reads \`${printSought(is)}\`, but \`${use.id}\` only makes the object`,
        'name a place in the request, or another reference: `$NAME#/POINTER`',
      )
    else checkSlotPointer(checker, use, is, what)
  }
}

function checkSlotPointer(checker: Checker, use: Use, is: { slot: string; pointer: Pointer }, what: string): void {
  const own = checker.charter.objects.get(use.object?.type ?? '')
  const ref = use.refs.find((each) => each.slot === is.slot)?.object
  const name = is.slot === 'object' ? own?.name : is.slot === 'parent' ? own?.parent?.object : ref
  const type = checker.charter.objects.get(name ?? '')
  const representation = type && representationOf(checker, type)
  if (representation !== undefined) checkPointer(checker, representation, is.pointer, { what, position: use.position })
}

function checkObjectPointer(checker: Checker, use: Use, pointer: Pointer, what: string): void {
  const type = checker.charter.objects.get(use.object?.type ?? '')
  const representation = type && representationOf(checker, type)
  if (representation !== undefined)
    checkPointer(checker, representation, pointer, { what: `${what} at \`${use.id}\``, position: use.position })
}

function checkReference(checker: Checker, use: Use, reference: Reference, what: string): void {
  const shape = operationOf(checker, use)?.shape
  if (shape === undefined) return
  const message = `${what} at \`${use.id}\` is \`${printReference(reference)}\`, but \`${shape.id}\` has no such place`
  if (reference.in === 'body') {
    checkBodyReference(checker, use, { reference, message })
    return
  }
  if (reference.from === 'response') return
  const { name } = reference
  const same = (each: string): boolean =>
    reference.in === 'header' ? each.toLowerCase() === name.toLowerCase() : each === name
  const known = shape.parameters.filter((each) => each.in === reference.in).map((each) => each.name)
  if (known.some(same)) return
  // Descriptions often leave headers out.
  const report = reference.in === 'header' ? checker.warn : checker.report
  report('unknown-place', use.position, message, suggest({ verdict: 'missing', name, known, open: false }))
}

/** A label at a place that is not there labels nothing. */
function checkLabel(checker: Checker, label: DataLabel): void {
  if (label.kind === 'place') checkLabelledPlace(checker, label)
  if (label.kind !== 'field') return
  const type = checker.charter.objects.get(label.object)
  const shown = type && (representationOf(checker, type) ?? listedOf(checker, type))
  if (type === undefined || shown === undefined || type.fields.has(label.field)) return
  if (isWritten(checker, type, label.at)) return
  checkPointer(checker, shown, label.at, {
    what: `the label of \`${label.object}.${label.field}\``,
    position: label.position,
  })
}

function checkLabelledPlace(
  checker: Checker,
  { operation, at, position }: Extract<DataLabel, { kind: 'place' }>,
): void {
  const shape = checker.charter.operations.get(operation)?.shape
  const answer = shape && answerOf(checker, shape)
  if (shape === undefined || answer === undefined) return
  const body = bodyOf(checker, shape)
  const path = at.map((step) => (step === '*' ? '0' : step))
  const [found, ...others] = [answer, ...(body === undefined ? [] : [body])].map((each) => lookUp(each, path))
  const isMissing = (each: Found | undefined): boolean => each?.verdict === 'missing' && each.name !== '0'
  if (found?.verdict !== 'missing' || ![found, ...others].every(isMissing)) return
  if (shape.parameters.some(({ name }) => name === at[0])) return
  checker.warn(
    'unknown-place',
    position,
    `the label at \`${operation}#${printPointer(at)}\`: neither what it answers nor its arguments have such a place`,
    suggest(found),
  )
}

type BodyReference = Extract<Reference, { in: 'body' }>

function checkBodyReference(
  checker: Checker,
  use: Use,
  { reference, message }: { reference: BodyReference; message: string },
): void {
  const shape = operationOf(checker, use)?.shape
  if (shape === undefined) return
  const schema = reference.from === 'request' ? bodyOf(checker, shape) : answerOf(checker, shape)
  if (schema === undefined) {
    if (reference.from === 'request')
      checker.report('unknown-place', use.position, message, 'the operation takes no body')
    return
  }
  const found = lookUp(schema, reference.pointer)
  if (found.verdict !== 'missing') return
  const report = found.open || reference.from === 'response' ? checker.warn : checker.report
  report('unknown-place', use.position, message, suggest(found))
}

function checkInvariants(checker: Checker): void {
  for (const invariant of checker.charter.invariants) {
    if (!('field' in invariant)) continue
    const type = checker.charter.objects.get(invariant.object)
    const representation = type && representationOf(checker, type)
    if (representation === undefined || type?.fields.has(invariant.field.name)) continue
    checkPointer(checker, representation, invariant.field.at, {
      what: `the invariant over \`${invariant.object}.${invariant.field.name}\``,
      position: invariant.position,
    })
  }
}
