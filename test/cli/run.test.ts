// Runs of agents, from one guard file: begun by the agent, seen and revoked by operators, on the store and through the control API.
import assert from 'node:assert/strict'
import { existsSync, statSync } from 'node:fs'
import { after, before, test } from 'node:test'
import { hashApiKey } from '../../src/identity/key-file.ts'
import { charterText, guardText, openTill, type Running, run, startGuard, type Till } from './guard-stage.ts'

const key = 'lsk_0123456789abcdefghijklmnop'
let till: Till
let guard: Running
before(async () => {
  till = await openTill()
  till.write(
    'till.yaml',
    charterText
      .replace(
        'actors: { user: {}, boss: {} }',
        'actors: { user: {}, boss: {}, bot: { kind: agent, workflow: looking } }',
      )
      .replace('approvals:', 'workflows: { looking: { operations: api.me } }\napprovals:'),
  )
  const agents = `identity:\n  - { kind: agents, agents: { bot: { key: "${hashApiKey(key)}" } } }\n`
  till.write(
    'guard.yaml',
    `${guardText(till.url).replace('identity:\n', agents)}\nruns: { issuer: "https://guard.example", longest: 2h }\n`,
  )
  guard = await startGuard(till.path('guard.yaml'))
})
after(async () => {
  if (guard.process.exitCode === null) guard.process.kill('SIGKILL')
  till.close()
})

const at = (token: string): string[] => ['--url', guard.control, '--token', token]

test('an agent begins a run, and goes on with its handle', async () => {
  const begun = await run(['run', 'start', '--tool', 'api.me', '--purpose', 'see who I am', ...at('BOT_KEY')], {
    BOT_KEY: key,
  })
  assert.equal(begun.code, 0, begun.error)
  const listed = await run(['run', 'list', ...at('OPS_TOKEN')])
  assert.match(listed.out, /^\S+ {2}bot {2}looking {2}open\n {2}until \S+, with api\.me\n {2}"see who I am"\n$/)
  const headers = { authorization: `Bearer ${key}`, 'lockstep-run': begun.out.trim() }
  const answer = await fetch(`${guard.url}/me`, { headers })
  assert.notEqual(answer.status, 401)
  const [id = ''] = listed.out.split(' ')
  const revoked = await run(['run', 'revoke', 'run', id, '--why', 'enough', '--guard', till.path('guard.yaml')])
  assert.equal(revoked.out, `the run ${id} counts no more\n`)
  await new Promise((resolve) => setTimeout(resolve, 1000))
  const refused = await fetch(`${guard.url}/me`, { headers })
  const problem = (await refused.json()) as { code: string }
  assert.deepEqual([refused.status, problem.code], [401, 'run-over'])
  const shown = await run(['run', 'show', id, '--json', '--guard', till.path('guard.yaml')])
  assert.deepEqual(JSON.parse(shown.out)[0].state, 'revoked')
  assert.match((await run(['run', 'list', ...at('OPS_TOKEN')])).out, /no run is open/)
  assert.equal((await run(['run', 'end', id, '--why', 'x', ...at('OPS_TOKEN')])).code, 2)
})

test('keys for tokens are made once, for their owner only', () => {
  const file = till.path('.lockstep/guard/tokens.key')
  assert.ok(existsSync(file))
  assert.equal(statSync(file).mode & 0o777, 0o600)
})

test('an operator takes back what an agent was given', async () => {
  const cut = await run(['run', 'revoke', 'agent', 'bot', '--why', 'lost', ...at('OPS_TOKEN')])
  assert.equal(cut.out, 'what the agent bot was given before counts no more\n')
  const entries = await run(['ledger', 'search', till.path('guard.yaml'), '--kind', 'run', '--effect', 'revoked'])
  assert.match(entries.out, /revoked/)
})
