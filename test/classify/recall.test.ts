import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  addEntry,
  type ClassEntry,
  type ClassMemory,
  emptyClassMemory,
  foldClasses,
  rememberClass,
} from '../../src/classify/memory.ts'
import { classesOf, noteSent } from '../../src/classify/recall.ts'
import { redactAll } from '../../src/classify/redact.ts'
import { disguises, rotated } from './disguise.ts'

const key = '00112233445566ff'

/** Values as labelled fields have them. */
const markers = {
  iban: 'ES91 2100 0418 4502 0005 1332',
  email: 'carla.mendez@example.com',
  ssn: '536-90-4399',
  name: 'Wilhelmina Oosterhout',
  passport: 'X81773920',
  note: 'Patient was diagnosed with type 2 diabetes in 2019 and takes 500 mg of metformin twice a day.',
  key: 'mk_7f3c9a1e55d04b2c8e6a',
}

for (const [how, disguise] of Object.entries(disguises)) {
  test(`known again: ${how}`, () => {
    for (const [field, marker] of Object.entries(markers)) {
      // Without its beginning, an address is as well that of somebody else with the same family name.
      if (field === 'email' && how === 'cut at the beginning') continue
      const memory = emptyClassMemory(key)
      rememberClass(memory, { [field]: marker }, 'secret')
      const sent = { to: 'x@example.org', body: disguise(marker) }
      const found = classesOf(memory, sent)
      assert.ok(
        found.some(({ at, class: name }) => at === '/body' && name === 'secret'),
        `${field} ${how}: ${disguise(marker)}`,
      )
      const clean = redactAll(sent, (each) => classesOf(memory, each))
      assert.deepEqual(classesOf(memory, clean), [], `${field} ${how}: redacted`)
    }
  })
}

/** What is sent by somebody who knows `carla.mendez@nordlys.example`, which nobody else may have, but has her name from elsewhere. */
const called: readonly [sent: unknown, isAddress: boolean][] = [
  [{ body: 'Dear Carla Mendez, your refund is on its way.' }, false],
  [{ body: 'Dear Carla Méndez,' }, false],
  [{ body: 'CARLA MENDEZ' }, false],
  [{ first: 'Carla', last: 'Mendez' }, false],
  [{ body: 'Carla is away', after: 'ask for Mendez' }, false],
  [{ to: 'x@example.com', body: 'Hello Carla Mendez' }, false],
  [{ body: 'Carla Mendez, or info@norden.example' }, false],
  [{ body: 'Carla Mendez, or info@nordlys.example' }, true],
  [{ body: 'carla.mendez' }, true],
  [{ body: 'carla_mendez' }, true],
  [{ body: 'carla-mendez and more' }, true],
  [{ body: 'carlamendez' }, true],
  [{ body: 'ca rlamendez' }, true],
  [{ body: 'carlam endez' }, true],
  [{ body: 'c a r l a m e n d e z' }, true],
  [{ body: 'zednem alrac' }, true],
  [{ body: 'pneyn zraqrm' }, true],
  [{ body: Buffer.from('Carla Mendez').toString('base64') }, true],
  [{ body: 'Carla Mendez at nordlys dot example' }, true],
  [{ body: 'Carla Mendez', cc: 'nordlys.example' }, true],
  [{ first: 'carla', last: 'mendez', at: 'Nordlys' }, true],
  [{ a: 'carla.me', b: 'ndez' }, true],
  [{ body: 'Carla  Mendez  carla.mendez' }, true],
]

for (const [sent, isAddress] of called)
  test(`${JSON.stringify(sent)} ${isAddress ? 'has' : 'does not have'} an address in it`, () => {
    for (const forgetful of [false, true]) {
      const memory = emptyClassMemory(key)
      const entries = rememberClass(memory, { email: 'carla.mendez@nordlys.example' }, 'secret')
      const known = forgetful ? foldClasses(key, JSON.parse(JSON.stringify(entries))) : memory
      assert.equal(classesOf(known, sent).length > 0, isAddress)
    }
  })

test('whose address may stand in one place may be called by name in another', () => {
  const memory = emptyClassMemory(key)
  rememberClass(memory, { email: 'carla.mendez@nordlys.example' }, 'secret')
  const found = classesOf(memory, { to: ['carla.mendez@nordlys.example'], body: 'Dear Carla Mendez, we are sorry.' })
  assert.deepEqual(
    found.map(({ at }) => at),
    ['/to/0'],
  )
})

test('a name that went without its domain counts with it', () => {
  const memory = emptyClassMemory(key)
  rememberClass(memory, { email: 'carla.mendez@nordlys.example' }, 'secret')
  assert.deepEqual(classesOf(memory, { body: 'Carla is away' }, 'mail'), [])
  leaves(memory, { body: 'Carla is away' }, 'mail')
  assert.deepEqual(classesOf(memory, { note: 'ask for Mendez' }, 'chat'), [])
  assert.ok(classesOf(memory, { note: 'Mendez, Nordlys' }, 'chat').length > 0)
})

/** A value goes, and the memory takes in that it did. */
function leaves(memory: ClassMemory, value: unknown, channel: string): readonly ClassEntry[] {
  const entries = noteSent(memory, value, channel)
  for (const entry of entries) addEntry(memory, entry)
  return entries
}

test('base64 that was re-cased, or broken up', () => {
  for (const change of [(each: string) => each.toLowerCase(), (each: string) => each.replaceAll(/.{5}/g, '$& - ')]) {
    const memory = emptyClassMemory(key)
    rememberClass(memory, markers.iban, 'secret')
    assert.ok(classesOf(memory, { body: change(Buffer.from(markers.iban).toString('base64')) }).length > 0)
  }
})

test('letters with accents, as HTML has them', () => {
  const memory = emptyClassMemory(key)
  rememberClass(memory, 'Renée Müller-Brønsted', 'secret')
  assert.ok(classesOf(memory, { body: 'Ren&eacute;e M&uuml;ller&nbsp;Br&oslash;nsted' }).length > 0)
})

const escaped: Readonly<Record<string, string>> = {
  'bytes of UTF-8': String.raw`Ren\xc3\xa9e M\xc3\xbcller-Br\xc3\xb8nsted`,
  'bytes of Latin-1': String.raw`Ren\xe9e M\xfcller-Br\xf8nsted`,
  'octal bytes of Latin-1': String.raw`Ren\351e\40M\374ller\55Br\370nsted`,
  'a link in Latin-1': 'Ren%E9e%20M%FCller-Br%F8nsted',
  names: String.raw`\N{LATIN CAPITAL LETTER R}en\N{LATIN SMALL LETTER E WITH ACUTE}e M\N{LATIN SMALL LETTER U WITH DIAERESIS}ller\N{HYPHEN-MINUS}Brønsted`,
}
for (const [how, body] of Object.entries(escaped))
  test(`letters with accents, escaped: ${how}`, () => {
    const memory = emptyClassMemory(key)
    rememberClass(memory, 'Renée Müller-Brønsted', 'secret')
    assert.ok(classesOf(memory, { body }).length > 0)
  })

test('digits by their names', () => {
  const memory = emptyClassMemory(key)
  rememberClass(memory, '536-90-4399', 'secret')
  const names = ['ZERO', 'ONE', 'TWO', 'THREE', 'FOUR', 'FIVE', 'SIX', 'SEVEN', 'EIGHT', 'NINE']
  const body = [...'536904399'].map((each) => `\\N{DIGIT ${names[Number(each)]}}`).join('')
  assert.ok(classesOf(memory, { body }).length > 0)
})

/** Somebody, others with the same family name, and what is still them. */
const families: readonly [name: string, others: readonly string[], same: readonly string[]][] = [
  [
    'Hendrika van der Velden',
    ['Van der Velden B.V.', 'Pieter van der Velden', 'Familie van der Velden', 'van-der-Velden'],
    ['hendrika.van.der.velden', 'rika van der Velden', 'Hendrika van der'],
  ],
  ['Maria de la Fuente', ['Pedro de la Fuente'], ['Maria de la Fuent', 'Mariadelafuente']],
  ['Wilhelmina von Oosterhout', ['Karl von Oosterhout'], ['Wilhelmina von Ooster']],
]
for (const [name, others, same] of families)
  test(`others have the same family name: ${name}`, () => {
    const memory = emptyClassMemory(key)
    rememberClass(memory, name, 'personal')
    for (const body of others) assert.deepEqual(classesOf(memory, { body }), [], body)
    for (const body of same) assert.ok(classesOf(memory, { body }).length > 0, body)
  })

test('letters rotated by 13', () => {
  const memory = emptyClassMemory(key)
  rememberClass(memory, markers.name, 'personal')
  assert.equal(classesOf(memory, rotated(markers.name))[0]?.how, 'rotated')
})

test('pieces in texts that follow each other, in one call', () => {
  for (const size of [1, 2, 3, 5, 8]) {
    const memory = emptyClassMemory(key)
    rememberClass(memory, markers.iban, 'secret')
    const pieces = markers.iban.match(new RegExp(`.{1,${size}}`, 'g')) ?? []
    const found = classesOf(memory, { parts: pieces })
    assert.ok(found.length > 0, `pieces of ${size}`)
    const clean = redactAll({ parts: pieces }, (each) => classesOf(memory, each))
    assert.deepEqual(classesOf(memory, clean), [])
  }
})

test('pieces in several calls of the run, one after the other through the same argument', () => {
  for (const size of [1, 2, 4, 6]) {
    const memory = emptyClassMemory(key)
    rememberClass(memory, markers.iban, 'secret')
    const pieces = markers.iban.match(new RegExp(`.{1,${size}}`, 'g')) ?? []
    let found = 0
    for (const piece of pieces) {
      found += classesOf(memory, { text: piece }, 'desk.note').length
      leaves(memory, { text: piece }, 'desk.note')
    }
    assert.ok(found > 0, `pieces of ${size}`)
  }
})

test('pieces of an encoding, in one call and in several', () => {
  for (const encoding of ['base64', 'hex'] as const) {
    for (const marker of [markers.iban, markers.key, markers.name]) {
      const whole = Buffer.from(marker).toString(encoding)
      const halves = [whole.slice(0, whole.length / 2), whole.slice(whole.length / 2)]
      const memory = emptyClassMemory(key)
      rememberClass(memory, marker, 'secret')
      assert.ok(classesOf(memory, halves).length > 0, `${encoding} ${marker}`)
      let found = 0
      for (const half of halves) {
        found += classesOf(memory, { text: `part: ${half}.` }, 'desk.note').length
        leaves(memory, { text: `part: ${half}.` }, 'desk.note')
      }
      assert.ok(found > 0, `${encoding} ${marker} in two calls`)
    }
  }
})

test('one word of a text left out, another in its place, or a sign', () => {
  for (const value of [
    'Severe peanut allergy and asthma since childhood',
    'Second floor of the red house behind the mill',
  ]) {
    const words = value.split(' ')
    for (const [at, word] of words.entries())
      for (const instead of ['', ',', '+', 'xyz', '. Also:']) {
        // Of a long word less is left than counts.
        if (word.length > 6) continue
        const memory = emptyClassMemory(key)
        rememberClass(memory, { note: value }, 'secret')
        const sent = words.with(at, instead).join(' ')
        assert.ok(classesOf(memory, { body: sent }).length > 0, sent)
      }
  }
})

test('pieces in any order, with words around them and through different operations', () => {
  const memory = emptyClassMemory(key)
  rememberClass(memory, markers.iban, 'secret')
  const calls = [
    ['desk.note', 'the third part is 0418 4502'],
    ['desk.send_email', 'first: ES91 2100'],
    ['desk.note', 'and the last one 0005 1332'],
  ] as const
  const found = calls.map(([operation, body]) => {
    const classes = classesOf(memory, { body }, operation)
    leaves(memory, { body }, operation)
    return classes.map(({ how }) => how)
  })
  assert.deepEqual(found.slice(0, 2), [[], []])
  assert.ok(found[2]?.includes('pieces'))
})

test('a memory that was kept is the same memory', () => {
  const memory = emptyClassMemory(key)
  const kept: ClassEntry[] = [...rememberClass(memory, markers, 'secret')]
  kept.push(...leaves(memory, { body: 'first: ES91 2100' }, 'desk.note'))
  const again = foldClasses(key, JSON.parse(JSON.stringify(kept)) as ClassEntry[])
  assert.deepEqual(again, memory)
  assert.deepEqual(rememberClass(again, markers, 'secret'), [])
  assert.equal(addEntry(again, { kind: 'lost', class: 'secret' }), true)
})

test('nodes that learn values in another order agree on what has left', () => {
  const memory = emptyClassMemory(key)
  const learnt = rememberClass(memory, markers, 'secret')
  const sent = leaves(memory, { body: 'first: ES91 2100, then 0418 4502' }, 'desk.note')
  const other = foldClasses(key, [...learnt.toReversed(), ...sent])
  assert.deepEqual(
    classesOf(other, { body: 'last: 0005 1332' }, 'x').map(({ how }) => how),
    ['pieces'],
  )
})

test('what is kept does not contain the value', () => {
  const kept = JSON.stringify(rememberClass(emptyClassMemory(key), markers, 'secret'))
  for (const marker of Object.values(markers)) assert.ok(!kept.includes(marker.slice(0, 6)))
})

test('what says nothing is not remembered', () => {
  const memory = emptyClassMemory(key)
  assert.deepEqual(rememberClass(memory, { a: true, b: null, c: 12, d: 'ok', e: 'active', f: '' }, 'secret'), [])
})

test('what only resembles a value is not it', () => {
  const memory = emptyClassMemory(key)
  rememberClass(memory, markers, 'secret')
  const others = [
    'DE44 5001 0517 5407 3249 31',
    'carlos.mendez@example.com',
    'carla@example.com',
    'Wilhelmina Smith and Jan van Oost',
    '536-12-8831',
    'Please take 500 mg twice a day with water.',
    'X8177',
    'mk_0000000000000000',
    '2024-01-15T10:30:00Z 7f3c9a1e-1111-2222-3333-444455556666',
  ]
  for (const other of others) assert.deepEqual(classesOf(memory, { body: other }), [], other)
})

test('names of members and numbers are looked at too', () => {
  const memory = emptyClassMemory(key)
  rememberClass(memory, { account: 1234567890 }, 'secret')
  assert.deepEqual(
    classesOf(memory, { id_1234567890: 1, n: 1234567890 }).map((each) => [each.at, each.in]),
    [
      ['/id_1234567890', 'name'],
      ['/n', 'number'],
    ],
  )
})

test('short values count as whole words only', () => {
  const memory = emptyClassMemory(key)
  rememberClass(memory, { pin: '40213' }, 'secret')
  assert.equal(classesOf(memory, 'the pin is 40213').length, 1)
  assert.equal(classesOf(memory, 'the pin is 40-213').length, 1)
  assert.equal(classesOf(memory, 'order 1402134').length, 0)
})

test('a memory that is full says so of everything', () => {
  const memory = emptyClassMemory(key)
  for (let i = 0; i < 160; i++)
    rememberClass(memory, { note: `${i} `.repeat(1500) + 'abcdefgh'.repeat(400) + i }, 'personal')
  assert.deepEqual([...memory.lost], ['personal'])
  assert.equal(classesOf(memory, { body: 'anything' })[0]?.by, 'memory full')
})

test('property: a remembered value is found in every disguise, wherever it stands, and gone after redaction', () => {
  const marker = fc
    .tuple(fc.stringMatching(/^[A-Z]{2}\d{8,18}$/), fc.constantFrom('', '-', ' '))
    .map(([text, gap]) => text.replaceAll(/(.{4})(?=.)/g, `$1${gap}`))
  const way = fc.constantFrom(...Object.keys(disguises).filter((name) => !name.startsWith('cut')))
  fc.assert(
    fc.property(marker, way, fc.lorem(), (value, name, prose) => {
      const memory = emptyClassMemory(key)
      rememberClass(memory, value, 'secret')
      const sent = { a: prose, b: [`${prose} ${disguises[name]?.(value)}`] }
      assert.ok(classesOf(memory, sent).some(({ at }) => at === '/b/0'))
      const clean = redactAll(sent, (each) => classesOf(memory, each))
      assert.deepEqual(classesOf(memory, clean), [])
      assert.ok(!JSON.stringify(clean).includes(value))
    }),
    { numRuns: 150 },
  )
})
