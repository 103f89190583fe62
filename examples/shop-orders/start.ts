import { randomBytes } from 'node:crypto'
import { type Listening, listen } from '../shared/http.ts'
import { cartRoutes } from './carts.ts'
import { checkoutRoutes } from './checkout.ts'
import { couponRoutes } from './coupons.ts'
import type { FlawName } from './flaws.ts'
import { fulfilmentRoutes } from './fulfilment.ts'
import { giftCardRoutes } from './gift-cards.ts'
import { holdRoutes } from './holds.ts'
import { orderRoutes } from './orders.ts'
import { paperRoutes } from './papers.ts'
import { paymentRoutes } from './payments.ts'
import { peopleRoutes, userOfToken } from './people.ts'
import { productRoutes } from './products.ts'
import { refundRoutes } from './refunds.ts'
import { seedUsers } from './schema.ts'
import { type Routes, Shop } from './shop.ts'
import { subscriptionRoutes } from './subscription.ts'

/** How to start the shop; every member may be left out. */
export interface StartOptions {
  /** The checks to leave out; none by default. */
  flaws?: readonly FlawName[]
  /** 0, the default, takes any free port. */
  port?: number
  /** Where the database goes; in memory by default. A file must not exist yet. */
  file?: string
  /** Serves `POST /test/reset`, which puts the seed back. Off by default. */
  testHooks?: boolean
  /** Milliseconds since 1970; the system's clock by default. */
  now?: () => number
}

/** A running shop. `tokens` holds the bearer token of every seeded user by id; they survive a reset. */
export interface RunningShop {
  url: string
  tokens: Readonly<Record<string, string>>
  close(): Promise<void>
}

/** Starts the shop on 127.0.0.1 with fresh random tokens. */
export async function start(options: StartOptions = {}): Promise<RunningShop> {
  const { flaws = [], file = ':memory:', port = 0, now = Date.now } = options
  const shop = new Shop({ file, flaws, now })
  const tokens = new Map(seedUsers.map(({ id }) => [randomBytes(24).toString('base64url'), id]))
  shop.seed(tokens)
  const routes = [...shopRoutes(shop), ...(options.testHooks ? testRoutes(shop, tokens) : [])]
  const server = await listen({ routes, authenticate: (token) => userOfToken(shop, token), port })
  return {
    url: server.url,
    tokens: Object.fromEntries([...tokens].map(([token, id]) => [id, token])),
    close: () => stop(server, shop),
  }
}

function shopRoutes(shop: Shop): Routes {
  const parts = [
    peopleRoutes,
    productRoutes,
    holdRoutes,
    cartRoutes,
    couponRoutes,
    checkoutRoutes,
    orderRoutes,
    paymentRoutes,
    fulfilmentRoutes,
    refundRoutes,
    paperRoutes,
    giftCardRoutes,
    subscriptionRoutes,
  ]
  return parts.flatMap((routesOf) => routesOf(shop))
}

function testRoutes(shop: Shop, tokens: ReadonlyMap<string, string>): Routes {
  const reset = () => {
    shop.seed(tokens)
    return { status: 204 }
  }
  return [{ method: 'POST', path: '/test/reset', access: 'public', handle: reset }]
}

async function stop(server: Listening, shop: Shop): Promise<void> {
  await server.close()
  shop.db.close()
}
