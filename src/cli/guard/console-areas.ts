/** Every area of the console's API, over what this guard has. */
import { approvalArea } from '../../api/area/approvals/area.ts'
import { doubtArea } from '../../api/area/doubts.ts'
import { inventoryArea } from '../../api/area/inventory/inventory.ts'
import { ledgerArea } from '../../api/area/ledger/ledger.ts'
import { lifecycleArea } from '../../api/area/lifecycles/lifecycles.ts'
import { newsArea } from '../../api/area/news.ts'
import { noticeArea } from '../../api/area/notices.ts'
import { passkeyArea } from '../../api/area/passkeys.ts'
import { postureArea } from '../../api/area/posture/posture.ts'
import { recordArea } from '../../api/area/record.ts'
import { sessionArea } from '../../api/area/session.ts'
import { switchArea } from '../../api/area/switches.ts'
import { workflowArea } from '../../api/area/workflows/workflows.ts'
import type { Mounted } from '../../api/endpoint.ts'
import type { Shelf } from '../../api/shelf.ts'
import type { OpenOverview } from '../../overview/overview.ts'
import { versionOfProgram } from '../version.ts'
import type { ConsoleSignIn } from './console-sign-in.ts'
import { findingsOn } from './findings.ts'
import { ledgerStorage } from './places.ts'
import type { ConsoleOptions } from './serve-console.ts'
import { surroundingsOf } from './surroundings.ts'

/** What areas are made of. */
export interface AreaParts extends ConsoleOptions {
  readonly shelf: Shelf
  readonly overview: OpenOverview
  readonly signIn: ConsoleSignIn
  readonly origin: () => string
}

export function areas({
  core,
  ready,
  secrets,
  notices,
  vault,
  shelf,
  overview,
  signIn,
  origin,
}: AreaParts): readonly Mounted[] {
  const { guard } = core
  const { passkeys, provider } = signIn
  const findings = findingsOn(shelf, guard)
  const session = { shelf, guard, passkeys, origin, version: () => ready().version }
  const drawn = { charter: guard.charter, overview, findings: () => findings.list(), now: Date.now }
  return [
    ...sessionArea(provider === undefined ? session : { ...session, provider }),
    ...passkeyArea(passkeys, guard),
    ...newsArea(overview),
    ...postureArea({
      guard,
      overview,
      ledger: core.ledger,
      findings: () => findings.list(),
      now: Date.now,
    }),
    ...lifecycleArea(drawn),
    ...workflowArea(drawn),
    ...recordArea(overview),
    ...ledgerArea({
      ledger: core.ledger,
      overview,
      guard,
      storage: () => ledgerStorage(ready(), secrets),
      version: versionOfProgram(),
    }),
    ...approvalArea({ guard, version: () => ready().version, now: Date.now }),
    ...switchArea(guard, overview, Date.now),
    ...doubtArea(guard),
    ...inventoryArea({
      guard,
      overview,
      surroundings: () => surroundingsOf(ready().file),
      secrets: vault === undefined ? undefined : (unusedMs) => vault.report(unusedMs),
      now: Date.now,
    }),
    ...noticeArea(notices, guard),
  ]
}
