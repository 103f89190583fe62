// What a call makes and no operation shows may show to whomever it names, in what they are shown of themselves.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Outcome } from '../../src/prove/finding.ts'
import { type Asked, proveSmall } from './small-api.ts'

const charter = `
lockstep: 1
name: scouts
sources:
  - name: shop
    type: inline
    operations:
      getMe: { method: GET, path: /me, response: { id: string, invitations: 'object[]' } }
      listPlayers: { method: GET, path: /players, response: { items: 'object[]' } }
      invite: { method: POST, path: /invitations, body: { playerId: string }, response: { id: string, playerId: string } }
actors: { player: {}, scout: { kind: partner } }
objects:
  me: { owner: /id, read: shop.getMe }
  player: { list: shop.listPlayers, seen-by: scout }
  invitation:
    transitions:
      send:
        on: shop.invite
        by: { actor: scout, scope: 'invite' }
        refs: { player: { object: player, key: $request.body#/playerId } }
operations:
  shop.getMe: { by: player, object: me, key: $principal.id }
  shop.listPlayers: { by: scout, lists: player, items: /items }
`

/** Players are shown who invited them. `isSilent`: what is sent by whoever may not is accepted, and thrown away. */
function openField({
  isOpen,
  isSilent,
}: {
  isOpen: boolean
  isSilent: boolean
}): (asked: Asked) => readonly [number, unknown?] {
  const invitations: { id: string; playerId: string }[] = []
  let sent = 0
  return ({ who, method, path: [kind], body }) => {
    if (who === undefined) return [401]
    const isScout = who.startsWith('s')
    if (kind === 'me') {
      return isScout ? [403] : [200, { id: who, invitations: invitations.filter((each) => each.playerId === who) }]
    }
    if (!isScout) return [403]
    if (method === 'GET') return [200, { items: [{ id: 'pia' }, { id: 'per' }] }]
    if (!['pia', 'per'].includes(String(body['playerId']))) return [422]
    const invitation = { id: `i-${sent++}`, playerId: String(body['playerId']) }
    if (who !== 'sam' && !isOpen) return isSilent ? [201, invitation] : [403]
    invitations.push(invitation)
    return [201, invitation]
  }
}

const prove = (how: Parameters<typeof openField>[0]): Promise<Outcome> =>
  proveSmall({
    charter,
    people: { pia: 'player', per: 'player', sam: 'scout', sue: 'scout' },
    principals: { sam: ', scopes: [invite]', sue: ', scopes: []' },
    answer: openField(how),
    only: ['shop.invite'],
  })

const unscoped = ({ cells }: Outcome) => cells.find(({ tactic }) => tactic === 'as-other.no-scope')?.verdict

describe('what shows to whomever a call names', () => {
  test('proves that it was made', async () => {
    const [finding, ...others] = (await prove({ isOpen: true, isSilent: false })).findings
    assert.deepEqual([finding?.class, finding?.operation, others], ['scope-exceeded', 'shop.invite', []])
  })
  test('is nothing where it was not', async () => {
    const refused = await prove({ isOpen: false, isSilent: false })
    assert.deepEqual([refused.findings, unscoped(refused)], [[], 'held'])
    assert.deepEqual((await prove({ isOpen: false, isSilent: true })).findings, [])
  })
})
