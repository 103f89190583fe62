// A draft that looked at the bank, running with all its checks.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type RunningBank, start } from '../../examples/bank-payments/start.ts'
import { loadDescription } from '../../src/charter/load-description.ts'
import { parseCharter } from '../../src/charter/parse.ts'
import type { ApiDescription } from '../../src/charter/source/description.ts'
import { draftCharter } from '../../src/draft/draft.ts'
import type { Evidence } from '../../src/draft/evidence.ts'
import { printDraft } from '../../src/draft/print.ts'
import { look } from './look.ts'

let bank: RunningBank
let description: ApiDescription
before(async () => {
  bank = await start()
  const loaded = await loadDescription('bank', 'examples/bank-payments/openapi.yaml')
  assert.ok(loaded.description)
  description = withoutTexts(loaded.description)
})
after(() => bank.close())

const names = ['alice', 'bob', 'carol', 'dana', 'ann']

/** What a person wrote for people is taken out, so that only what was seen can tell. */
function withoutTexts(told: ApiDescription): ApiDescription {
  return { ...told, operations: told.operations.map(({ summary: _, description: __, ...shape }) => shape) }
}

function drafted(evidence: Evidence | undefined): string {
  return printDraft(draftCharter({ description, url: './openapi.yaml', today: '2026-11-21', evidence }))
}

function lineOf(text: string, after: string, member: string): string {
  const lines = text.split('\n')
  const from = lines.findIndex((line) => line.trim() === after)
  return (
    lines
      .slice(from)
      .find((line) => line.trim().startsWith(`${member}:`))
      ?.trim() ?? ''
  )
}

test('looks with GET only, and says what it saw', async () => {
  const { evidence, sent } = await look(bank, description, { names })
  assert.deepEqual([...new Set(sent.map((line) => line.split(' ')[0]))], ['GET'])
  const text = drafted(evidence)
  const said = {
    owner: lineOf(text, 'account:', 'owner'),
    tenant: lineOf(text, 'account:', 'tenant'),
    risk: lineOf(text, 'riskScore:', 'seen-by'),
    read: lineOf(text, 'bank.getAccount:', 'by'),
    statement: lineOf(text, 'bank.getStatement:', 'by'),
    customers: lineOf(text, 'bank.listCustomers:', 'by'),
    me: lineOf(text, 'bank.getMe:', 'by'),
  }
  assert.deepEqual(said, {
    owner: 'owner: /ownerId # seen: alice, bob and carol see only what has their own there',
    tenant: 'tenant: /tenant # seen: alice, bob, carol and dana see only what has their own there',
    risk: 'seen-by: [ clerk ] # seen: dana finds it where alice and bob do not',
    read: 'by: [ owner, clerk ] # seen: alice, bob and carol read only their own; dana was answered',
    statement: 'by: [ owner, clerk ] # seen: alice, bob and carol read only their own; dana was answered',
    customers: 'by: clerk # seen: dana was answered; alice, bob, carol and ann were refused',
    me: 'by: signed-in # seen: alice, bob, carol, dana and ann were answered',
  })
  assert.ok(parseCharter([{ file: 'draft', text }]).charter)
})

test('when it may write, it creates and sees who may', async () => {
  const { evidence, sent } = await look(bank, description, { names, writes: 'create' })
  assert.deepEqual([...new Set(sent.map((line) => line.split(' ')[0]))].sort(), ['GET', 'POST'])
  const text = drafted(evidence)
  assert.match(text, /create:\n +on: bank\.openAccount\n.*\n +by: customer # seen: alice, bob and carol were answered/)
  assert.match(text, /ref: account # seen: its values are keys of `account`/)
})

test('without anything seen, guesses stay', () => {
  assert.match(lineOf(drafted(undefined), 'account:', 'owner'), /guessed: because of the name/)
})

test('a server nobody answers at gives no evidence and no failure', async () => {
  const { evidence } = await look({ url: 'http://127.0.0.1:9', tokens: bank.tokens }, description, {
    names: ['alice', 'bob'],
  })
  assert.deepEqual(evidence.answers, [])
})
