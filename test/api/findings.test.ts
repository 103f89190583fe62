// Findings of a real bank: reported by prove, tried again from the console, mended, accepted, back again.
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type { z } from 'zod'
import type { Endpoints } from '../../src/api/endpoints.ts'
import { openProvenBank, type ProvenBank, reporter } from '../console/proven-bank.ts'
import { type SignedIn, signedIn } from './signed-in.ts'

type Answer<Name extends keyof Endpoints> = Endpoints[Name] extends { readonly answer: infer Schema extends z.ZodType }
  ? z.output<Schema>
  : never
type List = Answer<'GET /api/findings'>
type Detail = Answer<'GET /api/findings/{fingerprint}'>
type Posture = Answer<'GET /api/posture'>

let bank: ProvenBank
let console: SignedIn
before(async () => {
  bank = await openProvenBank(['approve-own'])
  console = await signedIn(await bank.link())
})
after(() => bank?.close())

const publish = (): string[] => ['--publish', bank.control]

/** The only finding, once its state is this one. */
async function only(awaited?: string): Promise<List['findings'][number]> {
  const isAwaited = ({ findings }: List): boolean => awaited === undefined || findings[0]?.state === awaited
  const { findings }: List = await console.read('/api/findings', isAwaited)
  const [finding] = findings
  assert.ok(finding)
  assert.equal(findings.length, 1)
  return finding
}

/** It stands on its lifecycle and counts on the first page, or neither. */
async function stands(isThere: boolean): Promise<void> {
  const { pins }: Answer<'GET /api/lifecycles/{object}/traffic'> = await console.read(
    '/api/lifecycles/transfer/traffic',
  )
  assert.deepEqual(
    pins.map(({ use }) => use),
    isThere ? ['transfer.approve'] : [],
  )
  const isSaid = ({ verdict }: Posture): boolean => verdict.needs.some(({ says }) => says.includes('flaw'))
  await console.read('/api/posture', (posture) => isSaid(posture) === isThere)
}

/** Tries it again; what it ended with. */
async function verify(
  fingerprint: string,
  way = 'direct',
): Promise<{ requests: number; verdict: string; why: string }> {
  const path = `/api/findings/${fingerprint}/verification`
  const begun = await console.ask('POST', path, { body: { way } })
  assert.equal(begun.status, 204, await begun.text())
  assert.equal((await console.ask('POST', path, { body: { way } })).status, 409, 'one at a time')
  const text = await (await console.ask('GET', '/api/verification')).text()
  const told = [...text.matchAll(/^data: (.*)$/gm)].map(([, data = '']) => JSON.parse(data))
  const { requests, verdict, why } = told.at(-1)
  return { requests, verdict, why }
}

test('what prove found is reported, tried again, mended, and back', async () => {
  const proven = await bank.prove(['approveTransfer'], [...publish(), '--report', 'json=kept.json'])
  assert.equal(proven.code, 2, proven.error)
  assert.match(proven.error, /published to http/)
  const { fingerprint, state, class: kind, object } = await only()
  assert.deepEqual([state, kind, object], ['open', 'separation-of-duties', 'transfer'])

  const { finding, proof, guard }: Detail = await console.read(`/api/findings/${fingerprint}`)
  assert.match(finding.target, /^bank=http:\/\/127\.0\.0\.1:\d+$/)
  assert.ok(proof.transcript.some(({ purpose }) => purpose === 'abuse') && proof.control.length > 0)
  assert.deepEqual([finding.guard, guard.enforcing], ['refuses', []])
  assert.match(guard.excerpt?.text ?? '', /not/)

  const open = await verify(fingerprint)
  assert.equal(open.verdict, 'open', open.why)
  await stands(true)
  assert.ok(open.requests > 0, 'it was told how much was sent')
  await bank.become([])
  const fixed = await verify(fingerprint)
  assert.equal(fixed.verdict, 'fixed', fixed.why)
  assert.equal((await only()).state, 'fixed')
  await stands(false)

  await bank.become(['approve-own'])
  await bank.prove(['approveTransfer'], publish())
  assert.equal((await only()).state, 'came-back')
  await stands(true)
  await bank.become([])
  await bank.prove(['approveTransfer'], publish())
  assert.equal((await only()).state, 'fixed', 'the last run tried it where it was seen, and it held')
  await stands(false)
  const { history }: Detail = await console.read(`/api/findings/${fingerprint}`)
  assert.deepEqual(
    history.map(({ what }) => what),
    ['held', 'came-back', 'verified-fixed', 'verified-open', 'found'],
  )
  const coverage: Answer<'GET /api/coverage'> = await console.read('/api/coverage')
  const line = coverage.constraints.find(({ constraint }) => constraint === finding.constraint)
  assert.equal(line?.verdict, 'held')
  assert.ok(coverage.counts.untried > 0, 'other operations were never tried')
  const { entries }: Answer<'GET /api/entries'> = await console.read(
    '/api/entries?kind=act&order=oldest',
    (found) => found.entries.length >= 8,
  )
  assert.deepEqual(
    entries.map(({ effect, principal }) => `${effect} by ${principal}`),
    [
      'report-received by operator:ci',
      'finding-found by operator:ci',
      'finding-open by administrator',
      'finding-fixed by administrator',
      'report-received by operator:ci',
      'finding-came-back by operator:ci',
      'report-received by operator:ci',
      'finding-held by operator:ci',
    ],
  )
})

test('one that is accepted fails no run that fetches what is accepted, until it is withdrawn', async () => {
  await bank.become(['approve-own'])
  writeFileSync(
    join(bank.folder.path, 'findings.json'),
    later(readFileSync(join(bank.folder.path, 'kept.json'), 'utf8')),
  )
  const { fingerprint } = await only('came-back')
  const path = `/api/findings/${fingerprint}/acceptance`
  const accept = { owner: 'payments', because: 'the queue caps it: "for now"\n- not: yaml' }
  assert.equal((await console.ask('PUT', path, { body: { ...accept, until: '2020-01-01' } })).status, 400)
  const until2 = new Date(Date.now() + 7 * 86_400_000).toISOString().slice(0, 10)
  assert.equal((await console.ask('PUT', path, { body: { ...accept, until: until2 } })).status, 204)
  assert.equal((await only()).state, 'accepted')

  const file = await bank.folder.run(['findings', 'accepted', '--url', bank.control], undefined, {
    LOCKSTEP_TOKEN: reporter,
  })
  assert.equal(file.code, 0, file.error)
  assert.equal(`${file.out.trim()}\n`, await (await console.ask('GET', '/api/acceptances')).text())
  writeFileSync(join(bank.folder.path, 'accepted.yaml'), file.out)
  const passed = await bank.prove(['approveTransfer'], ['--accept', 'accepted.yaml'])
  assert.equal(passed.code, 0, passed.out + passed.error)

  assert.equal((await console.ask('DELETE', path)).status, 204)
  assert.equal((await console.ask('DELETE', path)).status, 404)
  assert.equal((await only()).state, 'came-back')
  assert.match(await (await console.ask('GET', '/api/acceptances')).text(), /nothing is accepted/)
})

test('tried through the guard, it is closed; the API behind it is as it was', async () => {
  const { fingerprint, state, guard } = await only()
  assert.deepEqual([state, guard], ['came-back', 'refuses'])
  const guarded = await verify(fingerprint, 'guarded')
  assert.equal(guarded.verdict, 'fixed', guarded.why)
  assert.equal((await only()).state, 'came-back')
  const { history }: Detail = await console.read(`/api/findings/${fingerprint}`)
  assert.equal(history[0]?.what, 'guarded-fixed')
})

/** The same run, as if it were made now. */
function later(report: string): string {
  return JSON.stringify({ ...JSON.parse(report), startedAt: new Date().toISOString() })
}

test('a report is not believed: its shape, its charter, its size, its credentials', async () => {
  const report = JSON.parse(readFileSync(join(bank.folder.path, 'kept.json'), 'utf8'))
  const hand = (body: unknown, token = reporter): Promise<Response> =>
    fetch(`${bank.control}/v1/findings`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
  const refused = async (changed: object, status: number, says: RegExp): Promise<void> => {
    const answer = await hand({ report: { ...report, ...changed } })
    assert.equal(answer.status, status)
    assert.match(await answer.text(), says)
  }
  assert.equal((await hand({ report }, 'token-of-operators')).status, 403, 'operating is not reporting')
  assert.equal((await hand({ report })).status, 200, 'the same run again')
  await refused({ charter: 'shop' }, 409, /`bank` is in force/)
  await refused({ format: 'other' }, 400, /no findings file/)
  await refused({ startedAt: '2999-01-01T00:00:00.000Z' }, 400, /not begun/)
  const [finding] = report.findings
  await refused({ findings: [{ ...finding, fingerprint: '--guard=/etc/passwd' }] }, 400, /fingerprint/)
  await refused({ findings: [finding, finding] }, 400, /twice/)

  const { proof } = finding
  const [first, ...rest] = proof.transcript
  const leaking = {
    ...first,
    request: {
      ...first.request,
      url: `${first.request.url}?access_token=leak-1`,
      headers: { ...first.request.headers, Authorization: 'Bearer leak-2' },
      body: '{"password":"leak-3"}',
    },
  }
  const sly = { ...finding, title: '<img src=x>', proof: { ...proof, transcript: [leaking, ...rest] } }
  const answer = await hand({ report: { ...report, startedAt: new Date().toISOString(), findings: [sly] } })
  assert.equal(answer.status, 201, await answer.text())
  const kept = await (await console.ask('GET', `/api/findings/${finding.fingerprint}`)).text()
  assert.ok(kept.includes('<img src=x>'), 'text, whatever it looks like')
  assert.ok(!kept.includes('leak-'), 'a credential came through')
  assert.deepEqual(bank.failures, [])
})
