/** The shape of `notify:` in a guard file: who is told of what happens. */
import { z } from 'zod'
import { noticeKinds } from '../../api/notice/notice.ts'
import { file, secret, text } from './schema-part.ts'

const filter = {
  kinds: z.array(z.enum(noticeKinds)).min(1).optional().meta({ description: 'Only these kinds. Without it, all.' }),
  workflows: z
    .array(text)
    .min(1)
    .optional()
    .meta({ description: 'Only what belongs to one of these workflows, or to none. Without it, everything.' }),
}

const webhook = z.strictObject({
  url: z.url({ protocol: /^https?$/ }),
  secret: secret.meta({ description: 'What messages are signed with: `whsec_` and base64 of at least 24 bytes.' }),
  ...filter,
})

const chat = z.strictObject({
  chat: secret.meta({ description: 'The address of the incoming webhook: whoever has it can write there.' }),
  form: z.enum(['slack', 'json']).default('slack').meta({ description: 'How messages are written.' }),
  ...filter,
})

const here = /^(?:localhost|127(?:\.\d{1,3}){3}|::1)$/

const mail = z.strictObject({
  smtp: z
    .strictObject({
      host: text,
      port: z.int().min(1).max(65_535).default(587),
      tls: z.enum(['starttls', 'implicit', 'none']).default('starttls'),
      user: text.optional(),
      password: secret.optional(),
      ca: file('Certificates to trust instead of the system’s, PEM.').optional(),
    })
    .refine(
      ({ user, password }) => (user === undefined) === (password === undefined),
      'a user and a password go together',
    )
    // SECURITY: a password over a readable wire is anybody's.
    .refine(({ tls, host, password }) => tls !== 'none' || password === undefined || here.test(host), {
      message: 'a password is sent under TLS only',
      path: ['tls'],
    }),
  from: text.regex(/@/, 'an address has an @'),
  to: z.union([text, z.array(text).min(1)]).transform((to) => (typeof to === 'string' ? [to] : to)),
  ...filter,
})

/** `notify` of `control` and of `console`. */
export const notifySchema = z
  .array(z.union([webhook, mail, chat]))
  .default([])
  .meta({ description: 'Who is told of approvals, findings, switches and doubts: programs, mailboxes and chats.' })

export type NotifyFile = z.output<typeof notifySchema>
