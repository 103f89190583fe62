// Whom an operation is open to, as far as its description says what credentials it needs.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ApiDescription } from '../../src/charter/source/description.ts'
import { readDescription } from '../../src/charter/source/read-description.ts'
import { draftCharter } from '../../src/draft/draft.ts'
import { printDraft } from '../../src/draft/print.ts'

type Json = Readonly<Record<string, unknown>>

const ok = { 200: { description: 'ok' } }
const refusing = (status: number): Json => ({ responses: { ...ok, [status]: { description: 'refused' } } })
const header = { in: 'header', name: 'authorization', schema: { type: 'string' } }
const shared = { parameters: [{ $ref: '#/components/parameters/token' }] }

/** `POST /reports` (or what a path item adds to it), beside an operation that asks for a token. */
function describe(
  operation: Json,
  { item = {}, root = {}, beside = { security: [{ token: [] }] } }: Parts,
): ApiDescription {
  const { description } = readDescription(
    'api',
    {
      openapi: '3.1.0',
      info: { title: 'Test', version: '1' },
      ...root,
      paths: {
        '/else': { get: { operationId: 'else', responses: ok, ...beside } },
        '/reports': { ...item, post: { operationId: 'report', responses: ok, ...operation } },
      },
      components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } }, parameters: { token: header } },
    },
    () => ({ file: 'openapi.json', line: 1, column: 1 }),
  )
  assert.ok(description)
  return description
}

interface Parts {
  readonly item?: Json
  readonly root?: Json
  readonly beside?: Json
}

const certain = 'by: anyone'
const unsaid = 'by: signed-in # guessed: because nothing says who'
const refused = (status: number): string =>
  `by: signed-in # guessed: because a ${status} is described, and nothing says who`
const carried = 'by: signed-in # guessed: because it takes an `Authorization` header, and nothing says who'
const doubtful = (status: number): string =>
  `by: anyone # guessed: because its security is empty, although a ${status} is described`

const cases: Readonly<Record<string, Parts & { operation: Json; by: string }>> = {
  'empty security': { operation: { security: [] }, by: certain },
  'security with nothing as an alternative': { operation: { security: [{}, { token: [] }] }, by: certain },
  'empty security with a 401': { operation: { security: [], ...refusing(401) }, by: doubtful(401) },
  'empty security with a 403': { operation: { security: [], ...refusing(403) }, by: doubtful(403) },
  'empty security of the document': { operation: {}, root: { security: [] }, by: certain },
  'empty security beside a 401 elsewhere': { operation: { security: [] }, beside: refusing(401), by: certain },
  'missing security': { operation: {}, by: unsaid },
  'missing security with a 404': { operation: refusing(404), by: unsaid },
  'missing security with a 401': { operation: refusing(401), by: refused(401) },
  'missing security with a 403': { operation: refusing(403), by: refused(403) },
  'missing security with a header': { operation: { parameters: [header] }, by: carried },
  'missing security with a header of its path': { operation: {}, item: shared, by: carried },
  'security that is declared': { operation: { security: [{ token: [] }], ...refusing(401) }, by: unsaid },
}

for (const [name, { operation, by, ...parts }] of Object.entries(cases)) {
  test(`${name}: ${by.split(' #')[0]}`, () => {
    const description = describe(operation, parts)
    const text = printDraft(draftCharter({ description, url: './openapi.yaml', today: '2026-11-21' }))
    const lines = text.split('\n').map((line) => line.trim())
    const from = lines.indexOf('api.report:')
    const written = from < 0 ? lines.find((line) => line.startsWith('api.report:')) : lines[from + 1]
    assert.equal(written, by)
    assert.equal(text.includes('public:'), by.startsWith(certain))
  })
}
