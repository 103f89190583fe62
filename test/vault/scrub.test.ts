// Values that come back are found however they are written, and nothing else is touched.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { formsOf } from '../../src/vault/forms.ts'
import { scrubberFor } from '../../src/vault/handed.ts'
import { makeMatcher } from '../../src/vault/matcher.ts'
import { makeScrubber } from '../../src/vault/scrub.ts'

const key = 'sk_live_51Hx/+9"Zq&w'
const other = 'hunter2-hunter2'
const matcherFor = (...values: readonly string[]) =>
  makeMatcher(new Map(values.map((value, index) => [index === 0 ? 'stripe' : `n${index}`, formsOf(value)])))
const scrub = (text: string): string => makeScrubber(matcherFor(key, other)).text(text)
const json = JSON.stringify
const isSound = (text: string): boolean => !/\p{Cs}/u.test(text)
const base64 = (text: string): string => Buffer.from(text).toString('base64')
const escapedAll = (text: string): string =>
  [...text].map((sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`).join('')

const ways: readonly (readonly [name: string, text: string, cleaned: string])[] = [
  ['plain', `your key is ${key}!`, 'your key is [secret stripe]!'],
  ['in JSON', json({ a: 1, key }), '{"a":1,"key":"[secret stripe]"}'],
  ['as the name of a member', json({ [key]: 1 }), '{"[secret stripe]":1}'],
  ['escaped in JSON', `{"key":"${escapedAll(key)}"}`, '{"key":"[secret stripe]"}'],
  ['with a slash escaped', json({ key }).replace('/', '\\/'), '{"key":"[secret stripe]"}'],
  ['split over strings', json(['x', key.slice(0, 7), key.slice(7), 'y']), '["x","[secret stripe]","","y"]'],
  [
    'split over members',
    json({ a: key.slice(0, 3), b: key.slice(3, 9), c: key.slice(9) }),
    '{"a":"[secret stripe]","b":"","c":""}',
  ],
  ['split with escapes', `["${escapedAll(key.slice(0, 5))}","${escapedAll(key.slice(5))}"]`, '["[secret stripe]",""]'],
  ['in JSON in JSON', json({ text: json({ key }) }), json({ text: json({ key: '[secret stripe]' }) })],
  [
    'split in JSON in JSON',
    json({ text: json([key.slice(0, 7), key.slice(7)]) }),
    json({ text: json(['[secret stripe]', '']) }),
  ],
  ['base64', `x ${base64(key)} y`, 'x [secret stripe] y'],
  ['base64url', Buffer.from(key).toString('base64url'), '[secret stripe]'],
  ['hex', Buffer.from(key).toString('hex'), '[secret stripe]'],
  ['HEX', Buffer.from(key).toString('hex').toUpperCase(), '[secret stripe]'],
  ['in a URL', `/cb?key=${encodeURIComponent(key)}&x=1`, '/cb?key=[secret stripe]&x=1'],
  ['in a form', new URLSearchParams({ key }).toString(), 'key=[secret stripe]'],
  ['in HTML', '<b>sk_live_51Hx/+9&quot;Zq&amp;w</b>', '<b>[secret stripe]</b>'],
  ['in HTML by numbers', '<b>sk_live_51Hx/&#43;9&#34;Zq&amp;w</b>', '<b>[secret stripe]</b>'],
  ['in HTML by other numbers', '"sk_live_51Hx&#x2F;+9&quot;Zq&#38;w"', '"[secret stripe]"'],
  ['in HTML in JSON', json({ page: '<b>sk_live_51Hx/&#43;9&#34;Zq&amp;w</b>' }), '{"page":"<b>[secret stripe]</b>"}'],
  [
    'in HTML in JSON as Go writes it',
    '{"page":"sk_live_51Hx/\\u0026#43;9\\u0026#34;Zq\\u0026amp;w"}',
    '{"page":"[secret stripe]"}',
  ],
  ['in a URL with slashes', '/cb?a=%20&key=sk_live_51Hx/%2B9%22Zq%26w#x', '/cb?a=%20&key=[secret stripe]#x'],
  ['in a URL as it is but for quotes', 'sk_live_51Hx/+9%22Zq&w', '[secret stripe]'],
  ['right behind other escapes', '%C3%A4&#228;%41%73k_live_51Hx/+9%22Zq&w%41', '%C3%A4&#228;%41[secret stripe]%41'],
  ['in capitals', key.toUpperCase(), '[secret stripe]'],
  ['twice, and another', `${key}${key} ${other}`, '[secret stripe][secret stripe] [secret n1]'],
]
for (const [name, text, cleaned] of ways) test(`found: ${name}`, () => assert.equal(scrub(text), cleaned))

const handed: readonly (readonly [name: string, headers: Readonly<Record<string, string>>, said: string])[] = [
  ['a token', { Authorization: 'Bearer tok-1234567890' }, 'tok-1234567890'],
  ['the password of Basic', { Authorization: `Basic ${base64('ann:hunter2-hunter2')}` }, 'hunter2-hunter2'],
  ['Basic as it is', { Authorization: `Basic ${base64('ann:hunter2-hunter2')}` }, base64('ann:hunter2-hunter2')],
  ['one of several cookies', { Cookie: 'lang=en; sid=abcdef-123456' }, 'sid=abcdef-123456'.slice(4)],
]
for (const [name, headers, said] of handed)
  test(`found of what was handed over: ${name}`, () => {
    assert.doesNotMatch(scrubberFor(headers)?.text(`it was ${said}, in en`) ?? said, new RegExp(`${said}`))
    assert.match(scrubberFor(headers)?.text(`it was ${said}, in en`) ?? '', /, in en$/)
  })

test('inside longer base64, whatever stands before it', () => {
  for (const before of ['', 'u', 'us', 'user:', 'somebody:']) {
    const text = scrub(`Basic ${base64(`${before}${key}:after`)}`)
    assert.match(text, /\[secret stripe\]/)
    const left = Buffer.from(text.replace(/^Basic |\[secret stripe\].*$/g, ''), 'base64').toString()
    assert.ok(left.length <= before.length + 1, text)
  }
})

test('what holds no value is given back as it is, the very same', () => {
  const scrubber = makeScrubber(matcherFor(key, other))
  const bytes = Buffer.from(json({ a: [key.slice(0, 9), 'between', key.slice(9)], n: 1.1, s: 'é\n"\u2028' }))
  const value = { a: 'ordinary' }
  assert.equal(scrubber.bytes(bytes), bytes)
  assert.equal(scrubber.value(value), value)
  assert.equal(scrubber.found.size, 0)
  assert.deepEqual(scrubber.value({ a: [key] }), { a: ['[secret stripe]'] })
  assert.deepEqual([...scrubber.found], ['stripe'])
})

test('a stream gives the same, however it is cut', () => {
  const anyText = fc.array(fc.constantFrom(key, other, base64(key), 'sk_live_', 'hunter2-', 'x', ' \n'), {
    maxLength: 12,
  })
  fc.assert(
    fc.property(anyText, fc.array(fc.integer({ min: 1, max: 30 }), { maxLength: 12 }), (parts, sizes) => {
      const bytes = Buffer.from(parts.join(''))
      const stream = makeScrubber(matcherFor(key, other)).stream()
      const out: Buffer[] = []
      let at = 0
      for (const size of [...sizes, bytes.length]) {
        out.push(stream.push(bytes.subarray(at, at + size)))
        at += size
      }
      out.push(stream.end())
      const text = Buffer.concat(out).toString()
      assert.equal(text.includes(key) || text.includes(other) || text.includes(base64(key)), false)
      assert.equal(text, makeScrubber(matcherFor(key, other)).bytes(bytes).toString())
    }),
  )
})

test('a stream holds back nothing that cannot be the beginning of a value', () => {
  const stream = makeScrubber(matcherFor(key)).stream()
  assert.equal(stream.push(Buffer.from('data: {"a":1}\n\n')).toString(), 'data: {"a":1}\n\n')
  assert.equal(stream.push(Buffer.from('data: sk_li')).toString(), 'data: ')
  assert.equal(stream.push(Buffer.from('ke a song')).toString(), 'sk_like a song')
})

test('no value is left, however it is put into JSON', () => {
  // Quotes and blanks alone may be what stands between strings; nobody has such a secret.
  const secret = fc
    .string({ unit: 'grapheme', minLength: 8, maxLength: 40 })
    .filter((value) => isSound(value) && /[\p{L}\p{N}].*[\p{L}\p{N}]/su.test(value))
  fc.assert(
    fc.property(secret, fc.json(), fc.integer({ min: 1, max: 7 }), (value, around, cut) => {
      fc.pre(!around.includes(value))
      const text = `{"a":${around},"b":${json(value)},"c":[${json(value.slice(0, cut))},${json(value.slice(cut))}]}`
      fc.pre(isSound(value.slice(0, cut)))
      const cleaned = makeScrubber(matcherFor(value)).text(text)
      if (value.includes('"') && text.includes(value)) {
        // It begins or ends as strings do, and stands there: it goes, whatever becomes of the JSON.
        assert.ok(!cleaned.includes(value), cleaned)
        return
      }
      const read = JSON.parse(cleaned)
      assert.ok(!String(read.b).includes(value))
      assert.ok(!`${read.c[0]}${read.c[1]}`.includes(value), cleaned)
    }),
    { numRuns: 200 },
  )
})

test('two megabytes without any of fifty secrets come back as they are', () => {
  const values = Array.from({ length: 50 }, (_, index) => `key-${index}-${base64(`something random ${index * 7919}`)}`)
  const matcher = matcherFor(...values)
  const rows = Array.from({ length: 12_000 }, (_, index) => ({
    id: `o${index}`,
    note: 'an ordinary text, "quoted", of some length',
    total: index,
    tags: ['a', 'bb'],
    at: '2026-11-21T08:00:00Z',
  }))
  const bytes = Buffer.from(json(rows))
  const scrubber = makeScrubber(matcher)
  assert.equal(scrubber.bytes(bytes), bytes)
})
