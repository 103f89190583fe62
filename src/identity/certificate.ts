import { createHash, type X509Certificate } from 'node:crypto'
import type { Principal } from '../charter/charter.ts'
import { principalOf } from './api-key.ts'
import type { ClientCertificate } from './identity.ts'
import { NotIdentified } from './not-identified.ts'
import { challenge, type Provider } from './provider.ts'
import type { CertificateConfig } from './schema.ts'

type Holder = CertificateConfig['holders'][number]

/**
 * What is known of a certificate. Says nothing of its chain: whoever calls this has had that verified.
 *
 * @param certificate - As `socket.getPeerX509Certificate()` gives it.
 */
export function certificateOf(certificate: X509Certificate): ClientCertificate {
  return {
    subject: certificate.subject ?? '',
    names: namesIn(certificate.subjectAltName ?? ''),
    thumbprint: createHash('sha256').update(certificate.raw).digest('base64url'),
  }
}

/** Node writes names one after the other, those with special characters as JSON texts. */
function namesIn(written: string): readonly string[] {
  const names = [...written.matchAll(/([A-Za-z ]+?):("(?:[^"\\]|\\.)*"|[^,]*)(?:, |$)/g)]
  return names.map(
    ([, type = '', value = '']) => `${type}:${value.startsWith('"') ? String(JSON.parse(value)) : value}`,
  )
}

/** Makes a provider of client certificates. They count when nothing else is shown; a token is bound to one by `cnf`. */
export function makeCertificateProvider(config: CertificateConfig): Provider {
  return {
    name: config.name ?? 'certificate',
    slots: [],
    takes: ({ shown }) => shown.size === 0,
    async identify(_credentials, { certificate }) {
      if (certificate === undefined) throw new NotIdentified('unknown', 'no certificate was shown')
      for (const holder of config.holders) {
        const principal = principalFor(holder, certificate)
        if (principal !== undefined) return principal
      }
      throw new NotIdentified('unknown', 'the holder of the certificate is not known', { foreign: true })
    },
    challenges: (fault) => [challenge('Certificate', fault)],
  }
}

function principalFor(holder: Holder, certificate: ClientCertificate): Principal | undefined {
  const name = holder.name === undefined ? undefined : nameFor(holder.name, certificate.names)
  if (holder.name !== undefined && name === undefined) return undefined
  const parts = certificate.subject.split('\n')
  if (!Object.entries(holder.subject ?? {}).every(([type, value]) => parts.includes(`${type}=${value}`)))
    return undefined
  const id = holder.principal.id ?? name?.slice(name.indexOf(':') + 1)
  return id === undefined ? undefined : principalOf({ ...holder.principal, id })
}

function nameFor(wanted: string, names: readonly string[]): string | undefined {
  if (!wanted.endsWith('*')) return names.find((name) => name === wanted)
  const start = wanted.slice(0, -1)
  return names.find((name) => name.startsWith(start) && name.length > start.length)
}
