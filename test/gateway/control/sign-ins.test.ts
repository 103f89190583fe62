// Who came to the control API: on the record in a real ledger, once for each credential, and never without it.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { makeSignIns } from '../../../src/gateway/control/sign-ins.ts'
import { journalOf } from '../../../src/guard/ledger-journal.ts'
import { openLedger } from '../../../src/ledger/ledger.ts'
import { all, entryOf } from '../../ledger/setting.ts'
import { asker, credential, openApi } from './api.ts'

const folder = mkdtempSync(join(tmpdir(), 'lockstep-sign-ins-'))
after(() => rmSync(folder, { recursive: true }))

const evaluation = {
  subject: { type: 'user', id: 'ann' },
  action: { name: 'api.ping' },
  resource: { type: 'operation', id: 'api.ping' },
}

test('refused ones always, accepted ones once for each credential, none when it cannot be recorded', async () => {
  const ledger = await openLedger({
    storage: { type: 'sqlite', file: join(folder, 'log.db'), keys: join(folder, 'keys.db') },
    signingKey: join(folder, 'key'),
    origin: 'test/sign-ins',
    node: 'one',
    version: '1',
  })
  const api = await openApi({ guard: { journal: journalOf(ledger) } })
  const signIns = async (): Promise<readonly unknown[]> =>
    (await all(ledger)).map(entryOf).flatMap((each) => {
      if (each.kind !== 'sign-in') return []
      const { principal, effect, method, why } = each
      return [[principal.id, effect, method, why]]
    })
  try {
    const many = Array.from({ length: 100 }, () => api.ask('POST', '/access/v1/evaluation', evaluation, { as: 'pep' }))
    assert.deepEqual([...new Set((await Promise.all(many)).map((each) => each.status))], [200])
    assert.deepEqual(await signIns(), [['operator:pep', 'accepted', 'control', undefined]])
    const lie = { headers: { authorization: 'Bearer s3cret' } }
    assert.equal((await api.ask('GET', '/v1/approvals', undefined, lie)).status, 401)
    assert.equal((await api.ask('GET', '/v1/approvals', undefined, lie)).status, 401)
    assert.equal((await api.ask('GET', '/v1/switches', undefined, { as: 'ann' })).status, 403)
    assert.equal((await api.ask('GET', '/v1/approvals', undefined, { as: 'ann' })).status, 200)
    assert.equal((await api.ask('GET', '/healthz', undefined, lie)).status, 200)
    assert.deepEqual((await signIns()).slice(1), [
      [undefined, 'refused', 'control', 'nobody knows this token'],
      [undefined, 'refused', 'control', 'nobody knows this token'],
      ['ann', 'accepted', 'control', undefined],
    ])
    const written = JSON.stringify((await all(ledger)).map((each) => each.text))
    for (const secret of ['s3cret', asker, credential, 'person-ann']) assert.ok(!written.includes(secret), secret)
    await ledger.close()
    assert.equal((await api.ask('GET', '/v1/approvals', undefined, lie)).status, 503)
    assert.equal((await api.ask('GET', '/v1/approvals', undefined, { as: 'bob' })).status, 503)
    assert.equal((await api.ask('GET', '/v1/approvals', undefined, { as: 'bob' })).status, 503)
    assert.equal((await api.ask('GET', '/v1/approvals', undefined, { as: 'ann' })).status, 200, 'this one is recorded')
  } finally {
    await api.close().catch(() => undefined)
  }
})

test('again after an hour, and for another credential of the same person', async () => {
  const noted: unknown[] = []
  let [now, works] = [0, true]
  const note = async (each: unknown): Promise<void> => {
    if (!works) throw new Error('the disk is full')
    noted.push(each)
  }
  const signIns = makeSignIns({ note }, () => now)
  const ann = { kind: 'person', principal: { id: 'ann' }, may: [] } as const
  const one = { authorization: 'Bearer one' }
  works = false
  await assert.rejects(signIns.accepted(ann, one), { name: 'Problem', status: 503 })
  works = true
  await signIns.accepted(ann, one)
  now = 60 * 60_000 - 1
  await signIns.accepted(ann, one)
  assert.equal(noted.length, 1)
  now += 1
  await signIns.accepted(ann, one)
  await signIns.accepted(ann, { authorization: 'Bearer two' })
  await signIns.accepted({ ...ann, principal: { id: 'eve' } }, one)
  assert.deepEqual(
    noted,
    ['ann', 'ann', 'ann', 'eve'].map((principal) => ({ kind: 'control-sign-in', principal })),
  )
})
