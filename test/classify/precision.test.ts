import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { detectors } from '../../src/classify/detect/detectors.ts'
import { emptyClassMemory, rememberClass } from '../../src/classify/memory.ts'
import { classesOf } from '../../src/classify/recall.ts'

const sorts = ['email', 'phone', 'iban', 'card', 'national-id', 'ip', 'date-of-birth', 'credential']

/** The same everywhere and always: digests of a counter. */
function bytes(name: string, index: number): Buffer {
  return createHash('sha256').update(`${name} ${index}`).digest()
}
const digits = (name: string, index: number, length: number): string =>
  BigInt(`0x${bytes(name, index).toString('hex')}`)
    .toString()
    .slice(-length)

function found(texts: readonly string[]): readonly string[] {
  return texts.flatMap((text) =>
    sorts.flatMap((name) =>
      (detectors.get(name)?.find(text, { field: '' }) ?? []).map(
        (hit) => `${hit.by} ${text.slice(hit.start, hit.end)}`,
      ),
    ),
  )
}

const many = Array.from({ length: 2000 }, (_, index) => index)

const harmless: Readonly<Record<string, (index: number) => string>> = {
  UUIDs: (index) =>
    bytes('uuid', index)
      .toString('hex')
      .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*/, '$1-$2-$3-$4-$5'),
  'digests in hex': (index) => bytes('hex', index).toString('hex'),
  'digests in base64': (index) => bytes('base64', index).toString('base64'),
  timestamps: (index) => new Date(1_600_000_000_000 + bytes('time', index).readUInt32BE() * 50).toISOString(),
  'milliseconds since 1970': (index) => String(1_600_000_000_000 + bytes('ms', index).readUInt32BE() * 50),
  'amounts of money': (index) => `${digits('money', index, 6)}.${digits('cents', index, 2)} EUR`,
  'numbers of orders': (index) => `ORD-${digits('order', index, 8)}, item ${digits('item', index, 10)}`,
  coordinates: (index) =>
    `${digits('lat', index, 2)}.${digits('lat6', index, 6)}, -${digits('lon', index, 2)}.${digits('lon6', index, 6)}`,
  versions: (index) => `v${index % 20}.${index % 7}.${index % 13}`,
  'bare numbers of 8 to 12 digits': (index) => digits('bare', index, 8 + (index % 5)),
}

for (const [what, make] of Object.entries(harmless)) {
  test(`nothing is found in 2000 ${what}`, () => assert.deepEqual(found(many.map(make)), []))
}

test('of bare numbers as long as cards, those with a right prefix and check digit are taken for cards: 3 in 100 at most', () => {
  const cards = found(many.map((index) => digits('long', index, 16)))
  assert.ok(cards.length > 0 && cards.length <= 60, String(cards.length))
})

test('in the documents of this project little is found, and that is meant', () => {
  const texts = readdirSync('docs')
    .filter((name) => name.endsWith('.md'))
    .map((name) => readFileSync(`docs/${name}`, 'utf8'))
  const wrong = found(texts).filter((each) => !/example|^ip |@|token|secret|lsk_|password|Bearer/i.test(each))
  assert.ok(wrong.length <= 3, wrong.join('\n'))
})

const first = ['Ana', 'Omar', 'Mei', 'Ivan', 'Sofia', 'Liam', 'Raj', 'Yara', 'Noah', 'Ethan', 'Amelia', 'Lucas']
const last = [
  'Garcia',
  'Khan',
  'Kim',
  'Petrov',
  'Brown',
  'Silva',
  'Johnson',
  'Rossi',
  'Martin',
  'Kovacs',
  'Taylor',
  'Nguyen',
]
const person = (index: number) => {
  const [own, family] = [first[index % 12], last[Math.floor(index / 12) % 12]]
  return {
    name: `${own} ${family}`,
    email: `${own}.${family}${digits('mail', index, 4)}@example.com`.toLowerCase(),
    phone: `+1 415 555 ${digits('phone', index, 4)}`,
    account: `DE${digits('iban', index, 20)}`,
    street: `${digits('house', index, 3)} ${last[(index * 7) % 12]} Avenue`,
  }
}

test('who is remembered is found, and other people with the same names, domains and streets are not', () => {
  let wrong = 0
  for (const index of [1, 20, 47, 90, 131]) {
    const memory = emptyClassMemory('00112233445566ff')
    rememberClass(memory, person(index), 'personal')
    assert.equal(new Set(classesOf(memory, person(index)).map(({ at }) => at)).size, 5)
    for (let other = 0; other < 144; other++) {
      if (other === index) continue
      for (const value of Object.values(person(other))) if (classesOf(memory, `About ${value}.`).length > 0) wrong++
    }
  }
  // Of 3575 texts about other people: mostly telephone numbers that differ in the last three digits.
  assert.ok(wrong <= 80, String(wrong))
})

const amount = (name: string, index: number): number => 4000 + (bytes(name, index).readUInt32BE() % 9000)

test('of remembered amounts no part is seen in days, orders and telephones, and few in numbers of four digits', () => {
  const memory = emptyClassMemory('00112233445566ff')
  for (let index = 0; index < 12; index++)
    rememberClass(memory, amount('pay', index) + (index * 5 + 5) / 100, 'payroll')
  const taken = (make: (index: number) => string): number =>
    many.filter((index) => classesOf(memory, make(index)).length > 0).length
  for (const what of ['UUIDs', 'timestamps', 'milliseconds since 1970', 'amounts of money', 'coordinates', 'versions'])
    assert.equal(taken(harmless[what] ?? String), 0, what)
  assert.equal(
    taken((index) => `${1 + (index % 28)}.${1 + (index % 12)}.${1990 + (index % 60)}, 1${index % 10}.30`),
    0,
  )
  assert.equal(
    taken((index) => `ORD-${digits('order', index, 4)}, ${digits('x', index, 5)}-${digits('y', index, 4)}`),
    0,
  )
  assert.equal(
    taken((index) => `+41 44 ${digits('a', index, 3)} ${digits('b', index, 2)} ${digits('c', index, 2)}`),
    0,
  )
  assert.ok(taken((index) => `CHF ${amount('other', index)}.${digits('c', index, 2)}`) <= 1)
  // Twelve whole amounts, and twelve rounded ones, of nine thousand: by chance 5 of 2000.
  assert.ok(taken((index) => `${amount('town', index)} Zurich`) <= 10)
})
