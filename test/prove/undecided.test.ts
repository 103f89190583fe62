// A change that keeps what others decided is found where the change is made, once, whatever becomes possible by it.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Outcome } from '../../src/prove/finding.ts'
import { type Asked, proveSmall } from './small-api.ts'

const charter = `
lockstep: 1
name: notices
sources:
  - name: shop
    type: inline
    operations:
      write: { method: POST, path: /notices, body: { text: string }, response: { id: string, author_id: string, text: string, status: string, likes: integer } }
      getNotice: { method: GET, path: '/notices/{noticeId}', response: { id: string, author_id: string, text: string, status: string, likes: integer } }
      edit: { method: PATCH, path: '/notices/{noticeId}', body: { text: string } }
      check: { method: POST, path: '/notices/{noticeId}/check' }
      like: { method: POST, path: '/notices/{noticeId}/like' }
      reply: { method: POST, path: '/notices/{noticeId}/replies', body: { text: string }, response: { id: string, notice_id: string, by: string } }
      getReply: { method: GET, path: '/replies/{replyId}', response: { id: string, notice_id: string, by: string } }
actors: { user: {}, editor: {} }
objects:
  notice:
    owner: /author_id
    state: /status
    read: shop.getNotice
    states: [draft, open]
    transitions:
      write: { on: shop.write, to: draft, by: user }
      edit: { on: shop.edit, from: [draft, open], to: draft, by: owner }
      check: { on: shop.check, from: draft, to: open, by: editor }
      like: { on: shop.like, from: open, by: user }
  reply:
    owner: /by
    read: shop.getReply
    transitions:
      send: { on: shop.reply, by: user, refs: { notice: { object: notice, key: $request.path.noticeId, in: open } } }
operations:
  shop.getNotice: { by: [user, editor] }
  shop.getReply: { by: user }
`

type Row = Record<string, unknown> & { id: string }

/** Notices that an editor looks at; an edited one is looked at anew, unless that is forgotten. */
function openNotices(isForgotten: boolean): (asked: Asked) => readonly [number, unknown?] {
  const rows = new Map<string, Row>()
  const put = (row: Omit<Row, 'id'>) => {
    const made = { ...row, id: `row-${rows.size}` }
    rows.set(made.id, made)
    return [201, made] as const
  }
  const change = (row: Row, members: object) => [200, Object.assign(row, members)] as const
  return ({ who, method, path: [, id, verb], body }) => {
    if (who === undefined) return [401]
    const isEditor = who.startsWith('e')
    if (id === undefined)
      return isEditor ? [403] : put({ author_id: who, text: body['text'], status: 'draft', likes: 0 })
    const row = rows.get(id)
    if (row === undefined) return [404]
    if (method === 'GET') return isEditor && 'by' in row ? [403] : [200, row]
    if (method === 'PATCH') {
      if (row['author_id'] !== who) return [403]
      return change(row, { text: body['text'], ...(isForgotten ? {} : { status: 'draft' }) })
    }
    if (isEditor !== (verb === 'check')) return [403]
    if (row['status'] !== (isEditor ? 'draft' : 'open')) return [409]
    if (isEditor) return change(row, { status: 'open' })
    return verb === 'like' ? change(row, { likes: Number(row['likes']) + 1 }) : put({ notice_id: row.id, by: who })
  }
}

const prove = (isForgotten: boolean): Promise<Outcome> =>
  proveSmall({ charter, people: { una: 'user', uma: 'user', ed: 'editor' }, answer: openNotices(isForgotten) })

describe('a change of what others have decided on', () => {
  test('is one finding, at the change', async () => {
    const { findings } = await prove(true)
    const [finding] = findings
    assert.equal(findings.length, 1)
    assert.deepEqual([finding?.class, finding?.endpoint], ['approval-changed', 'PATCH /notices/{noticeId}'])
    assert.match(finding?.rootCause ?? '', /keeps their decision/)
    const other = finding?.alsoSeen.map((each) => each.case.split('|', 1)[0])
    assert.deepEqual(other, ['notice.like', 'reply.send'])
  })
  test('is none where it is decided anew', async () => {
    assert.deepEqual((await prove(false)).findings, [])
  })
})
