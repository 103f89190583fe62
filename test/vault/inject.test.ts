// Which calls get which secret, where, and what is on the record of it.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import fc from 'fast-check'
import type { Asking, Outgoing } from '../../src/vault/injector.ts'
import { covers, globMatches, parsePlace, printPlace, printScope, reaches, type Scope } from '../../src/vault/scope.ts'
import { type Bench, openBench, scope } from './bench.ts'

let bench: Bench
before(async () => {
  bench = await openBench()
})
after(() => bench.close())

const value = 'planted-value-1234'
const desk = (operation?: string, more: Partial<Asking> = {}): Asking => ({
  source: 'desk',
  ...(operation === undefined ? {} : { operation: `desk.${operation}` }),
  ...more,
})

const scopes: readonly (readonly [scope: string, asking: Asking, covered: boolean])[] = [
  ['desk.get as header:X', desk('get'), true],
  ['desk.get as header:X', desk('gets'), false],
  ['desk.* as header:X', desk('get'), true],
  ['desk.* as header:X', { source: 'desks', operation: 'desks.get' }, false],
  ['* as header:X', desk('get'), true],
  ['*.get as header:X', desk('get'), true],
  ['desk.g*t as header:X', desk('gt'), true],
  ['desk.g*t as header:X', desk('g'), false],
  ['desk.* as header:X', desk(), true],
  ['desk.get as header:X', desk(), false],
  ['desk.g* as header:X', desk(), false],
  ['desk.get in refunds as header:X', desk('get', { workflow: 'refunds' }), true],
  ['desk.get in refunds as header:X', desk('get', { workflow: 'sales' }), false],
  ['desk.get in refunds as header:X', desk('get'), false],
  ['desk.get by bot as header:X', desk('get', { agent: 'bot' }), true],
  ['desk.get by bot as header:X', desk('get', { agent: 'rob' }), false],
  ['desk.get by bot as header:X', desk('get'), false],
]
for (const [text, asking, covered] of scopes)
  test(`${text} ${covered ? 'covers' : 'does not cover'} ${JSON.stringify(asking)}`, () =>
    assert.equal(covers(scope(text), asking), covered))

test('a glob is what a pattern would be, and stays linear', () => {
  const part = fc.constantFrom('a', 'b', 'ab', '*', '.')
  fc.assert(
    fc.property(fc.array(part), fc.array(fc.constantFrom('a', 'b', '.')), (globParts, textParts) => {
      const [glob, text] = [globParts.join(''), textParts.join('')]
      const pattern = new RegExp(`^${glob.replaceAll('.', '\\.').replaceAll('*', '.*')}$`)
      assert.equal(globMatches(glob, text), pattern.test(text), `${glob} ${text}`)
    }),
  )
  assert.equal(globMatches(`${'*a'.repeat(200)}b`, 'a'.repeat(20_000)), false)
})

test('what is written as a place is read and printed the same; anything else is refused', () => {
  const good = [
    'header:Authorization=Bearer {}',
    'header:X-Key',
    'query:key',
    'query:q=a{}b',
    'body:/auth/key',
    'env:API_KEY',
    'basic:ann',
  ]
  for (const text of good) assert.equal(printPlace(parsePlace(text)), text)
  const bad = [
    '',
    'header:',
    'header:X=none',
    'header:X={}{}',
    'header:Host',
    'header:content-length={}',
    'header:X=a\r\nY: {}',
    'header:a b',
    'query:a&b',
    'body:key',
    'body:/a~2',
    'env:1A',
    'cookie:x',
    'basic:a:b',
  ]
  for (const text of bad) assert.throws(() => parsePlace(text), { code: 'unplaceable' }, text)
})

const placed: readonly (readonly [place: string, outgoing: Outgoing, expected: object])[] = [
  [
    'header:Authorization=Bearer {}',
    { headers: ['a', '1', 'authorization', 'Bearer mine', 'AUTHORIZATION', 'x'] },
    { headers: ['a', '1', 'Authorization', `Bearer ${value}`] },
  ],
  ['basic:ann', {}, { headers: ['Authorization', `Basic ${Buffer.from(`ann:${value}`).toString('base64')}`] }],
  ['query:key', { query: 'a=1&key=mine&b=%20&key=2' }, { headers: [], query: `a=1&b=%20&key=${value}` }],
  ['query:k=a{}b', {}, { headers: [], query: `k=a${value}b` }],
  [
    'body:/auth/key',
    { body: () => ({ a: 1, auth: { key: 'mine', id: 2 } }) },
    { headers: [], body: { a: 1, auth: { key: value, id: 2 } } },
  ],
  ['body:/new/key', { body: () => ({ a: 1 }) }, { headers: [], body: { a: 1, new: { key: value } } }],
]
for (const [place, outgoing, expected] of placed)
  test(`put into ${place}`, async () => {
    const name = `at-${place.replaceAll(/\W/g, '')}`
    const operation = `desk.${name}`
    await bench.keeper().set(name, { value, scopes: [scope(`${operation} as ${place}`)] }, 'olga')
    const injector = await bench.injector()
    const given = structuredClone({ headers: outgoing.headers, query: outgoing.query })
    const { used, ...sent } = await injector.inject({ source: 'desk', operation }, outgoing)
    assert.deepEqual(sent, expected)
    assert.deepEqual(used, [{ name, version: 1 }])
    assert.deepEqual({ headers: outgoing.headers, query: outgoing.query }, given)
    const other = await injector.inject({ source: 'desk', operation: 'desk.nothing' }, outgoing)
    assert.deepEqual(other.used, [])
    assert.deepEqual(other.headers, outgoing.headers ?? [])
  })

test('what cannot stand where it belongs is not sent at all', async () => {
  const keeper = bench.keeper()
  await keeper.set(
    'two-lines',
    { value: 'first line\nsecond line', scopes: [scope('mail.send as header:X-Key')] },
    'olga',
  )
  await keeper.set('in-body', { value, scopes: [scope('mail.post as body:/key')] }, 'olga')
  const injector = await bench.injector()
  const send = (operation: string, outgoing: Outgoing = {}): Promise<unknown> =>
    injector.inject({ source: 'mail', operation }, outgoing)
  await assert.rejects(send('mail.send'), { code: 'unplaceable' })
  await assert.rejects(send('mail.post'), { code: 'unplaceable' })
  await assert.rejects(send('mail.post', { body: () => 'text' }), { code: 'unplaceable' })
  for (const short of ['', 'seven77', 'with\0nul-in-it'])
    await assert.rejects(keeper.set('short', { value: short, scopes: [] }, 'olga'), { code: 'unplaceable' })
  await assert.rejects(keeper.set('1name', { value, scopes: [] }, 'olga'), { code: 'unplaceable' })
})

test('two secrets for one place are told apart by the placeholder, or neither is sent', async () => {
  const keeper = bench.keeper()
  await keeper.set('one', { value: 'value-of-one', scopes: [scope('pay.* as header:Authorization=Bearer {}')] }, 'olga')
  await keeper.set('two', { value: 'value-of-two', scopes: [scope('pay.in as header:authorization=Key {}')] }, 'olga')
  await keeper.set(
    'three',
    { value: 'value-of-three', scopes: [scope('pay.out as header:Authorization=Bearer {}*')] },
    'olga',
  )
  await keeper.set('four', { value: 'value-of-four', scopes: [scope('pay.out as basic:ann*')] }, 'olga')
  const injector = await bench.injector()
  const pay = (operation: string, authorization?: string): Promise<string | undefined> =>
    injector
      .inject(
        { source: 'pay', operation },
        { headers: authorization === undefined ? [] : ['Authorization', authorization] },
      )
      .then(({ headers }) => headers[1])
  await assert.rejects(pay('pay.in'), { code: 'ambiguous' })
  const placeholders = new Map(
    [...(await keeper.all())].flatMap(([name, secret]) => ('head' in secret ? [[name, secret.head.placeholder]] : [])),
  )
  const basic = (name: string): string => `Basic ${Buffer.from(`who:${placeholders.get(name)}`).toString('base64')}`
  assert.equal(await pay('pay.out'), 'Bearer value-of-one')
  assert.equal(await pay('pay.out', 'Bearer mine'), 'Bearer value-of-one')
  assert.equal(await pay('pay.out', `Bearer ${placeholders.get('three')}`), 'Bearer value-of-three')
  assert.equal(await pay('pay.out', `sk-ant-${placeholders.get('three')}`), 'Bearer value-of-three')
  assert.equal(await pay('pay.out', basic('four')), `Basic ${Buffer.from('ann:value-of-four').toString('base64')}`)
  // Of another operation: worth nothing.
  assert.equal(await pay('pay.else', basic('four')), 'Bearer value-of-one')
})

test('a placeholder anywhere else stays as it is, and is reported', async () => {
  const keeper = bench.keeper()
  await keeper.set('held', { value, scopes: [scope('hold.a by bot as header:X-Key*')] }, 'olga')
  const secret = (await keeper.all()).get('held')
  assert.ok(secret !== undefined && 'head' in secret)
  const { placeholder } = secret.head
  const injector = await bench.injector()
  const asking = { source: 'hold', operation: 'hold.a', agent: 'bot', principal: 'ann', call: 'c7' }
  const text = JSON.stringify({ note: `send ${placeholder} to me` })
  const sent = await injector.inject(asking, {
    headers: ['X-Key', placeholder, 'X-Other', placeholder],
    query: `q=${placeholder}`,
    text,
  })
  assert.deepEqual(sent.headers, ['X-Other', placeholder, 'X-Key', value])
  assert.equal(sent.query, `q=${placeholder}`)
  const stranger = await injector.inject({ ...asking, agent: 'rob' }, { headers: ['X-Key', placeholder] })
  assert.deepEqual([stranger.headers, stranger.used], [['X-Key', placeholder], []])
  const unknown = `lockstep-placeholder-nobody-${'0'.repeat(16)}`
  await injector.inject(asking, { text: Buffer.from(unknown) })
  await injector.close()
  const recorded = (await bench.recorded()).flatMap((entry) =>
    entry.kind === 'secret-use' && entry.source === 'hold'
      ? [[entry.effect, entry.secrets, entry.agent, entry.call]]
      : [],
  )
  assert.deepEqual(recorded, [
    ['used', ['held#1'], 'bot', 'c7'],
    ['misplaced', ['held'], 'bot', 'c7'],
    ['misplaced', ['held'], 'rob', 'c7'],
    ['misplaced', ['nobody'], 'bot', 'c7'],
  ])
})

test('variables go to the process of a source, and nothing of a single call does', async () => {
  const keeper = bench.keeper()
  const ofTool = 'value-of-the-tool'
  await keeper.set(
    'token',
    { value: ofTool, scopes: [scope('tool.* as env:TOKEN'), scope('tool.* as env:DSN=db://u:{}@h')] },
    'olga',
  )
  await keeper.set('call-only', { value: 'another-value', scopes: [scope('tool.run as env:CALL')] }, 'olga')
  const injector = await bench.injector()
  assert.deepEqual(await injector.environment({ source: 'tool' }), { TOKEN: ofTool, DSN: `db://u:${ofTool}@h` })
  assert.deepEqual(await injector.environment({ source: 'other' }), {})
  assert.deepEqual((await injector.inject({ source: 'tool', operation: 'tool.run' }, {})).used, [])
  assert.equal(injector.scrubber().text(`TOKEN=${ofTool}`), 'TOKEN=[secret token]')
})

test('a source is watched when any secret may go there', () => {
  const of = (operation: string): Scope => scope(`${operation} as header:X`)
  assert.deepEqual(
    ['desk.get', 'desk.*', '*', 'd*.get', '*.get'].map((text) => reaches(of(text), 'desk')),
    [true, true, true, true, true],
  )
  assert.deepEqual(
    ['mail.get', 'e*.get', 'des.*'].map((text) => reaches(of(text), 'desk')),
    [false, false, false],
  )
  assert.equal(
    printScope(scope('desk.get in refunds by bot as header:X=k {}*')),
    'desk.get in workflow refunds, agent bot as header:X=k {}, where its placeholder stands',
  )
})

test('what cannot be recorded does not happen, and a store that is silent ends it after a while', async () => {
  const fresh = await openBench()
  try {
    await fresh.keeper().set('a', { value, scopes: [scope('desk.get as header:X')] }, 'olga')
    const injector = await fresh.injector()
    const { generation } = fresh.store
    fresh.store.generation = () => Promise.reject(new Error('gone'))
    assert.equal((await injector.inject(desk('get'), {})).headers[1], value)
    fresh.store.generation = generation
    await fresh.closeLedger()
    await assert.rejects(injector.inject(desk('get'), {}), { code: 'unavailable' })
    assert.deepEqual((await injector.inject(desk('other'), { headers: ['a', 'b'] })).headers, ['a', 'b'])
  } finally {
    await fresh.close()
  }
})

test('uses are counted with the secret, by who and what, and added up', async () => {
  const fresh = await openBench()
  try {
    await fresh.keeper().set('a', { value, scopes: [scope('desk.* as header:X')] }, 'olga')
    const injector = await fresh.injector()
    for (const operation of ['get', 'get', 'list'])
      await injector.inject(desk(operation, { workflow: 'refunds', agent: 'bot' }), {})
    fresh.clock.at += 5000
    await injector.inject(desk('get', { workflow: 'refunds', agent: 'bot' }), {})
    await injector.close()
    const uses = await fresh.store.uses()
    const base = { name: 'a', version: 1, workflow: 'refunds', agent: 'bot' }
    assert.deepEqual(uses, [
      { ...base, operation: 'desk.get', count: 3, last: fresh.clock.at },
      { ...base, operation: 'desk.list', count: 1, last: fresh.clock.at - 5000 },
    ])
  } finally {
    await fresh.close()
  }
})

test('a version before is kept for its time, then destroyed; scopes change for all that are kept', async () => {
  const fresh = await openBench()
  try {
    const keeper = fresh.keeper()
    await keeper.set('a', { value, scopes: [scope('desk.get as header:X')] }, 'olga')
    await keeper.rotate('a', 'second-value-5678', 60_000, 'olga')
    await keeper.rescope('a', [scope('desk.list as header:X')], 'olga')
    const injector = await fresh.injector()
    assert.deepEqual((await injector.inject(desk('get'), {})).headers, [])
    assert.deepEqual((await injector.inject(desk('list'), {})).used, [{ name: 'a', version: 2 }])
    assert.equal(injector.scrubber().text(`${value} second-value-5678`), '[secret a] [secret a]')
    assert.equal(await keeper.tidy('guard'), 0)
    fresh.clock.at += 60_001
    assert.equal(await keeper.tidy('guard'), 1)
    assert.deepEqual(
      (await fresh.store.read()).versions.map(({ version }) => version),
      [2],
    )
    assert.equal(injector.scrubber().text(value), '[secret a]', 'still looked for by who knew it')
    assert.deepEqual((await injector.inject(desk('list'), {})).headers, ['X', 'second-value-5678'])
    const effects = (await fresh.recorded()).flatMap((entry) =>
      entry.kind === 'secret' ? [`${entry.effect} ${entry.revision}`] : [],
    )
    assert.deepEqual(effects, ['set 1', 'rotated 2', 'scoped 3', 'destroyed 4'])
  } finally {
    await fresh.close()
  }
})
