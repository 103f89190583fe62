// What a busy company leaves on the record: calls of people and agents, some refused, some asked, in runs and without.
import type { EntryDraft } from '../../src/ledger/entry.ts'

const operations = Array.from({ length: 40 }, (_, n) => `shop.operation${n}`)

/** Entry `index` of a stream in which every call is a decision and, where it was let through, an outcome. `at` is its time. */
export function entryOf(index: number, at: number): EntryDraft {
  const call = Math.floor(index / 2)
  const isRefused = call % 25 === 7
  const isAsked = call % 200 === 11
  const operation = operations[(call * 7) % operations.length] ?? ''
  const id = `01a20000-${String(call).padStart(12, '0')}`
  if (index % 2 === 1 && !isRefused && !isAsked)
    return { kind: 'outcome', at, call: id, operation, outcome: 'effective', status: 200, ms: 12 }
  const isAgent = call % 3 === 0
  const person = `person-${call % 900}`
  const name = index % 2 === 1 ? `${id}-again` : id
  return {
    kind: 'decision',
    at,
    call: name,
    operation,
    use: `order.move${call % 12}`,
    principal: isAgent
      ? { id: `agent-${call % 30}`, kind: 'agent', tenant: 'north', actsFor: [person] }
      : { id: person, kind: 'user', tenant: call % 2 === 0 ? 'north' : 'south' },
    effect: isRefused ? 'deny' : isAsked ? 'ask' : 'allow',
    reasons: isRefused ? [{ constraint: `order.move${call % 12}.when`, says: 'the amount must be what is due' }] : [],
    charter: { name: 'shop', digest: 'sha256:6f0b' },
    mode: 'enforce',
    reserved: true,
    objects: [{ type: 'order', key: `order-${call % 150_000}` }],
    content: { request: { path: { id: `order-${call}` }, body: { amount: '12.00' } } },
    ...(isAgent ? { run: `run-${Math.floor(call / 60)}`, workflow: `workflow-${call % 8}` } : {}),
  }
}
