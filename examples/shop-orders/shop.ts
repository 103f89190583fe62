import { randomBytes } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import Database from 'better-sqlite3'
import type { z } from 'zod'
import { Problem, type Route } from '../shared/http.ts'
import type { FlawName } from './flaws.ts'
import { seedCoupons, seedProducts, seedUsers, tables } from './schema.ts'

/** One row of `users`: whoever sent the request. */
export interface User {
  id: string
  email: string
  name: string
  role: string
  shop: string | null
  verified: number
  verificationCode: string
  credit: number
  subscription: string
  subscriptionEndsAt: number
  subscriptionPayments: number
  trialUsed: number
}

/** The routes one part of the shop adds. */
export type Routes = readonly Route<User>[]

/** The database, the clock and the switches that every part of the shop works with. */
export class Shop {
  readonly db: Database.Database
  readonly now: () => number
  readonly #flaws: ReadonlySet<FlawName>

  /** Opens and seeds the database at `file` (`:memory:` is fine), which must be new. */
  constructor(options: { file: string; flaws: readonly FlawName[]; now: () => number }) {
    this.db = new Database(options.file)
    this.db.pragma('journal_mode = MEMORY')
    this.db.pragma('synchronous = OFF')
    this.db.exec(tables)
    this.#flaws = new Set(options.flaws)
    this.now = options.now
  }

  /** Tells whether a flaw is switched on; for the few that are not a missing rule. */
  flawed(flaw: FlawName): boolean {
    return this.#flaws.has(flaw)
  }

  /** Throws the refusal unless the rule holds; the named flaw takes this one check out. */
  rule(flaw: FlawName, holds: boolean, refusal: Problem): void {
    if (!holds && !this.flawed(flaw)) throw refusal
  }

  /** Runs in one transaction, which a thrown refusal rolls back. */
  atomic<T>(work: () => T): T {
    return this.db.transaction(work).immediate()
  }

  /**
   * Checks and writes in one transaction. The named flaw lets other requests in between, while something else is
   * asked, as a fraud check would be; this is what makes a race.
   */
  async checkThenWrite<T, R>(flaw: FlawName, check: () => T, write: (checked: T) => R): Promise<R> {
    if (!this.flawed(flaw)) return this.atomic(() => write(check()))
    const checked = check()
    await pause(12)
    return this.atomic(() => write(checked))
  }

  /** The next id of a kind, such as `ord-7`. */
  nextId(kind: string): string {
    const next = this.db
      .prepare<[string], { value: number }>(
        'INSERT INTO counters VALUES (?, 1) ON CONFLICT DO UPDATE SET value = value + 1 RETURNING value',
      )
      .get(kind)
    return `${kind}-${next?.value}`
  }

  /** An id of 128 random bits, unless the named flaw makes it a counter. */
  capabilityId(kind: string, flaw: FlawName): string {
    return this.flawed(flaw) ? this.nextId(kind) : `${kind}-${randomBytes(16).toString('hex')}`
  }

  /** Empties every table and puts the seeded people, goods and coupons back; `tokens` maps tokens to user ids. */
  seed(tokens: ReadonlyMap<string, string>): void {
    const names = this.db.prepare<[], { name: string }>("SELECT name FROM sqlite_schema WHERE type = 'table'").all()
    const insertUser = this.db.prepare(
      'INSERT INTO users (id, email, name, role, shop, verified, verificationCode) VALUES (?, ?, ?, ?, ?, 1, ?)',
    )
    const insertToken = this.db.prepare('INSERT INTO tokens VALUES (?, ?)')
    const insertProduct = this.db.prepare('INSERT INTO products VALUES (?, ?, ?, ?, ?, ?)')
    const insertCoupon = this.db.prepare('INSERT INTO coupons VALUES (?, ?, ?)')
    this.atomic(() => {
      for (const { name } of names) this.db.exec(`DELETE FROM "${name}"`)
      for (const { id, role, shop } of seedUsers)
        insertUser.run(id, `${id}@example.com`, id, role, shop, randomBytes(8).toString('hex'))
      for (const [token, userId] of tokens) insertToken.run(token, userId)
      for (const product of seedProducts) insertProduct.run(...product)
      for (const coupon of seedCoupons) insertCoupon.run(...coupon)
    })
  }
}

/** Throws the refusal unless the rule holds. */
export function demand(holds: boolean, refusal: Problem): asserts holds {
  if (!holds) throw refusal
}

/** Throws 403 unless the user has one of the roles. */
export function requireRole(user: User, allowed: readonly string[]): void {
  demand(allowed.includes(user.role), forbidden(`this needs the role ${allowed.join(' or ')}`))
}

/** The body as the schema describes it, without members the schema does not name; throws 400 when it does not fit. */
export function parseBody<T>(schema: z.ZodType<T>, body: unknown): T {
  const parsed = schema.safeParse(body)
  if (parsed.success) return parsed.data
  const faults = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`)
  throw new Problem(400, 'malformed-body', faults.join('; '))
}

/** 403: this user may not call this at all. */
export function forbidden(detail: string): Problem {
  return new Problem(403, 'forbidden', detail)
}

/** 404: no such object, or none this user may know of. */
export function missing(what: string): Problem {
  return new Problem(404, 'not-found', `no such ${what}`)
}

/** 409: not in this state. */
export function conflict(detail: string): Problem {
  return new Problem(409, 'wrong-state', detail)
}

/** 422: a rule of the business is broken. */
export function unprocessable(code: string, detail: string): Problem {
  return new Problem(422, code, detail)
}
