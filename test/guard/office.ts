// An office whose agent reads customers, and the tools it may carry their data to.
import assert from 'node:assert/strict'
import type { Charter, Principal, Run } from '../../src/charter/charter.ts'
import { linkCharter } from '../../src/charter/link.ts'
import { parseCharter } from '../../src/charter/parse.ts'
import { readToolList } from '../../src/charter/source/tools.ts'
import type { Incoming, Ruling } from '../../src/guard/call.ts'
import type { Guard } from '../../src/guard/guard.ts'
import { answered } from './wallet.ts'

const text = `
lockstep: 1
name: office
sources: [{ name: desk, type: mcp, url: ./office.tools.json }]
actors:
  clerk: {}
  bot: { kind: agent, workflow: work, acts-for: clerk }
operations:
  desk.read: { by: clerk, safe: true }
  desk.post: { by: clerk }
  desk.mail: { by: clerk }
  desk.pay: { by: clerk }
workflows:
  work: { operations: [desk.read, desk.post, desk.mail, desk.pay], data: [public, personal] }
data:
  classes: [public, personal, secret]
  labels:
    - { at: 'desk.read#/account', class: secret }
    - { at: 'desk.read#/phone', class: personal }
    - { pattern: iban, class: secret }
  flows:
    - { class: secret, to: [desk.pay], else: token }
    - { class: personal, to: [desk.mail], else: deny }
`
const tools = ['read', 'post', 'mail', 'pay', 'note', 'recall'].map((name) => ({
  name,
  inputSchema: { type: 'object' },
}))

export const clara: Principal = { id: 'clara', roles: ['clerk'] }
export const bot: Principal = { id: 'bot', kind: 'agent', roles: ['bot'], chain: [clara] }
export const card = { account: 'GB33BUKB20201555555555', phone: '+49 151 23456789', name: 'Ann' }

export const officeCharter = (): Charter => charterOf(text)

/** A charter of the desk, whose tools take anything. */
export function charterOf(text: string): Charter {
  const parsed = parseCharter([{ file: 'charter.yaml', text }])
  assert.ok(parsed.charter, JSON.stringify(parsed.diagnostics))
  const { description } = readToolList('desk', { tools }, () => ({ file: 'tools', line: 1, column: 1 }))
  assert.ok(description)
  const { charter, diagnostics } = linkCharter(parsed.charter, new Map([['desk', description]]))
  assert.deepEqual(diagnostics, [])
  return charter
}

let runs = 0

/** A run nobody had before. */
export function newRun(): Run {
  runs += 1
  return { id: `run-${runs}`, workflow: 'work', agent: 'bot' }
}

interface ToolCall {
  readonly run: Run
  readonly tool: string
  readonly body: unknown
}

/** What the guard says of a call of the bot, before it is sent. */
export function ask(guard: Guard, { run, tool, body }: ToolCall, rewrites = true): Promise<Ruling> {
  const incoming: Incoming = { operation: `desk.${tool}`, principal: bot, request: { body }, run, pin: 'pinned' }
  return guard.begin(rewrites ? { ...incoming, rewrites: true } : incoming)
}

/** What the tool receives, and what the agent sees; or the code of the refusal. */
export async function call(
  guard: Guard,
  asked: ToolCall,
  { answer = {}, rewrites = true } = {},
): Promise<string | { readonly sent: unknown; readonly seen: unknown }> {
  const ruling = await ask(guard, asked, rewrites)
  if (ruling.kind !== 'go') return ruling.kind === 'refused' ? ruling.refusal.code : ruling.kind
  const sent = ruling.instead === undefined ? asked.body : ruling.instead.body
  const release = await ruling.settle(answered(200, answer))
  return {
    sent,
    seen: release.kind === 'changed' ? release.body : release.kind === 'pass' ? answer : release.refusal,
  }
}
