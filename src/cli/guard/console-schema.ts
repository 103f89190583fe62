/** The `console` of a guard file. */
import { z } from 'zod'
import { roles } from '../../api/viewer.ts'
import { notifySchema } from './notify-schema.ts'
import { file, text } from './schema-part.ts'

const role = z.enum(roles)

export const consoleSchema = z
  .strictObject({
    host: text.default('127.0.0.1'),
    port: z.int().min(0).max(65_535).default(8090).meta({ description: '0 takes any free port. Without it, 8090.' }),
    tls: z.strictObject({ cert: file('The certificate, PEM.'), key: file('Its key, PEM.') }).optional(),
    url: z
      .url({ protocol: /^https?$/ })
      .optional()
      .meta({ description: 'Where browsers reach it, behind whatever is in front. Without it, this machine.' }),
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
      .meta({ description: 'Who signs in with the link that is printed at the start.' }),
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
  })
  .meta({ description: 'The console in the browser, which `lockstep serve` shows.' })

export type ConsoleFile = z.output<typeof consoleSchema>
