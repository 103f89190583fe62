/**
 * The charter as people write it: one zod definition from which the parser, the TypeScript type and the published JSON Schema come.
 * Meaning and cross references are the linker's business; here is only the shape.
 */
import { z } from 'zod'
import { journeySchema } from './journey.ts'
import { agentActor, agentOperation, dataPolicy, mcpSource, values } from './schema-agent.ts'
import { approval, undescribed, workflow } from './schema-guard.ts'
import { referenced } from './schema-ref.ts'
import {
  amount,
  by,
  duration,
  expression,
  name,
  names,
  oneOrMore,
  operationId,
  pace,
  pointer,
  reference,
  rule,
  says,
  scope,
  seat,
  sight,
  valueShape,
} from './schema-word.ts'

const limit = z
  .strictObject({
    sum: expression
      .optional()
      .meta({ description: 'What is added up, as `request.amount`. Without it, calls are counted.' }),
    'at-most': amount,
    per: scope.default('object'),
    within: duration
      .optional()
      .meta({ description: 'The time window that slides with the call. Without it, for ever.' }),
    while: names
      .optional()
      .meta({ description: 'Counts only objects that are still in these states (holds, reservations).' }),
    says,
    name: name.optional(),
  })
  .meta({ description: 'A cumulative limit: the sum or number may not pass `at-most`.' })

const publicUse = z
  .strictObject({
    until: z.iso.date().meta({ description: 'After this day the opening must be looked at again.' }),
    because: z.string().min(1),
  })
  .meta({ description: 'Open by design, with the day on which that is looked at again.' })

const demands = {
  by: by.optional(),
  not: names
    .optional()
    .meta({ description: 'Parties who may not, even if `by` names them: separation of duties, as `[creator]`.' }),
  from: names.optional().meta({ description: 'The states the object must be in.' }),
  when: oneOrMore(rule).optional().meta({
    description: 'Rules over `request`, `object`, `parent`, `principal`, `claims`, `state`, `now` and the references.',
  }),
  once: z
    .union([z.literal(true), z.strictObject({ per: scope, says })])
    .optional()
    .meta({ description: 'May take effect a single time, per object unless said otherwise.' }),
  limit: oneOrMore(limit).optional(),
  rate: z
    .strictObject({ 'at-most': pace, per: scope.default('principal'), says })
    .optional()
    .meta({ description: 'How many calls in how much time.' }),
  approval: names
    .optional()
    .meta({ description: 'Approvals, declared under `approvals`, that must be granted first.' }),
  refs: z.record(name, referenced).optional().meta({
    description:
      'Other objects the call names, or that are found by what they say, typed: rules read their facts under this name.',
  }),
  idempotency: reference.optional().meta({
    description:
      'Where the idempotency key is: the same key has a single effect, as `$request.header.Idempotency-Key`.',
  }),
  public: publicUse.optional(),
  values: values.optional(),
  object: name.optional().meta({ description: 'The type of object acted on. Transitions act on their own.' }),
  key: reference.optional().meta({
    description:
      'Where the key of the object is; found by itself when the path begins like that of `read`. With `$object#/POINTER`, what the call acts on names it.',
  }),
  example: z
    .strictObject({
      path: z.record(z.string(), z.unknown()).optional(),
      query: z.record(z.string(), z.unknown()).optional(),
      header: z.record(z.string(), z.unknown()).optional(),
      body: z.unknown().optional(),
    })
    .optional()
    .meta({ description: 'Arguments that work. `{fresh}` in a string is replaced by something unique.' }),
}

const transition = z
  .strictObject({
    on: oneOrMore(operationId).meta({ description: 'The operation, or one of several, that makes the move.' }),
    to: names.optional().meta({
      description: 'The state afterwards; several when the outcome depends on the object. Without it, the state stays.',
    }),
    ...demands,
  })
  .meta({ description: 'A move of the object. Without `from` and with a new object as the outcome, it creates.' })

const operation = z
  .strictObject({
    ...demands,
    lists: name
      .optional()
      .meta({ description: 'The type of object it lists; each item must be one the caller may read.' }),
    items: pointer
      .optional()
      .meta({ description: 'Where the list is in the answer, when it is not the answer itself.' }),
    grants: name.optional().meta({ description: 'The approval this operation grants.' }),
    ends: z
      .literal('session')
      .optional()
      .meta({ description: 'What the caller called with is worth nothing afterwards: signing out.' }),
    safe: z.boolean().optional().meta({ description: 'Changes nothing, although its method says it could.' }),
    ...agentOperation,
  })
  .meta({ description: 'What is demanded of every use of an operation.' })

const field = z
  .strictObject({
    at: pointer.optional().meta({ description: 'Where it is in the object. Without it, a member of the same name.' }),
    type: z.enum(['money', 'integer', 'number', 'string', 'boolean', 'time']).optional(),
    in: pointer.optional().meta({ description: 'Where a write carries it, when it is elsewhere than in the object.' }),
    'set-by': seat.optional().meta({ description: 'Who may write it; `nobody` for a field only the system writes.' }),
    'set-on': oneOrMore(z.union([name, operationId]))
      .optional()
      .meta({ description: 'The transitions or operations that may carry it; nowhere else.' }),
    'seen-by': sight.optional().meta({ description: 'Who may read it, and in which states.' }),
    ref: name.optional().meta({ description: 'It holds the key of an object of this type.' }),
    says,
  })
  .meta({ description: 'A field with a meaning.' })

const stateOf = z.union([
  pointer,
  z.strictObject({
    at: pointer,
    values: z.record(
      name,
      z.union([z.string(), z.number(), z.boolean(), z.array(z.union([z.string(), z.number(), z.boolean()]))]),
    ),
  }),
  z.strictObject({
    when: z.record(name, expression).meta({ description: 'The first expression that is true names the state.' }),
  }),
])

const objectType = z
  .strictObject({
    key: pointer.default('/id'),
    owner: z.union([pointer, z.literal('parent'), z.literal('creator')]).optional(),
    tenant: z.union([pointer, z.literal('parent'), z.literal('creator')]).optional(),
    parties: z
      .record(name, pointer)
      .optional()
      .meta({ description: 'Other principals with a part in it, as `payee: /payeeId`.' }),
    parent: z.strictObject({ object: name, key: pointer }).optional(),
    state: stateOf
      .optional()
      .meta({ description: 'Where the state is seen. Without it, it is followed from the transitions.' }),
    read: operationId.optional().meta({ description: 'How anyone can look at the truth.' }),
    truth: z.enum(['read', 'tracked']).optional().meta({
      description:
        'Where the guard takes the object from: `read` looks each time, `tracked` follows the answers it saw. Default: `read` where there is one.',
    }),
    'read-at': pointer
      .optional()
      .meta({ description: 'Where the object is in the answer of `read`, when it is not the answer itself.' }),
    list: operationId.optional(),
    states: z.array(name).min(1).optional(),
    final: names.optional().meta({ description: 'States that nothing leaves, on purpose.' }),
    gone: name.optional().meta({ description: 'The state in which `read` answers that it does not exist.' }),
    fields: z.record(name, field).optional(),
    transitions: z.record(name, transition).optional(),
    capability: z
      .strictObject({ bits: z.number().int().min(16).max(512).default(96) })
      .optional()
      .meta({ description: 'Whoever holds the key may act (`by: holder`): the key must be this hard to guess.' }),
    'seen-by': sight.optional().meta({ description: 'Who may see one in a list, where no `read` says so.' }),
    credential: pointer.optional().meta({
      description:
        'It lets in: where the answer that makes one tells the secret, as `/secret`. In a `final` state it no longer may.',
    }),
    volatile: z.array(pointer).optional().meta({ description: 'Parts that change by themselves and prove nothing.' }),
  })
  .meta({ description: 'A type of object: whose it is, where its state is, what moves it.' })

const pair = z.tuple([operationId, operationId])
const order = { per: scope.default('principal'), within: duration.optional(), says, name: name.optional() }
const orderRule = z
  .union([
    z.strictObject({ precedence: pair, ...order }),
    z.strictObject({ 'alternate-precedence': pair, ...order }),
    z.strictObject({ 'chain-precedence': pair, ...order }),
    z.strictObject({ response: pair, ...order }),
    z.strictObject({ succession: pair, ...order }),
    z.strictObject({ 'not-succession': pair, ...order }),
    z.strictObject({ 'not-co-existence': pair, ...order }),
    z.strictObject({ absence: operationId, 'more-than': z.number().int().min(0).default(0), ...order }),
    z.strictObject({
      separate: z.array(operationId).min(2),
      per: scope.default('object'),
      says,
      name: name.optional(),
    }),
    z.strictObject({
      rate: oneOrMore(operationId),
      'at-most': pace,
      per: scope.default('principal'),
      says,
      name: name.optional(),
    }),
    z.strictObject({ limit: oneOrMore(operationId), ...limit.shape }),
  ])
  .meta({
    description:
      'A rule over several operations, with the names of DECLARE: `precedence: [a, b]` means b only after a. An order may also name moves: `order.pay`.',
  })

const fieldOf: z.ZodString = z
  .string()
  .regex(/^[A-Za-z][A-Za-z0-9_-]*\.[A-Za-z][A-Za-z0-9_-]*$/, 'a field is written `object.field`')
const invariant = z
  .union([
    z.strictObject({ 'never-negative': fieldOf, says }),
    z.strictObject({ conserved: fieldOf, over: oneOrMore(operationId).optional(), says }),
    z.strictObject({ monotone: fieldOf, says }),
    z.strictObject({ unique: fieldOf, per: z.enum(['tenant', 'owner']).optional(), says }),
    z.strictObject({
      'at-most': z.number().int().min(1),
      object: name,
      in: names.optional(),
      per: z.enum(['owner', 'tenant']).default('owner'),
      says,
    }),
    z.strictObject({ holds: expression, object: name, says }),
  ])
  .meta({ description: 'What is true of the objects at all times.' })

const source = z
  .strictObject({
    name,
    type: z.enum(['openapi', 'inline', 'mcp', 'model', 'a2a']).default('openapi').meta({
      description:
        '`mcp`: tools, described by their approved list. `model`: a provider of language models. `a2a`: an agent, described by its approved card.',
    }),
    provider: name.optional().meta({ description: 'Of models, as `anthropic` or `openai`. Without it, the name.' }),
    url: z
      .string()
      .min(1)
      .optional()
      .meta({ description: 'The description: a file beside the charter, or an http(s) address.' }),
    server: z
      .string()
      .min(1)
      .optional()
      .meta({ description: 'The address of the running API, when not given at the command line.' }),
    operations: z
      .record(
        z.string().min(1),
        z.strictObject({
          method: z.string().min(1),
          path: z.string().startsWith('/'),
          query: z.record(z.string(), valueShape).optional(),
          headers: z.record(z.string(), valueShape).optional(),
          body: valueShape.optional(),
          response: valueShape.optional(),
          summary: z.string().optional(),
        }),
      )
      .optional()
      .meta({ description: 'Operations written here, where no usable description exists, or beside one.' }),
    ...mcpSource,
    'refused-when': expression.optional().meta({
      description:
        'How this API refuses, over `response.status`, `response.body`, `response.headers`; statuses from 300 on always refuse.',
    }),
  })
  .meta({ description: 'An API.' })

const actor = z
  .strictObject({
    kind: z.enum(['user', 'service', 'partner', 'agent']).default('user'),
    when: expression.optional().meta({
      description:
        'Which principals these are, over `principal` and `claims`. Without it, those with the role of this name.',
    }),
    tenant: z
      .union([expression, z.literal(false)])
      .optional()
      .meta({
        description:
          'Where the tenant is, as `claims.tenant`; `false` for actors that may cross tenants. Without it, `principal.tenant`.',
      }),
    ...agentActor,
  })
  .meta({ description: 'A class of principals.' })

/** One charter file. Every member but `lockstep` may be missing in a file that another one includes. */
export const charterSchema = z
  .strictObject({
    $schema: z.string().optional(),
    lockstep: z.literal(1).meta({ description: 'The version of the format.' }),
    name: name.optional(),
    include: z
      .array(z.string().min(1))
      .optional()
      .meta({ description: 'Files beside this one whose members are added to it.' }),
    sources: z.array(source).optional(),
    actors: z.record(name, actor).optional(),
    objects: z.record(name, objectType).optional(),
    operations: z.record(operationId, operation).optional(),
    approvals: z.record(name, approval).optional(),
    rules: z.array(orderRule).optional(),
    invariants: z.array(invariant).optional(),
    journeys: z.record(z.string().min(1), journeySchema).optional(),
    workflows: z.record(name, workflow).optional(),
    data: dataPolicy.optional(),
    undescribed: undescribed.optional(),
  })
  .meta({ title: 'Lockstep charter', description: 'The intended process of an API, in one place.' })

/** What a charter file holds once its shape is right; nothing in it is resolved yet. */
export type RawCharter = z.output<typeof charterSchema>
export type RawObject = z.output<typeof objectType>
export type RawTransition = z.output<typeof transition>
export type RawDemands = Omit<RawTransition, 'on' | 'to'>
export type RawRule = z.output<typeof orderRule>
export type RawInvariant = z.output<typeof invariant>
export type RawBy = z.output<typeof by>
export type RawSight = z.output<typeof sight>
export type RawLimit = z.output<typeof limit>
export type RawApproval = z.output<typeof approval>
export type RawWorkflow = z.output<typeof workflow>
export type RawField = z.output<typeof field>
export type RawOperation = z.output<typeof operation>
export type RawData = z.output<typeof dataPolicy>
