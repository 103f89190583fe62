// No secret that is planted anywhere is seen where it does not belong: a table of places and secrets, in which a leak is a cell.
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { call, result } from '../gateway/acs/stage.ts'
import { atHooks, bearing, runToken, toAgent, toHttp, toModel, toTool, toWrapped, wrapped } from './doors.ts'
import { agentKey, drawn, type Estate, env, kept, openEstate, privateOf } from './estate.ts'
import { tracesOf } from './trace.ts'

const database = drawn('database').replace(/[/+"]/g, '')
const brokenKey = drawn('broken')

/** Where each secret belongs. It must be there, too: else the table would show nothing. */
const belongs: Readonly<Record<string, readonly string[]>> = {
  OPS_TOKEN: [],
  HOOK_SECRET: [],
  DESK_SECRET: [],
  READER_TOKEN: ['api got'],
  DESK_TOKEN: ['desk got'],
  FILES_KEY: ['files got', 'wrap got'],
  OPENAI_KEY: ['gpt got'],
  HELPER_TOKEN: ['helper got'],
  ACS_KEY: [],
  'vault: api': ['api got'],
  'vault: claude': ['claude got'],
  'vault: argument': ['desk got'],
  'vault: program': ['files got'],
  'key of the agent': [],
  'token of a run': [],
  // What an API says of the credential its caller sent goes back to that caller, and nowhere else.
  'token of a person': ['answers of http', 'api got'],
  'bound token': ['answers of http', 'api got'],
  'proof for it': ['api got'],
  'private key of its holder': [],
  'private key of the issuer': [],
  'private key of TLS': [],
  'broken key of TLS': [],
  'password of the database': [],
  'signing.key': ['file signing.key'],
  'tokens.key': ['file tokens.key'],
  'vault.key': ['file vault.key'],
}

let estate: Estate
const secrets = new Map<string, string>()
const tokens = { person: '', bound: '', run: '' }
before(async () => {
  estate = await openEstate()
  Object.assign(tokens, {
    person: await estate.token(),
    bound: await estate.token(true),
    run: await runToken(estate),
  })
  const made = (name: string): string => {
    const text =
      estate
        .files()
        .find((each) => each.name === name)
        ?.bytes.toString() ?? ''
    return /"d":"([^"]+)"/.exec(text)?.[1] ?? text.split('\n').findLast((line) => /^[\w+/=-]{30,}$/.test(line)) ?? ''
  }
  const all = {
    ...env,
    ...Object.fromEntries(Object.entries(kept).map(([name, value]) => [`vault: ${name}`, value])),
    'key of the agent': agentKey,
    'token of a run': signatureOf(tokens.run),
    'token of a person': signatureOf(tokens.person),
    'bound token': signatureOf(tokens.bound),
    'private key of its holder': await privateOf(estate.holder),
    'private key of the issuer': await privateOf(estate.issuer),
    'private key of TLS': estate.tlsKey.split('\n')[2] ?? '',
    'broken key of TLS': brokenKey,
    'password of the database': database,
    'signing.key': made('signing.key'),
    'tokens.key': made('tokens.key'),
    'vault.key': made('vault.key'),
  }
  for (const [name, value] of Object.entries(all)) secrets.set(name, value)
})
after(() => estate.close())

/** Of a token, what nobody else can have. */
const signatureOf = (token: string): string => token.split('.').at(-1) ?? ''

test('an API: calls that succeed, are held, refused, fail, break off', async () => {
  for (const token of [tokens.person, tokens.run]) {
    const status = async (line: string, body?: unknown): Promise<number> =>
      (await toHttp(estate, token, line, body)).status
    assert.equal(await status('POST /orders', { note: 'x' }), 200)
    assert.equal(await status('GET /orders/o1'), 200)
    assert.equal(await status('POST /orders/o1', { note: 'y' }), 200)
    assert.equal(await status('GET /echo'), 200)
    assert.equal(await status('GET /secret'), 403)
    assert.match((await toHttp(estate, token, 'POST /held', {})).text, /approval-/)
    assert.equal(await status('GET /nowhere?x=1'), 404)
    assert.equal(await status('POST /fail', {}), 500)
    assert.equal(await status('POST /crash', {}), 502)
  }
})

test('a bound token: with its proof, with that again, with one that shows the private key', async () => {
  const url = `${estate.at['http']}/echo`
  const ask = async (proof: string): Promise<number> => {
    const headers = { authorization: `DPoP ${tokens.bound}`, dpop: proof }
    return (await estate.ask('http', 'GET /echo', { headers })).status
  }
  const proof = await estate.proof(tokens.bound, url)
  secrets.set('proof for it', signatureOf(proof))
  const shown = await estate.proof(tokens.bound, url, { d: secrets.get('private key of its holder') })
  assert.deepEqual([await ask(proof), await ask(proof), await ask(shown)], [200, 401, 401])
})

test('tools over HTTP and of a program', async () => {
  for (const source of ['desk', 'files'])
    for (const [tool, sign] of Object.entries({
      read: /Ann/,
      out: /told/,
      pay: /told/,
      fail: /-32000/,
      none: /-32602/,
    }))
      assert.match((await toTool(estate, tokens.run, `${source}.${tool}`, { text: 'x' })).text, sign, tool)
})

test('a program behind `mcp wrap`', async () => {
  const client = await wrapped(estate)
  for (const [tool, sign] of Object.entries({ read: /Ann/, out: /told/, fail: /-32000/, none: /-326/ }))
    assert.match((await toWrapped(estate, client, tool, { text: 'x' })).text, sign, tool)
  await client.close()
})

test('models', async () => {
  for (const [api, status] of [
    ['chat', 400],
    ['stream', 400],
    ['responses', 400],
    ['messages', 502],
  ] as const) {
    assert.equal((await toModel(estate, tokens.run, api, 'hello')).status, 200, api)
    assert.equal((await toModel(estate, tokens.run, api, 'be broken')).status, status, api)
  }
})

test('another agent', async () => {
  for (const stream of [false, true])
    for (const [text, sign] of Object.entries({ hello: /ROLE_AGENT/, 'be broken': /-32000/ }))
      assert.match((await toAgent(estate, tokens.run, [{ text }], stream)).text, sign)
})

test('hooks: with the key, and with another', async () => {
  const hooks = await atHooks(estate)
  assert.equal((await hooks.step('steps/toolCallRequest', call('read', { text: 'x' }))).decision, 'allow')
  assert.equal((await hooks.step('steps/toolCallResult', result('read', { name: 'Ann' }))).decision, 'allow')
  const stranger = await atHooks(estate, drawn('stranger'))
  assert.notEqual((await stranger.step('steps/toolCallRequest', call('read', {}))).decision, 'allow')
})

test('every credential at every door where it does not count', async () => {
  const doors = {
    http: 'GET /echo',
    control: 'POST /v1/switches',
    mcp: 'POST /mcp/desk',
    models: 'POST /gpt/v1/models',
  }
  const whole = new Map([
    ...secrets,
    ['token of a run', `${tokens.run}x`],
    ['token of a person', `${tokens.person}x`],
    ['bound token', tokens.bound],
  ])
  for (const [name, value] of whole)
    for (const [door, line] of Object.entries({ ...doors, a2a: 'POST /helper/' }))
      for (const headers of [bearing(value), { 'x-api-key': value }, { cookie: `session=${value}` }]) {
        const body = door === 'http' ? {} : { body: { jsonrpc: '2.0', id: 1, method: value } }
        const { status } = await estate.ask(door, line, { headers, ...body })
        assert.ok(status < 500, `${name} at ${door}: ${status}`)
      }
})

test('commands, in order and out of it', async () => {
  const { text } = await estate.ask('control', 'GET /metrics', { headers: bearing(env.OPS_TOKEN) })
  assert.match(text, /lockstep_/)
  await estate.kill('SIGKILL')
  // As the crash left them: a command that opens a store writes its journal into it.
  for (const { name, bytes } of estate.files()) estate.say(`file ${name}`, bytes)
  const file = join(estate.folder, 'guard.yaml')
  const at = ['--guard', file, '--json']
  for (const args of [
    ['guard', file, '--check', '--json'],
    ...['list', 'audit', 'report'].map((name) => ['vault', name, ...at]),
    ['approve', ...at],
    ['doubts', ...at],
    ['run', 'list', ...at],
    ['ledger', 'search', file, '--content', '--json', '--limit', '100000'],
    ...['ledger', 'ocsf', 'otlp', 'cloudevents'].map((format) => ['ledger', 'export', file, '--format', format]),
    ['ledger', 'verify', file],
  ])
    assert.equal(await estate.run(args), 0, args.join(' '))
  const text1 = readFileSync(file, 'utf8')
  writeFileSync(
    join(estate.folder, 'broken.pem'),
    `-----BEGIN PRIVATE KEY-----\n${brokenKey}\n-----END PRIVATE KEY-----\n`,
  )
  const wrong: Readonly<Record<string, readonly [string, Record<string, string>]>> = {
    'no-database': [
      `${text1}\nstore: { postgres: "\${env:DATABASE}" }`,
      { DATABASE: `postgres://lock:${database}@127.0.0.1:1/x` },
    ],
    'no-url': [`${text1}\nstore: { postgres: "\${env:DATABASE}" }`, { DATABASE: `lock:${database}@nowhere x` }],
    'no-key': [text1.replace('tls/key.pem', 'broken.pem'), {}],
    'no-variable': [text1, { OPENAI_KEY: '' }],
  }
  for (const [name, [text, more]] of Object.entries(wrong)) {
    writeFileSync(join(estate.folder, `${name}.yaml`), text)
    assert.equal(await estate.run(['guard', join(estate.folder, `${name}.yaml`)], more), 1, name)
  }
})

test('the table', async (t) => {
  const places = new Map([...estate.said].map(([place, parts]) => [place, Buffer.concat(parts)]))
  for (const who of ['api', 'desk', 'gpt', 'claude', 'helper', 'hook'])
    places.set(`${who} got`, Buffer.from(JSON.stringify(estate.world.got.filter((each) => each.who === who))))
  for (const name of ['files', 'wrap']) places.set(`${name} got`, readFileSync(join(estate.folder, `${name}.got`)))
  for (const [place, bytes] of places) assert.ok(bytes.length > 2 || place.endsWith('-wal'), `${place} is empty`)
  assert.deepEqual([...secrets.keys()].toSorted(), Object.keys(belongs).toSorted())
  for (const [name, value] of secrets)
    await t.test(`${name} is where it belongs, and nowhere else`, () => {
      assert.ok(value.length >= 24, 'it was planted')
      const traces = tracesOf(value)
      const seen = [...places].filter(([, bytes]) => traces.some((trace) => bytes.includes(trace)))
      assert.deepEqual(seen.map(([place]) => place).toSorted(), belongs[name])
    })
})
