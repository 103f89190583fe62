// Changes over so few names that they meet, and one query that asks for everything about those names.
import fc from 'fast-check'
import type { Change, Query } from '../../src/guard/store.ts'

const callStates = ['reserved', 'in-doubt', 'effective', 'released'] as const
const holdStates = ['pending', 'granted', 'refused', 'expired', 'cancelled', 'executing', 'executed'] as const
const runStates = ['open', 'ended', 'revoked'] as const
const names = ['a', 'b', 'c\'\\"é😀'] as const
const keys = ['1', 'ö/2'] as const
const amounts = ['1', '0.1', '0.20', '-3', '1e2', '100000000000000000000.01', '0', '-0.10'] as const

const name = fc.constantFrom(...names)
const text = fc.string({ unit: 'grapheme', maxLength: 6 })
const at = fc.integer({ min: 0, max: 20 })
const object = fc.record({ type: fc.constantFrom('order', 'cart'), key: fc.constantFrom(...keys) })
const json = fc.oneof(fc.jsonValue({ maxDepth: 2 }), fc.constant({ zero: '\u0000', half: '\ud800' }))
const id = name
const state = fc.constantFrom(...callStates)

/** One change of any kind. */
export const anyChange: fc.Arbitrary<Change> = fc
  .oneof(
    { weight: 1, arbitrary: callChange() },
    { weight: 2, arbitrary: markChange() },
    { weight: 2, arbitrary: grantChange() },
    { weight: 1, arbitrary: otherChange() },
  )
  // Plain objects, as a program would make them.
  .map((change) => structuredClone(change))

function callChange(): fc.Arbitrary<Change> {
  const call = fc.record(
    { id, node: name, state, operation: text, principal: text, at, detail: json },
    { requiredKeys: ['id', 'node', 'state', 'operation', 'at', 'detail'] },
  )
  const seen = fc.record(
    {
      type: fc.constantFrom('order', 'cart'),
      key: fc.constantFrom(...keys),
      seenAt: at,
      value: json,
      owner: text,
      state: fc.constantFrom('paid', 'done'),
      parties: fc.constant({ buyer: ['x', 'y'] }),
    },
    { requiredKeys: ['type', 'key', 'seenAt', 'value'] },
  )
  return fc.oneof(
    fc.record({ kind: fc.constant('call'), call }),
    fc.record(
      { kind: fc.constant('call-state'), call: id, state, detail: json },
      { requiredKeys: ['kind', 'call', 'state'] },
    ),
    fc.record({ kind: fc.constant('drop-call'), call: id }),
    fc.record({ kind: fc.constant('lease'), call: id, node: name, object, shared: fc.boolean() }),
    fc.record({ kind: fc.constant('free'), call: id, objects: fc.array(object, { maxLength: 2 }) }),
    fc.record({ kind: fc.constant('gone'), node: name }),
    fc.record({ kind: fc.constant('object'), object: seen }),
  )
}

function markChange(): fc.Arbitrary<Change> {
  const mark = fc.record(
    {
      constraint: name,
      scope: name,
      at,
      operation: text,
      principal: text,
      amount: fc.constantFrom(...amounts),
      object,
      summed: fc.constant(true as const),
    },
    { requiredKeys: ['constraint', 'scope', 'at', 'operation'] },
  )
  return fc.oneof(
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('mark'), call: id, mark, effective: fc.boolean() }) },
    {
      weight: 1,
      arbitrary: fc.oneof(
        fc.record({ kind: fc.constant('settle-marks'), call: id, effective: fc.boolean() }),
        fc.record({ kind: fc.constant('settle-marks'), call: id, effective: fc.constant(true), object }),
        fc.record({
          kind: fc.constant('settle-marks'),
          call: id,
          effective: fc.constant(true),
          amounts: fc.dictionary(name, fc.constantFrom(...amounts), { maxKeys: 2 }),
        }),
      ),
    },
  )
}

function grantChange(): fc.Arbitrary<Change> {
  const grant = fc.record(
    {
      id,
      approval: fc.constantFrom('big', 'odd'),
      by: fc.record({ id: text, roles: fc.array(text, { maxLength: 2 }) }),
      at,
      value: json,
      revoked: fc.boolean(),
      object,
      question: name,
      bound: json,
      expires: at,
    },
    { requiredKeys: ['id', 'approval', 'by', 'at', 'value', 'revoked'] },
  )
  return fc.oneof(
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('grant'), grant }) },
    fc.record({ kind: fc.constant('revoke'), approval: fc.constantFrom('big', 'odd'), object }),
    fc.record({ kind: fc.constant('take-grant'), grant: id, call: id }),
    fc.record({ kind: fc.constant('settle-grants'), call: id, spent: fc.boolean() }),
    fc.record({ kind: fc.constant('drop-grant'), grant: id }),
  )
}

function otherChange(): fc.Arbitrary<Change> {
  const of = fc.constantFrom('principal', 'tenant')
  return fc.oneof(
    fc.record({
      kind: fc.constant('hold'),
      hold: fc.record({
        id,
        state: fc.constantFrom(...holdStates),
        question: name,
        group: text,
        at,
        expires: at,
        detail: json,
      }),
    }),
    fc.record({
      kind: fc.constant('repeat'),
      repeat: fc.record(
        { key: name, digest: text, call: id, at, answer: json },
        { requiredKeys: ['key', 'digest', 'call', 'at'] },
      ),
    }),
    fc.record({ kind: fc.constant('drop-repeat'), key: name }),
    fc.record({ kind: fc.constant('switch-off'), switch: fc.record({ of, name, by: text, why: text, at }) }),
    fc.record({ kind: fc.constant('switch-on'), of, name }),
    fc.record({ kind: fc.constant('saw'), run: name, at, entries: fc.array(json, { maxLength: 2 }) }),
    fc.record({
      kind: fc.constant('run'),
      run: fc.record({ id, holder: name, state: fc.constantFrom(...runStates), at, expires: at, detail: json }),
    }),
    fc.record({
      kind: fc.constant('keep'),
      kept: fc.record({ name: id, holder: name, expires: at, content: json }),
    }),
    fc.record({ kind: fc.constant('drop-kept'), name: id }),
    fc.record({ kind: fc.constant('beat'), node: name, at }),
    fc.record({ kind: fc.constant('forget'), before: at, marksOf: fc.subarray([...names]) }),
  )
}

const objects = ['order', 'cart'].flatMap((type) => keys.map((key) => ({ type, key })))
const counters = names
  .flatMap((constraint) => names.map((scope) => ({ constraint, scope })))
  .flatMap((scope) => [scope, { ...scope, since: 7 }, { ...scope, while: ['paid'] }, { ...scope, since: 3, while: [] }])

/** Asks for everything the changes above may have touched. */
export const everything: Query = {
  leases: objects,
  objects,
  counters,
  marked: counters,
  histories: counters.map(({ constraint, scope, ...rest }) => ({
    constraint,
    scope,
    ...('since' in rest ? { since: rest.since } : {}),
  })),
  grants: ['big', 'odd'].flatMap((approval) => [
    { approval },
    ...names.map((question) => ({ approval, question })),
    ...objects.flatMap((of) => [
      { approval, object: of },
      { approval, object: of, question: 'a' },
    ]),
  ]),
  calls: [...names, 'nobody'],
  callsIn: { states: ['reserved', 'in-doubt', 'effective'] },
  repeats: [...names, 'nobody'],
  holds: [...names, 'nobody'],
  holdsBy: { states: ['pending', 'granted', 'executing'] },
  switches: true,
  runs: [...names, 'nobody'],
  runsBy: { states: ['open', 'revoked'] },
  nodes: true,
  seen: names.flatMap((run) => [
    { run, after: 0 },
    { run, after: 1 },
  ]),
  kept: [...names, 'nobody'],
  keptOf: names.flatMap((holder) => [
    { holder, after: 0 },
    { holder, after: 9 },
  ]),
}

/** The same lists, asked in another way. */
export const otherwise: Query = {
  callsIn: { states: [...callStates] },
  holdsBy: { question: 'a' },
  runsBy: { holder: 'a' },
}
