/** The shape of `mcp:` in a guard file: which MCP servers it stands before, and where its clients reach it. */
import { z } from 'zod'
import { locality, name, span, text } from './schema-part.ts'

const template = text.meta({
  // biome-ignore lint/suspicious/noTemplateCurlyInString: the placeholder is what the reader should write
  description: 'May name secrets: ${env:NAME} or ${file:PATH}.',
})

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
    port: z.int().min(0).max(65_535).default(8090).meta({ description: '0 takes any free port. Without it, 8090.' }),
    tls: z
      .strictObject({
        cert: text.meta({ description: 'The certificate, PEM. Relative to the guard file.' }),
        key: text.meta({ description: 'Its key, PEM. Relative to the guard file.' }),
      })
      .optional(),
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
