import { setTimeout as pause } from 'node:timers/promises'
import { type Listening, listen, type Route } from '../shared/http.ts'
import { accountRoutes } from './accounts.ts'
import { approvalRoutes } from './approvals.ts'
import type { Bank } from './bank.ts'
import { beneficiaryRoutes } from './beneficiaries.ts'
import { consentRoutes } from './consents.ts'
import type { FlawName } from './flaws.ts'
import { settlementRoutes } from './settlement.ts'
import { openStore, seed } from './store.ts'
import { transferRoutes } from './transfers.ts'
import { issueTokens, type User } from './users.ts'

/**
 * `file` is where the database goes (default: memory); `testHooks` serves `POST /test/reset`, which seeds anew; with `named`, ids of users
 * are their names, for people who look on.
 */
export interface BankOptions {
  flaws?: readonly FlawName[]
  port?: number
  file?: string
  testHooks?: true
  named?: true
}

/** A running bank: its address and a bearer token for each user, by name. */
export interface RunningBank extends Listening {
  tokens: Readonly<Record<string, string>>
}

/** Starts a freshly seeded bank on 127.0.0.1 with new tokens; without flaws it keeps its own rules. */
export async function start(options: BankOptions = {}): Promise<RunningBank> {
  const users = issueTokens(options.named)
  const db = openStore(options.file)
  seed(db, users.values())
  const bank: Bank = { db, flaws: new Set(options.flaws), screen: () => pause(5 + Math.random() * 10) }
  const reset: Route<User> = {
    method: 'POST',
    path: '/test/reset',
    access: 'public',
    handle: () => {
      seed(db, users.values())
      return { status: 204 }
    },
  }
  const server = await listen({
    routes: [...routes(bank), ...(options.testHooks ? [reset] : [])],
    authenticate: (token) => users.get(token),
    ...(options.port !== undefined && { port: options.port }),
  })
  const close = async (): Promise<void> => {
    await server.close()
    db.close()
  }
  return { url: server.url, tokens: Object.fromEntries([...users].map(([token, { name }]) => [name, token])), close }
}

function routes(bank: Bank): Route<User>[] {
  return [accountRoutes, beneficiaryRoutes, transferRoutes, approvalRoutes, settlementRoutes, consentRoutes].flatMap(
    (of) => of(bank),
  )
}
