import { z } from 'zod'
import type { Call, Reply } from '../shared/http.ts'
import { addCredit } from './payments.ts'
import { conflict, missing, parseBody, type Routes, requireRole, type Shop, type User } from './shop.ts'

interface GiftCard {
  code: string
  value: number
  issuedBy: string
  redeemedBy: string | null
}

const order = z.object({ value: z.int().min(500).max(20_000) })

/** Gift cards: issued by managers; whoever holds the code may look at the card, and redeem it once. */
export function giftCardRoutes(shop: Shop): Routes {
  return [
    { method: 'POST', path: '/gift-cards', access: 'bearer', handle: (call) => issue(shop, call) },
    { method: 'GET', path: '/gift-cards/{code}', access: 'bearer', handle: (call) => show(shop, call) },
    { method: 'POST', path: '/gift-cards/{code}/redeem', access: 'bearer', handle: (call) => redeem(shop, call) },
  ]
}

function issue(shop: Shop, { user, body }: Call<User>): Reply {
  requireRole(user, ['manager'])
  const { value } = parseBody(order, body)
  const code = shop.capabilityId('gft', 'gift-code-sequential')
  shop.db.prepare('INSERT INTO giftCards VALUES (?, ?, ?, NULL)').run(code, value, user.id)
  return { status: 201, body: view(find(shop, code)) }
}

function show(shop: Shop, { params }: Call<User>): Reply {
  return { status: 200, body: view(find(shop, params['code'])) }
}

function redeem(shop: Shop, { user, params }: Call<User>): Promise<Reply> {
  return shop.checkThenWrite(
    'gift-card-race',
    () => {
      const card = find(shop, params['code'])
      shop.rule('gift-card-replayed', card.redeemedBy === null, conflict('the gift card is redeemed'))
      return card
    },
    (card) => {
      shop.db.prepare('UPDATE giftCards SET redeemedBy = ? WHERE code = ?').run(user.id, card.code)
      addCredit(shop, user.id, card.value)
      return { status: 200, body: view(find(shop, card.code)) }
    },
  )
}

function find(shop: Shop, code: string | undefined): GiftCard {
  const card = shop.db.prepare<[string], GiftCard>('SELECT * FROM giftCards WHERE code = ?').get(code ?? '')
  if (!card) throw missing('gift card')
  return card
}

function view({ code, value, redeemedBy }: GiftCard): Record<string, unknown> {
  return { code, value, status: redeemedBy === null ? 'issued' : 'redeemed' }
}
