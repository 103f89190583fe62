/** Every endpoint of the console's API. */

import { approvalEndpoints } from './area/approvals/endpoints.ts'
import { charterEndpoints } from './area/charter/endpoints.ts'
import { doubtEndpoints } from './area/doubts.ts'
import { findingEndpoints } from './area/findings/endpoints.ts'
import { inventoryEndpoints } from './area/inventory/endpoints.ts'
import { ledgerEndpoints } from './area/ledger/endpoints.ts'
import { lifecycleEndpoints } from './area/lifecycles/lifecycles.ts'
import { newsEndpoints } from './area/news.ts'
import { noticeEndpoints } from './area/notices.ts'
import { passkeyEndpoints } from './area/passkeys.ts'
import { postureEndpoints } from './area/posture/posture.ts'
import { recordEndpoints } from './area/record.ts'
import { sessionEndpoints } from './area/session.ts'
import { switchEndpoints } from './area/switches.ts'
import { workflowEndpoints } from './area/workflows/workflows.ts'

export const endpoints = {
  ...sessionEndpoints,
  ...passkeyEndpoints,
  ...newsEndpoints,
  ...postureEndpoints,
  ...lifecycleEndpoints,
  ...workflowEndpoints,
  ...recordEndpoints,
  ...ledgerEndpoints,
  ...approvalEndpoints,
  ...switchEndpoints,
  ...inventoryEndpoints,
  ...doubtEndpoints,
  ...noticeEndpoints,
  ...charterEndpoints,
  ...findingEndpoints,
} as const

/** What the browser's client is typed by. */
export type Endpoints = typeof endpoints
