/** What a guard file says of identities and models, for the inventory. Never a secret. */
import type { Surroundings } from '../../api/area/inventory/inventory.ts'
import type { GuardFile } from './schema.ts'

export function surroundingsOf({ identity, models }: Pick<GuardFile, 'identity' | 'models'>): Surroundings {
  return {
    identities: identity.map((each) => ({ kind: each.kind, name: nameOf(each), says: words[each.kind] })),
    models: Object.entries(models?.sources ?? {}).map(([source, { url, region }]) => ({
      source,
      provider: new URL(url).host,
      ...(region === undefined ? {} : { region }),
    })),
  }
}

type Provider = GuardFile['identity'][number]

const words: Readonly<Record<Provider['kind'], string>> = {
  jwt: 'signed tokens, verified here',
  introspection: 'tokens that the issuer is asked about',
  session: 'sessions of the API itself',
  'api-key': 'keys, known by their digests',
  certificate: 'client certificates',
  agents: 'agents with keys of their own, and tokens for their runs',
}

function nameOf(provider: Provider): string {
  const named = 'name' in provider ? provider.name : undefined
  if (named !== undefined) return named
  if ('issuer' in provider && provider.issuer !== undefined) return provider.issuer
  if (provider.kind === 'agents') return Object.keys(provider.agents).join(', ')
  return provider.kind
}
