import assert from 'node:assert/strict'
import { test } from 'node:test'
import { classesIn } from '../../src/classify/classes.ts'
import { detectors } from '../../src/classify/detect/detectors.ts'
import { seenOf } from '../../src/classify/finding.ts'
import type { Labels } from '../../src/classify/labels.ts'
import { redact, redactAll } from '../../src/classify/redact.ts'
import { disguises } from './disguise.ts'

const detector = (name: string): { class: string; detector: NonNullable<ReturnType<typeof detectors.get>> } => {
  const found = detectors.get(name)
  assert.ok(found !== undefined)
  return { class: 'secret', detector: found }
}

const labels: Labels = {
  classes: ['public', 'personal', 'secret'],
  places: [
    { class: 'personal', by: 'customer.email', operation: 'desk.get', at: ['email'] },
    { class: 'personal', by: 'customer.name', operation: 'desk.list', side: 'answer', at: ['items', '*', 'name'] },
    { class: 'secret', by: 'desk.get#/inner/pin', operation: 'desk.get', at: ['inner', 'pin'] },
  ],
  patterns: [detector('iban'), detector('api-key')],
}
const answer = (operation: string) => ({ operation, side: 'answer' }) as const

test('labelled places, items of lists, and what is below', () => {
  assert.deepEqual(
    seenOf(classesIn(labels, { email: { work: 'a@b.c' }, other: 1 }, answer('desk.get'))),
    [
      { at: '/email/work', class: 'personal', by: 'customer.email' },
      { at: '/email/work', class: 'personal', by: 'customer.email' },
    ].slice(1),
  )
  const found = classesIn(labels, { items: [{ name: 'Ana' }, { name: 'Bo', id: 2 }] }, answer('desk.list'))
  assert.deepEqual(
    found.map(({ at }) => at),
    ['/items/0/name', '/items/1/name'],
  )
  assert.deepEqual(classesIn(labels, { items: [{ name: 'Ana' }] }, { operation: 'desk.list', side: 'arguments' }), [])
})

const moved: readonly [shown: unknown, found: readonly string[]][] = [
  [{ id: 1, name: 'Ana', agent: { name: 'Bo' } }, ['/name']],
  [{ id: 1, agent: { name: 'Bo' } }, []],
  [{ name: 'Ana', agent: { name: 'Bo' } }, ['/name']],
  [{ id: null, agent: { name: 'Bo' } }, []],
  [{ file: { id: 1, name: 'Ana' } }, ['/file/name']],
  [{ ok: true, data: { name: 'Ana' }, meta: {} }, ['/data/name']],
  [{ data: { id: 1, attributes: { name: { first: 'Ana' } } } }, ['/data/attributes/name/first']],
  [[{ id: 1, name: 'Ana' }], ['/0/name']],
  [{ content: [{ type: 'text', text: '{"id":1,"name":"Ana"}' }] }, ['/content/0/text']],
  ['{"id":1,"agent":{"name":"Bo"}}', []],
  ['{"id":1,"name":"Ana","agent":{"name":"Bo"}}', ['']],
  ['{"file":{"id":1,"name":"Ana"}}', ['']],
  [{ error: 'not found' }, []],
]

for (const [shown, found] of moved)
  test(`labelled places in ${JSON.stringify(shown)}: ${JSON.stringify(found)}`, () => {
    const label = {
      class: 'personal',
      by: 'file.name',
      operation: 'desk.open',
      side: 'answer',
      at: ['name'],
      sign: ['id'],
    } as const
    const places = { ...labels, places: [label], patterns: [] }
    assert.deepEqual([...new Set(classesIn(places, shown, answer('desk.open')).map(({ at }) => at))], found)
    assert.deepEqual(classesIn(places, shown, { operation: 'desk.open', side: 'arguments' }), [])
  })

test('lists that were wrapped, and lists that are empty', () => {
  const label = { class: 'personal', by: 'file.name', operation: 'desk.list', side: 'answer' } as const
  const list = { ...label, at: ['items', '*', 'name'], sign: ['items', '0'] }
  const places = { ...labels, places: [list], patterns: [] }
  const found = (shown: unknown) => classesIn(places, shown, answer('desk.list')).map(({ at }) => at)
  assert.deepEqual(found({ data: { items: [{ name: 'Ana' }] } }), ['/data/items/0/name'])
  assert.deepEqual(found({ items: [], asked: { name: 'Ana' } }), [])
  assert.deepEqual(found({ items: [{ id: 1, agent: { items: [{ name: 'Bo' }] } }] }), [])
})

test('labelled places in JSON that is a text', () => {
  const value = { inner: JSON.stringify({ n: [1, { x: 'é"\\' }], pin: 'ab"12', y: 2 }) }
  const found = classesIn(labels, value, answer('desk.get'))
  assert.equal(found.length, 1)
  const [{ start = 0, end = 0 } = {}] = found
  assert.equal(value.inner.slice(start, end), 'ab\\"12')
  assert.deepEqual(redact(value, found), { inner: value.inner.replace('ab\\"12', '[secret]') })
})

test('patterns wherever they stand: texts, numbers, names of members', () => {
  const value = { DE89370400440532013000: [{ deep: 'x DE89 3704 0044 0532 0130 00 y' }] }
  const found = classesIn(labels, value, answer('desk.other'))
  assert.deepEqual(
    found.map(({ at, in: where }) => [at, where]),
    [
      ['/DE89370400440532013000', 'name'],
      ['/DE89370400440532013000/0/deep', 'text'],
    ],
  )
  assert.deepEqual(redact(value, found), { '[secret]': [{ deep: 'x [secret] y' }] })
})

test('patterns cut into texts that follow each other', () => {
  const value = { a: 'ES91 2100 04', b: '18 4502 0005', c: ' 1332', d: 'x' }
  const found = classesIn(labels, value, answer('x.y'))
  assert.deepEqual(
    found.map(({ at, how }) => [at, how]),
    [
      ['/a', 'joined'],
      ['/b', 'joined'],
      ['/c', 'joined'],
    ],
  )
})

for (const [how, disguise] of Object.entries(disguises)) {
  // A part has no check digits, and nobody reads backwards or rotated what he has not seen; what was seen before is remembered.
  if (how.startsWith('cut') || how.includes('backwards') || how.includes('it rotated') || how.includes('case')) continue
  if (['dots between', 'spaces between', 'lines of HTML', 'stars and underscores'].includes(how)) continue
  test(`never seen before, yet known: ${how}`, () => {
    const value = { body: `x ${disguise('DE89370400440532013000')} y` }
    const find = (each: unknown) => classesIn(labels, each, answer('x.y'))
    assert.ok(find(value).length > 0, value.body)
    assert.deepEqual(find(redactAll(value, find)), [])
  })
}

test('what has no finding is the very same value', () => {
  const value = { a: { b: 'nothing' }, c: [1, 2], d: 'DE89370400440532013000' }
  const clean = redact(value, classesIn(labels, value, answer('x.y'))) as typeof value
  assert.equal(clean.a, value.a)
  assert.equal(clean.c, value.c)
  assert.equal(clean.d, '[secret]')
  assert.equal(redact(value, []), value)
})

test('member names that become the same stay apart', () => {
  const value = { DE89370400440532013000: 1, GB29NWBK60161331926819: 2 }
  assert.deepEqual(redact(value, classesIn(labels, value, answer('x.y'))), { '[secret]': 1, '[secret]-x': 2 })
})
