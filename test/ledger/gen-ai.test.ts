// Names of OpenTelemetry for agents: on entries of agents, and on no others.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Entry } from '../../src/ledger/entry.ts'
import { toOtlp } from '../../src/ledger/export/otlp.ts'

const frame = { version: 1, id: 'e', at: '2026-11-22T04:00:00.000Z', node: 'n' } as const

function said(body: object): Readonly<Record<string, string>> {
  const entry: Entry = JSON.parse(JSON.stringify({ ...frame, ...body }))
  const logs = toOtlp([{ index: 0, hash: Buffer.alloc(32), entry }], { origin: 'o', version: '1' })
  const [record] = logs.resourceLogs[0]?.scopeLogs[0]?.logRecords ?? []
  const attributes: { key: string; value: { stringValue?: string } }[] = Object(record).attributes
  return Object.fromEntries(attributes.map(({ key, value }) => [key, value.stringValue ?? '']))
}

const decision = { kind: 'decision', operation: 'desk.refund', effect: 'allow', reasons: [] }

test('agents and their runs are named as OpenTelemetry has them', () => {
  const agents = said({ ...decision, principal: { id: 'bot', kind: 'agent' }, run: 'r1', workflow: 'refunds' })
  assert.deepEqual(
    [agents['gen_ai.agent.id'], agents['gen_ai.conversation.id'], agents['lockstep.workflow']],
    ['bot', 'r1', 'refunds'],
  )
  const people = said({ ...decision, principal: { id: 'ann', kind: 'user' } })
  assert.deepEqual(
    Object.keys(people).filter((key) => key.startsWith('gen_ai.')),
    [],
  )
})
