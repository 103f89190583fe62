// The published JSON Schema says what the parser says.
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { parse } from 'yaml'
import { charterSchema } from '../../src/charter/schema.ts'
import { fixture } from './fixture.ts'

const schema = JSON.parse(readFileSync(new URL('../../schema/charter.schema.json', import.meta.url), 'utf8'))
const validate = new Ajv2020({ strict: false, validateFormats: false }).compile(schema)

const charters = readdirSync(new URL('fixtures/', import.meta.url))
  .filter((name) => name !== 'syntax.fixture')
  .map((name) => ({ name, value: parse(fixture(name).split('---expect---')[0] ?? '') }))

for (const { name, value } of charters) {
  test(`${name}: schema and parser agree`, () => {
    assert.equal(validate(value), charterSchema.safeParse(value).success, JSON.stringify(validate.errors?.slice(0, 3)))
  })
}

const shop = parse(fixture('shop.yaml'))
const wrong: [why: string, value: unknown][] = [
  ['no version', { ...shop, lockstep: undefined }],
  ['another version', { ...shop, lockstep: 2 }],
  ['an unknown member', { ...shop, rulez: [] }],
  ['an unknown member deep inside', { ...shop, objects: { order: { ...shop.objects.order, sates: [] } } }],
  ['a pointer without slash', { ...shop, objects: { order: { ...shop.objects.order, owner: 'customerId' } } }],
  ['a duration in words', { ...shop, approvals: { a: { by: 'clerk', 'valid-for': 'a day' } } }],
  ['a list', []],
]
for (const [why, value] of wrong) {
  test(`refused: ${why}`, () => {
    assert.equal(validate(JSON.parse(JSON.stringify(value))), false)
  })
}

test('the identifier and dialect are published ones', () => {
  assert.equal(schema.$id, 'https://lockstep.dev/schema/charter.schema.json')
  assert.equal(schema.$schema, 'https://json-schema.org/draft/2020-12/schema')
})
