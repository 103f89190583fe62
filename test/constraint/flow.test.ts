import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Principal } from '../../src/charter/charter.ts'
import { loadCharter } from '../../src/charter/load.ts'
import { isMeant } from '../../src/constraint/destination.ts'
import { type ClassSeen, noFacts } from '../../src/constraint/facts.ts'
import { decide } from '../../src/decide/decide.ts'
import type { Decision } from '../../src/decide/decision.ts'

const { charter } = await loadCharter('cases/charters/mailroom.yaml')
assert.ok(charter !== undefined)

const clara: Principal = { id: 'clara', roles: ['clerk'] }
const bot: Principal = { id: 'bot', kind: 'agent', roles: ['mail-bot'], chain: [clara] }

interface Told {
  readonly operation: string
  readonly body?: unknown
  readonly classes?: readonly ClassSeen[]
  readonly as?: Principal
}

function decided({ operation, body = {}, classes, as = clara }: Told): Decision {
  assert.ok(charter !== undefined)
  const pins = Object.fromEntries([...charter.operations.keys()].map((id) => [id, 'pinned' as const]))
  const facts = { ...noFacts, grants: { officer: [] }, pins, ...(classes === undefined ? {} : { classes }) }
  const run = as === bot ? { run: { id: 'r1', workflow: 'mail' } } : {}
  return decide(charter, facts, { operation, principal: as, request: { body }, at: 0, ...run })
}

const seen = (name: string, at = '/body', to?: ClassSeen['to']): ClassSeen => ({
  at,
  class: name,
  by: 'test',
  ...(to === undefined ? {} : { to }),
})

const cases: readonly (readonly [what: string, told: Told, effect: Decision['effect'], owed?: readonly string[]])[] = [
  ['nothing of a class', { operation: 'desk.translate', classes: [] }, 'allow'],
  ['not known what it carries', { operation: 'desk.translate' }, 'deny'],
  ['a class nothing binds', { operation: 'desk.translate', classes: [seen('public')] }, 'allow'],
  ['a tool that is meant', { operation: 'desk.add_note', classes: [seen('personal')] }, 'allow'],
  ['a tool that is not', { operation: 'desk.translate', classes: [seen('personal')] }, 'deny'],
  [
    'a more sensitive class is bound as the next less sensitive one',
    { operation: 'desk.translate', classes: [seen('secret')] },
    'deny',
  ],
  ['and goes where that one goes', { operation: 'desk.add_note', classes: [seen('secret')] }, 'allow'],
  ['somebody has to be asked', { operation: 'claude.generate', classes: [seen('internal')] }, 'ask'],
  ['deny wins over ask', { operation: 'claude.generate', classes: [seen('internal'), seen('secret')] }, 'deny'],
  [
    'a recipient that is meant',
    { operation: 'desk.send_email', body: { to: ['a@example.com'] }, classes: [seen('personal')] },
    'allow',
  ],
  [
    'one of several that is not',
    { operation: 'desk.send_email', body: { to: ['a@example.com', 'x@evil.org'] }, classes: [seen('personal')] },
    'deny',
  ],
  ['no recipient', { operation: 'desk.send_email', body: { to: [] }, classes: [seen('personal')] }, 'deny'],
  [
    'a recipient that is no text',
    { operation: 'desk.send_email', body: { to: [{ a: 'a@example.com' }] }, classes: [seen('personal')] },
    'deny',
  ],
  [
    'a model that is meant',
    { operation: 'claude.generate', classes: [seen('personal', '', { kind: 'model', name: 'anthropic/claude-5' })] },
    'allow',
  ],
  [
    'another model',
    { operation: 'claude.generate', classes: [seen('personal', '', { kind: 'model', name: 'openai/gpt-9' })] },
    'deny',
  ],
  [
    'a link that is meant',
    { operation: 'desk.post_link', body: { url: 'https://a.example.com/x' }, classes: [seen('personal')] },
    'allow',
  ],
  [
    'a link that only looks so',
    { operation: 'desk.post_link', body: { url: 'https://evil.org/.example.com/' }, classes: [seen('personal')] },
    'deny',
  ],
  [
    'covered by tokens',
    { operation: 'desk.translate', classes: [seen('contact', '/text')] },
    'modify',
    ['cover /text contact token'],
  ],
  [
    'not covered where it may go',
    { operation: 'desk.send_email', body: { to: 'a@example.com' }, classes: [seen('contact')] },
    'allow',
  ],
  [
    'a run receives no class its workflow may not handle',
    { operation: 'desk.get_customer', classes: [], as: bot },
    'modify',
    ['withhold secret'],
  ],
]

for (const [what, told, effect, owed = []] of cases) {
  test(what, () => {
    const decision = decided(told)
    assert.equal(decision.effect, effect, JSON.stringify(decision.reasons))
    const said = decision.obligations.map((each) => {
      if (each.kind === 'cover') return `cover ${each.at} ${each.class} ${each.with}`
      return each.kind === 'withhold' ? `withhold ${each.classes.join()}` : each.kind
    })
    assert.deepEqual(said, owed)
  })
}

test('the reason says what would go where, and where it may go', () => {
  const [reason] = decided({ operation: 'desk.translate', classes: [seen('personal', '/text')] }).reasons
  assert.match(
    reason?.says ?? '',
    /personal data at `\/text` \(test\) would go to `desk\.translate`, but it may only go to `desk\.get_customer`,/,
  )
  assert.match(reason?.says ?? '', /`model:anthropic\/\*`/)
})

const meant: readonly (readonly [glob: string, text: string, yes: boolean])[] = [
  ['*@example.com', 'a@example.com', true],
  ['*@example.com', 'A@EXAMPLE.COM', true],
  ['*@example.com', 'mailto:a@example.com', true],
  ['*@example.com', 'Ana <a@example.com>, b@example.com', true],
  ['*@example.com', 'x@evil.org, a@example.com', false],
  ['*@example.com', 'x@evil.org;a@example.com', false],
  ['*@example.com', 'x@evil.org\na@example.com', false],
  ['*@example.com', '"a@example.com" <x@evil.org>', false],
  ['*@example.com', 'a@example.com.evil.org', false],
  ['*@example.com', 'a@exаmple.com', false],
  ['*@example.com', 'example.com', false],
  ['https://*.example.com/*', 'https://a.example.com/b', true],
  ['https://*.example.com/*', 'https://evil.org/?.example.com/', false],
  ['https://*.example.com/*', 'https://evil.org\\.example.com/', false],
  ['https://*.example.com/*', 'https://a.example.com@evil.org/', false],
  ['https://*.example.com/*', 'https://evil.org#.example.com/', false],
  ['https://*.example.com/*', 'http://a.example.com/', false],
  ['https://*.example.com', 'https://a.example.com', true],
  ['order-*', 'order-12', true],
  ['a*a', 'a', false],
  ['*@example.com', 'x@evil.org|a@example.com', false],
  ['*@example.com', 'x@evil.org/a@example.com', false],
  ['*@example.com', 'x@evil.org，a@example.com', false],
  ['#int-*', '#int-desk', true],
  ['#int-*', '#int-desk,#int-dock', true],
  ['#int-*', '#int-desk, ', true],
  ...[',', ', ', ' ', ';', '|', '\n', '\t', '\u00a0', '\uff0c', '\u3001', ' , '].flatMap(
    (sign): [string, string, boolean][] => [
      ['#int-*', `#int-desk${sign}#partners`, false],
      ['*-team', `partners${sign}our-team`, false],
      ['a*z', `a-b${sign}x-z`, false],
    ],
  ),
  ['*', 'anything, and all', true],
  ['Invoice *', 'Invoice 12 of May', true],
  ['Invoice *', 'Invoice 12, Salary 13', false],
  ['eu; *', 'eu; north', true],
  ['#int-desk', '#int-desk,#int-desk', false],
  ['https://*.example.com/*', 'https://a.example.com/b,https://evil.org/', false],
  ['https://*.example.com/*', 'https://a.example.com/b;c=1,2', true],
]

for (const [glob, text, yes] of meant)
  test(`${JSON.stringify(text)} is${yes ? '' : ' not'} ${glob}`, () => assert.equal(isMeant(glob, text), yes))
