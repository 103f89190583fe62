import type { Asked } from './small-api.ts'

/** Ways of a sound system to change by itself, or to show what it does late or otherwise than expected. */
export const habits: readonly Habit[] = ['drift', 'interest', 'lag', 'crowd', 'job', 'reuse', 'shuffle']
export type Habit = 'drift' | 'interest' | 'lag' | 'crowd' | 'job' | 'reuse' | 'shuffle'

/** Checks that a flawed system leaves out. */
export type Lapse = 'pays-for-others' | 'withdraws-frozen'

export const restlessCharter: string = `
lockstep: 1
name: bank
sources:
  - name: shop
    type: inline
    operations:
      open: { method: POST, path: /accounts, response: { id: string, ownerId: string, status: string, balance: integer, rank: integer } }
      getAccount: { method: GET, path: '/accounts/{accountId}', response: { id: string, ownerId: string, status: string, balance: integer, rank: integer } }
      withdraw: { method: POST, path: '/accounts/{accountId}/withdraw', body: { amount: integer } }
      freeze: { method: POST, path: '/accounts/{accountId}/freeze' }
      close: { method: DELETE, path: '/accounts/{accountId}' }
      order: { method: POST, path: /orders, body: { accountId: string, amount: integer }, response: { id: string, ownerId: string, accountId: string, status: string, amount: integer, rank: integer } }
      getOrder: { method: GET, path: '/orders/{orderId}', response: { id: string, ownerId: string, accountId: string, status: string, amount: integer, rank: integer } }
      listOrders: { method: GET, path: /orders, response: { items: 'object[]' } }
      pay: { method: POST, path: '/orders/{orderId}/pay' }
      ship: { method: POST, path: '/orders/{orderId}/ship' }
      cancel: { method: POST, path: '/orders/{orderId}/cancel' }
      bonus: { method: POST, path: '/orders/{orderId}/bonus' }
      getWallet: { method: GET, path: /wallet, response: { id: string, money: integer } }
actors: { member: {}, clerk: {} }
objects:
  account:
    owner: /ownerId
    state: /status
    read: shop.getAccount
    states: [open, frozen, closed]
    final: closed
    gone: closed
    fields: { balance: { type: money, set-by: nobody } }
    transitions:
      open: { on: shop.open, to: open, by: member }
      withdraw:
        on: shop.withdraw
        from: open
        by: owner
        when: request.amount > 0 && request.amount <= object.balance
        limit: { sum: request.amount, at-most: '500', per: object }
        example: { body: { amount: 100 } }
      freeze: { on: shop.freeze, from: open, to: frozen, by: clerk }
      close: { on: shop.close, from: [open, frozen], to: closed, by: owner }
  order:
    owner: /ownerId
    state: /status
    read: shop.getOrder
    list: shop.listOrders
    states: [placed, paid, shipped, cancelled]
    final: [shipped, cancelled]
    fields: { amount: { type: money } }
    transitions:
      create:
        on: shop.order
        to: placed
        by: member
        refs: { account: { object: account, key: $request.body#/accountId, by: owner, in: open } }
        when: request.amount > 0 && request.amount <= 300
        example: { body: { amount: 50 } }
      pay: { on: shop.pay, from: placed, to: paid, by: owner, once: true, refs: { account: { object: account, key: $object#/accountId } } }
      ship: { on: shop.ship, from: paid, to: shipped, by: clerk }
      cancel: { on: shop.cancel, from: placed, to: cancelled, by: owner }
      bonus: { on: shop.bonus, from: paid, by: owner }
  wallet: { key: /id, owner: /id, read: shop.getWallet, fields: { money: { type: money } } }
operations:
  shop.getAccount: { by: [owner, clerk] }
  shop.getOrder: { by: [owner, clerk] }
  shop.listOrders: { by: signed-in, items: /items }
  shop.getWallet: { by: member }
invariants:
  - { never-negative: account.balance }
  - { holds: account.balance <= 100000, object: account }
`

interface Row {
  readonly id: string
  readonly kind: 'accounts' | 'orders'
  readonly ownerId: string
  readonly born: number
  readonly accountId?: string
  status: string
  balance: number
  amount: number
  taken: number
  reads: number
  moved: number
  bonus: number
}

const lagMs = 50
const driftMs = 3

/** A bank that checks everything and has habits; `answer` is one of `SmallApi`, `stop` ends what goes on in it. */
export function openBank(
  has: ReadonlySet<Habit>,
  lapse?: Lapse,
): {
  readonly answer: (asked: Asked) => readonly [number, unknown?]
  readonly stop: () => void
} {
  const rows = new Map<string, Row>()
  const wallets = new Map<string, number>()
  const past = new Map<string, { readonly at: number; readonly seen: string | undefined }[]>()
  let crowd = 0
  let count = 0
  const now = (): number => performance.now()
  const drift = (since: number): number => (has.has('drift') ? Math.floor((now() - since) / driftMs) : 0)
  const rank = (): number => crowd + rows.size
  const shown = (row: Row): Record<string, unknown> => {
    const { id, ownerId, status } = row
    const own = { id, ownerId, status, rank: rank() }
    return row.kind === 'accounts'
      ? { ...own, balance: balanceOf(row) }
      : { ...own, accountId: row.accountId, amount: row.amount }
  }
  const balanceOf = (row: Row): number => row.balance + drift(row.born) + (has.has('interest') ? row.reads : 0)
  const walletOf = (who: string): Record<string, unknown> => ({
    id: who,
    money: 1000 + (wallets.get(who) ?? 0) + crowd + drift(0),
  })
  const note = (key: string, seen: unknown): void => {
    const known = past.get(key) ?? []
    known.push({ at: now(), seen: seen === undefined ? undefined : JSON.stringify(seen) })
    past.set(key, known)
  }
  /** What was to be seen a while ago. */
  const late = (key: string, seen: unknown): unknown => {
    if (!has.has('lag')) return seen
    const then = past.get(key)?.findLast(({ at }) => at <= now() - lagMs)?.seen
    return then === undefined ? undefined : JSON.parse(then)
  }
  const keep = (row: Row): void => note(row.id, shown(row))
  const freeId = (kind: string): string => {
    if (!has.has('reuse')) return `${kind}-${++count}`
    for (let number = 1; ; number++) if (!rows.has(`${kind}-${number}`)) return `${kind}-${number}`
  }
  const make = (kind: Row['kind'], ownerId: string, more: Partial<Row>): Row => {
    const id = freeId(kind)
    const zero = { taken: 0, reads: 0, moved: now(), bonus: 0, amount: 0, balance: 0, born: now() }
    const row: Row = { id, kind, ownerId, status: 'open', ...zero, ...more }
    rows.set(id, row)
    keep(row)
    return row
  }
  const settle = (): void => {
    if (!has.has('job')) return
    for (const row of rows.values())
      if (row.kind === 'orders' && row.status === 'paid' && now() - row.moved > 30) {
        row.status = 'shipped'
        keep(row)
      }
  }
  const timer = setInterval(() => {
    if (has.has('crowd')) crowd += 7
    settle()
  }, 9)
  timer.unref()

  const account = (who: string, row: Row, method: string, verb: string, asked: number): readonly [number, unknown?] => {
    if (verb === 'freeze' && who === 'cleo') {
      if (row.status !== 'open') return [409]
      row.status = 'frozen'
    } else if (row.ownerId !== who) return [404]
    else if (method === 'DELETE') {
      rows.delete(row.id)
      note(row.id, undefined)
      return [204]
    } else if (verb === 'withdraw') {
      if (row.status !== 'open' && lapse !== 'withdraws-frozen') return [409]
      if (!Number.isInteger(asked) || asked <= 0) return [422]
      if (row.taken + asked > 500) return [422]
      if (asked > balanceOf(row)) return [422]
      row.taken += asked
      row.balance -= asked
    } else return [403]
    keep(row)
    return [200, shown(row)]
  }

  const order = (who: string, row: Row, verb: string): readonly [number, unknown?] => {
    if (verb === 'ship' && who === 'cleo') {
      if (row.status !== 'paid') return [409]
      row.status = 'shipped'
    } else if (who === 'cleo' || (row.ownerId !== who && !(lapse === 'pays-for-others' && verb === 'pay'))) return [404]
    else if (verb === 'pay') {
      if (row.status !== 'placed') return [409]
      const from = rows.get(row.accountId ?? '')
      if (from === undefined || from.status !== 'open' || balanceOf(from) < row.amount) return [409]
      from.balance -= row.amount
      keep(from)
      row.status = 'paid'
    } else if (verb === 'cancel') {
      if (row.status !== 'placed') return [409]
      row.status = 'cancelled'
    } else if (verb === 'bonus') {
      if (row.status !== 'paid') return [409]
      row.bonus++
      wallets.set(who, (wallets.get(who) ?? 0) + 5)
      note(`wallet/${who}`, walletOf(who))
    } else return [403]
    row.moved = now()
    keep(row)
    return [200, shown(row)]
  }

  const look = (who: string, kind: string, id: string): readonly [number, unknown?] => {
    if (kind === 'wallet') return who === 'cleo' ? [403] : [200, late(`wallet/${who}`, walletOf(who)) ?? walletOf(who)]
    if (kind === 'orders' && id === '') {
      const mine = [...rows.values()].filter((row) => row.kind === 'orders' && row.ownerId === who)
      const items = mine.flatMap((row) => (late(row.id, shown(row)) === undefined ? [] : [late(row.id, shown(row))]))
      return [200, { items: has.has('shuffle') ? items.toSorted(() => Math.random() - 0.5) : items }]
    }
    const row = rows.get(id)
    if (row !== undefined && row.ownerId !== who && who !== 'cleo') return [404]
    if (row !== undefined) row.reads++
    const seen = late(id, row === undefined ? undefined : shown(row))
    return seen === undefined ? [404] : [200, seen]
  }

  const answer = ({ who, method, path: [kind = '', id = '', verb = ''], body }: Asked): readonly [number, unknown?] => {
    if (who === undefined) return [401]
    settle()
    if (method === 'GET') return look(who, kind, id)
    const row = rows.get(id)
    if (id === '' && who === 'cleo') return [403]
    if (kind === 'accounts' && id === '') return [201, shown(make('accounts', who, { balance: 1000 }))]
    if (kind === 'orders' && id === '') {
      const from = rows.get(String(body['accountId']))
      const amount = Number(body['amount'])
      if (from === undefined || from.ownerId !== who) return [404]
      if (from.status !== 'open') return [409]
      if (!(amount > 0 && amount <= 300)) return [422]
      return [201, shown(make('orders', who, { status: 'placed', accountId: from.id, amount }))]
    }
    if (row === undefined || row.kind !== kind) return [404]
    return kind === 'accounts' ? account(who, row, method, verb, Number(body['amount'])) : order(who, row, verb)
  }
  return { answer, stop: () => clearInterval(timer) }
}
