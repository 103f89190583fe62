// The people of the bank at their work: each scene is a few calls through the guard, some as they should be and some as they should not.
import { randomUUID } from 'node:crypto'

/** What an API answered. */
export interface Said {
  readonly status: number
  readonly body: Readonly<Record<string, unknown>>
}

/** Calls the bank through the guard as somebody. */
export type CallAs = (who: string, method: string, path: string, given?: Given) => Promise<Said>

interface Given {
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

/** @param url - Where the guard is. */
export function callers(url: string, tokens: Readonly<Record<string, string>>): CallAs {
  return async (who, method, path, { body, headers = {} } = {}) => {
    const response = await fetch(`${url}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${tokens[who] ?? ''}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const said: unknown = await response.json().catch(() => ({}))
    return { status: response.status, body: recordOf(said) }
  }
}

/** Some people, with what they have. */
export class People {
  readonly #call: CallAs
  readonly #homes = new Map<string, { readonly account: string; readonly beneficiary: string }>()
  /** Transfers that were executed, the latest last. */
  readonly #executed: { readonly id: string; readonly amount: number; readonly who: string }[] = []
  #consent: Promise<string> | undefined

  constructor(call: CallAs) {
    this.#call = call
  }

  /** A small transfer from beginning to end; the answer is its id. */
  async pay(who: string, amount: number): Promise<string> {
    const id = await this.#order(who, amount)
    await this.#call(who, 'POST', `/transfers/${id}/submit`)
    return await this.#execute(who, id, amount)
  }

  /** A large one: two approvers sign it first. */
  async payLarge(who: string, amount: number): Promise<string> {
    const id = await this.#order(who, amount)
    await this.#call(who, 'POST', `/transfers/${id}/submit`)
    for (const approver of ['ann', 'ben']) await this.#call(approver, 'POST', `/transfers/${id}/approve`)
    return await this.#execute(who, id, amount)
  }

  /** Somebody looks at what they have. */
  async look(who: string): Promise<void> {
    const { account } = await this.#homeOf(who)
    for (const path of [`/accounts/${account}`, `/accounts/${account}/statement`, '/transfers'])
      await this.#call(who, 'GET', path)
  }

  /** A clerk gives a part back. */
  async giveBack(amount: number): Promise<void> {
    const last = this.#executed.findLast((each) => each.amount > amount && each.who !== 'carol')
    if (last !== undefined) await this.#reverse('dana', last.id, amount)
  }

  /** A clerk gives back so much that somebody else has to agree; the answer is the id of the transfer. */
  async giveBackMuch(who: string, amount: number): Promise<string> {
    const id = await this.pay(who, amount)
    await this.#reverse('dana', id, amount)
    return id
  }

  /** A partner looks and pays under a consent. */
  async partner(amount: number): Promise<void> {
    const { account, beneficiary } = await this.#homeOf('alice')
    const headers = { 'consent-id': await this.#consentOf() }
    await this.#call('pay4u', 'GET', `/accounts/${account}`, { headers })
    const body = order(account, beneficiary, amount)
    const { body: made } = await this.#call('pay4u', 'POST', '/transfers', { body, headers })
    if (typeof made['id'] !== 'string') return
    for (const step of ['submit', 'execute'])
      await this.#call('pay4u', 'POST', `/transfers/${made['id']}/${step}`, { headers })
  }

  /** Eve approves her own transfer. */
  async approveOwn(): Promise<void> {
    const id = await this.#order('eve', 1200)
    await this.#call('eve', 'POST', `/transfers/${id}/submit`)
    await this.#call('eve', 'POST', `/transfers/${id}/approve`)
    await this.#call('eve', 'POST', `/transfers/${id}/cancel`)
  }

  /** A clerk of the other brand takes money back; the answer is how that was answered. */
  async otherBrand(): Promise<number | undefined> {
    const last = this.#executed.findLast(({ who }) => who !== 'carol')
    return last && (await this.#reverse('dirk', last.id, last.amount)).status
  }

  /** A clerk gives back several times at once what may be given back once. */
  async race(): Promise<void> {
    const last = this.#executed.findLast(({ amount, who }) => amount > 1 && amount < 100 && who !== 'carol')
    if (last === undefined) return
    await Promise.all(Array.from({ length: 4 }, () => this.#reverse('dana', last.id, last.amount - 1)))
  }

  /** The same key with another amount. */
  async sameKey(who: string): Promise<void> {
    const { account, beneficiary } = await this.#homeOf(who)
    const headers = { 'idempotency-key': randomUUID() }
    for (const amount of [12, 13])
      await this.#call(who, 'POST', '/transfers', { body: order(account, beneficiary, amount), headers })
  }

  /** Somebody reads, and pays from, what is not theirs. */
  async stranger(): Promise<void> {
    const [{ account }, { beneficiary }] = [await this.#homeOf('alice'), await this.#homeOf('bob')]
    await this.#call('bob', 'GET', `/accounts/${account}`)
    await this.#call('bob', 'POST', '/transfers', { body: order(account, beneficiary, 50) })
  }

  async #homeOf(who: string): Promise<{ readonly account: string; readonly beneficiary: string }> {
    const known = this.#homes.get(who)
    if (known !== undefined) return known
    const account = await this.#firstOf(who, '/accounts')
    const beneficiary = await this.#firstOf(who, '/beneficiaries')
    this.#homes.set(who, { account, beneficiary })
    return { account, beneficiary }
  }

  async #firstOf(who: string, path: string): Promise<string> {
    const { body } = await this.#call(who, 'GET', path)
    const items = Array.isArray(body['items']) ? body['items'].map(recordOf) : []
    // Who works here sees more than their own.
    return String(items.find((each) => each['ownerId'] === who)?.['id'])
  }

  async #order(who: string, amount: number): Promise<string> {
    const { account, beneficiary } = await this.#homeOf(who)
    const { body } = await this.#call(who, 'POST', '/transfers', { body: order(account, beneficiary, amount) })
    return String(body['id'])
  }

  async #execute(who: string, id: string, amount: number): Promise<string> {
    const { status } = await this.#call(who, 'POST', `/transfers/${id}/execute`)
    if (status === 200) this.#executed.push({ id, amount, who })
    this.#executed.splice(0, this.#executed.length - 50)
    return id
  }

  #reverse(who: string, id: string, amount: number): Promise<Said> {
    return this.#call(who, 'POST', `/transfers/${id}/reversals`, { body: { amount } })
  }

  #consentOf(): Promise<string> {
    this.#consent ??= this.#homeOf('alice').then(async ({ account }) => {
      const body = { accountId: account, partner: 'pay4u', scopes: ['accounts:read', 'payments:write'], maxAmount: 100 }
      return String((await this.#call('alice', 'POST', '/consents', { body })).body['id'])
    })
    return this.#consent
  }
}

function order(fromAccountId: string, beneficiaryId: string, amount: number): object {
  return { fromAccountId, beneficiaryId, amount, currency: 'EUR' }
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value)) : {}
}
