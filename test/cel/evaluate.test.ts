import assert from 'node:assert/strict'
import { test } from 'node:test'
import Big from 'big.js'
import { parseCel } from '../../src/cel/parse-cel.ts'
import { isCelError } from '../../src/cel/value.ts'

const SCOPE = {
  request: {
    amount: 19.99,
    count: 7,
    name: 'Zoë',
    none: null,
    items: [{ price: 0.1 }, { price: 0.2 }],
    tags: ['a', 'b'],
  },
  object: { total: new Big('19.990'), huge: new Big('12345678901234567890.01'), text: '19.99' },
  at: '2026-02-28T23:30:00Z',
}

type Case = readonly [source: string, expected: unknown]

const GROUPS: Readonly<Record<string, readonly Case[]>> = {
  'numbers are exact decimals': [
    ['0.1 + 0.2 == 0.3', true],
    ['request.items[0].price + request.items[1].price == 0.3', true],
    ['request.amount == object.total', true],
    ['request.amount * 100 == 1999', true],
    ['1 + 1.5', 2.5],
    ['9007199254740992 + 1 == 9007199254740993', true],
    ['9007199254740993 == 9007199254740992', false],
    ['object.huge - 12345678901234567890 == 0.01', true],
    ['0.1000000000000000000001 > 0.1', true],
    ['7 / 2', 3],
    ['-7 / 2', -3],
    ['7.0 / 2', 3.5],
    ['request.count / 2', 3.5],
    ['size(request.tags) * 3 / 4', 1],
    ['1.0 / 3 == 0.33333333333333333333', true],
    ['-7 % 3', -1],
    ['1e3 == 1000 && 0x10 == 16 && 5u == 5', true],
    ['sum([0.1, 0.2, 0.3]) == 0.6', true],
    ['sum(request.items.map(i, i.price))', 0.3],
    ['min(3, 1, 2) + max([4, 5])', 6],
    ['abs(-2.5) + round(2.345, 2)', 4.85],
    ['round(-2.5)', -3],
    ['string(decimal("19.90"))', '19.9'],
    ['decimal(object.text) == request.amount', true],
    ['int("42") + int(2.9) + int("-3")', 41],
    ['-0 == 0', true],
  ],
  'nothing is converted by itself': [
    ['object.text == request.amount', false],
    ['object.text < request.amount', 'no-overload'],
    ['object.text + 1', 'no-overload'],
    ['request.none == null', true],
    ['request.none < 1', 'no-overload'],
    ['request.count && true', 'no-overload'],
    ['!request.count', 'no-overload'],
  ],
  'strings count code points': [
    ["size('Zoë👍') == 4", true],
    ["'👍x'.charAt(1) + '👍x'.substring(0, 1)", 'x👍'],
    ["'👍abc'.indexOf('b')", 2],
    ["'abcabc'.indexOf('c', 3) + 'abcabc'.lastIndexOf('a')", 8],
    ["'a,b,c'.split(',', 2)", ['a', 'b,c']],
    ["'banana'.replace('a', 'o', 2)", 'bonona'],
    ["'ab'.replace('', '-')", '-a-b-'],
    ["' X '.trim().lowerAscii() + 'É'.lowerAscii()", 'xÉ'],
    ["['a', 'b'].join('-')", 'a-b'],
    ["'abc'.startsWith('ab') && 'abc'.endsWith('bc') && 'abc'.contains('b')", true],
    ["'👍' > '\uffee'", true],
    ['request.name.substring(2, 1)', 'out-of-range'],
  ],
  'patterns match in linear time': [
    ["request.name.matches('^Zo.$')", true],
    ["'DE89370400440532013000'.matches('^[A-Z]{2}\\\\d{2}[A-Z0-9]{11,30}$')", true],
    ["'say HELLO'.matches('(?i)\\\\bhello\\\\b')", true],
    ["'ab'.matches('^(a|b|cd)+$') && !'abc'.matches('^(a|b|cd)+$')", true],
    ["'x'.matches('[^a-w\\\\d]') && 'a-b'.matches('^[\\\\w-]+$')", true],
    [`'${'a'.repeat(3000)}!'.matches('^(a+)+$')`, false],
  ],
  'classes and groups of patterns': [
    ["'x1'.matches('^[\\\\D][^\\\\D]$') && !'11'.matches('^[\\\\D]')", true],
    ["'ab'.matches('^(?:a)(?P<n>b)$') && 'A'.matches('^\\\\x41$') && 'a.b'.matches('^a\\\\.b$')", true],
    ["'aaa'.matches('^a{2}$')", false],
  ],
  'conversions that fail': [
    ['uint(request.name)', 'bad-conversion'],
    ['uint(-request.count)', 'bad-conversion'],
    ['uint("7") == 7', true],
    ['bool(request.name)', 'bad-conversion'],
    ['round(request.amount, 99)', 'out-of-range'],
    ['sum(request.tags)', 'no-overload'],
  ],
  'lists and maps': [
    ["'a' in request.tags && !('c' in request.tags)", true],
    ["{'price': 0.10} in request.items", true],
    ["'price' in request.items[0]", true],
    ['[1, [2.0]] == [1.0, [2]]', true],
    ["{'a': 1, 'b': [null]} == {'b': [null], 'a': 1.0}", true],
    ["{'a': 1} == {'b': 1}", false],
    ['([1] + [2])[1]', 2],
    ['[1][1]', 'out-of-range'],
    ["{'a': 1, 'a': 2}", 'duplicate-key'],
    ['size({"a": 1}) + size([1, 2]) + [3].size()', 4],
  ],
  absence: [
    ['has(request.amount) && !has(request.missing) && has(request.none)', true],
    ['request.missing', 'no-such-key'],
    ['request.?missing.orValue(3)', 3],
    ['request.?missing.deeper.hasValue()', false],
    ['request.tags[?5].orValue("z")', 'z'],
    ['request.?none.orValue(3) == null', true],
    ['request.?missing.value()', 'no-value'],
    ['request.?count.orValue(1 / 0)', 7],
    ['has(request.missing.deeper)', 'no-such-key'],
  ],
  'errors are absorbed by the side that settles it': [
    ['false && request.missing', false],
    ['request.missing && false', false],
    ['request.missing || true', true],
    ['request.missing && true', 'no-such-key'],
    ['request.missing || false', 'no-such-key'],
    ['1 / 0 == 1', 'division-by-zero'],
    ['1 % 0', 'division-by-zero'],
    ['true ? 1 : 1 / 0', 1],
    ['request.missing ? 1 : 2', 'no-such-key'],
  ],
  macros: [
    ['request.items.all(i, i.price > 0)', true],
    ['request.items.exists(i, i.missing > 0 || i.price == 0.2)', true],
    ['[0, 1].all(i, 1 / i > 5)', false],
    ['[0, 1].exists(i, 1 / i > 5)', 'division-by-zero'],
    ['[].all(i, false) && ![].exists(i, true)', true],
    ['[1, 2, 3].exists_one(i, i > 2)', true],
    ['[0, 1].exists_one(i, 1 / i == 1)', 'division-by-zero'],
    ['[1, 2, 3].filter(i, i % 2 == 1)', [1, 3]],
    ['[1, 2, 3].map(i, i > 1, i * 2)', [4, 6]],
    [
      '[1, 2].map(i, [3, 4].map(j, i * j))',
      [
        [3, 4],
        [6, 8],
      ],
    ],
    ['[[1, 2]].all(i, i.exists(i, i == 2))', true],
    ["{'x': 1}.all(k, k == 'x')", true],
  ],
  time: [
    ["timestamp(at) + duration('1h') == timestamp('2026-03-01T00:30:00Z')", true],
    ["timestamp('2026-01-01T00:00:00+02:00') < timestamp('2026-01-01T00:00:00Z')", true],
    ['timestamp(at).getFullYear() + timestamp(at).getMonth() + timestamp(at).getDate()', 2055],
    ["timestamp(at).getHours() == 23 && timestamp(at).getHours('+01:00') == 0", true],
    ["timestamp('2026-07-01T12:00:00Z').getHours('Europe/Berlin')", 14],
    ['timestamp(at).getDayOfWeek() == 6 && timestamp(at).getDayOfYear() == 58', true],
    ["duration('90m').getHours() + duration('90m').getMinutes()", 91],
    ["string(duration('1h30m')) + ' ' + string(timestamp(at))", '5400s 2026-02-28T23:30:00Z'],
    ["timestamp(at) - timestamp('2026-02-28T22:00:00Z') == duration('90m')", true],
    ['timestamp(object.text)', 'bad-conversion'],
    ["duration('-1.5s') < duration('0')", true],
  ],
  types: [
    ['type(request.count) == int && type(request.amount) == double && type(null) == null_type', true],
    ["type(timestamp(at)) == google.protobuf.Timestamp && type('') != bool", true],
    ["bool('true') && string(true) == 'true'", true],
    ['request.amount.c', 'no-overload'],
    ['object.total.c', 'no-overload'],
  ],
}

for (const [group, cases] of Object.entries(GROUPS)) {
  for (const [source, expected] of cases) {
    test(`${group}: ${source.slice(0, 100)}`, () => {
      const parsed = parseCel(source, ['request', 'object', 'at'])
      assert.ok(parsed.ok, JSON.stringify(parsed))
      const result = parsed.expression.evaluate(SCOPE)
      assert.deepEqual(isCelError(result) ? result.code : result, expected)
    })
  }
}

test('a number too exact for a JS number comes back as a decimal', () => {
  const parsed = parseCel('object.huge + 1', ['object'])
  assert.ok(parsed.ok)
  assert.deepEqual(parsed.expression.evaluate(SCOPE), new Big('12345678901234567891.01'))
})
