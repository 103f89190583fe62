/** Every page but the one to sign in, in the order of the navigation. What a page is stands in its own `page.ts`. */
import { account } from './pages/account/page.ts'
import { approvals } from './pages/approvals/page.ts'
import { charter } from './pages/charter/page.ts'
import { findings } from './pages/findings/page.ts'
import { inventory } from './pages/inventory/page.ts'
import { ledger } from './pages/ledger/page.ts'
import { lifecycles } from './pages/lifecycles/page.ts'
import { posture } from './pages/posture/page.ts'
import { record } from './pages/record/page.ts'
import { switches } from './pages/switches/page.ts'

export const pages = [
  posture,
  lifecycles,
  findings,
  approvals,
  inventory,
  switches,
  record,
  ledger,
  charter,
  account,
] as const
