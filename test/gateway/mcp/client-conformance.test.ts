// Every scenario for clients finds the same through the gateway as without it; those about signing in, or what docs/mcp.md says, and no more.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { json } from 'node:stream/consumers'
import { after, before, mock, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { listen } from '../../transport/open.ts'
import { callSignedIn, type Outcome } from './auth-client.ts'
import { callAll, type Told, type Way } from './client.ts'
import { checkClients, clientScenarios, differences, type Verdicts } from './conformance.ts'

const revisions = ['2025-03-26', '2025-11-25', '2026-07-28'] as const
const page = readFileSync(new URL('../../../docs/mcp.md', import.meta.url), 'utf8')

/** What the table says comes out otherwise, by scenario. */
const otherwise = new Map(
  [...page.matchAll(/^\| (`.+`) \| all \| all(.*?) \|/gm)].flatMap(([, scenarios = '', but = '']) =>
    namesIn(scenarios).map((scenario): [string, readonly string[]] => [`auth/${scenario}`, namesIn(but)]),
  ),
)

/** Where the tool is called directly only, or through the gateway only, for one of the checks that come out otherwise. */
const calledOtherwise: readonly string[] = [
  'auth/authorization-server-migration',
  'auth/enterprise-managed-authorization',
  'auth/resource-mismatch',
  'auth/scope-step-up',
  // The server wants a scope that nobody gave the gateway's own token.
  'auth/scope-from-www-authenticate',
]

function namesIn(text: string): readonly string[] {
  return [...text.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name).sort()
}

/** By scenario and check: the worst it came out as. How often a client is told to sign in is not compared. */
type Found = ReadonlyMap<string, ReadonlyMap<string, string>>

const gravity = ['SUCCESS', 'SKIPPED', 'WARNING', 'FAILURE']

function foundIn(verdicts: Verdicts): Found {
  const found = new Map<string, Map<string, string>>()
  for (const [key, status] of verdicts) {
    const [, scenario = '', check = ''] = /^(auth\/.*): (.*?)(?: #\d+)?$/.exec(key) ?? []
    if (scenario === '') continue
    const checks = found.get(scenario) ?? new Map<string, string>()
    const before = checks.get(check) ?? 'SUCCESS'
    checks.set(check, gravity.indexOf(status) > gravity.indexOf(before) ? status : before)
    found.set(scenario, checks)
  }
  return found
}

function isSigning(name: string): boolean {
  return name.startsWith('auth/')
}

const outcomes: Outcome[] = []
const found: Record<Way, Map<string, Found>> = { direct: new Map(), gateway: new Map() }
/** Of the scenarios in which nobody signs in, check by check. */
const others: Record<Way, Map<string, Verdicts>> = { direct: new Map(), gateway: new Map() }

/** Clients and gateways live here; what the runner starts only says where (client-relay.ts). */
const desk = createServer(async (request, response) => {
  const way = request.url === '/gateway' ? 'gateway' : 'direct'
  const told = (await json(request)) as Told
  if (isSigning(told.scenario)) outcomes.push(await callSignedIn(told, way))
  else await callAll(told, way).catch(() => undefined)
  response.end()
})

before(async () => {
  // The SDK warns of clients that were registered beforehand, as some scenarios have them, and tells of lists that a server does not have.
  mock.method(console, 'warn', () => undefined)
  mock.method(console, 'debug', () => undefined)
  const address = await listen(desk)
  const relay = fileURLToPath(new URL('./client-relay.ts', import.meta.url))
  for (const revision of revisions)
    for (const way of ['direct', 'gateway'] as const) {
      const verdicts = await checkClients(`${process.execPath} ${relay} http://${address}/${way}`, revision)
      found[way].set(revision, foundIn(verdicts))
      others[way].set(revision, new Map([...verdicts].filter(([check]) => !isSigning(check))))
    }
})
after(() => desk.close())

test('every scenario in which nobody signs in is run, and finds the same', async () => {
  // Skills are what a client makes of files it reads; the SDK's makes nothing of them.
  const all = (await clientScenarios()).filter((name) => !isSigning(name) && !name.startsWith('sep-2640-'))
  const run = new Set<string>()
  for (const revision of revisions) {
    const direct: Verdicts = others.direct.get(revision) ?? new Map()
    const through: Verdicts = others.gateway.get(revision) ?? new Map()
    for (const [check, status] of direct) if (status === 'SUCCESS') run.add(check.replace(/: .*/, ''))
    assert.deepEqual(differences(direct, through), [], revision)
  }
  assert.deepEqual([...run].sort(), [...all].sort())
})

test('every scenario about signing in is run both ways, and is in the table', async () => {
  const all = (await clientScenarios()).filter(isSigning).sort()
  assert.ok(all.length >= 33)
  const run = (way: Way): string[] => [...new Set([...found[way].values()].flatMap((each) => [...each.keys()]))]
  assert.deepEqual(run('direct').sort(), all)
  assert.deepEqual(run('gateway').sort(), all)
  assert.deepEqual([...otherwise.keys()].sort(), all)
  for (const [scenario, checks] of otherwise)
    for (const check of checks)
      assert.ok(
        [...found.direct.values()].some((each) => each.get(scenario)?.has(check)),
        `${scenario}: ${check}`,
      )
})

for (const revision of revisions) {
  test(`without a gateway, every check of ${revision} passes`, () => {
    const bad = [...(found.direct.get(revision) ?? [])].flatMap(([scenario, checks]) =>
      [...checks].flatMap(([check, status]) => (status === 'SUCCESS' ? [] : [`${scenario}: ${check} ${status}`])),
    )
    assert.deepEqual(bad, [])
  })

  test(`through the gateway, what comes out otherwise of ${revision} is what the table says`, () => {
    for (const [scenario, direct] of found.direct.get(revision) ?? []) {
      const through = found.gateway.get(revision)?.get(scenario) ?? new Map<string, string>()
      // A client that comes further meets checks that are not there directly: they have to pass, too.
      const checks = new Map([...[...through.keys()].map((check) => [check, 'SUCCESS'] as const), ...direct])
      const differing = [...checks].flatMap(([check, status]) => (through.get(check) === status ? [] : [check]))
      const said = otherwise.get(scenario)?.filter((check) => direct.has(check))
      assert.deepEqual(differing.sort(), said, scenario)
    }
  })
}

test('the tool gives its result through the gateway where it does without it', () => {
  const called = (way: Way): readonly string[] =>
    outcomes
      .filter((each) => each.way === way && each.called && !calledOtherwise.includes(each.told.scenario))
      .map(({ told }) => `${told.scenario} ${told.version}`)
      .sort()
  assert.ok(called('direct').length >= 35)
  assert.deepEqual(called('gateway'), called('direct'))
})

test('behind the gateway, a client asks the server nothing, not even where to sign in', () => {
  // In the oldest revision, the server is its own authorization server.
  const through = outcomes.filter(({ way, told }) => way === 'gateway' && told.version !== '2025-03-26')
  assert.ok(through.length >= 45)
  for (const { told, asked } of through) {
    assert.ok(
      asked.some((each) => each.endsWith('/.well-known/oauth-protected-resource/mcp')),
      told.scenario,
    )
    assert.deepEqual(
      asked.filter((each) => each.startsWith(new URL(told.server).origin)),
      [],
      told.scenario,
    )
  }
})
