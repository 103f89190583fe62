// Looking for an object on a list: found on any page, missing only when the whole list was seen.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Charter } from '../../../src/charter/charter.ts'
import { linkCharter } from '../../../src/charter/link.ts'
import { parseCharter } from '../../../src/charter/parse.ts'
import { readDescription } from '../../../src/charter/source/read-description.ts'
import { httpTruth } from '../../../src/gateway/http/truth.ts'
import { type Api, openApi } from './api.ts'

/** A charter whose things can only be listed, with these parameters. */
function listing(parameters: readonly string[]): Charter {
  const query = parameters.map((name) => ({ in: 'query', name, schema: { type: 'string' } }))
  const id = { in: 'path', name: 'id', required: true, schema: { type: 'string' } }
  const document = {
    openapi: '3.1.0',
    info: { title: 'things', version: '1' },
    paths: {
      '/things': { get: { operationId: 'list', parameters: query, responses: { 200: { description: 'all' } } } },
      '/things/{id}': {
        delete: { operationId: 'drop', parameters: [id], responses: { 204: { description: 'gone' } } },
      },
    },
  }
  const raw = {
    lockstep: 1,
    name: 'things',
    sources: [{ name: 'api', url: './openapi.json' }],
    actors: { ann: {} },
    objects: { thing: { list: 'api.list', transitions: { drop: { on: 'api.drop', by: 'ann' } } } },
    operations: { 'api.list': { by: 'anyone' } },
  }
  const parsed = parseCharter([{ file: 'things.yaml', text: JSON.stringify(raw) }])
  const { description } = readDescription('api', document, () => ({ file: 'openapi.json', line: 1, column: 1 }))
  if (parsed.charter === undefined || description === undefined) throw new Error(JSON.stringify(parsed.diagnostics))
  const { charter, diagnostics } = linkCharter(parsed.charter, new Map([['api', description]]))
  const errors = diagnostics.filter((each) => each.severity === 'error')
  if (errors.length > 0) throw new Error(JSON.stringify(errors))
  return charter
}

type Answer = (query: URLSearchParams, url: string) => readonly [body: unknown, headers?: Record<string, string>]
let answer: Answer = () => [[]]
let api: Api
before(async () => {
  api = await openApi((_incoming, response, { url }) => {
    const [body, headers = {}] = answer(new URL(url, api.url).searchParams, api.url)
    response.writeHead(200, { 'content-type': 'application/json', ...headers })
    response.end(JSON.stringify(body))
  })
})
after(() => api.close())

const ids = ['a', 'b', 'c', 'd', 'e']
const things = (from: number, size = 2): readonly { id: string }[] => ids.slice(from, from + size).map((id) => ({ id }))
const endless: Answer = (query) => [[{ id: `x${query.get('offset')}` }]]
const at = (query: URLSearchParams, name: string, first = 0): number => Number(query.get(name) ?? first)

type Case = readonly [parameters: readonly string[], answer: Answer, last: unknown, missing: unknown]
const e = { id: 'e' }
const cases: Readonly<Record<string, Case>> = {
  'a list that is whole': [[], () => [things(0, 5)], e, null],
  'a list within its answer': [[], () => [{ things: things(0, 5), note: 'all' }], e, null],
  'links in a header': [
    [],
    (query, url) => {
      const from = at(query, 'x')
      const rel = from < 4 ? `<${url}/things?x=${from + 2}>; rel="next", ` : ''
      return [things(from), { link: `${rel}<${url}/things>; rel="first"` }]
    },
    e,
    null,
  ],
  'links in the answer': [
    [],
    (query) => {
      const from = at(query, 'x')
      return [{ data: things(from), links: { next: from < 4 ? `/things?x=${from + 2}` : null } }]
    },
    e,
    null,
  ],
  'a link elsewhere': [[], () => [{ data: things(0), next: 'http://127.0.0.1:1/other?x=1' }], undefined, undefined],
  'a cursor': [
    ['cursor'],
    (query) => {
      const from = at(query, 'cursor')
      return [{ data: things(from), next_cursor: from < 4 ? String(from + 2) : null }]
    },
    e,
    null,
  ],
  'a cursor no parameter takes': [[], () => [{ data: things(0), nextCursor: 'x' }], undefined, undefined],
  'pages from one': [['page'], (query) => [things((at(query, 'page', 1) - 1) * 2)], e, null],
  'pages from nought': [['page'], (query) => [things(at(query, 'page') * 2)], e, null],
  'the last page again and again': [
    ['page'],
    (query) => [things(Math.min(at(query, 'page', 1) - 1, 2) * 2)],
    e,
    undefined,
  ],
  'an offset': [['offset', 'limit'], (query) => [{ items: things(at(query, 'offset')), total: 5 }], e, null],
  'an offset that is not heeded': [['offset'], () => [things(0)], undefined, undefined],
  'a list without end': [['offset'], endless, undefined, undefined],
  'a limit and no way on': [['limit'], () => [things(0)], undefined, undefined],
  'a limit, and a total that is reached': [['limit'], () => [{ items: things(0, 5), total: 5 }], e, null],
  'a total that is not reached': [[], () => [{ items: things(0), total: 5 }], undefined, undefined],
  'more, but not how': [[], () => [{ items: things(0), has_more: true }], undefined, undefined],
  'two lists in one answer': [[], () => [{ things: things(0), others: [] }], undefined, undefined],
}
for (const [name, [parameters, next, last, missing]] of Object.entries(cases)) {
  test(name, async () => {
    answer = next
    const charter = listing(parameters)
    const truth = httpTruth({
      charter: () => charter,
      upstreams: { api: { url: api.url } },
      readers: { api: [() => ({})] },
    })
    const before = api.seen.length
    assert.deepEqual(await truth.read({ type: 'thing', key: 'e' }, { request: {} }), last)
    assert.deepEqual(await truth.read({ type: 'thing', key: 'z' }, { request: {} }), missing)
    assert.ok(api.seen.length - before <= 20)
    // By what it says it is found where it is found by its key, and that all was seen is said as there.
    for (const [is, shown] of [
      ['e', last === undefined ? [] : [last]],
      ['z', []],
    ] as const)
      assert.deepEqual(await truth.search('thing', [{ at: ['id'], is }], { request: {} }), {
        values: shown,
        whole: missing === null,
      })
    await truth.close()
  })
}
