/** The shape of `mcp:` in a guard file: which MCP servers it stands before, and where its clients reach it. */
import { z } from 'zod'
import { certificate, locality, name, port, span, template, text } from './schema-part.ts'

const overHttp = z.strictObject({
  url: z.url({ protocol: /^https?$/ }).meta({ description: 'Its MCP endpoint.' }),
  headers: z.record(text, template).default({}).meta({ description: 'How the gateway itself signs in there.' }),
  ca: text
    .optional()
    .meta({ description: 'Certificates to trust instead of the system’s, PEM. Relative to the guard file.' }),
  timeout: span('5m', 'Until the head of an answer.'),
  ...locality,
})
const program = z.strictObject({
  command: text.meta({ description: 'The program. It is started as it stands here, without a shell.' }),
  args: z.array(z.string()).default([]),
  env: z
    .record(text, template)
    .default({})
    .meta({ description: 'Beside what every program gets; nothing else is passed on.' }),
  cwd: text.optional().meta({ description: 'Relative to the guard file.' }),
  ...locality,
})

/** The section. */
export const mcpSchema = z
  .strictObject({
    host: text.default('127.0.0.1'),
    port: port(8090),
    tls: certificate.optional(),
    hosts: z.array(text).min(1).optional().meta({
      description: 'Names clients may use in `Host`. Without it, those of this machine, and it listens there only.',
    }),
    origins: z.array(text).default([]).meta({ description: 'Sites whose pages may use it, as `https://app.example`.' }),
    servers: z
      .record(name, z.union([overHttp, program]))
      .meta({ description: 'By source of the charter. All are at `/mcp`, each alone at `/mcp/SOURCE`.' }),
    'authorization-servers': z
      .array(z.url({ protocol: /^https?$/ }))
      .default([])
      .meta({ description: 'Issuers that clients are told to sign in with (RFC 9728).' }),
    scopes: z.array(text).default([]).meta({ description: 'What a token must be for.' }),
    anonymous: z.boolean().optional().meta({
      description: 'Whether somebody who shows no credential may come in. Without it, where no issuer is named.',
    }),
    url: z
      .url({ protocol: /^https?$/ })
      .optional()
      .meta({ description: 'The address clients know it by.' }),
  })
  .meta({ description: 'MCP servers behind the guard.' })

export type McpFile = z.output<typeof mcpSchema>
