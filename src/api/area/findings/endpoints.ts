/** Findings of prove: what is open, how each was proven, what became of it. */
import { z } from 'zod'
import { sentSchema } from '../../../prove/report/json-schema.ts'
import type { EndpointTable } from '../../endpoint.ts'
import { coverageVerdicts } from '../../findings/coverage.ts'
import { findingStates, momentKinds } from '../../findings/life.ts'
import { verificationWays } from '../../findings/verification.ts'
import { guardStandings } from './at-guard.ts'

const text = z.string().trim().min(1).max(500)
const moment = z.number().meta({ description: 'Milliseconds since 1970.' })

const acceptance = z.object({ owner: z.string(), until: z.string(), because: z.string(), by: z.string(), at: moment })

/** A finding in a line. */
const known = z.object({
  fingerprint: z.string(),
  title: z.string(),
  class: z.string(),
  classTitle: z.string(),
  ids: z.array(z.string()).readonly(),
  severity: z.enum(['critical', 'high', 'medium', 'low']),
  state: z.enum(findingStates),
  operation: z.string(),
  endpoint: z.string(),
  constraint: z.string(),
  use: z.string(),
  object: z.string().optional(),
  sentence: z.string(),
  because: z.string(),
  cause: z.string(),
  first: moment,
  last: moment,
  runs: z.number(),
  target: z.string(),
  guard: z
    .enum(guardStandings)
    .meta({ description: 'What the guard makes of such calls now, by the charter in force.' }),
  acceptance: acceptance.optional(),
})

const proof = z.object({
  because: z.string(),
  rule: z.string(),
  rootCause: z.string(),
  remedy: z.string(),
  observer: z.string(),
  tactic: z.string(),
  repeated: z.object({ succeeded: z.number(), of: z.number() }),
  overrun: z.object({ effects: z.number(), allowed: z.number() }).optional(),
  changes: z
    .array(z.object({ label: z.string(), pointer: z.string(), before: z.unknown(), after: z.unknown() }))
    .readonly(),
  disclosed: z.array(z.string()).readonly(),
  transcript: z.array(sentSchema).readonly(),
  control: z.array(sentSchema).readonly(),
  alsoSeen: z.array(z.object({ class: z.string(), sentence: z.string() })).readonly(),
})

const guarding = z.object({
  excerpt: z
    .object({ file: z.string(), line: z.number(), text: z.string() })
    .optional()
    .meta({ description: 'The line of the charter in force that is broken. Absent where it does not demand this.' }),
  enforcing: z
    .array(z.object({ file: z.string(), line: z.number(), before: z.string(), after: z.string() }))
    .meta({ description: 'Lines to change so that what is only observed is enforced.' }),
})

const history = z
  .array(
    z.object({
      at: moment,
      what: z.enum([...momentKinds, 'acceptance-ended']),
      by: z.string(),
      why: z.string().optional(),
      run: z.string().optional(),
    }),
  )
  .readonly()

const attempts = z.object({ proven: z.number(), held: z.number(), 'not-reached': z.number() })

const run = z.object({
  id: z.string(),
  startedAt: moment,
  receivedAt: moment,
  by: z.string(),
  charter: z.string(),
  version: z.string(),
  target: z.string(),
  commit: z.string(),
  program: z.string(),
  requests: z.number(),
  ms: z.number(),
  partial: z.string().optional(),
  notes: z.array(z.string()).readonly(),
  findings: z.array(z.string()).readonly(),
  cells: attempts,
})

export const findingEndpoints = {
  'GET /api/findings': {
    id: 'listFindings',
    summary: 'Every finding of prove, with where it stands today',
    needs: 'view',
    answer: z.object({ findings: z.array(known), runs: z.number() }),
  },
  'GET /api/findings/{fingerprint}': {
    id: 'getFinding',
    summary: 'A finding with its proof, what the guard makes of it, and what became of it',
    needs: 'view',
    answer: z.object({
      finding: known,
      proof,
      guard: guarding,
      history,
      canVerify: z.boolean(),
    }),
  },
  'PUT /api/findings/{fingerprint}/acceptance': {
    id: 'acceptFinding',
    summary: 'Lives with a finding until a day: it fails no run that knows of it until then',
    needs: 'operate',
    body: z.strictObject({
      owner: text,
      until: z.iso.date().meta({ description: 'The last day it holds, in UTC.' }),
      because: text,
    }),
  },
  'DELETE /api/findings/{fingerprint}/acceptance': {
    id: 'withdrawAcceptance',
    summary: 'Lets a finding count again',
    needs: 'operate',
  },
  'GET /api/acceptances': {
    id: 'exportAcceptances',
    summary: 'What is accepted today, as the file that `lockstep prove --accept` reads',
    needs: 'view',
    text: 'application/yaml',
  },
  'POST /api/findings/{fingerprint}/verification': {
    id: 'verifyFinding',
    summary:
      'Tries just this finding again at the target that the guard file names, or with the guard in front; one at a time',
    needs: 'operate',
    body: z.strictObject({ way: z.enum(verificationWays) }),
  },
  'GET /api/verification': {
    id: 'followVerification',
    summary:
      'How far the finding is that is being tried: server-sent events of the type `verification`, until it is done',
    needs: 'view',
    text: 'text/event-stream',
  },
  'GET /api/proofs': {
    id: 'listProofs',
    summary: 'Runs of prove, the latest first',
    needs: 'view',
    answer: z.object({ runs: z.array(run) }),
  },
  'GET /api/proofs/{run}': {
    id: 'getProof',
    summary: 'A run of prove with each of its attempts',
    needs: 'view',
    answer: z.object({
      run,
      cells: z
        .array(
          z.object({
            use: z.string(),
            operation: z.string(),
            constraint: z.string(),
            actor: z.string(),
            state: z.string(),
            tactic: z.string(),
            verdict: z.enum(['proven', 'held', 'not-reached']),
            why: z.string(),
          }),
        )
        .readonly(),
    }),
  },
  'GET /api/coverage': {
    id: 'getCoverage',
    summary: 'Every constraint of the charter in force: proven broken, held, not reached, or never tried',
    needs: 'view',
    answer: z.object({
      counts: z.object({ proven: z.number(), held: z.number(), 'not-reached': z.number(), untried: z.number() }),
      constraints: z
        .array(
          z.object({
            use: z.string(),
            operation: z.string(),
            constraint: z.string(),
            verdict: z.enum(coverageVerdicts),
            attempts,
            why: z.string(),
            at: moment.optional(),
            run: z.string().optional(),
            findings: z.array(z.string()).readonly(),
          }),
        )
        .readonly(),
    }),
  },
} as const satisfies EndpointTable
