import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { keywordDetector } from '../../src/classify/detect/keyword.ts'
import { joinGrams, packGrams, unpackGrams } from '../../src/classify/gram.ts'
import { Seeds } from '../../src/classify/seeds.ts'

const grams = fc.array(fc.integer({ min: 0, max: 0xffff_ffff })).map((each) => Uint32Array.from(each))

test('packed digests are the same when they are unpacked', () => {
  fc.assert(fc.property(grams, (each) => assert.deepEqual(unpackGrams(packGrams(each)), each)))
  fc.assert(
    fc.property(grams, grams, (a, b) => assert.equal(packGrams(joinGrams([a, b])), packGrams(a) + packGrams(b))),
  )
})

test('places of digests are found in the order they were added, eight of each, however many there are', () => {
  const few = fc.array(fc.integer({ min: 0, max: 3000 }), { maxLength: 5000, size: 'max' })
  fc.assert(
    fc.property(few, (added) => {
      const [seeds, wanted] = [new Seeds(), new Map<number, number[]>()]
      for (const [at, gram] of added.entries()) {
        seeds.add(gram, at, at % 7)
        const places = wanted.get(gram) ?? []
        wanted.set(gram, places.length < 8 ? [...places, at] : places)
      }
      for (const gram of [...wanted.keys(), 3001, 0xffff_ffff]) {
        const found: number[] = []
        for (let seed = seeds.find(gram); seed !== -1; seed = seeds.find(gram, seed)) {
          assert.equal(seeds.placeAt(seed), seeds.targetAt(seed) % 7)
          found.push(seeds.targetAt(seed))
        }
        assert.deepEqual(found, wanted.get(gram) ?? [])
      }
    }),
    { numRuns: 30 },
  )
})

test('a keyword is met in any case, at the beginning and at the end', () => {
  for (const keyword of ['q~', '://', 'sk-', 'token', 'contraseña', 'ñandú']) {
    const detector = keywordDetector('own', [{ id: 'own', near: [keyword], pattern: '[0-9]{4}' }])
    for (const written of [keyword, keyword.toUpperCase(), `${keyword[0]?.toUpperCase()}${keyword.slice(1)}`]) {
      for (const text of [`${written} 1234`, `1234 ${written}`, `see 1234 behind ${written}`, `1234${written} or so`])
        assert.equal(detector.find(text, { field: '' }).length, 1, text)
    }
    assert.equal(detector.find(`1234 ${keyword.slice(1)}`, { field: '' }).length, 0)
  }
})
