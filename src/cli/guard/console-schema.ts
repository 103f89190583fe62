/** The `console` of a guard file. */
import { z } from 'zod'
import { roles } from '../../api/viewer.ts'
import { claimRules, issuerAddress } from '../../identity/schema.ts'
import { notifySchema } from './notify-schema.ts'
import { certificate, file, name, secret, span, text } from './schema-part.ts'

const role = z.enum(roles)

const oidc = z
  .strictObject({
    issuer: issuerAddress.meta({ description: 'Its discovery document says the rest.' }),
    name: text.default('your organisation').meta({ description: 'What it is called where one signs in.' }),
    'client-id': text,
    'client-secret': secret.optional().meta({ description: 'Without it, a public client.' }),
    scopes: z.array(text).min(1).default(['openid', 'profile']),
    userinfo: z
      .boolean()
      .default(false)
      .meta({ description: 'Whether claims are asked for at the userinfo endpoint, too.' }),
    principal: claimRules.meta({ description: 'Who somebody is, and which roles they have, by their claims.' }),
    roles: z
      .partialRecord(role, z.array(text).min(1))
      .meta({ description: 'Which of their roles give which role here. Who has none does not come in.' }),
    'sign-out': z
      .enum(['here', 'everywhere'])
      .default('here')
      .meta({ description: '`everywhere`: at the provider, too; it must know `/sign-in` as where one comes back.' }),
  })
  .refine(({ scopes }) => scopes.includes('openid'), { message: 'must have `openid`', path: ['scopes'] })
  .meta({ description: 'An identity provider. Its client comes back to `/sign-in/oidc/callback`.' })

export const consoleSchema = z
  .strictObject({
    host: text.default('127.0.0.1'),
    port: z.int().min(0).max(65_535).default(8087).meta({ description: '0 takes any free port. Without it, 8087.' }),
    tls: certificate.optional(),
    url: issuerAddress
      .optional()
      .meta({ description: 'Where browsers reach it, behind whatever is in front. Without it, this machine.' }),
    session: z
      .strictObject({
        idle: span('1h', 'How long after the last request it ends.'),
        longest: span('12h', 'How long after signing in it ends.'),
      })
      .prefault({}),
    'sign-in': z.strictObject({ oidc: oidc.optional() }).prefault({}),
    local: z
      .strictObject({
        id: text.default('administrator'),
        roles: z.array(role).min(1).default(['administrator']),
        as: z
          .strictObject({ roles: z.array(text).default([]), tenant: text.optional() })
          .prefault({})
          .meta({ description: 'Whom the charter sees in them: what they may approve follows from it.' }),
      })
      .prefault({})
      .meta({
        description: 'Who signs in with the link that is printed at the start, and with passkeys made after it.',
      }),
    notify: notifySchema,
    changes: z
      .union([
        z.strictObject({ folder: file('A folder: each change is a patch file.') }),
        z.strictObject({
          git: file('A working copy with the charter: each change is a commit on a branch of its own.'),
          branch: z
            .string()
            .regex(/^[A-Za-z0-9][\w./-]*$/, 'what names of branches begin with, as `charter/`')
            .default('charter/')
            .meta({ description: 'What names of branches begin with. Without it, `charter/`.' }),
        }),
      ])
      .optional()
      .meta({
        description:
          'Where changes of the charter go that are proposed in the console. Without it, they are kept to be downloaded.',
      }),
    findings: z
      .array(file('A findings.json.'))
      .default([])
      .meta({ description: 'Reports of `lockstep prove` that are taken in, now and whenever they change.' }),
    prove: z
      .strictObject({
        identities: file('Who acts: the identities file of `lockstep prove`.'),
        targets: z
          .record(name, z.url({ protocol: /^https?$/ }))
          .default({})
          .meta({
            description: 'Addresses of sources, instead of those in the identities file. Never production.',
          }),
        'allow-host': z.array(text).default([]).meta({ description: 'Hosts that requests may go to besides.' }),
        'max-minutes': z.int().min(1).max(60).default(5),
        'max-requests': z.int().min(1).max(100_000).default(5000),
      })
      .optional()
      .meta({ description: 'Where operators may try a finding again. Without it, nowhere.' }),
  })
  .meta({ description: 'The console in the browser, which `lockstep serve` shows.' })

export type ConsoleFile = z.output<typeof consoleSchema>
export type OidcFile = z.output<typeof oidc>
