// What is known of Latin letters in a disguise is known of those of other scripts.
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { fold } from '../../src/classify/fold.ts'
import { withoutTwoFaced } from '../../src/classify/lookalike.ts'
import { emptyClassMemory, foldClasses, rememberClass } from '../../src/classify/memory.ts'
import { classesOf } from '../../src/classify/recall.ts'
import { viewsOf } from '../../src/classify/view.ts'
import { disguises, rotated } from './disguise.ts'

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

const utf16 = (text: string): Buffer => Buffer.from(text, 'utf16le').swap16()
const codesOf = (text: string, radix: number): string[] =>
  [...text].map((each) => (each.codePointAt(0) ?? 0).toString(radix))

/** Beside those that are tried with Latin letters. */
const encodings: Readonly<Record<string, (text: string) => string>> = {
  'UTF-16 in hex': (text) => utf16(text).toString('hex'),
  'UTF-16 in hex, low bytes first': (text) => Buffer.from(text, 'utf16le').toString('hex'),
  'UTF-16 in hex by characters': (text) => utf16(text).toString('hex').replaceAll(/..../g, '$& '),
  'UTF-16 in base64': (text) => utf16(text).toString('base64'),
  'codes of characters': (text) => codesOf(text, 10).join(' '),
  'codes of characters in JSON': (text) => `[${codesOf(text, 10).join()}]`,
  'codes of characters by function': (text) =>
    codesOf(text, 10)
      .map((each) => `chr(${each})`)
      .join('+'),
  'codes of characters in hex': (text) =>
    codesOf(text, 16)
      .map((each) => `0x${each}`)
      .join(', '),
  'codes of characters in hex without a mark': (text) => `${codesOf(text, 16).join(' ')}`,
  'codes of characters in octal': (text) => codesOf(text, 8).join(' '),
  'codes of characters in octal of Python': (text) =>
    codesOf(text, 8)
      .map((each) => `0o${each}`)
      .join(' '),
  'base64 of marks apart': (text) => Buffer.from(text.normalize('NFD')).toString('base64'),
  'base64 of upper case': (text) => Buffer.from(text.toUpperCase()).toString('base64'),
  'hex of lower case': (text) => Buffer.from(text.toLowerCase()).toString('hex'),
}
/** Turned round, they have their tags and percent signs turned round within. */
const unturned = ['HTML around the middle', 'links of Markdown between', 'percent-encoded twice', 'a link']

const known = (value: string, body: string): boolean => {
  const memory = emptyClassMemory(key)
  rememberClass(memory, { value }, 'secret')
  return classesOf(memory, { body }).length > 0
}

for (const [how, encode] of Object.entries({ ...disguises, ...encodings })) {
  if (how.startsWith('cut')) continue
  const ascii = 'Wilhelmina Oosterhout 8'
  for (const [direction, way] of Object.entries({
    forwards: encode,
    'of the value backwards': (text: string) => encode(turned(text)),
    backwards: (text: string) => turned(encode(text)),
  })) {
    if (!known(ascii, way(ascii)) || (direction === 'backwards' && unturned.includes(how))) continue
    test(`known in every script as in Latin: ${how}, ${direction}`, () => {
      for (const [script, value] of Object.entries(values)) {
        // What has no character beyond Latin-1 has bytes for codes.
        if (value.length < 10 || (script === 'Latin with ß' && how.endsWith('without a mark'))) continue
        assert.ok(known(value, way(value)), `${script}: ${way(value)}`)
      }
    })
  }
}

test('codes are known with other numbers between', () => {
  const codes = codesOf('Wilhelmina Oosterhout', 10)
  for (const list of [
    ['5000', '2026', ...codes],
    codes.flatMap((each, at) => (at % 5 ? [each] : [each, String(700 + at * 97)])),
  ])
    assert.ok(known('Wilhelmina Oosterhout', list.join(', ')), list.join())
})

test('of keys, digests and names in code hardly anything is read as another script', () => {
  const hash = (text: string): Buffer => createHash('sha256').update(text).digest()
  const made: Readonly<Record<string, (at: number) => string>> = {
    'digests in base64': (at) => hash(`a ${at}`).toString('base64'),
    'digests in hex': (at) => hash(`b ${at}`).toString('hex'),
    'names in code': (at) => `getUserInfo${at}FromDb setCustomerAddressLine2`,
  }
  for (const [what, make] of Object.entries(made)) {
    const read = Array.from({ length: 500 }, (_, at) => viewsOf(make(at)))
    assert.ok(read.filter((views) => views.some(({ text }) => /[^\0-\u04ff\ufffd]/.test(text))).length <= 50, what)
  }
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
