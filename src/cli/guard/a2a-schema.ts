/** The shape of `a2a:` in a guard file: which agents it stands before, and where other agents reach it. */
import { z } from 'zod'
import { certificate, file, locality, name, port, span, text } from './schema-part.ts'

const agent = z.strictObject({
  headers: z
    .record(text, text)
    .default({})
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the placeholder is what the reader should write
    .meta({ description: 'How the guard signs in there. May name secrets: ${env:NAME} or ${file:PATH}.' }),
  as: z
    .strictObject({ name: text, roles: z.array(text).optional(), tenant: text.optional(), audience: z.url() })
    .optional()
    .meta({
      description:
        'Who it is to the charter. With it, and where its caller has a token of a run, it is given a token of that run for `audience`.',
    }),
  card: z
    .url({ protocol: /^https?$/ })
    .optional()
    .meta({ description: 'Where it shows its card. Without it, the well-known place of its first interface.' }),
  keys: file(
    'Keys whose signatures on its card count, a JWK set. With them, an unsigned card is not believed.',
  ).optional(),
  callbacks: z
    .array(z.url({ protocol: /^https?$/ }))
    .default([])
    .meta({ description: 'Where it may call back with news of tasks: beginnings of addresses. Without it, nowhere.' }),
  ca: file('Certificates to trust instead of the system’s, PEM.').optional(),
  timeout: span('5m', 'Until it begins to answer.'),
  ...locality,
})

export const a2aSchema = z
  .strictObject({
    host: text.default('127.0.0.1'),
    port: port(8092),
    tls: certificate.optional(),
    hosts: z
      .array(text)
      .min(1)
      .optional()
      .meta({ description: 'Names clients may use in `Host`. Without it, those of this machine, and of `url`.' }),
    url: z
      .url({ protocol: /^https?$/ })
      .optional()
      .meta({ description: 'Where clients reach it, for the cards they are shown.' }),
    believed: span('1m', 'How long the card of an agent is believed once it was seen.'),
    agents: z.record(name, agent).meta({
      description: 'By source of the charter. Each is served at `/SOURCE`; its addresses are those of its card.',
    }),
  })
  .meta({ description: 'Agents behind the guard (A2A).' })
