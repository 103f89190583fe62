/** The shape of `models:` in a guard file: which providers of models it stands before, and where clients reach it. */
import { z } from 'zod'
import { certificate, file, locality, name, port, secret, span, text } from './schema-part.ts'

const source = z.strictObject({
  url: z
    .url({ protocol: /^https?$/ })
    .meta({ description: 'The base URL one would give the provider’s SDK: `https://api.anthropic.com`.' }),
  key: secret
    .optional()
    .meta({ description: 'The provider’s key. Without it, the vault puts one in, or nobody does.' }),
  region: locality.region,
  ca: file('Certificates to trust instead of the system’s, PEM.').optional(),
  timeout: span('10m', 'Until the head of an answer, and between its parts.'),
  'provider-tools': z.enum(['refuse', 'remove']).default('refuse').meta({
    description:
      'What happens with tools the provider would run itself and that the charter does not allow: the request is refused, or goes without them.',
  }),
  'unseen-history': z.enum(['refuse', 'pass']).default('refuse').meta({
    description: 'What happens with conversations that the provider keeps and this guard has not seen.',
  }),
  'assumed-tokens': z.int().min(1).default(4096).meta({
    description: 'How many tokens of budgets an answer takes while it is on its way, where the request names no limit.',
  }),
  passing: z.array(text).default([]).meta({
    description: 'Members of requests that go on although the guard does not know what they mean.',
  }),
  tools: z.record(text, text).default({}).meta({
    description: 'Operations of the charter that names of tools stand for, where the names do not say it themselves.',
  }),
  'ask-usage': z.boolean().default(true).meta({
    description: 'Whether streams of Chat Completions are asked for their usage, which some providers do not know.',
  }),
})

/** `models` of a guard file. */
export const modelsSchema = z
  .strictObject({
    host: text.default('127.0.0.1'),
    port: port(8091),
    tls: certificate.optional(),
    hosts: z.array(text).min(1).optional().meta({ description: 'Names clients may use in `Host`. Without it, any.' }),
    body: z
      .int()
      .min(1)
      .max(1024)
      .default(32)
      .meta({ description: 'The largest request that is judged, in MiB. Without it, 32.' }),
    sources: z
      .record(name, source)
      .meta({ description: 'By source of the charter. Each is at `/SOURCE`: the base URL of its clients.' }),
  })
  .meta({ description: 'Providers of language models behind the guard.' })

export type ModelsFile = z.output<typeof modelsSchema>
