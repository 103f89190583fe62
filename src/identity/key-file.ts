import { createHash } from 'node:crypto'
import { parse } from 'yaml'
import { z } from 'zod'
import { writtenPrincipal } from './schema.ts'

const entry = z.strictObject({
  name: z.string().min(1).meta({ description: 'What the key is called; never a part of it.' }),
  hash: z.union([
    z.string().regex(/^sha256:[0-9a-f]{64}$/, 'a hash reads `sha256:` and 64 hexadecimal digits'),
    z
      .string()
      .regex(
        /^scrypt:\d{1,8}:\d{1,3}:\d{1,3}:[\w-]{16,}:[\w-]{32,}$/,
        'a hash reads `scrypt:N:R:P:SALT:HASH`, base64url',
      ),
  ]),
  prefix: z.string().min(4).max(32).optional().meta({ description: 'How the key begins; needed with scrypt.' }),
  principal: writtenPrincipal,
  'not-before': z.iso.datetime({ offset: true }).optional(),
  expires: z.iso.datetime({ offset: true }).optional(),
})

/** The shape of a file of API keys. */
export const keyFileSchema = z
  .array(
    entry.refine(
      ({ hash, prefix }) => hash.startsWith('sha256:') || prefix !== undefined,
      'a scrypt hash needs `prefix`: trying them all would be a way to keep us busy',
    ),
  )
  .meta({ description: 'API keys by their hashes, and who bears them.' })

export type ApiKey = z.output<typeof entry>

/**
 * Reads a file of API keys (YAML or JSON).
 *
 * @throws when it is not of the right shape; the message quotes nothing of it.
 */
export function parseKeyFile(text: string): readonly ApiKey[] {
  const result = keyFileSchema.safeParse(parse(text, { schema: 'core' }))
  if (result.success) return result.data
  const places = result.error.issues.map(({ path, code }) => `${path.join('.')} (${code})`)
  throw new TypeError(`the file of API keys has a wrong shape: ${places.join(', ')}`)
}

/** The hash of a key as it stands in the file. Fit for keys of 128 random bits or more; anything a person chose needs scrypt. */
export function hashApiKey(key: string): string {
  return `sha256:${createHash('sha256').update(key).digest('hex')}`
}
