// Which texts are one value: when trust is granted, and when things are counted.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { fold, foldCounted } from '../../src/constraint/same-text.ts'

const cases: readonly (readonly [string, string, 'same' | 'counted' | 'other'])[] = [
  ['HM-2231', ' hm-2231', 'same'],
  ['2026-11', '2026\u201111', 'same'],
  ['2026-11', '2026–11', 'same'],
  ['O\u2019Neil', "o'neil", 'same'],
  ['Zoë', 'Zoe\u0308', 'same'],
  ['HM-2231', 'HM-\u200b2231', 'counted'],
  ['HM-2231', '\ufeffHM-2231', 'same'],
  ['HM-2231', 'HM\ufeff-2231', 'counted'],
  ['HM-2231', 'HM\u00ad-2231', 'counted'],
  ['HM-2231', 'HM-22\u034f31', 'counted'],
  ['HM-2231', 'HM-2231\ufe0f', 'counted'],
  ['HM-2231', 'HM-2231\u{e0041}', 'counted'],
  ['HM-2231', 'HM-2231\u0000', 'counted'],
  ['HM-2231', 'HM-2231\u2800', 'counted'],
  ['HM-2231', 'ＨＭ－２２３１', 'counted'],
  ['HM-2231', '𝐇𝐌-2231', 'counted'],
  ['HM-2231', 'HM−2231', 'counted'],
  ['HM-2231', 'HM—2231', 'counted'],
  ['HM-2231', 'HM\u202f-\u200b2231', 'other'],
  ['HM-2231', 'HM2231', 'other'],
  ['HM-2231', 'НМ-2231', 'other'],
  ['Zoë', 'Zoe', 'other'],
  ['1', '1.0', 'other'],
  ['R 1', 'R\u2003\u200b\u20031', 'counted'],
]

for (const [left, right, verdict] of cases)
  test(`${JSON.stringify(left)} and ${JSON.stringify(right)} are ${verdict}`, () => {
    assert.equal(fold(left) === fold(right), verdict === 'same')
    assert.equal(foldCounted(left) === foldCounted(right), verdict !== 'other')
  })

test('what is the same is counted once', () => {
  fc.assert(fc.property(fc.string({ unit: 'grapheme' }), (text) => foldCounted(fold(text)) === foldCounted(text)))
})

test('plain ASCII is counted as it is kept in stores: without blanks around, in small letters', () => {
  const ascii = fc.string({ unit: fc.integer({ min: 0x20, max: 0x7e }).map((code) => String.fromCharCode(code)) })
  fc.assert(fc.property(ascii, (text) => foldCounted(text) === text.trim().replace(/\s+/g, ' ').toLowerCase()))
})
