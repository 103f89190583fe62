/** The shape of `findings.json`: one zod definition for reading it and for the published JSON Schema. */
import { z } from 'zod'
import type { Severity } from '../finding.ts'
import type { Tactic } from '../plan/scenario.ts'
import type { StoredCase, StoredStep, StoredVar, StoredWish } from './case.ts'
import type { FindingsFile, StoredSent } from './json.ts'

const text = z.string()
const texts = z.array(text)
const count = z.int().nonnegative()
const verdict = z.enum(['proven', 'held', 'not-reached'])
const severity: z.ZodType<Severity> = z.enum(['critical', 'high', 'medium', 'low'])
const position = z.strictObject({ file: text, line: z.int().positive(), column: z.int().positive() })

const wish = z.strictObject({
  rule: text.meta({ description: 'CEL; an expression of the charter.' }),
  want: z.boolean(),
  soft: z.boolean().exactOptional(),
  slot: text,
})
const extra = z.union([
  z.strictObject({ leftOut: z.literal(true) }),
  z.strictObject({ idOf: text }),
  z.strictObject({ tamper: z.enum(['much', 'a little']) }),
  z.strictObject({ saidBy: text, there: texts }),
  z.strictObject({ value: z.unknown() }),
])
const variable = z.strictObject({
  type: text,
  supply: z.enum(['made', 'found']),
  owner: text.exactOptional(),
  people: z.record(text, text).exactOptional(),
  states: texts,
  wishes: z.array(wish),
  of: text.exactOptional(),
  ties: z.array(z.strictObject({ at: texts, of: text, there: texts })).exactOptional(),
  under: text.exactOptional(),
  at: texts.exactOptional(),
  caller: text.exactOptional(),
  meant: z.strictObject({ use: text, as: text }).exactOptional(),
})
const step = z.strictObject({
  use: text,
  as: text,
  object: text.exactOptional(),
  refs: z.record(text, text),
  makes: text.exactOptional(),
  shows: text.exactOptional(),
  variant: count.exactOptional(),
  times: count.exactOptional(),
  wishes: z.array(wish),
  purpose: z.enum(['setup', 'act']),
  extra: z.array(z.strictObject({ at: texts, in: z.enum(['path', 'query']).exactOptional(), value: extra })),
})
const scenario = z.strictObject({
  cast: z.record(text, z.strictObject({ identity: text.exactOptional(), fresh: z.boolean() })),
  vars: z.record(text, variable),
  steps: z.array(step),
})
const plain = <K extends string>(kind: K) => z.strictObject({ kind: z.literal(kind) })
const tactic = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('as-other'),
    other: z.enum([
      'other-owner',
      'other-tenant',
      'other-actor',
      'no-scope',
      'not-signed-in',
      'agent-outside',
      'agent-of-other',
    ]),
  }),
  z.strictObject({ kind: z.literal('from-state'), state: text, slot: text, through: text.exactOptional() }),
  z.strictObject({
    kind: z.literal('approval'),
    flaw: z.enum(['none', 'short', 'own', 'twice', 'stale', 'changed', 'revoked', 'carried-over']),
    through: text.exactOptional(),
    part: text.exactOptional(),
  }),
  z.strictObject({
    kind: z.literal('sought'),
    flaw: z.enum(['none', 'of-another', 'for-another', 'there']),
    slot: text,
  }),
  z.strictObject({ kind: z.literal('order'), flaw: z.enum(['left-out', 'afterwards', 'too-often']) }),
  z.strictObject({ kind: z.literal('write-field'), field: text }),
  z.strictObject({ kind: z.literal('read-field'), field: text, state: text.exactOptional() }),
  plain('arguments'),
  z.strictObject({ kind: z.literal('left-out'), member: text }),
  z.strictObject({ kind: z.literal('made-up'), slot: text }),
  z.strictObject({ kind: z.literal('object-facts'), state: text.exactOptional(), through: text.exactOptional() }),
  z.strictObject({ kind: z.literal('again'), after: text.exactOptional(), first: text.exactOptional() }),
  z.strictObject({ kind: z.literal('race'), across: text.exactOptional(), approved: z.boolean().exactOptional() }),
  z.strictObject({
    kind: z.literal('over-limit'),
    approved: z.boolean().exactOptional(),
    after: text.exactOptional(),
    first: text.exactOptional(),
    through: text.exactOptional(),
  }),
  plain('burst'),
  z.strictObject({ kind: z.literal('same-person'), by: text.exactOptional(), party: text.exactOptional() }),
  z.strictObject({ kind: z.literal('list'), as: text, of: text.exactOptional() }),
  plain('same-key'),
  plain('guess'),
  z.strictObject({ kind: z.literal('revived'), type: text }),
  z.strictObject({ kind: z.literal('leads'), state: text }),
  z.strictObject({ kind: z.literal('ended'), what: z.enum(['session', 'credential']) }),
  plain('rightful'),
  plain('described'),
])
type Missing =
  | Exclude<keyof StoredWish, keyof z.output<typeof wish>>
  | Exclude<keyof StoredVar, keyof z.output<typeof variable>>
  | Exclude<keyof StoredStep, keyof z.output<typeof step>>
  | (Tactic extends z.output<typeof tactic> ? never : 'tactic')
// Fails to compile when the planner has a tactic or member that is not here.
const nothingMissing: [Missing] extends [never] ? true : Missing = true
void nothingMissing

const abuseCase: z.ZodType<StoredCase> = z.strictObject({
  id: text,
  use: text,
  constraint: text,
  tactic,
  control: scenario,
  abuse: scenario,
  together: texts.exactOptional(),
  finding: text,
})

const headers = z.record(text, text).meta({ description: 'Credentials are replaced by the name of a shell variable.' })
/** One request of a stored transcript. */
export const sentSchema: z.ZodType<StoredSent> = z.strictObject({
  use: text,
  operation: text,
  as: text,
  purpose: z.enum(['setup', 'act', 'abuse', 'observe']),
  times: count.exactOptional(),
  captures: z.array(z.strictObject({ name: text, value: text, from: text })),
  request: z.strictObject({ method: text, url: text, headers, body: text.exactOptional() }),
  response: z
    .strictObject({
      status: z.int(),
      headers: z.record(text, text),
      body: text,
      truncated: z.literal(true).exactOptional(),
      ms: z.number(),
    })
    .exactOptional(),
  failure: z.strictObject({ code: text, message: text }).exactOptional(),
})
const finding = z.strictObject({
  fingerprint: text,
  class: text,
  ids: texts,
  severity,
  because: text,
  title: text,
  operation: text,
  endpoint: text,
  constraint: text,
  position,
  rule: text,
  rootCause: text,
  remedy: text,
  standing: z.enum(['new', 'known', 'accepted']),
  proof: z.strictObject({
    case: abuseCase,
    transcript: z.array(sentSchema),
    changes: z.array(z.strictObject({ label: text, pointer: text, before: z.unknown(), after: z.unknown() })),
    disclosed: texts,
    observer: text,
    repeated: z.strictObject({ succeeded: count, of: count }),
    control: z.array(sentSchema),
    sentence: text,
    overrun: z.strictObject({ effects: count, allowed: count }).exactOptional(),
  }),
  alsoSeen: z.array(z.strictObject({ case: text, class: text, sentence: text })),
})
const cell = z.strictObject({
  use: text,
  operation: text,
  constraint: text,
  actor: text,
  state: text,
  tactic: text,
  verdict,
  why: text,
})

/** `findings.json`. Strict: a member this version does not know is an error, so that nothing is silently lost. */
export const findingsSchema: z.ZodType<FindingsFile> = z
  .strictObject({
    format: z.literal('lockstep-findings/1'),
    version: text.meta({ description: 'The version of Lockstep that wrote it.' }),
    startedAt: z.iso.datetime(),
    charter: text,
    seed: text,
    requests: count,
    ms: z.number().nonnegative(),
    partial: text.exactOptional(),
    notes: texts,
    findings: z.array(finding),
    cells: z.array(cell),
  })
  .meta({ title: 'Findings of lockstep prove' })
