import assert from 'node:assert/strict'
import type { Charter } from '../../../src/charter/charter.ts'
import { linkCharter } from '../../../src/charter/link.ts'
import { parseCharter } from '../../../src/charter/parse.ts'
import { readToolList } from '../../../src/charter/source/tools.ts'
import { namedOperations } from '../../../src/constraint/values.ts'
import { decide } from '../../../src/decide/decide.ts'
import { endorsements, traceCall } from '../../../src/session/provenance/arguments.ts'
import { emptyMemory, type Memory, remember, type Seen } from '../../../src/session/provenance/memory.ts'

const known = '{ from: [prompt, trusted] }'
const text = `
lockstep: 1
sources: [{ name: office, type: mcp, url: ./tools.json }]
actors:
  user: {}
  bot: { kind: agent, workflow: desk, acts-for: user }
approvals: { confirm: { by: user } }
operations:
  office.inbox: { by: user, safe: true, trusted: [/*/id] }
  office.contacts: { by: user, safe: true, trusted: true }
  office.payments: { by: user, safe: true, trusted: [/*/id, /*/payee] }
  office.files: { by: user, safe: true, trusted: [/*/id] }
  office.open: { by: user, values: { url: { from: [prompt, trusted], else: confirm, approves: source } } }
  office.channel: { by: user, safe: true }
  office.page: { by: user, safe: true, values: { url: { from: [prompt, 'named:office.channel'], else: confirm, look-up: office.channel } } }
  office.invite: { by: user, values: { email: { from: [prompt, 'sole:office.page'], else: confirm, look-up: [office.contacts, office.page] } } }
  office.notes: { by: user, safe: true, memory: read }
  office.note: { by: user, memory: write }
  office.send: { by: user, values: { to: ${known}, body: { of: addresses, from: [prompt, trusted], else: confirm } } }
  office.pay: { by: user, values: { payee: { from: [prompt, 'office.payments#/*/payee'] }, memo: { from: [prompt, trusted, model], else: confirm } } }
  office.remove: { by: user, values: { id: { from: [prompt, 'office.files#/*/id'] }, mode: ${known} } }
  office.add-contact: { by: user, trusted: [/id, /email] }
workflows:
  desk: { operations: [office.inbox, office.contacts, office.payments, office.files, office.open, office.channel, office.page, office.invite, office.notes, office.note, office.send, office.pay, office.remove, office.add-contact] }
`

const names = [...text.matchAll(/^ {2}office\.([\w-]+):/gm)].map(([, name = '']) => name)
const mode = { type: 'string', enum: ['trash', 'erase'] }

function officeCharter(): Charter {
  const tools = names.map((name) => ({
    name,
    inputSchema: { type: 'object', properties: name === 'remove' ? { mode } : {}, additionalProperties: true },
  }))
  const { description } = readToolList('office', { tools }, () => ({ file: 'tools.json', line: 1, column: 1 }))
  const { charter: parsed, diagnostics } = parseCharter([{ file: 'office.yaml', text }])
  assert.deepEqual(diagnostics, [])
  assert.ok(parsed !== undefined && description !== undefined)
  const linked = linkCharter(parsed, new Map([['office', description]]))
  assert.deepEqual(linked.diagnostics, [])
  return linked.charter
}

const charter = officeCharter()
const principal = {
  id: 'bot',
  kind: 'agent',
  actors: ['bot'],
  chain: [{ id: 'ann', kind: 'user', actors: ['user'] }],
} as const

/** A run in an office, whose charter decides. */
export class OfficeRun {
  readonly memory: Memory = emptyMemory()
  #calls = 0

  constructor(prompt: string) {
    remember(this.memory, { kind: 'prompt', text: prompt })
  }

  /** What a tool gave back for what was asked of it. */
  read(tool: string, asked: unknown, content: unknown): this {
    assert.ok(namedOperations(charter).has(`office.${tool}`))
    return this.saw(tool, content, undefined, asked)
  }

  /** What a tool gave back, labelled as the charter says; with what was sent, where it changes something. */
  saw(tool: string, content: unknown, sent?: unknown, asked?: unknown): this {
    const operation = charter.operations.get(`office.${tool}`)
    assert.ok(operation !== undefined)
    this.#calls += 1
    const seen: Seen = {
      kind: 'answer',
      operation: operation.id,
      call: `c${this.#calls}`,
      content,
      ...(operation.trusted === undefined ? {} : { trusted: operation.trusted }),
      ...(sent === undefined ? {} : { wrote: sent }),
      ...(asked === undefined ? {} : { asked }),
    }
    remember(this.memory, seen)
    return this
  }

  also(...seen: readonly Seen[]): this {
    for (const each of seen) remember(this.memory, each)
    return this
  }

  /** What is decided; a question is answered with yes when it is granted. */
  call(tool: string, body: unknown, granted = false): string {
    const { effect, reasons, values, operation } = this.#decide(tool, body)
    if (effect === 'ask' && granted) {
      const asked = new Set(reasons.map(({ constraint }) => constraint))
      this.also(...endorsements(charter, operation, { traced: values, asked }))
    }
    return effect
  }

  /** Where the agent is told to look up what it should say instead. */
  hint(tool: string, body: unknown): readonly string[] {
    return this.#decide(tool, body).reasons.flatMap(({ lookUp }) => lookUp ?? [])
  }

  #decide(tool: string, body: unknown) {
    const operation = `office.${tool}`
    const call = { operation, principal, request: { body }, at: 0, run: { id: 'r' } }
    const values = traceCall(charter, this.memory, call)
    const facts = {
      objects: {},
      counters: {},
      history: {},
      grants: { confirm: [] },
      values,
      pins: { [operation]: 'pinned' as const },
    }
    return { ...decide(charter, facts, call), values, operation }
  }
}
