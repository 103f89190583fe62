import assert from 'node:assert/strict'
import { type BankOptions, type RunningBank, start } from '../../examples/bank-payments/start.ts'

type Json = Record<string, unknown>

/** An answer with its JSON object (`{}` if there was none). */
export interface Answer {
  status: number
  body: Json
}

/** A request in the name of a user. */
export type Send = (who: string, line: string, body?: Json, headers?: Record<string, string>) => Promise<Answer>

/** What the bank's tests say to it: one request, and the few steps that every workflow shares. */
export interface Client {
  bank: RunningBank
  send: Send
  /** As `send`, but insists on a 2xx. */
  must: Send
  close(): Promise<void>
}

/** Starts a bank and gives a client for it. */
export async function open(options: BankOptions = {}): Promise<Client> {
  const bank = await start(options)
  const send: Send = async (who, line, body, headers = {}) => {
    const [method = '', path = ''] = line.split(' ')
    const response = await fetch(bank.url + path, {
      method,
      headers: { authorization: `Bearer ${bank.tokens[who]}`, ...headers },
      ...(body && { body: JSON.stringify(body) }),
    })
    const answer: unknown = JSON.parse((await response.text()) || '{}')
    return { status: response.status, body: asObject(answer) }
  }
  const must: Send = async (who, line, body, headers) => {
    const answer = await send(who, line, body, headers)
    assert.ok(answer.status < 300, `${who} ${line}: ${answer.status} ${JSON.stringify(answer.body)}`)
    return answer
  }
  return { bank, send, must, close: () => bank.close() }
}

export function asObject(value: unknown): Json {
  assert.ok(typeof value === 'object' && value !== null && !Array.isArray(value), `not an object: ${String(value)}`)
  return { ...value }
}

export function items(answer: Answer): Json[] {
  assert.ok(Array.isArray(answer.body.items), JSON.stringify(answer.body))
  return answer.body.items.map(asObject)
}

export function id(answer: Answer): string {
  return String(answer.body.id)
}

export async function accountOf(client: Client, who: string, label = 'current'): Promise<string> {
  const account = items(await client.must(who, 'GET /accounts')).find((candidate) => candidate.label === label)
  return String(account?.id)
}

export async function balanceOf(client: Client, accountId: string, staff = 'dana'): Promise<number> {
  return Number((await client.must(staff, `GET /accounts/${accountId}`)).body.balance)
}

export async function beneficiaryOf(client: Client, who: string): Promise<string> {
  const [{ id: own }, all] = [await me(client, who), items(await client.must(who, 'GET /beneficiaries'))]
  return String(all.find(({ ownerId, status }) => ownerId === own && status === 'active')?.id)
}

export async function me(client: Client, who: string): Promise<Json> {
  return (await client.must(who, 'GET /me')).body
}

/** The body of a transfer from the user's account to their first beneficiary. */
export async function order(client: Client, who: string, amount: number, label = 'current'): Promise<Json> {
  const [fromAccountId, beneficiaryId] = [await accountOf(client, who, label), await beneficiaryOf(client, who)]
  return { fromAccountId, beneficiaryId, amount, currency: 'EUR' }
}

export async function draft(client: Client, who: string, amount: number, label?: string): Promise<string> {
  return id(await client.must(who, 'POST /transfers', await order(client, who, amount, label)))
}

export async function submitted(client: Client, who: string, amount: number, label?: string): Promise<string> {
  const transfer = await draft(client, who, amount, label)
  await client.must(who, `POST /transfers/${transfer}/submit`)
  return transfer
}

export async function approved(client: Client, who: string, amount: number): Promise<string> {
  const transfer = await submitted(client, who, amount)
  for (const approver of ['ann', 'ben']) await client.must(approver, `POST /transfers/${transfer}/approve`)
  return transfer
}

export async function executed(client: Client, who: string, amount: number): Promise<string> {
  const transfer = await submitted(client, who, amount)
  await client.must(who, `POST /transfers/${transfer}/execute`)
  return transfer
}

/** The transfer as the staff of the brand sees it. */
export async function transferSeen(client: Client, transferId: string): Promise<Json> {
  return (await client.must('dana', `GET /transfers/${transferId}`)).body
}

/** A consent of alice for her current account, as the header the partner sends. */
export async function consent(client: Client, scopes: string[], who = 'alice'): Promise<Record<string, string>> {
  const accountId = await accountOf(client, who)
  const granted = await client.must(who, 'POST /consents', { accountId, partner: 'pay4u', scopes, maxAmount: 300 })
  return { 'consent-id': id(granted) }
}

export function twenty<T>(act: () => Promise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: 20 }, act))
}
