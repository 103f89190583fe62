// What is known of Latin letters in a disguise is known of those of other scripts.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fold } from '../../src/classify/fold.ts'
import { withoutTwoFaced } from '../../src/classify/lookalike.ts'
import { emptyClassMemory, foldClasses, rememberClass } from '../../src/classify/memory.ts'
import { classesOf } from '../../src/classify/recall.ts'
import { rotated } from './disguise.ts'

const key = '00112233445566ff'

const values = {
  'Latin with marks': 'Příčná Žižkova 18, Brno',
  'Latin with ß': 'Großmüllerstraße 9, Fürth',
  'Greek with a final sigma': 'Οδός Λήδρας 8, Λευκωσία',
  'Greek with capitals of two faces': 'Νίκη Υψηλάντη, Ηράκλειο',
  Cyrillic: 'улица Гоголя 36, Пермь',
  Hangul: '서울특별시 종로구 자하문로 77',
  Han: '上海市徐汇区淮海中路一二三四号',
  Kana: 'さくらがおか ハルカホテル',
  'Kana and Han': '東京都港区ひろお 4丁目',
  Arabic: 'شارع الملك فيصل ١٢، القاهرة',
  Hebrew: 'רחוב דיזנגוף 99, תל אביב',
  Thai: 'ถนนสุขุมวิท ๕๕ กรุงเทพฯ',
  Devanagari: 'महात्मा गांधी मार्ग १४, पुणे',
  'a Greek name': 'Νίκη',
  'a Greek word': 'Λόγος',
  'a Korean name': '이수진',
  'a Czech name': 'Žižka',
}

const turned = (text: string): string => [...text].reverse().join('')
const withoutMarks = (text: string): string => text.normalize('NFD').replaceAll(/\p{M}/gu, '').normalize('NFC')

const ways: Readonly<Record<string, (text: string) => string>> = {
  'as it is': (text) => text,
  'upper case': (text) => text.toUpperCase(),
  'lower case': (text) => text.toLowerCase(),
  'mixed case': (text) => [...text].map((each, at) => (at % 2 ? each.toUpperCase() : each.toLowerCase())).join(''),
  'letter by letter in lower case': (text) => [...text].map((each) => each.toLowerCase()).join(''),
  'marks apart': (text) => text.normalize('NFD'),
  'without marks': withoutMarks,
  'without marks in upper case': (text) => withoutMarks(text).toUpperCase(),
  backwards: turned,
  'backwards with marks apart': (text) => turned(text.normalize('NFD')),
  'backwards in upper case': (text) => turned(text.toUpperCase()),
  'backwards in lower case': (text) => turned(text.toLowerCase()),
}

const isKnown = (value: string, body: string): boolean => {
  const memory = emptyClassMemory(key)
  const entries = rememberClass(memory, { value }, 'secret')
  const again = foldClasses(key, JSON.parse(JSON.stringify(entries)))
  assert.deepEqual(classesOf(again, { body }), classesOf(memory, { body }))
  return classesOf(memory, { body: `see ${body} there` }).length > 0
}

for (const [how, way] of Object.entries(ways))
  test(`known in every script: ${how}`, () => {
    for (const [script, value] of Object.entries(values))
      assert.ok(isKnown(value, way(value)), `${script}: ${way(value)}`)
  })

test('letters with marks are known rotated by 13, with their marks and without', () => {
  for (const value of ['Lesnická 18, 613 00 Brno', 'Großmüllerstraße 9', 'Żółkiewskiego 7/2, Łódź'])
    for (const way of [
      rotated,
      (text: string) => rotated(withoutMarks(text)),
      (text: string) => rotated(text.normalize('NFD')),
    ])
      assert.ok(isKnown(value, way(value)), way(value))
})

test('a letter is the same in either case, in every script', () => {
  const folded = (text: string): string => String.fromCharCode(...fold(withoutTwoFaced(text)).codes)
  const other: string[] = []
  for (let code = 0x41; code < 0x1ffff; code++) {
    const letter = code >= 0xd800 && code < 0xe000 ? '' : String.fromCodePoint(code)
    if (!/\p{L}/u.test(letter)) continue
    for (const each of [letter.toUpperCase(), letter.toLowerCase()])
      if (folded(each) !== folded(letter)) other.push(letter)
  }
  // Old Cyrillic forms of some letters, and Greek ones of which capitals have an iota beside them.
  assert.deepEqual(
    other.filter((each) => !/[ᲀ-ᲈᾀ-ᾯᾲ-ᾴᾷᾼῂ-ῄῇῌῲ-ῴῷῼ]/u.test(each)),
    [],
  )
})

test('in Latin words letters of two faces are what they look like', () => {
  for (const [value, body] of [
    ['HENRY NYHUIS', 'ΗΕΝRΥ ΝΥΗUIS'],
    ['ΥΖΝ 7613', 'YZN 7613'],
    ['YZN 7613', 'ΥΖΝ 7613'],
    ['henry nyhuis', 'hεηrγ ηyhυιs'],
  ] as const)
    assert.ok(isKnown(value, body), body)
})

test('other words of the same letters are no value', () => {
  for (const [value, body] of [
    ['Νίκη', 'Νίκος ήκιλ'],
    ['이수진', '진이수 김수진 이진수'],
    ['Οδός Λήδρας 8, Λευκωσία', 'Οδός Ερμού 8, Λάρνακα'],
    ['서울특별시 종로구 자하문로 77', '서울특별시 강남구 사직로 161'],
    ['улица Гоголя 36, Пермь', 'улица Пушкина 12, Пермь'],
  ] as const)
    assert.ok(!isKnown(value, body), body)
})
