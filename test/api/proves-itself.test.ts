// Lockstep proves Lockstep: the charter of its own console against a running one, with real people, and with a check taken out.
import assert from 'node:assert/strict'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { main } from '../../src/cli/main.ts'
import { openTerminal } from '../../src/cli/terminal.ts'
import { type Shown, show } from '../console/shown.ts'
import { listen } from '../transport/open.ts'
import { clientSecret, type Idp, openIdp, rolesByGroup } from './idp.ts'
import { signInAs } from './visit.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'lockstep-itself-'))
const home = join(folder, 'examples/lockstep-console')

/** What stands behind the guard: every payment is a question, which managers answer. */
const charter = `
lockstep: 1
name: shop
sources:
  - { name: shop, type: inline, operations: { pay: { method: POST, path: /pay, body: { amount: 1 } } } }
actors:
  customer: { when: "'customer' in principal.roles" }
  manager: { when: "'managers' in principal.roles" }
operations:
  shop.pay: { by: customer, approval: each }
approvals:
  each: { needed-when: request.amount > 0, by: manager, not: [requester] }
`

let idp: Idp
let shown: Shown
before(async () => {
  idp = await openIdp()
  const oidc = `{ issuer: "${idp.issuer}", client-id: lockstep, client-secret: "\${env:OIDC}", principal: { roles: /groups }, roles: ${rolesByGroup} }`
  shown = await show(`{ port: 0, sign-in: { oidc: ${oidc} } }`, { charter, env: { OIDC: clientSecret } })
  await idp.serve(shown.url)
  cpSync(join(root, 'examples/lockstep-console'), home, { recursive: true })
  cpSync(join(root, 'schema/console.openapi.json'), join(folder, 'schema/console.openapi.json'))
  mkdirSync(join(home, '.lockstep'), { recursive: true })
  for (const name of ['vera', 'anna', 'ann', 'olga', 'adam', 'former']) {
    const visitor = await signInAs(shown.url, name === 'former' ? 'olga' : name)
    const cookie = `__Host-lockstep=${visitor.cookie('__Host-lockstep') ?? ''}`
    if (name === 'former') await visitor.ask('DELETE', '/api/session')
    writeFileSync(join(home, '.lockstep', name), cookie)
  }
})
after(async () => {
  await shown?.close()
  idp?.close()
  rmSync(folder, { recursive: true })
})

interface Findings {
  readonly findings: readonly { readonly operation: string; readonly constraint: string; readonly class: string }[]
}

test('nothing is open', async () => {
  await askQuestions()
  const { code, said, findings } = await prove(shown.url)
  assert.equal(code, 0, said)
  assert.deepEqual(findings, [])
})

test('a console that forgets who answers questions is found out', async () => {
  await askQuestions()
  const anna = readFileSync(join(home, '.lockstep/anna'), 'utf8')
  const server = createServer((incoming, response) => {
    const isAnswer = incoming.method === 'POST' && incoming.url?.startsWith('/api/approvals/') === true
    // The check taken out: whoever has a session answers as if they were an approver.
    pass(incoming, response, isAnswer && incoming.headers.cookie !== undefined ? { cookie: anna } : {})
  })
  const { code, findings } = await prove(`http://${await listen(server)}`)
  server.close()
  server.closeAllConnections()
  assert.equal(code, 2)
  assert.ok(findings.includes('console.answerApproval question.approve.by'), findings.join('\n'))
})

/** Passes a request on to the console, with some headers changed. */
function pass(incoming: IncomingMessage, response: ServerResponse, changes: Readonly<Record<string, string>>): void {
  const { host } = new URL(shown.url)
  const headers = { ...incoming.headers, host, ...changes }
  const outgoing = request(`${shown.url}${incoming.url}`, { method: incoming.method ?? 'GET', headers }, (answer) => {
    response.writeHead(answer.statusCode ?? 500, answer.headers)
    answer.pipe(response)
  })
  outgoing.on('error', () => response.destroy())
  incoming.pipe(outgoing)
}

/** Questions by `ann`, each for another amount. */
async function askQuestions(): Promise<void> {
  for (let each = 1; each <= 60; each += 1) await shown.call('ann', '/pay', { amount: each })
}

async function prove(target: string) {
  let said = ''
  const write = (text: string): void => {
    said += text
  }
  const out = join(folder, `out-${Math.trunc(performance.now())}`)
  const terminal = openTerminal({ write }, { write }, { CONSOLE: shown.url })
  const args = ['prove', join(home, 'charter.yaml'), '--identities', join(home, 'identities.yaml')]
  const code = await main([...args, '--target', `console=${target}`, '--out', out, '--seed', '1'], terminal)
  const { findings } = JSON.parse(readFileSync(join(out, 'findings.json'), 'utf8')) as Findings
  if (process.env['SHOW'] !== undefined) console.log(said)
  return { code, said, findings: findings.map(({ operation, constraint }) => `${operation} ${constraint}`) }
}
