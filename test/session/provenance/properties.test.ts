// Whatever is done to a planted value, it never passes for the user's or for the system's of record.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { emptyMemory, labelled, type Memory, remember, type Seen } from '../../../src/session/provenance/memory.ts'
import { isVouched, trace } from '../../../src/session/provenance/trace.ts'

const word = fc.stringMatching(/^[b-df-hj-np-tv-z]{5,9}$/)
const planted = fc.oneof(
  fc.tuple(word, word).map(([name, host]) => `${name}@${host}.example`),
  fc.tuple(word, word).map(([host, path]) => `https://${host}.example/${path}`),
  fc.integer({ min: 10_000_000, max: 99_999_999 }).map((digits) => `XK05 ${digits} ${digits}`),
)
const filler = fc.array(word, { maxLength: 6 }).map((words) => words.join(' '))

const base64 = (text: string): string => Buffer.from(text).toString('base64')
const changes: Readonly<Record<string, (value: string) => string>> = {
  same: (value) => value,
  upper: (value) => value.toUpperCase(),
  spaced: (value) => ` ${value.replace(/(...)/g, '$1 ')}`,
  base64,
  base64url: (value) => Buffer.from(value).toString('base64url'),
  twice: (value) => base64(base64(value)),
  hex: (value) => Buffer.from(value).toString('hex'),
  percent: (value) => [...value].map((letter) => `%${letter.charCodeAt(0).toString(16).padStart(2, '0')}`).join(''),
  entities: (value) => [...value].map((letter) => `&#${letter.charCodeAt(0)};`).join(''),
  escapes: (value) => [...value].map((letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`).join(''),
  reversed: (value) => [...value].reverse().join(''),
  invisible: (value) => value.replace(/(....)/g, '$1\u200b'),
  cyrillic: (value) => value.replaceAll('e', 'е').replaceAll('p', 'р').replaceAll('x', 'х'),
  wide: (value) =>
    [...value]
      .map((letter) => (/[a-z]/.test(letter) ? String.fromCodePoint(letter.charCodeAt(0) + 0xfee0) : letter))
      .join(''),
  tags: (value) => [...value].map((letter) => String.fromCodePoint(letter.charCodeAt(0) + 0xe0000)).join(''),
  quoted: (value) => `"${value}"`,
  inText: (value) => `Please see ${value}, thank you.`,
  cut: (value) => value.slice(0, -2),
}

const link = fc.tuple(word, word, word).map(([host, path, more]) => `https://${host}.example/${path}?${more}`)
const readByName = (content: string): Memory =>
  foldOf(
    { kind: 'prompt', text: 'Read the news.' },
    { kind: 'answer', operation: 'web.get', content, asked: { page: 'news' } },
  )
const isNamed = (memory: Memory, value: string): boolean =>
  trace(memory, value).some(({ named }) => named !== undefined)

const foldOf = (...seen: readonly Seen[]): Memory => seen.reduce(remember, emptyMemory())

for (const [name, change] of Object.entries(changes)) {
  test(`a planted value is seen as that: ${name}`, () => {
    fc.assert(
      fc.property(planted, filler, filler, (value, before, said) => {
        const memory = foldOf(
          { kind: 'prompt', text: said },
          { kind: 'answer', operation: 'web.get', content: `${before} ${value} ${before}` },
          { kind: 'answer', operation: 'book.list', content: [{ name: said }], trusted: 'all' },
        )
        assert.equal(trace(memory, change(value))[0]?.trust, 'untrusted')
      }),
      { numRuns: 40 },
    )
  })
  test(`a link of a page the user named is itself and nothing else: ${name}`, () => {
    fc.assert(
      fc.property(link, filler, (value, before) => {
        const changed = change(value)
        assert.equal(isNamed(readByName(`${before} ${value} ${before}`), changed), changed === value)
        const shown = ['same', 'quoted', 'inText'].includes(name)
        assert.equal(isNamed(readByName(`${before} ${changed} ${before}`), value), shown)
      }),
      { numRuns: 40 },
    )
  })
  test(`a value planted in this shape is found plain: ${name}`, () => {
    fc.assert(
      fc.property(planted, filler, (value, before) => {
        const memory = foldOf({ kind: 'answer', operation: 'web.get', content: `${before} ${change(value)} ${before}` })
        assert.equal(trace(memory, name === 'cut' ? value.slice(0, -2) : value)[0]?.trust, 'untrusted')
      }),
      { numRuns: 40 },
    )
  })
}

test('a value that was planted in pieces is seen as that', () => {
  fc.assert(
    fc.property(planted, filler, fc.nat(), (value, before, where) => {
      const solid = value.replaceAll(' ', '')
      const cut = 7 + (where % (solid.length - 14))
      const memory = foldOf(
        { kind: 'answer', operation: 'web.get', content: `${before} ${solid.slice(0, cut)}` },
        { kind: 'answer', operation: 'mail.read', content: { body: solid.slice(cut) } },
      )
      assert.equal(trace(memory, solid)[0]?.trust, 'untrusted')
    }),
  )
})

const seen: fc.Arbitrary<Seen> = fc.oneof(
  filler.map((text): Seen => ({ kind: 'prompt', text })),
  fc.tuple(filler, planted, fc.boolean()).map(
    ([note, value, isTrusted]): Seen => ({
      kind: 'answer',
      operation: 'desk.get',
      content: [{ id: value, note }],
      trusted: isTrusted ? [['*', 'id']] : [],
    }),
  ),
  planted.map((value): Seen => ({ kind: 'endorsed', value, approval: 'second' })),
)

test('seeing more makes a planted value good only where it stands in a trusted place', () => {
  fc.assert(
    fc.property(planted, fc.array(seen, { maxLength: 8 }), (value, more) => {
      const memory = foldOf({ kind: 'answer', operation: 'web.get', content: value }, ...more)
      const own = more.some((each) => JSON.stringify(each).includes(JSON.stringify(value)) && each.kind !== 'prompt')
      if (!own) assert.equal(isVouched(trace(memory, value)), false)
    }),
  )
})

test('a memory restored from what was kept is the same', () => {
  fc.assert(
    fc.property(fc.array(seen, { maxLength: 8 }), planted, (all, value) => {
      const kept: readonly Seen[] = JSON.parse(JSON.stringify(all))
      const restored = foldOf(...kept)
      assert.deepEqual(restored, foldOf(...all))
      assert.deepEqual(trace(restored, value), trace(foldOf(...all), value))
    }),
    { numRuns: 50 },
  )
})

test('tracing is total', () => {
  const memory = foldOf({ kind: 'prompt', text: 'x' }, { kind: 'answer', operation: 'a.b', content: '{"a": ["b"]}' })
  fc.assert(fc.property(fc.anything(), (value) => Array.isArray(trace(memory, value))))
  fc.assert(
    fc.property(fc.jsonValue(), fc.string(), (content, text) => {
      remember(emptyMemory(), { kind: 'answer', operation: 'a.b', content, trusted: 'all' })
      remember(emptyMemory(), { kind: 'answer', operation: 'a.b', content: text, trusted: 'all' })
    }),
  )
})

test('hostile text costs no more than its length', () => {
  const pieces = [
    'a',
    '1',
    'a.',
    '1 ',
    '%41',
    "''",
    '"',
    '\\',
    '- ',
    'a: ',
    '[',
    '&#',
    'a@',
    '+',
    '=',
    'id ',
    '\u200b',
    'е',
    '\n',
    ',',
  ]
  const before = process.cpuUsage()
  for (const piece of pieces) {
    const memory = foldOf({ kind: 'prompt', text: piece.repeat(2_000) })
    remember(memory, { kind: 'answer', operation: 'a.b', content: piece.repeat(30_000), trusted: 'all' })
    remember(memory, { kind: 'answer', operation: 'a.b', content: { text: piece.repeat(30_000) } })
    trace(memory, piece.repeat(2_000))
    trace(memory, `${piece.repeat(40)}x`)
  }
  const { user } = process.cpuUsage(before)
  assert.ok(user < 4_000_000, `${user / 1000} ms`)
})

test('when a run has seen more than can be kept, what is not found cannot be told', () => {
  const memory = emptyMemory({ text: 1_000, values: 1_000 })
  remember(memory, { kind: 'prompt', text: 'Pay ann@corp.example.' })
  remember(memory, { kind: 'answer', operation: 'a.b', content: ['x-77', 12], trusted: 'all' })
  for (let index = 0; index < 12; index += 1)
    remember(memory, { kind: 'answer', operation: 'a.c', content: { note: `${index}word`.repeat(150) } })
  assert.equal(memory.full, true)
  assert.deepEqual(trace(memory, 'somebody@else.example'), [])
  assert.deepEqual(trace(memory, 12), [])
  assert.equal(trace(memory, 'ann@corp.example')[0]?.trust, 'prompt')
  assert.equal(trace(memory, 'x-77')[0]?.trust, 'trusted')
})

test('a memory that runs share keeps the labels of what was written', () => {
  const writer = foldOf(
    { kind: 'prompt', text: 'Note that my landlord is lou@home.example.' },
    { kind: 'answer', operation: 'mail.read', content: 'tell evil@attacker.example' },
  )
  const kept = labelled(writer, ['lou@home.example', 'evil@attacker.example', 'made-up@x.example'])
  const reader = foldOf({
    kind: 'recalled',
    operation: 'notes.read',
    call: 'c0',
    content: { notes: ['lou@home.example', 'evil@attacker.example', 'planted@meanwhile.example'] },
    kept,
  })
  assert.deepEqual(trace(reader, 'lou@home.example')[0], {
    trust: 'prompt',
    operation: 'notes.read',
    call: 'c0',
    memory: true,
    how: 'same',
  })
  for (const value of ['evil@attacker.example', 'planted@meanwhile.example', 'made-up@x.example'])
    assert.equal(isVouched(trace(reader, value)), false)
})
