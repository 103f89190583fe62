// A planted secret reaches the API it is for, and is nowhere else: not in an answer, an error, the record, a log, a file.
import assert from 'node:assert/strict'
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { env, openStage, type Running, type Stage } from './stage.ts'

const first = 'sk-live-Zq/9+first"7Xw'
const second = 'sk-live-Kp/3+second8Yt'
const base64 = (text: string): string => Buffer.from(text).toString('base64')
const leak = (key: string): string =>
  JSON.stringify({
    key,
    base64: base64(key),
    basic: `Basic ${base64(`user:${key}`)}`,
    hex: Buffer.from(key).toString('hex'),
    url: encodeURIComponent(key),
    split: [key.slice(0, 9), key.slice(9)],
    nested: JSON.stringify({ key }),
    loud: key.toUpperCase(),
  })

/** Ways in which a value could be somewhere, written down here once more: not by the code that is tested. */
const traces = [first, second].flatMap((key) => [
  key,
  JSON.stringify(key).slice(1, -1),
  base64(key).replace(/=+$/, '').slice(0, -1),
  base64(`user:${key}`).slice(8, -4),
  Buffer.from(key).toString('base64url').slice(0, -1),
  Buffer.from(key).toString('hex'),
  encodeURIComponent(key),
  key.toUpperCase(),
  key.slice(8, 20),
])

let stage: Stage
let guard: Running
before(async () => {
  stage = await openStage(leak)
  const set = await stage.run(
    ['vault', 'set', 'shop-key', '--from-stdin', '--operation', 'api.*', '--as', 'header:X-Api-Key'],
    `${first}\n`,
  )
  assert.equal(set.code, 0, set.out)
  guard = await stage.start()
})
after(() => stage.close())

function assertNowhere(): void {
  const places = [{ name: 'what was said', bytes: Buffer.concat(stage.said) }, ...stage.files()]
  for (const { name, bytes } of places)
    for (const trace of traces) assert.equal(bytes.includes(trace), false, `${name} has ${trace}`)
}

const keysSent = (): readonly unknown[] =>
  stage.got
    .filter(({ line }) => !line.startsWith('GET /me') && !line.startsWith('other'))
    .map(({ headers }) => headers['x-api-key'])

test('calls that succeed, fail, are refused, break off and stream: the API has the key, and nobody else', async () => {
  const opened = await guard.call('POST /orders', { body: { amount: 5, note: 'x' }, headers: { 'x-api-key': 'mine' } })
  assert.equal(opened.status, 200, opened.text)
  assert.match(opened.text, /"debug":"\{\\"key\\":\\"\[secret shop-key\]/)
  assert.equal((await guard.call('GET /orders/o1')).status, 200)
  assert.equal((await guard.call('POST /orders/o1/pay', { body: { amount: 4 } })).status, 403)
  assert.equal((await guard.call('POST /orders/o1/pay', { body: { amount: 5 } })).status, 200)
  const failed = await guard.call('POST /fail')
  assert.equal(failed.status, 500)
  assert.match(failed.text, /cannot use \[secret shop-key\]/)
  assert.equal(failed.headers.get('x-debug'), 'key=[secret shop-key]')
  assert.equal((await guard.call('POST /crash')).status, 502)
  const echoed = await guard.call('GET /echo')
  assert.deepEqual(Object.keys(JSON.parse(echoed.text)), [
    'key',
    'base64',
    'basic',
    'hex',
    'url',
    'split',
    'nested',
    'loud',
  ])
  assert.equal(echoed.headers.get('etag'), null)
  assert.match((await guard.call('GET /packed')).text, /"key":"\[secret shop-key\]"/)
  const odd = await guard.call('GET /odd')
  assert.deepEqual([odd.status, JSON.parse(odd.text).code], [502, 'upstream-failed'])
  assert.match((await guard.call('GET /events')).text, /^data: start\n\ndata: \[secret shop-key\]\n\n/)
  assert.deepEqual([...new Set(keysSent())], [first])
  assertNowhere()
})

test('a value that is rotated is used within a second, and the one before is looked for still', async () => {
  const rotate = [
    'vault',
    'rotate',
    'shop-key',
    '--from-env',
    'NEW_KEY',
    '--overlap',
    '1h',
    '--json',
    '--as-person',
    'olga',
  ]
  const rotated = await stage.run(rotate, undefined, { NEW_KEY: second })
  assert.equal(rotated.code, 0, rotated.out)
  assert.equal(JSON.parse(rotated.out).version, 2)
  await new Promise((resolve) => setTimeout(resolve, 600))
  stage.got.length = 0
  assert.equal((await guard.call('GET /echo')).status, 200)
  assert.deepEqual(keysSent(), [second])
  assertNowhere()
})

test('a disabled one keeps every call of it back, and says nothing', async () => {
  assert.equal((await stage.run(['vault', 'disable', 'shop-key', '--why', 'leaked'])).code, 0)
  await new Promise((resolve) => setTimeout(resolve, 600))
  stage.got.length = 0
  const refused = await guard.call('POST /fail')
  assert.deepEqual([refused.status, JSON.parse(refused.text).code], [503, 'unavailable'])
  assert.doesNotMatch(refused.text, /shop-key/)
  assert.deepEqual(keysSent(), [])
  assert.equal((await stage.run(['vault', 'enable', 'shop-key'])).code, 0)
  await new Promise((resolve) => setTimeout(resolve, 600))
  assert.equal((await guard.call('GET /echo')).status, 200)
})

test('a placeholder is worth its secret where that belongs, nothing elsewhere, and is reported there', async () => {
  const set = [
    'vault',
    'set',
    'by-hand',
    '--from-env',
    'KEY',
    '--operation',
    'api.echo',
    '--as',
    'header:X-Hand=Key {}',
    '--placeholder',
    '--json',
  ]
  const { out } = await stage.run(set, undefined, { KEY: `${second}-hand` })
  const { placeholder } = JSON.parse(out)
  assert.match(placeholder, /^lockstep-placeholder-by-hand-[0-9a-f]{16}$/)
  await new Promise((resolve) => setTimeout(resolve, 600))
  stage.got.length = 0
  await guard.call('GET /echo', { headers: { 'x-hand': `Key ${placeholder}` } })
  await guard.call('GET /echo')
  await guard.call('POST /take', { headers: { 'x-hand': placeholder }, body: { text: placeholder } })
  await guard.call('POST /orders', { headers: { 'x-hand': placeholder }, body: { amount: 1, note: placeholder } })
  const hands = stage.got.filter(({ line }) => line !== 'GET /me').map(({ line, headers }) => [line, headers['x-hand']])
  assert.deepEqual(hands, [
    ['GET /echo', `Key ${second}-hand`],
    ['GET /echo', undefined],
    ['other POST /take', placeholder],
    ['POST /orders', placeholder],
  ])
  const audited = JSON.parse((await stage.run(['vault', 'audit', 'by-hand', '--json'])).out)
  const uses = audited.entries.map((entry: Record<string, unknown>) => `${entry['effect']} ${entry['operation'] ?? ''}`)
  assert.deepEqual(uses, ['set ', 'used api.echo', 'misplaced other.take', 'misplaced api.open'])
  assertNowhere()
})

test('it crashes, starts again, and what it kept has nothing in it', async () => {
  await guard.kill('SIGKILL')
  assertNowhere()
  guard = await stage.start()
  stage.got.length = 0
  assert.equal((await guard.call('GET /echo')).status, 200)
  assert.deepEqual(keysSent(), [second])
})

test('metrics, the record with its private parts, lists, reports: names and versions only', async () => {
  const metrics = await fetch(`${guard.control}/metrics`, { headers: { authorization: `Bearer ${env['OPS_TOKEN']}` } })
  stage.said.push(Buffer.from(await metrics.text()))
  assert.equal(metrics.status, 200)
  await guard.kill('SIGTERM')
  const listed = JSON.parse((await stage.run(['vault', 'list', '--json'])).out)
  assert.deepEqual(
    listed.map((each: Record<string, unknown>) => [each['name'], each['version'], each['scopes']]),
    [
      ['by-hand', 1, ['api.echo as header:X-Hand=Key {}, where its placeholder stands']],
      ['shop-key', 2, ['api.* as header:X-Api-Key']],
    ],
  )
  for (const command of [['list'], ['audit'], ['report'], ['report', '--json'], ['audit', '--json']])
    assert.equal((await stage.run(['vault', ...command])).code, 0)
  const audited = JSON.parse((await stage.run(['vault', 'audit', 'shop-key', '--json', '--limit', '1000'])).out)
  const effects = new Set(audited.entries.map((entry: Record<string, unknown>) => entry['effect']))
  for (const effect of ['set', 'rotated', 'disabled', 'enabled', 'used', 'refused', 'returned'])
    assert.ok(effects.has(effect), effect)
  const used = audited.entries.find((entry: Record<string, unknown>) => entry['operation'] === 'api.open')
  assert.deepEqual(
    [used.effect, used.secrets, used.source, used.workflow, used.principal],
    ['used', ['shop-key#1'], 'api', 'sales', { id: 'ann' }],
  )
  assert.match(used.call, /^[0-9a-f-]{36}$/)
  const file = join(stage.folder, 'guard.yaml')
  for (const args of [
    ['search', file, '--content', '--json', '--limit', '10000'],
    ['export', file],
    ['verify', file],
  ])
    assert.equal((await stage.here(['ledger', ...args])).code, 0)
  assertNowhere()
  for (const { name } of stage.files())
    if (/vault/.test(name)) assert.equal(statSync(join(stage.folder, '.lockstep/guard', name)).mode & 0o077, 0, name)
})

test('a report says what was used of what was granted, and narrows it', async () => {
  const [, report] = JSON.parse((await stage.run(['vault', 'report', '--json'])).out)
  assert.equal(report.name, 'shop-key')
  assert.deepEqual(
    report.remarks.map(({ code }: { code: string }) => code),
    ['broader'],
  )
  assert.deepEqual(report.least.remove, ['api.* as header:X-Api-Key'])
  assert.ok(report.least.add.includes('api.open in workflow sales as header:X-Api-Key'), report.least.add.join('\n'))
  assert.equal((await stage.run(['vault', 'scope', 'shop-key', '--least'])).code, 0)
  const [, again] = JSON.parse((await stage.run(['vault', 'report', '--json'])).out)
  assert.deepEqual([again.remarks, again.least], [[], undefined])
})
