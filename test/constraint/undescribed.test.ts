// What nobody approved of is not passed: arguments beside those that a description has, or of another type.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import Big from 'big.js'
import { misfits } from '../../src/constraint/undescribed.ts'

const text = { type: 'string' }
const mail = {
  type: 'object',
  properties: { to: { type: 'array', items: { type: 'object', properties: { at: text } } }, body: text },
}
const order = {
  type: 'object',
  properties: {
    sku: text,
    pieces: { type: 'integer' },
    price: { type: 'number' },
    paid: { type: 'number', minimum: 0, multipleOf: 0.01 },
    gift: { type: 'boolean' },
    kind: { type: 'string', enum: ['now', 'later'] },
    tags: { type: 'array', items: text },
    note: { anyOf: [text, { type: 'null' }] },
  },
  required: ['sku', 'pieces'],
}
const card = { properties: { kind: { const: 'card' }, number: text } }
const transfer = { properties: { kind: { const: 'transfer' }, iban: text } }
const referring = {
  type: 'object',
  properties: { payee: { $ref: '#/$defs/payee' }, tree: { $ref: '#/$defs/tree' } },
  $defs: {
    payee: { type: 'object', properties: { iban: text } },
    tree: { type: 'object', properties: { name: text, below: { type: 'array', items: { $ref: '#/$defs/tree' } } } },
  },
}
const openapi30 = { type: 'object', required: ['a'], properties: { a: { nullable: true, allOf: [mail] } } }

const cases: readonly [what: string, schema: unknown, value: unknown, found: readonly string[]][] = [
  ['what is described', mail, { to: [{ at: 'a' }], body: 'b' }, []],
  ['beside it', mail, { body: 'b', bcc: 'c' }, ['/bcc']],
  ['in an item of a list', mail, { to: [{ at: 'a' }, { at: 'b', cc: 'c' }] }, ['/to/1/cc']],
  ['a name of every object', mail, { constructor: 'c', body: 'b' }, ['/constructor']],
  ['a tool without arguments', { type: 'object', properties: {} }, { x: 1 }, ['/x']],
  ['a schema that says it is open', { ...mail, additionalProperties: true }, { bcc: 'c' }, []],
  ['a schema that says of what it is open', { ...mail, additionalProperties: text }, { bcc: ['c'] }, ['/bcc string']],
  ['a schema that says it is closed', { ...mail, additionalProperties: false }, { bcc: 'c' }, ['/bcc']],
  ['a schema closed in other words', { ...mail, additionalProperties: { not: {} } }, { bcc: 'c' }, ['/bcc']],
  ['a schema of several', { ...mail, anyOf: [{ properties: { bcc: text } }] }, { bcc: 'c' }, []],
  ['what none of several has', { ...mail, anyOf: [{ properties: { bcc: text } }] }, { cc: 'c' }, ['/cc']],
  ['several that ask for members only', { ...mail, anyOf: [{ required: ['to'] }] }, { bcc: 'c' }, ['/bcc']],
  ['conditions', { ...mail, if: { required: ['to'] }, else: { properties: { bcc: text } } }, { bcc: 'c' }, []],
  ['a schema that names nothing', { type: 'object' }, { bcc: 'c' }, []],
  ['no schema', undefined, { bcc: 'c' }, []],
  ['one thing in the place of a list', mail, { to: { at: 'a' } }, ['/to array']],
  ['a text in the place of a list', mail, { to: 'a' }, ['/to array']],
  ['a list of lists', mail, { to: [[{ at: 'a' }]] }, ['/to/0 object']],
  ['an object that counts', mail, { to: { 0: { at: 'a' } } }, ['/to array']],
  ['JSON in a text', mail, { to: '[{"at":"a"}]' }, ['/to array']],
  ['a list in the place of all', mail, [{ body: 'b' }], [' object']],
  ['all of an order', order, { sku: 'a', pieces: 4, price: 2.5, gift: false, kind: 'now', tags: [], note: null }, []],
  ['half a piece', order, { sku: 'a', pieces: 2.5 }, ['/pieces integer']],
  ['pieces as a text', order, { sku: 'a', pieces: '4' }, ['/pieces integer']],
  ['pieces that are many', order, { sku: 'a', pieces: new Big('12345678901234567890') }, []],
  ['a long price', order, { sku: 'a', pieces: 1, price: new Big('1.0000000000000001') }, []],
  ['half a piece of many', order, { sku: 'a', pieces: new Big('1.0000000000000001') }, ['/pieces integer']],
  ...[0, 19.99, 1e2, 9_999_999_999.99, 0.1 + 0.2, new Big('12345678901234567890.12')].map(
    (paid): (typeof cases)[number] => [`an amount of ${paid}`, order, { sku: 'a', pieces: 1, paid }, []],
  ),
  ...[0.001, 77.999, 9_999_999_999.999, -5, -0.01, 1e-7, new Big('1.0000000000000001')].map(
    (paid): (typeof cases)[number] => [
      `no amount: ${paid}`,
      order,
      { sku: 'a', pieces: 1, paid },
      ['/paid amount of money'],
    ],
  ),
  ['an amount of nothing', order, { sku: 'a', pieces: 1, paid: null }, []],
  ['an amount that is several', order, { sku: 'a', pieces: 1, paid: [5] }, ['/paid amount of money']],
  ['nothing, of what is optional', order, { sku: 'a', pieces: 1, price: null, tags: null }, []],
  ['nothing, of what is required', order, { sku: null, pieces: 1 }, ['/sku string']],
  ['nothing, where it says so beside other schemas', openapi30, { a: null }, []],
  ['another value than those listed', order, { sku: 'a', pieces: 1, kind: 'never' }, ['/kind ']],
  ['values listed at their list', { properties: { a: { type: 'array', enum: ['x'] } } }, { a: ['x'] }, []],
  ['a truth value as a text', order, { sku: 'a', pieces: 1, gift: 'false' }, ['/gift boolean']],
  ['one of several kinds', order, { sku: 'a', pieces: 1, note: ['a'] }, ['/note string|null']],
  ['one of several things', { oneOf: [card, transfer] }, { kind: 'card', number: '1' }, []],
  ['a part of another thing', { oneOf: [card, transfer] }, { kind: 'cash' }, ['/kind ']],
  ['what a reference leads to', referring, { payee: { iban: 'a' }, tree: { below: [{ name: 'a' }] } }, []],
  ['beside what a reference leads to', referring, { payee: { iban: 'a', bic: 'b' } }, ['/payee/bic']],
  ['deep below', referring, { tree: { below: [{ below: [{ rank: 1 }] }] } }, ['/tree/below/0/below/0/rank']],
  ['a reference to nowhere', { properties: { a: { $ref: '#/$defs/none' } } }, { a: { b: 1 } }, []],
  ['a circle', { $ref: '#/$defs/a', $defs: { a: { anyOf: [{ $ref: '#/$defs/a' }, mail] } } }, { bcc: 'c' }, ['/bcc']],
]

/** Texts in the place of something else: what they mean all the same. */
const meanings: readonly [member: string, value: string, means: 'one' | 'same' | undefined][] = [
  ['tags', 'red', 'one'],
  ['tags', 'dark red <r>', 'one'],
  ['tags', 'red, blue', 'same'],
  ['tags', 'red\nblue', 'same'],
  ['tags', '["red"]', 'same'],
  ['pieces', '4', 'same'],
  ['pieces', '4.5', undefined],
  ['pieces', '4e1', undefined],
  ['pieces', '0x4', undefined],
  ['price', '-2.50', 'same'],
  ['paid', '2.50', 'same'],
  ['paid', '2.505', undefined],
  ['paid', '-2.50', undefined],
  ['gift', 'true', 'same'],
  ['gift', 'yes', undefined],
  ['kind', 'never', undefined],
]

for (const [member, value, expected] of meanings)
  test(`${value} for ${member}`, () => {
    const [found] = misfits({ document: order }, order, { sku: 'a', pieces: 1, [member]: value })
    assert.deepEqual([found?.at, found?.means], [`/${member}`, expected])
  })

for (const [what, schema, value, expected] of cases)
  test(what, () => {
    const found = misfits({ document: schema }, schema, value)
    assert.deepEqual(
      found.map(({ at, wants }) => (wants === undefined ? at : `${at} ${wants.join('|')}`)),
      expected,
    )
  })
