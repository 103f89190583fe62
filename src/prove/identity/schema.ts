import { z } from 'zod'

const text = z.string()
const texts = z.record(text, text)
const name = text.regex(/^[A-Za-z][\w-]*$/, 'a name has letters, digits, `-` and `_`, and starts with a letter')
const call = text.regex(/^[A-Z]+ \/\S*$/, 'a request reads `POST /login`')
const duration = text.regex(/^\d+(ms|s|m|h|d)$/, 'a duration reads `250ms`, `30s` or `10m`')

const step = z
  .strictObject({
    request: call,
    source: text.optional(),
    headers: texts.optional(),
    body: z.json().optional(),
    form: texts.optional(),
    capture: z.record(name, text).optional(),
    expect: z.array(z.int().min(100).max(599)).min(1).optional(),
  })
  .describe('One request of a login; steps are sent in order and see what earlier ones captured.')

const principal = z
  .strictObject({
    id: text.optional(),
    tenant: text.optional(),
    roles: z.array(text).optional(),
    scopes: z.array(text).optional(),
    claims: z.record(text, z.json()).optional(),
  })
  .describe('Who the identity is to the charter; literals or placeholders, completed from a captured JWT.')

const identity = z.strictObject({
  actor: z.union([text, z.array(text).min(1)]).describe('Name or names of the actor in the charter.'),
  principal: principal.optional(),
  for: text.optional().describe('Of an agent: the identity it acts for.'),
  headers: texts.optional(),
  query: texts.optional(),
  cookies: z.boolean().optional().describe('Keep the cookies the target sets.'),
  login: z.array(step).min(1).optional(),
  refresh: z
    .strictObject({
      after: duration.optional(),
      on: z.array(z.int().min(400).max(499)).optional(),
      steps: z.array(step).min(1).optional(),
    })
    .optional(),
  ended: z
    .boolean()
    .optional()
    .describe('What they call with was good once and has been taken back: they may nothing, and are let in nowhere.'),
  pool: z.int().min(1).max(10_000).optional().describe('How often it may be registered afresh.'),
})

const hook = z.strictObject({
  request: call,
  source: text.optional(),
  as: text.optional(),
  headers: texts.optional(),
  body: z.json().optional(),
})

/**
 * The shape of an identities file: who a proof acts as, kept apart from the charter because it names secrets (never holds them).
 *
 * Strings under `headers`, `query`, `principal`, `body`, `form` and `request` may hold `${env:NAME}`, `${file:PATH}`,
 * `${var:captured}` and `${fresh}`. What a shape cannot say (names that exist, no literal secrets) is `parseIdentities`' to check.
 */
export const identitiesSchema: z.ZodType<RawIdentities> = z.strictObject({
  'lockstep-identities': z.literal(1),
  targets: z.record(name, z.url({ protocol: /^https?$/ })).describe('Base URL of each source of the charter.'),
  observer: text.optional().describe('The identity that reads the truth.'),
  identities: z.record(name, identity),
  hooks: z.strictObject({ reset: hook.optional(), 'advance-clock': hook.optional() }).optional(),
  limits: z
    .strictObject({
      hosts: z.array(text).optional(),
      requests: z.int().min(1).optional(),
      minutes: z.number().positive().optional(),
      pace: duration.optional(),
    })
    .optional(),
})

/** One request of a login as written. */
export type RawStep = z.infer<typeof step>
/** One identity as written. */
export type RawIdentity = z.infer<typeof identity>
/** One hook as written. */
export type RawHook = z.infer<typeof hook>
/** An identities file of the right shape. */
export interface RawIdentities {
  'lockstep-identities': 1
  targets: Record<string, string>
  observer?: string | undefined
  identities: Record<string, RawIdentity>
  hooks?: { reset?: RawHook | undefined; 'advance-clock'?: RawHook | undefined } | undefined
  limits?:
    | {
        hosts?: string[] | undefined
        requests?: number | undefined
        minutes?: number | undefined
        pace?: string | undefined
      }
    | undefined
}
