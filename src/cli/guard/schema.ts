/** The shape of a guard file: where the guard listens, what it stands in front of, and where it keeps what it knows. */
import { z } from 'zod'
import { identityConfigSchema } from '../../identity/schema.ts'
import { a2aSchema } from './a2a-schema.ts'
import { consoleSchema } from './console-schema.ts'
import { mcpSchema } from './mcp-schema.ts'
import { modelsSchema } from './models-schema.ts'
import { notifySchema } from './notify-schema.ts'
import { runsSchema } from './runs-file.ts'
import { certificate, file, locality, name, port, secret, span, template, text } from './schema-part.ts'
import { vaultSchema } from './vault-schema.ts'

const units: Readonly<Record<string, number>> = { B: 1, KiB: 1024, MiB: 1024 ** 2 }
const size = (written: string, description: string) =>
  z
    .string()
    .regex(/^\d+(B|KiB|MiB)$/, 'a size is written `64KiB` or `1MiB`')
    .transform((given) => Number.parseInt(given, 10) * (units[given.replace(/^\d+/, '')] ?? 1))
    .prefault(written)
    .meta({ description: `${description} Without it, ${written}.` })

const tls = z
  .strictObject({
    cert: file('The certificate and its chain, PEM.'),
    key: file('Its key, PEM.'),
    'client-ca': file('Authorities whose client certificates are believed, PEM.').optional(),
    'client-certificate': z.enum(['required', 'optional']).default('required'),
    http2: z.boolean().default(true),
  })
  .meta({ description: 'Certificates are read again on reload.' })

const listen = z
  .strictObject({
    host: text.default('127.0.0.1'),
    port: port(8088),
    tls: tls.optional(),
    hosts: z.array(text).min(1).optional().meta({ description: 'Names clients may use in `Host`. Without it, any.' }),
    resource: z
      .url()
      .optional()
      .meta({ description: 'What it is known as to agents that ask for tokens: one of `runs.resources`.' }),
    'trusted-proxies': z
      .array(text)
      .optional()
      .meta({ description: 'Addresses or networks of proxies that may say whom a request came from.' }),
  })
  .prefault({})
  .meta({ description: 'Where callers reach the guard.' })

const power = z.enum(['ask', 'operate', 'watch', 'report'])

const control = z
  .strictObject({
    host: text.default('127.0.0.1'),
    port: port(8089),
    tls: certificate.optional(),
    hosts: z
      .array(text)
      .min(1)
      .optional()
      .meta({ description: 'Names it is known by. Without it, those of this machine and of `runs.issuer`.' }),
    credentials: z
      .record(name, z.strictObject({ secret, may: z.array(power).min(1).default(['ask', 'operate', 'watch']) }))
      .default({})
      .meta({ description: 'What programs present as bearer. None of them can approve: that needs a person.' }),
    operators: z.array(text).default([]).meta({ description: 'Actors of the charter who may operate and watch.' }),
    approvers: z
      .record(
        name,
        z.strictObject({
          secret,
          people: z.record(text, z.strictObject({ roles: z.array(text).optional(), tenant: text.optional() })),
        }),
      )
      .default({})
      .meta({ description: 'Systems whose signed decisions count, and for whom they may speak.' }),
    notify: notifySchema,
  })
  .meta({ description: 'Where operators, approvers and monitors reach it. Without it, nowhere.' })

const upstream = z.strictObject({
  url: z
    .url({ protocol: /^https?$/ })
    .meta({ description: 'A path in it stands for the base path of the description.' }),
  host: text.optional().meta({ description: 'What is sent as `Host`.' }),
  ca: file('Certificates to trust instead of the system’s, PEM.').optional(),
  cert: file('Our own certificate, PEM.').optional(),
  key: file('Its key, PEM.').optional(),
  http2: z.boolean().default(false),
  timeout: span('30s', 'Until the head of an answer.'),
  idle: span('30s', 'Between parts of an answer.'),
  connect: span('5s', 'Until connected.'),
  connections: z.int().min(1).max(10_000).default(256),
  ...locality,
})

const reader = z
  .strictObject({ headers: z.record(text, template) })
  .meta({ description: 'Eyes of the guard’s own, tried before the caller’s.' })

const store = z
  .union([
    z.strictObject({ sqlite: file('A folder.') }),
    z.strictObject({
      postgres: template,
      schema: z
        .string()
        .regex(/^[a-z_][a-z0-9_]{0,50}$/, 'a schema is written with a-z, 0-9 and _')
        .default('lockstep'),
    }),
  ])
  .prefault({ sqlite: '.lockstep/guard' })
  .meta({ description: 'Where state and ledger are kept. Without it, SQLite in `.lockstep/guard`.' })

const place = z.union([
  z.strictObject({ file: file('A file that is only appended to.') }),
  z.strictObject({ http: z.url({ protocol: /^https?$/ }), headers: z.record(text, template).optional() }),
  z.strictObject({ git: file('A working copy.'), path: text, remote: text.optional() }),
])

const ledger = z
  .strictObject({
    origin: text
      .regex(/^[^+\s]+$/, 'the name of a ledger has no spaces and no plus')
      .optional()
      .meta({
        description: 'Its name, as `ledger.example.com/shop`. It never changes. Without it, the charter’s name.',
      }),
    key: file('The signing key, made on the first start.').optional(),
    content: z
      .enum(['full', 'redacted', 'hash', 'nothing'])
      .default('full')
      .meta({ description: 'How arguments, objects and answers are kept where no workflow says so.' }),
    'secret-headers': z.array(text).default([]).meta({ description: 'Headers that carry credentials here.' }),
    checkpoints: z
      .strictObject({
        every: span('10s', 'How often the head is signed.'),
        entries: z.int().min(1).default(10_000),
        places: z.array(place).default([]).meta({ description: 'Where its owner cannot take them back.' }),
      })
      .prefault({}),
  })
  .prefault({})

const approvals = z
  .strictObject({
    wait: span('0ms', 'How long a call itself waits for its approval.'),
    expires: span('15m', 'How long a question stays open.'),
    send: z.boolean().default(false).meta({
      description:
        'Whether the guard sends a call itself once it is approved. Until then, it keeps the credentials of the caller in memory. Without it, the caller repeats the call.',
    }),
  })
  .prefault({})

const limits = z
  .strictObject({
    body: size('1MiB', 'The largest request body that is judged.'),
    response: size('10MiB', 'The largest answer that is looked into.'),
    headers: size('16KiB', 'The largest head of a request.'),
    depth: z.int().min(1).max(1000).default(64).meta({ description: 'How deep JSON may nest.' }),
    busy: span('10s', 'How long a call waits for an object that another one uses.'),
    doubt: span('1m', 'After so long without an answer, a call that left no trace has not happened.'),
    repeat: span('1d', 'How long the answer of an idempotency key is given again.'),
    look: span('5s', 'How long one look at an object may take.'),
  })
  .prefault({})

const acsAgent = z.strictObject({
  key: secret.meta({ description: 'What it signs with, at least 32 bytes. Whoever has it speaks as this agent.' }),
  'key-id': text.default('default').meta({ description: 'How it names its key.' }),
  'agent-ids': z
    .array(text)
    .min(1)
    .optional()
    .meta({ description: 'What it may call itself; `*` stands for anything. Without it, its name here.' }),
  roles: z.array(text).optional().meta({ description: 'Without it, its name.' }),
  tenant: text.optional(),
  for: z
    .union([z.literal('named'), z.strictObject({ id: text, roles: z.array(text).optional(), tenant: text.optional() })])
    .optional()
    .meta({ description: 'Whom it acts for. `named`: whom it names, which is then believed. Without it, nobody.' }),
  tools: z.array(name).optional().meta({ description: 'The sources whose operations its tools are.' }),
  'on-approval': z
    .enum(['ask', 'defer', 'deny'])
    .default('defer')
    .meta({ description: '`ask` only where it has the approver decide at the control API, and then comes back.' }),
  descriptions: z
    .enum(['seen', 'assumed'])
    .default('seen')
    .meta({ description: 'Whether its MCP tools must be seen to be as they were approved, or are taken to be.' }),
  modifies: z.boolean().default(true).meta({ description: 'Whether it can change what a tool answered.' }),
  skills: z.array(text).optional().meta({ description: 'Digests of the skills it may have, as `sha256:…`.' }),
})

const acs = z
  .strictObject({
    agents: z.record(name, acsAgent),
    outcome: span('10m', 'How long an agent may take to say what came of a call.'),
  })
  .meta({ description: 'Agents that ask at hooks (OWASP Agent Control Standard), at `/acs` of the control API.' })

/** A guard file. Durations come out in milliseconds, sizes in bytes. */
export const guardFileSchema = z
  .strictObject({
    $schema: z.string().optional(),
    'lockstep-guard': z.literal(1),
    charter: file('The charter.').default('charter.yaml'),
    listen,
    control: control.optional(),
    console: consoleSchema.optional(),
    acs: acs.optional(),
    upstreams: z.record(name, upstream).default({}).meta({ description: 'Where each source of the charter is.' }),
    mcp: mcpSchema.optional(),
    models: modelsSchema.optional(),
    a2a: a2aSchema.optional(),
    identity: identityConfigSchema,
    readers: z.record(name, z.array(reader).min(1)).default({}).meta({ description: 'By source.' }),
    store,
    ledger,
    approvals,
    limits,
    runs: runsSchema,
    vault: vaultSchema.optional(),
  })
  .meta({ title: 'Lockstep guard', description: 'How a guard runs. What it enforces is in the charter.' })

/** A guard file of the right shape. */
export type GuardFile = z.output<typeof guardFileSchema>
/** The checkpoints' places as written. */
export type RawPlace = z.output<typeof place>
