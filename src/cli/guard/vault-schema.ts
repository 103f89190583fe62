/** The shape of `vault` in a guard file. */
import { z } from 'zod'
import { file, name, secret, span, text } from './schema-part.ts'

const key = z
  .union([
    z.strictObject({ file: file('32 random bytes as base64, readable by its owner only. Made on the first start.') }),
    z.strictObject({ env: text.meta({ description: 'The variable of the environment that holds the key.' }) }),
    z.strictObject({
      command: z
        .tuple([text], text)
        .meta({ description: 'A program and its arguments, which wraps and unwraps; no shell. See docs/vault.md.' }),
      id: name.meta({ description: 'Names the key behind the command.' }),
      timeout: span('10s', 'How long it may take.'),
    }),
  ])
  .meta({ description: 'What wraps the keys of secrets.' })

const login = z.union([
  z.strictObject({ token: secret }),
  z.strictObject({
    approle: z.strictObject({ 'role-id': text, 'secret-id': secret, mount: text.default('approle') }),
  }),
  z.strictObject({
    kubernetes: z.strictObject({
      role: text,
      jwt: file('The token of the service account, read at each login.').default(
        '/var/run/secrets/kubernetes.io/serviceaccount/token',
      ),
      mount: text.default('kubernetes'),
    }),
  }),
])

const other = z.strictObject({
  url: z.url({ protocol: /^https?$/ }),
  namespace: text.optional(),
  ca: file('Certificates to trust instead of the system’s, PEM.').optional(),
  login,
  cache: span('1m', 'How long a value without a lease is used before it is read again.'),
  timeout: span('5s', 'How long one answer may take.'),
})

/** `vault` of a guard file. */
export const vaultSchema = z
  .strictObject({
    master: key.optional(),
    previous: z
      .array(key)
      .default([])
      .meta({ description: 'Master keys of before, until `lockstep vault rekey` has run.' }),
    external: z
      .record(name, other)
      .default({})
      .meta({ description: 'Servers of OpenBao or Vault that keep some of the secrets.' }),
  })
  .meta({
    description:
      'Secrets that the guard puts into calls. Without `master`, its key is the file `vault.key` beside the store.',
  })

/** `vault` as read. */
export type VaultFile = z.output<typeof vaultSchema>
/** Where a master key is. */
export type KeyFile = z.output<typeof key>
/** A server of OpenBao or Vault. */
export type OtherVaultFile = z.output<typeof other>
