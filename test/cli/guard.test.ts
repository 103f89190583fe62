// A guard from one file, and the work on it: as operators, approvers and auditors meet it.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, test } from 'node:test'
import { parse } from 'yaml'
import { call, charterText, env, guardText, openTill, type Running, run, startGuard, type Till } from './guard-stage.ts'

let till: Till
let guard: Running
before(async () => {
  till = await openTill()
  guard = await startGuard(till.path('guard.yaml'))
})
after(async () => {
  if (guard.process.exitCode === null) guard.process.kill('SIGKILL')
  till.close()
})

test('lets through what the charter allows, and nothing else', async () => {
  assert.deepEqual((await call(guard.url, 'ann', 'POST /orders', { amount: 500 })).body['state'], 'open')
  const short = await call(guard.url, 'ann', 'POST /orders/o1/pay', { amount: 5 })
  assert.deepEqual([short.status, short.body['code']], [403, 'denied'])
  assert.match(String(short.body['detail']), /the whole amount is paid/)
  assert.equal((await call(guard.url, 'bob', 'POST /orders/o1/pay', { amount: 500 })).status, 403)
  assert.equal((await call(guard.url, 'nobody', 'GET /orders/o1')).status, 401)
  assert.equal((await call(guard.url, 'ann', 'GET /elsewhere')).status, 404)
  assert.equal((await call(guard.url, 'ann', 'POST /orders/o1/pay', { amount: 500 })).status, 200)
  assert.deepEqual(till.effects, ['open o1 500', 'pay o1 500'])
})

test('a call waits, is shown as it will run, and is approved once by somebody else', async () => {
  const asked = await call(guard.url, 'ann', 'POST /orders/o1/refund', { amount: 400 })
  assert.deepEqual([asked.status, asked.body['code']], [403, 'approval-needed'])
  const approval: unknown = asked.body['approval']
  assert.ok(typeof approval === 'object' && approval !== null && 'reference' in approval)
  const reference = String(approval.reference)
  const on = ['--guard', till.path('guard.yaml')]

  const listed = await run(['approve', '--as', 'bea', '--roles', 'boss', ...on])
  assert.match(listed.out, /api\.refund by ann\n {2}path +\{"id":"o1"\}\n {2}body +\{"amount":400\}/)
  assert.match(listed.out, /about +order\/o1 \(paid\)[\s\S]*needs +large: the boss approves what is above 100/)
  const as = (name: string): string[] => ['--as', name, '--roles', 'boss', ...on]
  const seen = await run(['approve', reference, ...as('bea')])
  assert.match(seen.out, /body +\{"amount":400\}/)
  const shown = /approve it as shown: (--shown) ([0-9a-f]{32})\n$/.exec(seen.out)?.slice(1) ?? []
  assert.deepEqual(await run(['approve', reference, '--shown', 'f'.repeat(32), ...as('bea')]), {
    code: 2,
    out: 'not counted: it is not any more what was shown, or that is no digest of it: look at it again\n',
    error: '',
  })
  const own = await run(['approve', reference, ...shown, ...as('ann')])
  assert.equal(own.code, 2)
  assert.match(own.out, /^not counted: /)
  assert.deepEqual(await run(['approve', reference, ...shown, ...as('bea')]), {
    code: 0,
    out: 'approved: repeating the call makes it\n',
    error: '',
  })
  assert.equal((await call(guard.url, 'ann', 'POST /orders/o1/refund', { amount: 401 })).status, 403)
  assert.equal((await call(guard.url, 'ann', 'POST /orders/o1/refund', { amount: 400 })).status, 200)
  assert.equal(till.effects.at(-1), 'refund o1 400')
})

test('a switch counts within a second, on the store and through the control API', async () => {
  const ways = [
    { way: ['--guard', till.path('guard.yaml'), '--as', 'olga'], more: {} },
    { way: ['--url', guard.control], more: { LOCKSTEP_TOKEN: env.OPS_TOKEN } },
  ]
  for (const { way, more } of ways) {
    const off = await run(['switch', 'off', 'operation', 'api.open', '--why', 'a drill', ...way], more)
    assert.equal(off.out, 'the operation `api.open` is switched off\n', off.error)
    assert.equal(
      await withinASecond(
        async () => (await call(guard.url, 'bea', 'POST /orders', {})).body['code'] === 'switched-off',
      ),
      true,
    )
    assert.match((await run(['switch', 'list', ...way], more)).out, /^operation api\.open {2}since .* a drill/)
    assert.equal((await run(['switch', 'on', 'operation', 'api.open', '--why', 'over', ...way], more)).code, 0)
    assert.equal(
      await withinASecond(async () => (await call(guard.url, 'ann', 'POST /orders', { amount: 1 })).status === 200),
      true,
    )
    assert.equal((await run(['doubts', ...way], more)).out, 'no call is in doubt\n')
    const settled = await run(['settle', 'none', '--did-not', '--why', 'seen', ...way], more)
    assert.deepEqual([settled.code, settled.out], [2, '`none` is not in doubt\n'], settled.error)
  }
  const wrong = await run(['switch', 'list', '--url', guard.control], { LOCKSTEP_TOKEN: 'wrong' })
  assert.equal(wrong.code, 1)
  assert.doesNotMatch(wrong.error, /wrong$/m)
})

async function withinASecond(holds: () => Promise<boolean>): Promise<boolean> {
  const deadline = Date.now() + 1000
  for (;;) {
    if (await holds()) return true
    if (Date.now() > deadline) return false
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

test('approving through the control API needs a person', async () => {
  assert.equal((await call(guard.url, 'ann', 'POST /orders', { amount: 300 })).status, 200)
  assert.equal((await call(guard.url, 'ann', 'POST /orders/o4/pay', { amount: 300 })).status, 200)
  const asked = await call(guard.url, 'ann', 'POST /orders/o4/refund', { amount: 300 })
  const reference = /"reference":"([^"]+)"/.exec(JSON.stringify(asked.body))?.[1] ?? ''
  const as = async (token: string): Promise<[number, string]> => {
    const way = ['approve', reference, '--url', guard.control]
    const { digest } = JSON.parse((await run([...way, '--json'], { LOCKSTEP_TOKEN: env.OPS_TOKEN })).out)
    const { code, out, error } = await run([...way, '--shown', digest], { LOCKSTEP_TOKEN: token })
    return [code, out + error]
  }
  assert.deepEqual(await as(env.OPS_TOKEN), [
    2,
    'not counted: this needs a person: a credential of this API speaks for nobody\n',
  ])
  assert.equal((await as('ann'))[0], 2)
  assert.deepEqual(await as('bea'), [0, 'approved: repeating the call makes it\n'])
  assert.equal((await call(guard.url, 'ann', 'POST /orders/o4/refund', { amount: 300 })).status, 200)
})

test('a class of calls is approved at once, on the store and through the control API', async () => {
  const ways = [
    { way: ['--guard', till.path('guard.yaml'), '--as', 'bea'], token: '', said: '; local operator' },
    { way: ['--url', guard.control], token: 'bea', said: '' },
  ]
  for (const { way, token, said } of ways) {
    const as = token === '' ? {} : { LOCKSTEP_TOKEN: token }
    assert.equal((await run(['standing', ...way], as)).out, 'no class of calls is approved\n')
    const { body } = await call(guard.url, 'ann', 'POST /orders', { amount: 200 })
    const [id, refund] = [String(body['id']), `POST /orders/${String(body['id'])}/refund`]
    assert.equal((await call(guard.url, 'ann', `POST /orders/${id}/pay`, { amount: 200 })).status, 200)
    const give = ['standing', 'give', 'large', '--operation', 'api.refund', '--for', '1h', ...way, '--roles', 'boss']
    const bound = ['--object', `order/${id}`, '--principal', 'ann', '--at-most', '150']
    const unbounded = await run([...give, '--uses', '2'], as)
    assert.deepEqual([unbounded.code, unbounded.out], [2, 'not given: it needs the most that each call may take\n'])
    assert.match((await run([...give, '--uses', '9', ...bound], as)).out, /not given: at most 3 calls at once/)
    const given = await run([...give, '--uses', '2', ...bound], as)
    const grant = /^given: (\S+)\n$/.exec(given.out)?.[1] ?? ''
    assert.notEqual(grant, '', given.out + given.error)
    assert.equal((await call(guard.url, 'ann', refund, { amount: 151 })).body['code'], 'approval-needed')
    assert.equal((await call(guard.url, 'ann', refund, { amount: 150 })).status, 200)
    const listed = await run(['standing', 'list', ...way], as)
    assert.match(listed.out, new RegExp(`^${grant} {2}large: api\\.refund by ann on order/${id} up to 150\\n`))
    assert.match(listed.out, /\n {2}1 of 2 used, until \S+, given by bea\n$/)
    const [{ grant: same, used, uses }] = JSON.parse((await run(['standing', '--json', ...way], as)).out)
    assert.deepEqual([same, used, uses], [grant, 1, 2])
    const withdraw = ['standing', 'withdraw', grant, ...way]
    assert.deepEqual(await run(withdraw, as), { code: 0, out: `\`${grant}\` is withdrawn\n`, error: '' })
    assert.deepEqual(await run(withdraw, as), { code: 2, out: `\`${grant}\` is not given, or over\n`, error: '' })
    const { out } = await run(['ledger', 'search', till.path('guard.yaml'), '--kind', 'approval'])
    assert.match(out, new RegExp(`granted {2}by bea\\n +standing ${grant}: .*"atMost":150\\}${said}\\n`))
    assert.match(out, new RegExp(`revoked {2}by bea\\n +standing ${grant}${said}\\n`))
  }
  const operator = await run(['standing', '--url', guard.control], { LOCKSTEP_TOKEN: env.OPS_TOKEN })
  assert.equal(operator.out, 'no class of calls is approved\n')
  const customer = await run(['standing', '--url', guard.control], { LOCKSTEP_TOKEN: 'ann' })
  assert.deepEqual([customer.code, /for who may approve or operate/.test(customer.error)], [1, true])
})

test('a call of unknown outcome keeps its object until somebody says what became of it', async () => {
  const on = ['--guard', till.path('guard.yaml'), '--as', 'olga']
  const { body } = await call(guard.url, 'ann', 'POST /orders', { amount: 13 })
  const pay = `POST /orders/${String(body['id'])}/pay`
  assert.equal((await call(guard.url, 'ann', pay, { amount: 13 })).status, 502)
  assert.equal((await call(guard.url, 'ann', pay, { amount: 13 })).body['code'], 'outcome-unknown')
  const doubts = await run(['doubts', '--json', ...on])
  const [doubt, ...others] = JSON.parse(doubts.out)
  assert.deepEqual([doubt.operation, doubt.principal, others], ['api.pay', 'ann', []])
  const settled = await run(['settle', doubt.call, '--did-not', '--why', 'the API says so', ...on])
  assert.equal(settled.out, 'settled: it did not take effect\n')
  assert.equal((await call(guard.url, 'ann', pay, { amount: 13 })).status, 502)
  const { out } = await run(['ledger', 'search', till.path('guard.yaml'), '--kind', 'settle'])
  assert.match(out, /settle {4}not-effective {2}by olga[\s\S]*the API says so \(local operator\)/)
})

test('a charter with errors is not put in force, and that is on the record', async () => {
  till.write('till.yaml', charterText.replace('objects:', 'objets:'))
  await guard.told('refused')
  assert.equal((await call(guard.url, 'ann', 'POST /orders', { amount: -1 })).status, 403)
  till.write('till.yaml', charterText.replace('request.amount > 0', 'request.amount > 50'))
  guard.process.kill('SIGHUP')
  const { version } = await guard.told('in-force')
  assert.equal((await call(guard.url, 'ann', 'POST /orders', { amount: 20 })).status, 403)
  till.write('till.yaml', charterText)
  assert.notEqual((await guard.told('in-force')).version, version)
  const { out } = await run(['ledger', 'search', till.path('guard.yaml'), '--kind', 'charter', '--json'])
  const entries = out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line).entry)
  const effects: string[] = entries.map((each: { effect: string }) => each.effect)
  assert.ok(effects.includes('refused'))
  assert.match(JSON.stringify(entries), /unknown-member/)
})

test('the ledger: verified, searched, proven, exported, erased', async () => {
  const file = till.path('guard.yaml')
  assert.equal(await guard.stop(), 0)
  const verified = await run(['ledger', 'verify', file, '--json'])
  const { problems, size, covered, key, outside } = JSON.parse(verified.out)
  assert.deepEqual([verified.code, problems, covered, outside > 0], [0, [], size, true])
  // A guard file may be JSON on one line, too, and is no export.
  till.write('guard.json', JSON.stringify(parse(readFileSync(file, 'utf8'))))
  assert.equal((await run(['ledger', 'verify', till.path('guard.json')])).code, 0)
  const found = await run([
    'ledger',
    'search',
    file,
    '--operation',
    'api.pay',
    '--effect',
    'deny',
    '--principal',
    'bob',
    '--content',
  ])
  assert.match(found.out, /decision {2}deny {2}api\.pay {2}by bob[\s\S]*"amount": 500/)
  const exported = till.path('export.ndjson')
  assert.equal((await run(['ledger', 'export', file, '--out', exported])).code, 0)
  assert.match((await run(['ledger', 'verify', exported, '--key', key])).out, /as it was recorded/)
  assert.equal((await run(['ledger', 'verify', exported])).code, 1)
  till.write('forged.ndjson', readFileSync(exported, 'utf8').replace('"effect":"deny"', '"effect":"allow"'))
  assert.equal((await run(['ledger', 'verify', till.path('forged.ndjson'), '--key', key])).code, 2)
  const lines = readFileSync(exported, 'utf8').split('\n')
  till.write(
    'cut.ndjson',
    lines
      .filter((line) => line.startsWith('{"checkpoint"'))
      .slice(0, 1)
      .concat(lines.filter((line) => line.startsWith('{"at"')).slice(0, 4))
      .join('\n'),
  )
  const cut = await run([
    'ledger',
    'verify',
    till.path('cut.ndjson'),
    '--key',
    key,
    '--checkpoints',
    till.path('outside/checkpoints'),
  ])
  assert.match(cut.out, /cut {2}entries/)
  assert.equal((await run(['ledger', 'prove', '4', file, '--out', till.path('proof')])).code, 0)
  assert.match(
    (await run(['ledger', 'verify', till.path('proof'), '--proof', '--key', key])).out,
    /entry 4 of \d+ was recorded/,
  )
  const ocsf = await run(['ledger', 'export', file, '--format', 'ocsf', '--kind', 'decision'])
  assert.match(ocsf.out, /"class_uid":6003/)
  assert.match(
    (await run(['ledger', 'erase', 'bob', file, '--why', 'asked to', '--as', 'olga'])).out,
    /unreadable from now on/,
  )
  const gone = await run(['ledger', 'search', file, '--principal', 'bob', '--content'])
  assert.doesNotMatch(gone.out, /"amount": 500/)
  assert.equal((await run(['ledger', 'verify', file])).code, 0)
})

const wrong: readonly [change: (text: string) => string, code: RegExp][] = [
  [
    (text) => text.replace('upstreams: { api:', 'upstreams: { apo:'),
    /missing-upstream[\s\S]*unknown-name[\s\S]*did you mean `api`/,
  ],
  [(text) => text.replace('upstreams:', 'upstream:'), /unknown-member[\s\S]*did you mean `upstreams`\?/],
  [
    (text) => `${text}readers: { api: [{ headers: { Authorization: "Bearer abc" } }] }`,
    /literal-secret[\s\S]*wrong\.yaml:\d+:\d+/,
  ],
  [(text) => `${text}readers: { api: [{ headers: { Authorization: "Bearer \${var:x}" } }] }`, /wrong-placeholder/],
  // biome-ignore lint/suspicious/noTemplateCurlyInString: a placeholder of the guard file
  [(text) => text.replace('${env:OPS_TOKEN}', 'abc'), /a secret is named, never written down/],
  [(text) => text.replace('every: 1s', 'every: often'), /a duration is written/],
  [(text) => text.replace('till.yaml', 'none.yaml'), /charter-unreadable/],
]
test('everything wrong with a guard file is said, with its place', async () => {
  for (const [change, code] of wrong) {
    till.write('wrong.yaml', change(guardText(till.url)))
    const { code: end, out } = await run(['guard', till.path('wrong.yaml'), '--check'])
    assert.equal(end, 3, out)
    assert.match(out, code)
  }
  const good = await run(['guard', till.path('guard.yaml'), '--check'])
  assert.match(good.out, /guard\.yaml: ready, would enforce `till` \(5 operations\), version [0-9a-f]{12}\n/)
  const missing = await run(['guard', till.path('guard.yaml')], { OPS_TOKEN: '' })
  assert.equal(missing.code, 1)
  assert.match(missing.error, /\$\{env:OPS_TOKEN\} is missing or empty/)
})
