/** What the console asks of findings, and does about them. */
import type { Charter } from '../../../charter/charter.ts'
import { Problem } from '../../../gateway/control/problem.ts'
import type { StoredFinding } from '../../../prove/report/json.ts'
import type { InForceFiles } from '../../../revise/revision.ts'
import { type Mounted, mount } from '../../endpoint.ts'
import { printAccepted } from '../../findings/accept-file.ts'
import type { FindingStore, KnownFinding } from '../../findings/store.ts'
import type { Verification, Verifications } from '../../findings/verification.ts'
import { enforcing, excerptAt, standingAt } from './at-guard.ts'
import { findingEndpoints } from './endpoints.ts'

export interface FindingAreaOptions {
  readonly findings: FindingStore
  readonly verifications: Pick<Verifications, 'start' | 'current'>
  readonly canVerify: boolean
  /** In force. */
  readonly charter: () => Charter
  /** Its texts. */
  readonly inForce: () => InForceFiles
  readonly now?: () => number
}

export function findingArea({
  findings,
  verifications,
  canVerify,
  charter,
  inForce,
  now = Date.now,
}: FindingAreaOptions): readonly Mounted[] {
  const get = async (fingerprint: string): Promise<KnownFinding> => {
    const life = await findings.get(fingerprint)
    if (life === undefined) throw new Problem(404, 'unknown', 'there is no such finding')
    return life
  }
  return mount(findingEndpoints, {
    'GET /api/findings': async () => {
      const [lives, runs] = await Promise.all([findings.list(), findings.runs()])
      return { findings: lives.map((life) => shown(life, charter())), runs: runs.length }
    },
    'GET /api/findings/{fingerprint}': async ({ parameters: { fingerprint } }) => {
      const [life, finding] = await Promise.all([get(fingerprint), findings.proof(fingerprint)])
      if (finding === undefined) throw new Problem(404, 'unknown', 'its proof is not there any more')
      return {
        finding: shown(life, charter()),
        proof: proofOf(finding),
        guard: guardOf(charter(), life, inForce()),
        history: historyOf(life, now()),
        canVerify,
      }
    },
    'PUT /api/findings/{fingerprint}/acceptance': ({ parameters, body, viewer }) =>
      findings.accept(parameters.fingerprint, { ...body, by: viewer.principal.id }),
    'DELETE /api/findings/{fingerprint}/acceptance': ({ parameters, viewer }) =>
      findings.withdraw(parameters.fingerprint, viewer.principal.id),
    'GET /api/acceptances': async () => once(printAccepted(await findings.list())),
    'POST /api/findings/{fingerprint}/verification': async ({ parameters, body: { way }, viewer }) => {
      await get(parameters.fingerprint)
      await verifications.start(parameters.fingerprint, { by: viewer.principal.id, way })
    },
    'GET /api/verification': async ({ signal }) => follow(verifications, signal),
    'GET /api/proofs': async () => ({ runs: [...(await findings.runs())] }),
    'GET /api/proofs/{run}': async ({ parameters }) => {
      const run = (await findings.runs()).find(({ id }) => id === parameters.run)
      if (run === undefined) throw new Problem(404, 'unknown', 'there is no such run')
      return { run, cells: (await findings.cells(run.id)) ?? [] }
    },
    'GET /api/coverage': async () => {
      const constraints = await findings.coverage()
      const count = (verdict: string): number => constraints.filter((each) => each.verdict === verdict).length
      const counts = {
        proven: count('proven'),
        held: count('held'),
        'not-reached': count('not-reached'),
        untried: count('untried'),
      }
      return { counts, constraints }
    },
  })
}

function shown(life: KnownFinding, charter: Charter) {
  const object = charter.operations.get(life.operation)?.uses.find(({ id }) => id === life.use)?.object?.type
  return { ...life, guard: standingAt(charter, life), ...(object === undefined ? {} : { object }) }
}

function proofOf({ because, rule, rootCause, remedy, proof, alsoSeen }: StoredFinding) {
  const { observer, repeated, overrun, changes, disclosed, transcript, control } = proof
  return {
    because,
    rule,
    rootCause,
    remedy,
    observer,
    tactic: proof.case.tactic.kind,
    repeated,
    ...(overrun === undefined ? {} : { overrun }),
    changes,
    disclosed,
    transcript,
    control,
    alsoSeen,
  }
}

function guardOf(charter: Charter, life: KnownFinding, files: InForceFiles) {
  const excerpt = excerptAt(charter, life, files)
  return { ...(excerpt === undefined ? {} : { excerpt }), enforcing: [...enforcing(charter, life, files)] }
}

/** The latest first. That an acceptance is over is told where it shows. */
function historyOf({ history, state, acceptance }: KnownFinding, now: number) {
  const end = acceptance === undefined ? Number.POSITIVE_INFINITY : Date.parse(acceptance.until) + 86_400_000
  const isOver = acceptance !== undefined && state !== 'accepted' && state !== 'fixed' && end <= now
  const over = isOver
    ? [{ at: end, what: 'acceptance-ended' as const, by: acceptance.owner, why: 'it counts again' }]
    : []
  return [...history, ...over].sort((left, right) => right.at - left.at)
}

async function* once(text: string): AsyncGenerator<string> {
  yield text
}

const paceMs = 200
const longestMs = 30 * 60_000

/** Every node can tell: what goes on is on the shelf. */
async function* follow({ current }: Pick<Verifications, 'current'>, signal: AbortSignal): AsyncGenerator<string> {
  const end = Date.now() + longestMs
  let last = ''
  while (!signal.aborted && Date.now() < end) {
    const now = await current()
    const text = JSON.stringify(now ?? null)
    if (text !== last) yield `event: verification\ndata: ${text}\n\n`
    last = text
    if (isOver(now)) return
    await new Promise((resolve) => setTimeout(resolve, paceMs))
  }
}

function isOver(verification: Verification | undefined): boolean {
  return verification === undefined || verification.stage === 'done'
}
