import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import { connect, createServer, TLSSocket } from 'node:tls'
import { certificateOf } from '../../src/identity/certificate.ts'
import type { ClientCertificate, Presented } from '../../src/identity/identity.ts'
import { selfSigned } from '../transport/certificate.ts'
import { listen } from '../transport/open.ts'
import { audience, bearing, type Key, makeKey, open, present, said, sign, startIssuer } from './issuer.ts'

const holders = [
  { name: 'DNS:pay4u.example', principal: { id: 'pay4u', kind: 'partner', roles: ['partner'] } },
  { name: 'URI:spiffe://example/batch/*', principal: { kind: 'service' } },
  { subject: { CN: 'lockstep test' }, principal: { id: 'tester' } },
]
const shown = (certificate: Partial<ClientCertificate>): Presented =>
  present({}, { certificate: { subject: '', names: [], thumbprint: 'x', ...certificate } })

describe('client certificates', () => {
  const cases: readonly (readonly [string, Partial<ClientCertificate>, string])[] = [
    ['a name', { names: ['DNS:a.example', 'DNS:pay4u.example'] }, 'pay4u'],
    ['a name that begins so', { names: ['URI:spiffe://example/batch/nightly'] }, 'spiffe://example/batch/nightly'],
    ['only the beginning', { names: ['URI:spiffe://example/batch/'] }, 'unknown'],
    ['the same text of another type', { names: ['URI:pay4u.example'] }, 'unknown'],
    ['a longer name', { names: ['DNS:pay4u.example.evil'] }, 'unknown'],
    ['a part of the subject', { subject: 'O=Example\nCN=lockstep test' }, 'tester'],
    ['a subject that holds the text', { subject: 'O=x, CN=lockstep test' }, 'unknown'],
    ['nothing known', {}, 'unknown'],
  ]
  for (const [name, certificate, expected] of cases)
    test(`${name}: ${expected}`, async () => {
      const identifier = await open([{ kind: 'certificate', holders }])
      assert.equal(said(await identifier.identify(shown(certificate))), expected)
    })

  test('none: anonymous; nobody looks at it: anonymous', async () => {
    const [looking, blind] = [await open([{ kind: 'certificate', holders }]), await open([])]
    assert.deepEqual(await looking.identify(present({})), { ok: true, principal: {} })
    assert.deepEqual(await blind.identify(shown({ names: ['DNS:pay4u.example'] })), { ok: true, principal: {} })
  })

  test('as a connection shows it', async () => {
    const pair = selfSigned()
    let see: (certificate: X509Certificate | undefined) => void = () => undefined
    const seen = new Promise<X509Certificate | undefined>((resolve) => {
      see = resolve
    })
    const server = createServer({ ...pair, ca: pair.cert, requestCert: true, rejectUnauthorized: true }, (socket) => {
      see(socket instanceof TLSSocket ? socket.getPeerX509Certificate() : undefined)
      socket.end()
    })
    const [host, port] = (await listen(server)).split(':')
    const client = connect({ host, port: Number(port), ...pair, ca: pair.cert })
    const certificate = await seen
    client.destroy()
    server.close()
    assert.ok(certificate !== undefined)
    const shown = certificateOf(certificate)
    assert.deepEqual([shown.subject, shown.names], ['CN=lockstep test', ['DNS:localhost', 'IP Address:127.0.0.1']])
    assert.equal(
      Buffer.from(shown.thumbprint, 'base64url').toString('hex'),
      certificate.fingerprint256.replaceAll(':', '').toLowerCase(),
    )
    const identifier = await open([{ kind: 'certificate', holders }])
    assert.equal(said(await identifier.identify(present({}, { certificate: shown }))), 'tester')
  })

  test('names that try to be several stay one', () => {
    const tricky = { subject: 'CN=x', raw: Buffer.from('x'), subjectAltName: 'URI:"http://a/,DNS:b", DNS:c.example' }
    assert.deepEqual(certificateOf(tricky as X509Certificate).names, ['URI:http://a/,DNS:b', 'DNS:c.example'])
  })
})

describe('tokens bound to a certificate (RFC 8705)', () => {
  let issuer: Awaited<ReturnType<typeof startIssuer>>
  let key: Key
  before(async () => {
    issuer = await startIssuer()
    key = await makeKey('k1')
    issuer.keys = [key.jwk]
  })
  after(() => issuer.close())

  test('need that certificate; another credential on the connection changes nothing', async () => {
    const iss = 'https://id.example'
    const certificate = certificateOf(new X509Certificate(selfSigned().cert))
    const identifier = await open([
      { kind: 'jwt', issuer: iss, audience, algorithms: ['ES256'], keys: { url: issuer.url } },
      { kind: 'certificate', holders },
    ])
    const request = bearing(await sign(key, { iss, cnf: { 'x5t#S256': certificate.thumbprint } }))
    assert.equal(said(await identifier.identify({ ...request, certificate })), 'alice')
    assert.equal(said(await identifier.identify(request)), 'unbound')
    const other = certificateOf(new X509Certificate(selfSigned().cert))
    assert.equal(said(await identifier.identify({ ...request, certificate: other })), 'unbound')
    const free = bearing(await sign(key, { iss }))
    assert.equal(said(await identifier.identify({ ...free, certificate })), 'alice')
    // A token that fails does not make way for the certificate.
    const expired = bearing(await sign(key, { iss, exp: 1 }))
    assert.equal(said(await identifier.identify({ ...expired, certificate })), 'expired')
  })
})
