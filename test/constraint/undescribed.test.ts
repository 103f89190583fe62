// What nobody approved of is not passed: arguments beside those that a tool describes.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { undescribedArguments } from '../../src/constraint/undescribed.ts'

const text = { type: 'string' }
const mail = {
  type: 'object',
  properties: { to: { type: 'array', items: { type: 'object', properties: { at: text } } }, body: text },
}

const cases: readonly [what: string, schema: unknown, value: unknown, found: readonly string[]][] = [
  ['what is described', mail, { to: [{ at: 'a' }], body: 'b' }, []],
  ['beside it', mail, { body: 'b', bcc: 'c' }, ['/bcc']],
  ['in an item of a list', mail, { to: [{ at: 'a' }, { at: 'b', cc: 'c' }] }, ['/to/1/cc']],
  ['a name of every object', mail, { constructor: 'c', body: 'b' }, ['/constructor']],
  ['a tool without arguments', { type: 'object', properties: {} }, { x: 1 }, ['/x']],
  ['a schema that says it is open', { ...mail, additionalProperties: true }, { bcc: 'c' }, []],
  ['a schema that says it is closed', { ...mail, additionalProperties: false }, { bcc: 'c' }, ['/bcc']],
  ['a schema of several', { ...mail, anyOf: [{ properties: { bcc: text } }] }, { bcc: 'c' }, []],
  ['a schema that names nothing', { type: 'object' }, { bcc: 'c' }, []],
  ['no schema', undefined, { bcc: 'c' }, []],
]

for (const [what, schema, value, found] of cases)
  test(what, () => assert.deepEqual(undescribedArguments(schema, value), found))
