// Lockstep proves Lockstep: the charter of its own console against a running one, with real people, and with checks taken out.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { endpoints } from '../../src/api/endpoints.ts'
import { main } from '../../src/cli/main.ts'
import { openTerminal } from '../../src/cli/terminal.ts'
import { parseFindings } from '../../src/prove/report/json.ts'
import { listen } from '../transport/open.ts'
import { type ItselfStage, openItself } from './itself-stage.ts'

let stage: ItselfStage
before(async () => {
  stage = await openItself()
})
after(() => stage?.close())

/** What the charter leaves out, and where it is tried instead. */
const elsewhere: Readonly<Record<string, string>> = {
  signOut: 'it ends the session of whoever tries it: link.test.ts',
  signInByLink: 'for nobody in particular; a link works once: link.test.ts, refusals.test.ts',
  askForPasskey: 'for nobody in particular: sign-in.test.ts',
  signInByPasskey: 'takes an authenticator: sign-in.test.ts, refusals.test.ts',
  addPasskey: 'takes an authenticator: sign-in.test.ts',
  verifyFinding: 'it runs a proof of something else: findings.test.ts',
  followNews: 'it does not end: matrix.test.ts',
  followVerification: 'shows what verifyFinding does: findings.test.ts',
}

/** Demands that no call of their operation can break, and why. */
const unbreakable: Readonly<Record<string, string>> = {
  'console.answerApproval question.carried.seen-by': 'whoever answers may see it',
  'console.settleDoubt doubt.request.seen-by': 'whoever settles may see it',
}

test('the charter has every operation, or it is said where it is tried', async () => {
  const text = ['charter.yaml', 'objects.yaml'].map((name) => readFileSync(join(stage.home, name), 'utf8')).join('\n')
  const ids: readonly string[] = Object.values(endpoints).map(({ id }) => id)
  const named = (id: string): boolean => new RegExp(`(?:^ {2}|on: )console\\.${id}\\b`, 'm').test(text)
  assert.deepEqual(
    ids.filter((id) => !named(id)).sort(),
    Object.keys(elsewhere).sort(),
    'what is not in the charter is what is said to be tried elsewhere',
  )
})

test('nothing is open, and every demand was tried', async () => {
  await stage.fill()
  const { code, said, findings, cells } = await prove(stage.shown.url)
  assert.equal(code, 0, said)
  assert.deepEqual(findings, [])
  const demands = new Set(cells.map(({ operation, constraint }) => `${operation} ${constraint}`))
  const held = new Set(
    cells.flatMap(({ operation, constraint, verdict }) => (verdict === 'held' ? [`${operation} ${constraint}`] : [])),
  )
  assert.deepEqual([...demands].filter((each) => !held.has(each)).sort(), Object.keys(unbreakable).sort(), said)
  assert.ok(held.size >= 75, `${held.size} demands held`)
})

/** Checks taken out, each as a console that changes what it was asked before it looks at it: where, how, and what it breaks. */
const flaws: Readonly<Record<string, readonly [operation: string, change: Change, broken: string]>> = {
  'that forgets who answers questions': [
    'answerApproval',
    as('anna', ({ method, url = '' }) => method === 'POST' && url.startsWith('/api/approvals/')),
    'question.approve.by',
  ],
  'that lets people decide about what they ask for themselves': [
    'answerApproval',
    as('anna', ({ method, headers }) => method === 'POST' && headers.cookie === stage.cookieOf('ann')),
    'question.approve.when.foreign',
  ],
  'that takes any answer for one to what is there now': [
    'answerApproval',
    withCurrentDigest,
    'question.approve.when.shown',
  ],
  'that lets viewers approve a class of calls': [
    'approveClass',
    as('anna', ({ method, headers }) => method === 'POST' && headers.cookie === stage.cookieOf('vera')),
    'standing.give.by',
  ],
  'that shows what calls carried to all who may look': [
    'getEntry',
    as(
      'audra',
      ({ url = '', headers }) => url.startsWith('/api/ledger/entries/') && headers.cookie === stage.cookieOf('vera'),
    ),
    'entry.content.seen-by',
  ],
  'that goes on with sessions that ended': [
    'settleDoubt',
    as('olga', ({ headers }) => headers.cookie === stage.cookieOf('former')),
    'doubt.settle.by',
  ],
}

describe('a console is found out', () => {
  for (const [name, [operation, change, broken]] of Object.entries(flaws))
    test(name, async () => {
      await stage.fill()
      const server = createServer((incoming, response) => void pass(incoming, response, change))
      const { code, said, findings } = await prove(`http://${await listen(server)}`, [
        '--operation',
        `console.${operation}`,
      ])
      server.close()
      server.closeAllConnections()
      assert.equal(code, 2, said)
      assert.ok(findings.includes(`console.${operation} ${broken}`), findings.join('\n'))
    })
})

interface Passed {
  readonly headers: Record<string, string>
  readonly body: string
}

/** What is otherwise of a request; nothing when it is passed on as it is. */
type Change = (incoming: IncomingMessage, passed: Passed) => Promise<Partial<Passed>>

/** As if somebody else had asked. */
function as(name: string, when: (incoming: IncomingMessage) => boolean): Change {
  return async (incoming, { headers }) =>
    when(incoming) && incoming.headers.cookie !== undefined
      ? { headers: { ...headers, cookie: stage.cookieOf(name) } }
      : {}
}

async function withCurrentDigest(
  { method, url = '' }: IncomingMessage,
  { headers, body }: Passed,
): Promise<Partial<Passed>> {
  if (method !== 'POST' || !url.startsWith('/api/approvals/')) return {}
  const shown = await fetch(`${stage.shown.url}${url}`, { headers: { cookie: headers['cookie'] ?? '' } })
  const { digest } = (await shown.json()) as { digest?: string }
  return { body: JSON.stringify({ ...JSON.parse(body), digest }) }
}

/** Passes a request on to the console, changed. */
async function pass(incoming: IncomingMessage, response: ServerResponse, change: Change): Promise<void> {
  const body = (await incoming.toArray()).join('')
  const { cookie, origin, 'content-type': type } = incoming.headers
  const given = { cookie, origin, 'content-type': type }
  const headers = Object.fromEntries(
    Object.entries(given).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  )
  const passed = { headers, body, ...(await change(incoming, { headers, body })) }
  const answer = await fetch(`${stage.shown.url}${incoming.url}`, {
    method: incoming.method ?? 'GET',
    headers: passed.headers,
    ...(passed.body === '' ? {} : { body: passed.body }),
  })
  response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? 'text/plain' })
  response.end(await answer.text())
}

async function prove(target: string, more: readonly string[] = []) {
  let said = ''
  const write = (text: string): void => {
    said += text
  }
  const out = join(stage.home, `out-${Math.trunc(performance.now())}`)
  const terminal = openTerminal({ write }, { write }, { CONSOLE: stage.shown.url })
  const args = ['prove', join(stage.home, 'charter.yaml'), '--identities', join(stage.home, 'identities.yaml')]
  const code = await main([...args, '--target', `console=${target}`, '--out', out, '--seed', '1', ...more], terminal)
  if (process.env['SHOW'] !== undefined) console.log(said)
  const { file } = parseFindings(readFileSync(join(out, 'findings.json'), 'utf8'))
  assert.ok(file, said)
  const findings = file.findings.map(({ operation, constraint }) => `${operation} ${constraint}`)
  return { code, said, findings, cells: file.cells }
}
