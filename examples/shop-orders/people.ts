import { randomBytes } from 'node:crypto'
import { z } from 'zod'
import { type Call, Problem, type Reply } from '../shared/http.ts'
import { roles, shops } from './schema.ts'
import { missing, parseBody, type Routes, requireRole, type Shop, type User, unprocessable } from './shop.ts'

const registration = z.object({
  email: z.email().max(200),
  name: z.string().min(1).max(100),
  role: z.unknown().optional(),
})
const verification = z.object({ code: z.string() })
const assignment = z.object({ role: z.enum(roles), shop: z.enum(shops).nullable() })

/** Registration, verification of the e-mail address, and the roles of staff. */
export function peopleRoutes(shop: Shop): Routes {
  return [
    { method: 'POST', path: '/register', access: 'public', handle: (call) => register(shop, call.body) },
    { method: 'POST', path: '/me/verify', access: 'bearer', handle: (call) => verify(shop, call) },
    {
      method: 'GET',
      path: '/me',
      access: 'bearer',
      handle: ({ user }) => ({ status: 200, body: profile(shop, user) }),
    },
    { method: 'PUT', path: '/users/{userId}/role', access: 'bearer', handle: (call) => setRole(shop, call) },
  ]
}

/** The user a bearer token belongs to. */
export function userOfToken(shop: Shop, token: string): User | undefined {
  return shop.db
    .prepare<[string], User>('SELECT users.* FROM users JOIN tokens ON tokens.userId = users.id WHERE token = ?')
    .get(token)
}

/** The user as it is now, which may be newer than the one the request began with. */
export function findUser(shop: Shop, id: string): User {
  const user = shop.db.prepare<[string], User>('SELECT * FROM users WHERE id = ?').get(id)
  if (!user) throw missing('user')
  return user
}

/** What users see of themselves. */
export function profile(shop: Shop, user: User): Record<string, unknown> {
  const { verificationCode: _, verified, subscription, subscriptionEndsAt, ...rest } = findUser(shop, user.id)
  const { subscriptionPayments, trialUsed, ...shown } = rest
  return {
    ...shown,
    verified: verified === 1,
    subscription: {
      status: subscription,
      endsAt: subscriptionEndsAt === 0 ? null : new Date(subscriptionEndsAt).toISOString(),
      payments: subscriptionPayments,
      trialUsed: trialUsed === 1,
    },
  }
}

function register(shop: Shop, body: unknown): Reply {
  const { email, name, role } = parseBody(registration, body)
  const token = randomBytes(24).toString('base64url')
  const verificationCode = randomBytes(8).toString('hex')
  return shop.atomic(() => {
    const taken = shop.db.prepare('SELECT 1 FROM users WHERE email = ?').get(email)
    if (taken !== undefined) throw new Problem(409, 'email-taken', 'this e-mail address is registered already')
    const id = shop.nextId('usr')
    const chosen = shop.flawed('role-at-registration') && typeof role === 'string' ? role : 'customer'
    shop.db
      .prepare('INSERT INTO users (id, email, name, role, verified, verificationCode) VALUES (?, ?, ?, ?, 0, ?)')
      .run(id, email, name, chosen, verificationCode)
    shop.db.prepare('INSERT INTO tokens VALUES (?, ?)').run(token, id)
    return { status: 201, body: { id, email, name, role: chosen, token, verificationCode } }
  })
}

function verify(shop: Shop, { user, body }: Call<User>): Reply {
  const { code } = parseBody(verification, body)
  shop.rule('verify-any-code', code === user.verificationCode, unprocessable('wrong-code', 'this is not the code sent'))
  shop.db.prepare('UPDATE users SET verified = 1 WHERE id = ?').run(user.id)
  return { status: 200, body: profile(shop, user) }
}

function setRole(shop: Shop, { user, params, body }: Call<User>): Reply {
  if (!shop.flawed('roles-open')) requireRole(user, ['admin'])
  const wanted = parseBody(assignment, body)
  const isStaff = wanted.role !== 'customer' && wanted.role !== 'admin'
  if (isStaff !== (wanted.shop !== null)) throw unprocessable('wrong-shop', 'staff, and only staff, belong to a shop')
  const person = findUser(shop, params['userId'] ?? '')
  shop.db.prepare('UPDATE users SET role = ?, shop = ? WHERE id = ?').run(wanted.role, wanted.shop, person.id)
  return { status: 200, body: { id: person.id, ...wanted } }
}
