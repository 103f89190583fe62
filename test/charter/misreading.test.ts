// What people write when they mean something else: it is understood, or said at once.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Diagnostic } from '../../src/charter/diagnostic.ts'
import { analyse } from './fixture.ts'

const words = { review: 'by: editor', object: '', invariant: 'object.version > 0', body: '{ version: integer }' }

/** A charter with one thing written differently. */
function written(differently: Partial<typeof words> = {}): string {
  const { review, object, invariant, body } = { ...words, ...differently }
  return `
lockstep: 1
name: wiki
sources:
  - name: wiki
    type: inline
    operations:
      create: { method: POST, path: /pages, body: { text: string }, response: { id: string, ownerId: string, version: integer } }
      getPage: { method: GET, path: '/pages/{pageId}', response: { id: string, ownerId: string, version: integer } }
      review: { method: POST, path: '/pages/{pageId}/review', body: ${body} }
actors: { editor: {}, chief: {} }
objects:
  page:
    owner: /ownerId
    read: wiki.getPage
    ${object}
    fields: { version: { type: integer, set-by: nobody } }
    transitions:
      create: { on: wiki.create, by: editor }
      review: { on: wiki.review, ${review} }
operations:
  wiki.getPage: { by: signed-in }
invariants:
  - { holds: '${invariant}', object: page }
`
}

function codes(diagnostics: readonly Diagnostic[], severity: Diagnostic['severity']): string[] {
  return diagnostics.filter((each) => each.severity === severity).map((each) => each.code)
}

describe('what is easily misread', () => {
  test('a list in a combined choice means any of them', () => {
    const { charter, diagnostics } = analyse(written({ review: 'by: { actor: [editor, chief], party: owner }' }))
    assert.deepEqual(codes(diagnostics, 'error'), [])
    const by = charter?.operations.get('wiki.review')?.uses[0]?.constraints.find((each) => each.kind === 'by')
    assert.deepEqual(by?.kind === 'by' ? by.choices : undefined, [
      { actor: 'editor', party: 'owner', anonymous: false },
      { actor: 'chief', party: 'owner', anonymous: false },
    ])
  })

  test('each wrong name in a combined choice is said', () => {
    const { diagnostics } = analyse(written({ review: 'by: { actor: [editor, chef], party: [owner, chair] }' }))
    assert.deepEqual(codes(diagnostics, 'error'), ['unknown-name', 'unknown-name'])
  })

  test('a party that has the name of an actor', () => {
    const { diagnostics } = analyse(written({ object: 'parties: { chief: /chiefId }' }))
    assert.ok(codes(diagnostics, 'warning').includes('party-named-as-actor'))
  })

  test('an invariant may call the object by its name', () => {
    const { charter, diagnostics } = analyse(written({ invariant: 'page.version > 0' }))
    assert.deepEqual(codes(diagnostics, 'error'), [])
    assert.equal(charter?.invariants.length, 1)
  })

  for (const [body, protectedThere] of [
    ['{ version: integer }', false],
    ['{ version?: integer }', true],
  ] as const)
    test(`a field nobody may set that the description asks for: ${body}`, () => {
      const { charter, diagnostics } = analyse(written({ body: `'${body}'`.replaceAll("'", '') }))
      assert.equal(codes(diagnostics, 'warning').includes('set-by-required'), !protectedThere)
      const uses = ['wiki.review', 'wiki.create'].map((id) => charter?.operations.get(id)?.uses[0]?.constraints)
      assert.deepEqual(
        uses.map((all) => all?.some((each) => each.kind === 'set-by')),
        [protectedThere, true],
      )
    })

  for (const [body, where, protectedThere] of [
    ['{ version: integer }', 'create', false],
    ['{ version?: integer }', 'create', true],
    ['{ version: integer }', '[create, review]', true],
  ] as const)
    test(`a field that is set on ${where} alone, and a use whose body is ${body}`, () => {
      const text = written({ body }).replace('set-by: nobody', `set-on: ${where}`)
      const { charter, diagnostics } = analyse(text)
      assert.equal(codes(diagnostics, 'warning').includes('set-by-required'), !protectedThere)
      const review = charter?.operations.get('wiki.review')?.uses[0]?.constraints
      assert.equal(
        review?.some((each) => each.kind === 'set-by'),
        protectedThere,
      )
    })

  test('one part that an approval binds may stand alone', () => {
    const approvals = 'approvals: { second: { by: chief, binds: /version } }'
    const { charter, diagnostics } = analyse(`${written({ review: 'by: editor, approval: second' })}${approvals}\n`)
    assert.deepEqual(codes(diagnostics, 'error'), [])
    assert.deepEqual(charter?.approvals.get('second')?.binds, [['version']])
  })
})
