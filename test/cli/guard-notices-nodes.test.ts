// Two nodes on one PostgreSQL: what is on the record is told by one of them, by the other once that one is killed; a report handed to both is one.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { type FindingsFile, printFindings } from '../../src/prove/report/json.ts'
import { receiver, secret, until } from '../api/notice-stage.ts'
import { makeContext, outcome } from '../report/outcome.ts'
import { startPostgres } from '../store/postgres.ts'
import { env, guardText, openTill, type Running, startGuard } from './guard-stage.ts'

const till = await openTill()
const postgres = await startPostgres()
const nodes: Running[] = []
after(async () => {
  for (const { process } of nodes) process.kill('SIGKILL')
  till.close()
  await postgres.stop()
})

const reported = 12

function report(): FindingsFile {
  const file = JSON.parse(printFindings(outcome, makeContext())) as FindingsFile
  const [first] = file.findings
  assert.ok(first)
  const findings = Array.from({ length: reported }, (_, at) => ({ ...first, fingerprint: `${at}`.padStart(16, 'a') }))
  return { ...file, charter: 'till', startedAt: new Date().toISOString(), findings }
}

const headers = { authorization: `Bearer ${env.OPS_TOKEN}`, 'content-type': 'application/json' }
const ask = (node: Running, method: string, path: string, body: unknown): Promise<Response> =>
  fetch(`${node.control}${path}`, { method, headers, body: JSON.stringify(body) })

test('told once each, by one at a time, and nothing is lost with the one that told', async () => {
  // Whoever tells of this one dies before it learns that it arrived.
  const last = 'agent/bot-15'
  let isOver = false
  const there = await receiver(({ body }) => {
    if (isOver || body['subject'] !== last) return 204
    isOver = true
    nodes[0]?.process.kill('SIGKILL')
    return 0
  })
  const heard = (kind: string): readonly unknown[] =>
    there.heard.flatMap(({ body }) =>
      String(body['type']).startsWith(`dev.lockstep.${kind}`) ? [body['subject']] : [],
    )
  const off = async (node: Running, name: string): Promise<void> => {
    assert.equal((await ask(node, 'PUT', `/v1/switches/agent/${name}`, { why: 'a test' })).status, 200)
  }
  till.write('hook.secret', secret)
  till.write('url', postgres.url)
  const text = guardText(till.url)
    .replace('control:\n', `control:\n  notify: [{ url: "${there.url}", secret: "\${file:hook.secret}" }]\n`)
    .replace('OPS_TOKEN}" }', 'OPS_TOKEN}", may: [operate, watch, report] }')
  till.write('guard.yaml', `${text}store: { postgres: "\${file:url}" }\n`)
  try {
    const file = till.path('guard.yaml')
    const first = await startGuard(file)
    nodes.push(first)
    await off(first, 'first')
    // From now on it is this one that tells.
    await until(() => heard('switch').length === 1, 'the first message')
    const second = await startGuard(file)
    nodes.push(second)

    const found = report()
    const answers = await Promise.all(
      [first, second].map((node) => ask(node, 'POST', '/v1/findings', { report: found })),
    )
    assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 201])
    await until(() => heard('finding').length >= reported, 'every finding')
    assert.deepEqual([heard('finding').length, new Set(heard('finding')).size], [reported, reported], 'each once')

    const names = Array.from({ length: 30 }, (_, at) => `bot-${at}`)
    for (const name of names) await off(second, name)
    await until(() => names.every((name) => heard('switch').includes(`agent/${name}`)), 'every message')
    assert.equal(first.process.signalCode, 'SIGKILL')
    assert.ok(
      there.heard.every(({ id }) => id !== undefined),
      'signed',
    )
    // Whoever was told before it died may be told once more, under the same id.
    const ids = new Set(there.heard.map(({ id }) => id))
    assert.equal(ids.size, 1 + reported + names.length)
    assert.ok(there.heard.length - ids.size <= 1, `${there.heard.length} messages of ${ids.size}`)
    assert.equal(await second.stop(), 0)
  } finally {
    await there.close()
  }
})
