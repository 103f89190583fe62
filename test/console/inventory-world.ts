// A shop with a workflow, classes of data and a vault, for the inventory.
import type { World } from './shown.ts'

export const inventoryWorld: Partial<World> = {
  charter: `
lockstep: 1
name: shop
sources:
  - name: shop
    type: inline
    operations:
      list: { method: GET, path: /orders }
      pay: { method: POST, path: /pay, body: { amount: 1, phone: x } }
actors:
  customer: { when: "'customer' in principal.roles" }
  manager: { when: "'manager' in principal.roles" }
operations:
  shop.list: { by: [customer, manager] }
  shop.pay: { by: customer, when: request.amount < 1000, limit: { sum: request.amount, at-most: 5000, per: principal } }
workflows:
  orders:
    owners: { workflow: sales, security: appsec }
    operations: [shop.list, shop.pay]
data:
  classes: [public, personal]
  labels: [{ at: 'shop.list#/phone', class: personal }]
  flows: [{ class: personal, to: [shop.pay] }]
`,
  more: 'vault: {}\n',
}
