// Changes of the charter over the console's API: what is wrong with them, what they do, what they would have done, and where they go.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { makeTransfers, type ShownBank, showBank } from './bank-stage.ts'
import { type SignedIn, signedIn } from './signed-in.ts'

let shown: ShownBank
let client: SignedIn
let version: string
let text: string

before(async () => {
  shown = await showBank()
  await makeTransfers(shown)
  client = await signedIn(await shown.serving.console.link())
  const charter = await client.read('/api/charter')
  version = charter.version
  text = charter.files['charter.yaml']
})
after(() => shown?.close())

const post = (path: string, body: unknown, signal?: AbortSignal): Promise<Response> =>
  client.ask('POST', path, { body, ...(signal === undefined ? {} : { signal }) })

// biome-ignore lint/suspicious/noExplicitAny: answers as they come over the wire
type Row = any

async function ask(path: string, files: Record<string, string>, more: object = {}, status = 200): Promise<Row> {
  const response = await post(`/api/charter/${path}`, { version, files, ...more })
  const body = await response.json()
  assert.equal(response.status, status, JSON.stringify(body))
  return body
}

const looser = (): string =>
  text.replace(
    'rule: request.amount <= 10000, says: a transfer is at most 10000.00 }\n      - { name: currency',
    'rule: request.amount <= 20000, says: a transfer is at most 20000.00 }\n      - { name: currency',
  )

test('what is wrong has code, place and help; what is right is told, with the place of each sentence', async () => {
  const wrong = text.replace('on: bank.openAccount', 'on: bank.openAcount')
  const { diagnostics, told } = await ask('check', { 'charter.yaml': wrong })
  const line = wrong.split('\n').findIndex((each) => each.includes('openAcount')) + 1
  const found = diagnostics.find((each: Row) => each.code === 'unknown-name')
  assert.deepEqual([found.file, found.line, found.help], ['charter.yaml', line, 'did you mean `bank.openAccount`?'])
  assert.equal(told, undefined)
  const right = await ask('check', {})
  assert.deepEqual(
    right.diagnostics.filter((each: Row) => each.severity === 'error'),
    [],
  )
  const place = right.told.places.find((each: Row) => each.of === 'transfer.reverse')
  assert.match(text.split('\n')[place.line - 1] ?? '', /reverse:|on: bank\.reverseTransfer/)
  assert.match(right.told.drawings.find((each: Row) => each.object === 'transfer').svg, /^<svg/)
})

test('a viewer’s text makes the guard read nothing else than the charter in force has', async () => {
  writeFileSync(join(shown.folder, 'policy/secret.yaml'), 'password: hunter2\n')
  const including = text.replace('lockstep: 1\n', 'lockstep: 1\ninclude: [secret.yaml]\n')
  const described = text.replace('url: ./openapi.yaml', 'url: http://127.0.0.1:9/openapi.yaml')
  const [first, second] = [
    await ask('check', { 'charter.yaml': including }),
    await ask('check', { 'charter.yaml': described }),
  ]
  assert.match(JSON.stringify(first), /the console reads only files/)
  assert.doesNotMatch(JSON.stringify(first), /password|hunter2/)
  assert.match(JSON.stringify(second), /reads only descriptions that the charter in force names/)
  const brought = {
    'charter.yaml': text.replace('lockstep: 1\n', 'lockstep: 1\ninclude: [more/limits.yaml]\n'),
    'more/limits.yaml': 'lockstep: 1\nactors: { auditor: {} }\n',
  }
  assert.deepEqual(
    (await ask('check', brought)).diagnostics.filter((each: Row) => each.severity === 'error'),
    [],
  )
  await ask('check', { '../guard.yaml': '' }, {}, 400)
})

test('completes names, members and what expressions read, also while the text is broken', async () => {
  const at = async (find: string, insert: string, rest = ''): Promise<readonly string[]> => {
    const offset = text.indexOf(find) + find.length
    const broken = `${text.slice(0, offset)}${insert}${rest}${text.slice(offset)}`
    const { options } = await ask(
      'completion',
      { 'charter.yaml': broken },
      { file: 'charter.yaml', offset: offset + insert.length },
    )
    return options.map((each: Row) => each.label)
  }
  assert.deepEqual((await at('open: { on: bank.openAccount, to: ', '')).slice(0, 3), ['active', 'frozen', 'closed'])
  assert.ok((await at('    grant: ', '')).includes('bank.approveTransfer'))
  assert.ok((await at('needed-when: object.', '')).includes('amount'))
  assert.ok((await at('  two-signatures:\n', '    val', '\n')).includes('valid-for'))
  const inside = await at('    transitions:\n', '      zap: { on: bank.openAccount, when: request.', '\n')
  assert.ok(inside.includes('currency') && !inside.includes('consentId'), inside.join())
})

test('a looser limit: said so, found on the record, told of and proposed as a commit with exactly that patch', async () => {
  const files = { 'charter.yaml': looser() }
  const difference = await ask('difference', files)
  assert.equal(difference.looser, true)
  assert.ok(
    difference.decided.some((each: Row) => each.operation === 'bank.createTransfer' && each.direction === 'looser'),
  )
  assert.ok(difference.cases.length > 20)
  const failing = difference.cases.filter((each: Row) => each.differences.length > 0)
  assert.deepEqual(
    failing.map((each: Row) => each.description),
    ['ten thousand is the most, a cent more is too much'],
  )
  const lines = (await (await post('/api/charter/simulation', { version, files })).text()).trim().split('\n')
  const { result } = JSON.parse(lines.at(-1) ?? '')
  assert.deepEqual(
    result.shifts.map((each: Row) => [each.operation, each.before, each.count]),
    [['bank.createTransfer', 'refused', 2]],
  )
  const before = shown.git('status', '--porcelain')
  const change = await ask('changes', files, { title: 'Let transfers be twenty thousand', why: 'Customers ask.' })
  assert.match(change.kept.branch, /^charter\/\d{4}-\d\d-\d\d-let-transfers-be-twenty-thousand-/)
  assert.equal(shown.git('status', '--porcelain'), before)
  const [author, ...message] = shown.git('log', '-1', '--format=%an%n%B', change.kept.branch).split('\n')
  assert.equal(author, 'administrator')
  assert.match(
    message.join('\n'),
    /Customers ask\.[\s\S]*Becomes allowed:[\s\S]*Recorded calls: 2 of \d+ would be decided otherwise/,
  )
  const mail = await (await client.ask('GET', `/api/charter/changes/${change.id}/patch`)).text()
  const copy = join(shown.folder, '.lockstep/copy')
  shown.git('clone', '--quiet', shown.folder, copy)
  execFileSync('git', ['apply', '-p1', '-'], { cwd: join(copy, 'policy'), input: mail })
  assert.equal(
    execFileSync('git', ['diff', `origin/${change.kept.branch}`, '--stat'], { cwd: copy, encoding: 'utf8' }),
    '',
  )
  assert.equal(readFileSync(join(copy, 'policy/charter.yaml'), 'utf8'), looser())
  assert.equal(readFileSync(join(shown.folder, 'policy/charter.yaml'), 'utf8'), text)
  const { changes } = await client.read('/api/charter/changes')
  assert.deepEqual(
    changes.map((each: Row) => each.title),
    ['Let transfers be twenty thousand'],
  )
  await client.read('/api/entries?kind=act', ({ entries }) =>
    entries.some((each: Row) => each.effect === 'proposed' && each.principal === 'administrator'),
  )
})

test('bombs end at their bound, and the next one is answered', async () => {
  const bomb = `lockstep: 1\nname: bomb\nactors:\n  a: &a { when: "true" }\n${Array.from(
    { length: 30 },
    (_, n) =>
      `  b${n}: &b${n} [${Array(9)
        .fill(n === 0 ? '*a' : `*b${n - 1}`)
        .join(', ')}]`,
  ).join('\n')}\n`
  const { diagnostics } = await ask('check', { 'charter.yaml': bomb })
  assert.equal(diagnostics[0].code, 'yaml-aliases')
  const deep = await post('/api/charter/check', { version, files: { 'charter.yaml': `a: ${'['.repeat(200_000)}` } })
  assert.ok([200, 422].includes(deep.status), String(deep.status))
  assert.equal((await ask('check', {})).told.sections.length > 3, true)
})

test('a simulation ends when nobody waits for it', async () => {
  const stop = new AbortController()
  const asked = post('/api/charter/simulation', { version, files: {} }, stop.signal)
  setTimeout(() => stop.abort(), 50)
  await asked.then((response) => response.text()).catch(() => undefined)
  assert.equal((await ask('check', {})).diagnostics.filter((each: Row) => each.severity === 'error').length, 0)
})

test('what was begun with another charter is carried over where it can be', async () => {
  const old = text.replace('quorum: 2', 'quorum: 3')
  await ask('check', {}, { version: 'another' }, 409)
  const response = await post('/api/charter/carry-over', {
    base: { 'charter.yaml': old },
    files: { 'charter.yaml': old.replace('request.amount <= 10000', 'request.amount <= 20000') },
  })
  const { files } = (await response.json()) as Row
  assert.equal(files[0].merged, text.replace('request.amount <= 10000', 'request.amount <= 20000'))
  const clash = await post('/api/charter/carry-over', {
    base: { 'charter.yaml': old },
    files: { 'charter.yaml': old.replace('quorum: 3', 'quorum: 4') },
  })
  const [both] = ((await clash.json()) as Row).files
  assert.equal(both.merged, undefined)
  assert.match(both.theirs, /\+.*quorum: 2/)
})
