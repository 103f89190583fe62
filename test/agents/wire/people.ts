// Who is in a world, as a guard is shown it: an issuer of people's tokens, and agents with keys of their own.
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SignJWT } from 'jose'
import type { Charter, Principal } from '../../../src/charter/charter.ts'
import { hashApiKey } from '../../../src/identity/key-file.ts'
import { identityConfigSchema } from '../../../src/identity/schema.ts'
import { keysIn, newKeyText, type TokenKeys } from '../../../src/identity/token-keys.ts'
import { makeKey } from '../../identity/issuer.ts'

export const guardIssuer = 'https://guard.example'
const peopleIssuer = 'https://people.example'

/** What is made once, for all scenarios of a charter. */
export interface People {
  readonly folder: string
  /** The keys that the guard signs its own tokens with. */
  readonly tokenKeys: TokenKeys
  readonly identity: ReturnType<typeof identityConfigSchema.parse>
  /** The key of an agent. */
  keyOf(agent: string): string
  /** A token of the people's issuer: of a person, or of agents that it says act for one, nearest first. */
  sign(person: Principal, agents: readonly string[], at: number): Promise<string>
  close(): void
}

/** Makes keys for the agents of a charter. */
export async function makePeople({ actors }: Charter): Promise<People> {
  const key = await makeKey('people')
  const folder = mkdtempSync(join(tmpdir(), 'lockstep-wire-'))
  writeFileSync(join(folder, 'people.json'), JSON.stringify({ keys: [key.jwk] }))
  const agents = [...actors].filter(([, { kind }]) => kind === 'agent').map(([name]) => name)
  const keys = new Map(agents.map((name) => [name, `lsk_${randomBytes(24).toString('base64url')}`]))
  const identity = identityConfigSchema.parse([
    {
      kind: 'jwt',
      issuer: peopleIssuer,
      audience: guardIssuer,
      algorithms: ['ES256'],
      keys: { file: 'people.json' },
      delegation: { as: 'chain' },
      principal: { id: '/sub', tenant: '/org', roles: '/roles', claims: [] },
    },
    {
      kind: 'agents',
      agents: Object.fromEntries([...keys].map(([name, text]) => [name, { key: hashApiKey(text) }])),
    },
  ])
  return {
    folder,
    tokenKeys: await keysIn(newKeyText()),
    identity,
    keyOf: (agent) => keys.get(agent) ?? '',
    sign: ({ id, tenant, roles }, acting, at) => {
      const iat = Math.floor(at / 1000)
      const act = acting.reduceRight<object | undefined>(
        (behind, sub) => ({ sub, ...(behind === undefined ? {} : { act: behind }) }),
        undefined,
      )
      const claims = { iss: peopleIssuer, aud: guardIssuer, sub: id, org: tenant, roles, act, iat, exp: iat + 300 }
      return new SignJWT(JSON.parse(JSON.stringify(claims)))
        .setProtectedHeader({ alg: 'ES256', kid: 'people' })
        .sign(key.privateKey)
    },
    close: () => rmSync(folder, { recursive: true }),
  }
}
