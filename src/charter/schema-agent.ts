/** The words of a charter about agents: values, trust, budgets, data. */
import { z } from 'zod'
import { duration, expression, name, names, oneOrMore, operationId, says } from './schema-word.ts'

const pattern = z
  .string()
  .regex(/^(\/([^~/]|~[01])*)*$/, 'a place starts with `/`, as in `/items/*/id`')
  .meta({ description: 'A JSON pointer; `*` stands for each item or member.' })
const argument = z
  .string()
  .regex(/^(([A-Za-z_][\w-]*)|(\/([^~/]|~[01])*)+)$/, 'an argument is a name, or a place as in `/items/*/id`')

const valueSource = z
  .string()
  .regex(
    /^(prompt|trusted|untrusted|model|(named|sole):[A-Za-z][\w-]*\.[^\s#]+|[A-Za-z][\w-]*\.[^\s#]+(#(\/([^~/]|~[01])*)*)?)$/,
    'a value comes from `prompt`, `trusted`, `untrusted`, `model`, an operation, a place in its answer (`desk.list#/files/*/id`), or what the user named (`named:web.open`, `sole:web.open`)',
  )
const otherwise = z.union([z.literal('deny'), name])

export const values = z
  .record(
    argument,
    z.strictObject({
      from: oneOrMore(valueSource).meta({
        description:
          'Where the value may come from: `prompt` (the words of the user), `trusted` (a trusted place of any answer), an operation (a trusted place of its answers), `model` (seen nowhere before), `untrusted`; `named:` an operation: an address as it stands in an answer that the user’s own words asked for; `sole:` the only one of its kind there.',
      }),
      of: z.literal('addresses').optional().meta({
        description:
          'Of a longer text only what can be sent to, called or opened: links, e-mail addresses, accounts, phone numbers.',
      }),
      written: z.string().min(1).optional().meta({
        description:
          'How people write it, in the syntax of RE2, as `[A-Z]{4} ?\\d{7}`: what the user wrote so is the argument when both have the same letters and digits; where groups have names, `(?<number>\\d+)`, in those.',
      }),
      else: otherwise.default('deny').meta({
        description:
          'Otherwise: `deny`, or the approval to ask for. What is approved is good for the rest of the run, wherever the same approval is asked for.',
      }),
      'look-up': oneOrMore(operationId).optional().meta({
        description:
          'The operations that tell the right value: one that nobody said as it stands is refused, with these as a hint, instead of asked about.',
      }),
      approves: z.enum(['value', 'source']).default('value').meta({
        description:
          'What an approval is good for: the value, or for this argument whatever else the same answer says, as all links of a page.',
      }),
      says,
    }),
  )
  .meta({ description: 'Where an agent may take arguments from, by argument. What is not named is free.' })

export const trusted = z.union([z.literal(true), z.array(pattern).min(1)]).meta({
  description:
    'The parts of its answer that only the system of record writes; `true`: all. Nothing else of an answer is believed.',
})

export const spends = z
  .union([expression, z.strictObject({ amount: expression, currency: expression.optional() })])
  .meta({ description: 'What a call costs of a budget of money, as `request.amount`.' })

const per = z.enum(['run', 'agent', 'workflow', 'person']).default('workflow')
const money = z
  .string()
  .regex(/^\d+(\.\d+)?( [A-Z]{3})?$/, 'money is written `500.00` or `500.00 EUR`')
  .or(z.number().min(0))

export const budgets = z
  .array(
    z.union([
      z.strictObject({ calls: z.int().min(0), per, within: duration.optional() }),
      z.strictObject({ tokens: z.int().min(0), per, within: duration.optional() }),
      z.strictObject({ money, per, within: duration.optional() }),
    ]),
  )
  .meta({ description: 'What its calls may use up: calls, tokens of models, money.' })

export const models = z
  .array(z.string().regex(/^[^\s/]+\/\S+$/, 'a model is written `provider/model`, as `anthropic/*`'))
  .meta({ description: 'The models its runs may use. Without it, any.' })

const label = z.union([
  z.strictObject({ field: z.string().regex(/^[A-Za-z][\w-]*\.[A-Za-z][\w-]*$/), class: name }),
  z.strictObject({
    at: z.string().regex(/^[A-Za-z][\w-]*\.[^\s#]+#(\/([^~/]|~[01])*)*$/, 'a place is written `desk.get_order#/email`'),
    class: name,
  }),
  z.strictObject({
    pattern: z.union([
      name,
      z.strictObject({
        name,
        keyword: z.string().min(2).meta({ description: 'What stands beside or in it: only there is it looked for.' }),
        regex: z.string().min(1).meta({ description: 'In the syntax of RE2.' }),
      }),
    ]),
    class: name,
  }),
])

const flow = z.strictObject({
  class: names,
  to: z.array(z.string().min(1)).meta({
    description: '`desk.*`, `desk.send_email#/to=*@example.com`, `model:anthropic/*`, `region:eu`, `provider:acme`.',
  }),
  else: z.union([z.enum(['deny', 'redact', 'token']), name]).default('deny'),
})

export const dataPolicy = z
  .strictObject({
    classes: z.array(name).min(1).meta({ description: 'Least sensitive first.' }),
    labels: z.array(label).default([]),
    flows: z.array(flow).default([]),
  })
  .meta({ description: 'Which values are sensitive, and where they may go.' })

/** What an agent adds to an actor. */
export const agentActor = {
  workflow: name.optional().meta({ description: 'The workflow whose operations an agent may use.' }),
  'acts-for': names.optional().meta({ description: 'The actors an agent may act for: never more than they may.' }),
}

/** What a workflow of agents adds. */
export const agentWorkflow = {
  budget: budgets.optional(),
  models: models.optional(),
  data: z.array(name).optional().meta({ description: 'The classes of data its runs may receive. Without it, all.' }),
  unread: z
    .union([z.enum(['deny', 'allow']), name])
    .optional()
    .meta({
      description:
        'What happens with pictures, sounds and files for a model that nobody can read here: `deny`, `allow`, or the approval to ask for. Without it, `deny` where its runs may receive a class above the lowest and flows say where data may go.',
    }),
  plan: otherwise
    .default('deny')
    .meta({ description: 'What happens with an operation a run did not list, where it has a list: `deny`, or ask.' }),
}

/** What an operation that agents use adds. */
export const agentOperation = {
  trusted: trusted.optional(),
  memory: z
    .enum(['write', 'read'])
    .optional()
    .meta({ description: 'It keeps what runs remember, or gives it back: where values came from is kept with them.' }),
  spends: spends.optional(),
}

const allowing = (description: string) =>
  z
    .enum(['allow', 'deny'])
    .default('deny')
    .meta({ description: `Of \`type: mcp\`: ${description}` })

/** What a source of `type: mcp` adds. */
export const mcpSource = {
  suspicious: z.enum(['hold', 'note']).default('note').meta({
    description:
      'Of `type: mcp`: what happens with an approved tool whose description looks like an attack. Others that look so are held.',
  }),
  sampling: allowing('It may ask the model of a client for words.'),
  roots: allowing('It may ask a client for its folders.'),
  elicitation: z
    .strictObject({
      forms: z.enum(['allow', 'deny']).default('allow').meta({ description: 'It may ask users to fill in forms.' }),
      urls: z
        .array(z.string().regex(/^(\*\.)?[a-z0-9.-]+(:\d+)?$/, 'a host is written `id.example` or `*.example`'))
        .default([])
        .meta({
          description: 'Hosts of addresses it may ask users to open. Without it, none.',
        }),
      answers: z.enum(['prompt', 'untrusted']).default('untrusted').meta({
        description: 'What users answer is their word, as `prompt` in `values`; or nobody may rely on it.',
      }),
    })
    .prefault({})
    .meta({ description: 'Of `type: mcp`: what it may ask users. Where data may go counts for what they answer.' }),
}
