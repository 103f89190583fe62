import assert from 'node:assert/strict'
import { randomBytes, randomUUID } from 'node:crypto'
import { describe, test } from 'node:test'
import { entropyBits } from '../../src/constraint/entropy.ts'

const times = 20_000
const several = (count: number, make: () => string): string[] => Array.from({ length: count }, make)

describe('keys that are random are never called guessable', () => {
  const makers: readonly { readonly name: string; readonly bits: number; readonly make: () => string }[] = [
    { name: 'hex after a prefix', bits: 96, make: () => `gft-${randomBytes(16).toString('hex')}` },
    { name: 'UUID', bits: 96, make: () => randomUUID() },
    { name: 'base64url', bits: 96, make: () => randomBytes(16).toString('base64url') },
    { name: 'short hex', bits: 32, make: () => randomBytes(8).toString('hex') },
    { name: 'digits', bits: 26, make: () => String(randomBytes(4).readUInt32BE()).padStart(10, '0') },
  ]
  for (const { name, bits, make } of makers)
    for (const count of [2, 4, 8])
      test(`${name}, ${count} of them`, () => {
        for (let at = 0; at < times / count; at++) {
          const keys = several(count, make)
          assert.ok(entropyBits(keys) >= bits, keys.join(' '))
        }
      })
})

describe('keys that can be guessed have next to no bits', () => {
  const cases: readonly (readonly [string, readonly string[]])[] = [
    ['a counter', ['gft-1001', 'gft-1002', 'gft-1003', 'gft-1004']],
    ['a counter that others use too', ['17', '29', '131', '402']],
    ['a counter filled with zeros', ['share-00000009', 'share-00000010', 'share-00000011', 'share-00000012']],
    ['few places that vary', ['gift-card-2026-x7', 'gift-card-2026-q1', 'gift-card-2026-b9', 'gift-card-2026-m4']],
    ['the same again', ['abcdefgh', 'abcdefgh']],
  ]
  for (const [name, keys] of cases) test(name, () => assert.ok(entropyBits(keys) < 24, String(entropyBits(keys))))
})
