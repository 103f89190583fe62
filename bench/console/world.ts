// The company whose record is looked at: forty operations, orders with a lifecycle, agents in eight workflows.
import type { RequestListener } from 'node:http'
import type { World } from '../../test/console/shown.ts'

const moves = 12
const operations = 40

/** Moves of orders first, in a circle of states; the others are calls of their own, every fifth for managers alone. */
function charterText(): string {
  const numbers = Array.from({ length: operations }, (_, n) => n)
  const shapes = numbers.map((n) =>
    n < moves
      ? `      operation${n}: { method: POST, path: "/orders/{id}/move${n}", body: { amount: 1 } }`
      : `      operation${n}: { method: POST, path: /operation${n}, body: { amount: 1 } }`,
  )
  const transitions = numbers
    .slice(0, moves)
    .map((n) => `      move${n}: { on: shop.operation${n}, from: s${n % 6}, to: s${(n + 1) % 6}, by: customer }`)
  const others = numbers
    .slice(moves)
    .map(
      (n) =>
        `  shop.operation${n}: { by: ${n % 5 === 3 ? 'manager' : '[customer, manager]'}, when: request.amount < 1000 }`,
    )
  const workflows = Array.from(
    { length: 8 },
    (_, n) => `  workflow-${n}:
    owners: { workflow: sales, security: appsec }
    operations: [${numbers
      .filter((each) => each >= moves && each % 8 === n)
      .map((each) => `shop.operation${each}`)
      .join(', ')}]`,
  )
  return `
lockstep: 1
name: shop
sources:
  - name: shop
    type: inline
    operations:
      place: { method: POST, path: /orders, body: { amount: 1 } }
      look: { method: GET, path: "/orders/{id}" }
${shapes.join('\n')}
actors:
  customer: { when: "'customer' in principal.roles" }
  manager: { when: "'manager' in principal.roles" }
objects:
  order:
    key: /id
    owner: /owner
    state: /state
    read: shop.look
    truth: tracked
    states: [s0, s1, s2, s3, s4, s5]
    transitions:
      view: { on: shop.look, by: [owner, manager] }
      place: { on: shop.place, to: s0, by: customer }
${transitions.join('\n')}
operations:
${others.join('\n')}
workflows:
${workflows.join('\n')}
`
}

const api: RequestListener = async (request, response) => {
  await request.toArray()
  response.setHeader('content-type', 'application/json')
  response.end('{"ok":true}')
}

/** What stands behind the guard. */
export const company: Pick<World, 'charter' | 'api'> = { charter: charterText(), api }

/** Call `n` of somebody: most are let through, some refused. */
export function callOf(n: number): readonly [who: string, path: string, body: unknown] {
  const operation = moves + (n % (operations - moves))
  return ['ann', `/operation${operation}`, { amount: n % 50 === 49 ? 2000 : 5 }]
}
