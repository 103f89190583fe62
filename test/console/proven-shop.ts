// A console that shows the shop with what was proven of it: three real flaws, one of each sort of place on a drawing. Nothing stands behind its guard.
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { loadShop } from '../../examples/products.ts'
import { proveExample } from '../../examples/shared/prove.ts'
import { printFindings } from '../../src/prove/report/json.ts'
import { type Shown, show } from './shown.ts'

const workflow = `
workflows:
  selling:
    operations: [shop.checkoutCart, shop.payOrder, shop.cancelOrder]
`

export async function openProvenShop(): Promise<Shown> {
  const { outcome, context } = await proveExample(await loadShop(), {
    flaws: ['cancel-shipped', 'pay-twice', 'order-readable'],
    only: ['shop.cancelOrder', 'shop.payOrder', 'shop.getOrder'],
  })
  const example = fileURLToPath(new URL('../../examples/shop-orders/', import.meta.url))
  const folder = mkdtempSync(join(tmpdir(), 'lockstep-shop-'))
  copyFileSync(join(example, 'openapi.yaml'), join(folder, 'openapi.yaml'))
  writeFileSync(join(folder, 'findings.json'), printFindings(outcome, context))
  const charter = readFileSync(join(example, 'charter.yaml'), 'utf8') + workflow
  const api = (_: unknown, response: { end(text: string): void }): void => response.end('{}')
  const shown = await show('{ port: 0, findings: [findings.json] }', { charter, folder, api })
  return {
    ...shown,
    close: async () => {
      await shown.close()
      rmSync(folder, { recursive: true })
    },
  }
}
