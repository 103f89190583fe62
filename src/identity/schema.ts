/** The shape of `identity:` in a guard file: which credentials are accepted, and who they make of a caller. */
import { z } from 'zod'
import { parseDuration } from '../charter/duration.ts'
import { parsePointer, parseReference } from '../charter/pointer.ts'
import { principalKinds, type SecretReference } from './identity.ts'

const text = z.string().min(1)
const duration = z
  .string()
  .regex(/^\d+(ms|s|m|h|d)$/, 'a duration is written `250ms`, `30s` or `15m`')
  .transform((written) => parseDuration(written) ?? 0)
const span = (written: string, description: string) =>
  duration.prefault(written).meta({ description: `${description} Without it, ${written}.` })

const loopback = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/
const address = z.url({ protocol: /^https?$/ }).refine(
  // SECURITY: keys and verdicts over a readable wire are anybody's; only this machine talks to itself in the clear.
  (url) => !URL.canParse(url) || new URL(url).protocol === 'https:' || loopback.test(new URL(url).hostname),
  'must be `https:` (plain `http:` only on this machine)',
)
// biome-ignore lint/suspicious/noTemplateCurlyInString: the placeholder is what the reader should write
const secretShape = 'a secret is named, never written down: ${env:NAME} or ${file:PATH}'
const secret = z
  .string()
  .regex(/^\$\{(?:env|file):[^}]+\}$/, secretShape)
  .transform((written): SecretReference => {
    const [from = '', ...name] = written.slice(2, -1).split(':')
    return { from: from === 'env' ? 'env' : 'file', name: name.join(':') }
  })

const isPlace = (written: string): boolean => !written.startsWith('/') || parsePointer(written) !== undefined
const isReference = (written: string): boolean =>
  !written.startsWith('$') || parseReference(written)?.from === 'response'
const names = z.array(text)

/** One way to read a principal; `place` is a text that says where a value stands, or is the value itself. */
const rule = (place: z.ZodString) =>
  z
    .strictObject({
      where: z
        .record(place, z.union([z.string(), z.number(), z.boolean()]))
        .optional()
        .meta({
          description: 'Only callers of whom all of this is so; a place that holds a list must contain the value.',
        }),
      id: place.meta({ description: 'Who it is.' }),
      tenant: place.optional(),
      roles: z.union([place, names]).optional(),
      scopes: z.union([place, names]).optional().meta({ description: 'A list, or one text with spaces.' }),
      kind: place.optional().meta({
        description: '`user`, `service`, `partner` or `agent`, or where that stands. Without it, `user`.',
      }),
      claims: z
        .union([z.literal('all'), names, z.record(text, z.json())])
        .optional()
        .meta({
          description:
            'What else is known of the caller as `claims`: `all`, some names, or names with where they stand.',
        }),
    })
    .meta({ description: 'How what is presented is read as a principal.' })
const oneOrMore = <T extends z.ZodType>(item: T) => z.union([item, z.array(item).min(1)])

const claimPlace = text.refine(isPlace, 'a place in the claims is a JSON pointer, as `/sub`')
const claimRule = rule(claimPlace).extend({
  id: claimPlace.default('/sub'),
  scopes: z.union([claimPlace, names]).default('/scope'),
})
const ofClaims = oneOrMore(claimRule).prefault({})
const answerPlace = text.refine(isReference, 'a place in the answer is written `$response.body#/id`')
/** How a principal is read from claims that were verified. */
export const claimRules = ofClaims
/** An address that may be trusted with secrets. */
export const issuerAddress = address
const ofAnswer = oneOrMore(rule(answerPlace))
const constant = z.strictObject({
  id: text,
  tenant: text.optional(),
  roles: names.optional(),
  scopes: names.optional(),
  kind: z.enum(principalKinds).optional(),
  claims: z.record(text, z.json()).optional(),
})

const asymmetric = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
] as const
const algorithms = z.array(z.enum(asymmetric)).min(1)

const delegation = z
  .strictObject({
    as: z.enum(['chain', 'actor', 'subject']).default('actor').meta({
      description:
        '`chain`: who acts is the principal, and whom it acts for keeps its own roles, tenant and scopes. `actor` and `subject` make one principal of both, with the id of the one or the other.',
    }),
    kind: z.enum(['agent', 'service']).default('agent').meta({ description: 'What those who act are.' }),
  })
  .prefault({})
  .meta({ description: 'What a token with an `act` chain (RFC 8693) makes of its bearer.' })

const token = {
  name: text.optional().meta({ description: 'What the provider is called on the record.' }),
  principal: ofClaims,
  delegation,
  dpop: z.enum(['off', 'accepted', 'required']).default('off').meta({ description: 'Proof of possession (RFC 9449).' }),
  'dpop-window': span('60s', 'How old a proof may be.'),
  'dpop-algorithms': algorithms.default(['ES256', 'ES384', 'EdDSA', 'Ed25519', 'PS256', 'RS256']),
  tolerance: span('5s', 'How far clocks may differ.').refine((ms) => ms <= 300_000, 'at most 5m'),
}

const jwt = z
  .strictObject({
    kind: z.literal('jwt'),
    ...token,
    issuer: text,
    audience: oneOrMore(text).meta({ description: 'One of these must be in `aud`.' }),
    algorithms: algorithms.meta({ description: 'The only signatures accepted; asymmetric ones.' }),
    keys: z.union([
      z.strictObject({
        url: address,
        refresh: span('5m', 'How long the keys are used before they are asked for again.'),
        cooldown: span('30s', 'How often an unknown key id may make us ask at once.'),
        keep: span('1h', 'How long known keys are used when nobody answers.'),
      }),
      z.strictObject({ file: text.meta({ description: 'A JSON Web Key Set; a change of the file counts at once.' }) }),
    ]),
    type: z.enum(['at+jwt', 'JWT']).optional().meta({
      description: 'The `typ` a token must say (RFC 9068: `at+jwt`). Without it: either of them, or none.',
    }),
    require: names.default([]).meta({ description: 'Claims that must be there, besides `iss`, `aud` and `exp`.' }),
    'max-age': duration.optional().meta({ description: 'How long ago a token may have been issued.' }),
  })
  .meta({ description: 'Signed tokens (JWT), verified here.' })

const introspection = z
  .strictObject({
    kind: z.literal('introspection'),
    ...token,
    issuer: text,
    endpoint: address,
    client: z.union([
      z.strictObject({ id: text, secret }).meta({ description: 'client_secret_basic' }),
      z
        .strictObject({
          id: text,
          key: secret,
          algorithm: z.enum(asymmetric).default('ES256'),
          'key-id': text.optional(),
        })
        .meta({ description: 'private_key_jwt; the key is PKCS #8 or a JWK.' }),
    ]),
    audience: oneOrMore(text)
      .optional()
      .meta({ description: 'One of these must be in `aud`. Without it, `aud` is not looked at.' }),
    'token-type': z.enum(['required', 'optional']).default('required').meta({
      description: 'Whether the answer must say that it is about an access token, and not, say, a refresh token.',
    }),
    cache: span('5s', 'How long an answer is believed; a revoked token lives as long.').refine(
      (ms) => ms <= 300_000,
      'at most 5m',
    ),
  })
  .meta({ description: 'Tokens that only their issuer can read (RFC 7662).' })

const carried = z
  .string()
  .regex(
    /^(?:authorization|cookie:[^\s;=,"]+|header:[\w!#$%&'*+.^`|~-]+)$/i,
    'write `authorization`, `cookie:NAME` or `header:NAME`',
  )
const session = z
  .strictObject({
    kind: z.literal('session'),
    name: text.optional(),
    request: z
      .string()
      .regex(/^(GET|POST) \/\S*$/, 'a request reads `GET /me`')
      .meta({ description: 'What is asked of the API.' }),
    source: text.optional().meta({ description: 'The source whose API is asked. Not needed when there is one.' }),
    credentials: z
      .array(carried)
      .min(1)
      .default(['authorization'])
      .meta({ description: 'What shows who calls, passed on as it came.' }),
    with: names.default([]).meta({ description: 'Further headers that are passed on and show nothing.' }),
    principal: ofAnswer,
    cache: span('2s', 'How long an answer is believed.').refine((ms) => ms <= 60_000, 'at most 1m'),
  })
  .meta({ description: 'Whatever the API itself understands: it is asked who bears it.' })

const apiKey = z
  .strictObject({
    kind: z.literal('api-key'),
    name: text.optional(),
    header: z.string().regex(/^[\w!#$%&'*+.^`|~-]+$/, 'the name of a header'),
    keys: text.meta({ description: 'A file of hashes and principals; a change of it counts at once.' }),
  })
  .meta({ description: 'Keys in a header, known by their hashes.' })

const certificate = z
  .strictObject({
    kind: z.literal('certificate'),
    name: text.optional(),
    holders: z
      .array(
        z
          .strictObject({
            name: z
              .string()
              .regex(
                /^(?:DNS|URI|email|IP Address):[^*]+\*?$/,
                'a name reads `DNS:a.example` or `URI:spiffe://example/*`',
              )
              .optional()
              .meta({ description: 'An alternative name; `*` at the end stands for anything.' }),
            subject: z.record(text, text).optional().meta({ description: 'Parts of the subject, as `{ CN: pay4u }`.' }),
            principal: constant.partial({ id: true }).meta({ description: 'Without `id`, what the name says.' }),
          })
          .refine(
            (holder) =>
              holder.name !== undefined || (holder.subject !== undefined && holder.principal.id !== undefined),
            'needs `name`, or `subject` and `principal.id`',
          ),
      )
      .min(1)
      .meta({ description: 'Who holds which certificate; the first that fits.' }),
  })
  .meta({ description: 'Client certificates. Which authorities are trusted is the listener’s to say.' })

const agent = z
  .strictObject({
    tenant: text.optional(),
    roles: names.optional().meta({ description: 'Without them, its name is its role.' }),
    scopes: names.optional(),
    claims: z.record(text, z.json()).optional(),
    key: z
      .string()
      .regex(/^sha256:[0-9a-f]{64}$/, 'a hash reads `sha256:` and 64 hexadecimal digits')
      .optional()
      .meta({ description: 'The hash of a key it bears (`Authorization: Bearer`), of 128 random bits at least.' }),
    certificate: text
      .regex(/^(?:DNS|URI|email):[^*]+$/, 'a name reads `URI:spiffe://example/agent`')
      .optional()
      .meta({ description: 'The alternative name in its client certificate.' }),
    keys: z
      .strictObject({ file: text.meta({ description: 'A JSON Web Key Set of its public keys.' }) })
      .optional()
      .meta({ description: 'It signs its requests for tokens (`private_key_jwt`).' }),
    token: z
      .strictObject({ issuer: text, subject: text })
      .optional()
      .meta({ description: 'It is the subject of tokens of an issuer that a provider of this list accepts.' }),
  })
  .meta({ description: 'An agent, and what it shows.' })

const agents = z
  .strictObject({
    kind: z.literal('agents'),
    name: text.optional(),
    agents: z.record(text.regex(/^[\x21-\x7e]+$/, 'the name of an agent has no spaces'), agent),
  })
  .meta({ description: 'Agents by name: the id and, unless said otherwise, the role they have.' })

const provider = z.discriminatedUnion('kind', [jwt, introspection, session, apiKey, certificate, agents])

/** What stands under `identity:`: providers in the order in which they are asked. Durations come out in milliseconds. */
export const identityConfigSchema = z.array(provider).meta({ description: 'Which credentials are accepted.' })

export type ProviderConfig = z.output<typeof provider>
export type JwtConfig = z.output<typeof jwt>
export type IntrospectionConfig = z.output<typeof introspection>
export type SessionConfig = z.output<typeof session>
export type ApiKeyConfig = z.output<typeof apiKey>
export type CertificateConfig = z.output<typeof certificate>
export type AgentsConfig = z.output<typeof agents>
/** What providers of tokens have in common. */
export type TokenConfig = Pick<JwtConfig, keyof typeof token>
/** One way to read a principal. */
export type PrincipalRule = z.output<ReturnType<typeof rule>>
export type PrincipalRules = PrincipalRule | readonly PrincipalRule[]
/** A principal written down. */
export const writtenPrincipal = constant
export type WrittenPrincipal = z.output<typeof constant>
