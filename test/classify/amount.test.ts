import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { emptyClassMemory, foldClasses, rememberClass } from '../../src/classify/memory.ts'
import { classesOf } from '../../src/classify/recall.ts'
import { redactAll } from '../../src/classify/redact.ts'

const key = '00112233445566ff'

interface Case {
  /** What a labelled field shows: a number of JSON, or a text. */
  readonly shown: number | string
  /** Ways to write it, with `|` between them; and what is not it. */
  readonly known: readonly string[]
  readonly other: readonly string[]
}

const cases: readonly Case[] = [
  {
    shown: 10980.75,
    known: [
      '10980.75 | 10980,75 | 10980.750 | 10980.7500 | 0010980.75 | -10980.75 | (10980.75) | gross=10980.75',
      "10'980.75 | 10’980.75 | 10.980,75 | 10,980.75 | 10 980,75 | 10\u00a0980,75 | 10\u202f980.75 | 10_980.75",
      'CHF10980.75 | CHF 10980.75 | 10980.75CHF | 10980.75 Fr. | Fr.10980.75 | €10980.75 | 10980.75€ | US$10980.75',
      'gross10980.75 | 10980.75net | "salary":10980.75, | 12 10980.75 | 3.10980.75 | 10980.75/month',
      '1.098075e4 | 1.098075E+04 | 1,098075 e4 | 1.098075×10^4 | 1.098075 x 10**4 | 109807500e-4 | 0.1098075e5',
      '1 0 9 8 0 . 7 5 | 1-0-9-8-0-7-5 | 10 98 07 5 | 1098075 cents | １０９８０．７５ | ١٠٩٨٠٫٧٥ | 10\u200b980.75',
      "10'980 | 10980 | 10 980.- | CHF 10'980.– | CHF10980 | 10980.00 | 10980.7 | 10980.70 | 10980.8 | 10981",
      '10980 francs | 10980 CHF 75 | 10980; | 10980/month | net:10980 | 10980, 9100 | 9100,10980 | MTA5ODAuNzU=',
    ],
    other: [
      "10980.33 | 10'980.33 | 10979 | 109.80 | 10.98 | 1098 | 980.75 | 110980.75 | 10980.755 | 1.098e3 | 10980.7.1",
      'NW-10980 | 10980-12 | 2026/10980 | #10980 | INV10980 | 10980abc | orders/10980 | 12:10980 | 10980.5.26 | 5f10980ab1',
    ],
  },
  {
    shown: 7013.2,
    known: [
      "7013.20 | 7,013.20 | 7'013.20 | 7013.2 | 7013,20 | 7013 | 7013.- | 7013.20CHF | 701320 | 7 0 1 3 . 2 0 | 7013.200 | 7.0132e3",
    ],
    other: ['7013.21 | 70.13 | 17013.20 | 7014 | 2026-7013'],
  },
  {
    shown: 184200.5,
    known: [
      '184*200*.50 | 184_200_50 | **184**200.50 | 184-200-50 | 184/200/.50 | 184;200:50 | (184)(200).50 | 184~200~50 | 1-8-4-2-0-0-5-0',
      '<b>184</b>200.50 | 184<br/>200.50 | 184<i></i>200<i></i>.50 | [b]184[/b]200.50 | 18<!-- x -->4200.5 | 1<x y="z">84,200.5',
      '&lt;b&gt;184&lt;/b&gt;200.50 | 184%3Cb%3E200.50 | <p>184</p><p>200.50</p>',
    ],
    other: ['NW-184200 | 184200-51 | 84200.50 | <b>184</b>201.50 | 184[3]200.50'],
  },
  {
    shown: 184231.55,
    known: [
      '184.2 thousand | 184,2 Tsd. | CHF 184.2k | 184.23k | 184.231k | 184.232 thousand | 184.2 mila | 184,2 mille | 0.184231 million | 184.2315k',
      '184.2-thousand | 184.2k€ | 0.1842m | 1 0 184.2 thousand | 184.23 тыс. | 184.23155K',
    ],
    other: [
      '184.3 thousand | 184 thousand | 184.2 | 1842 thousand | 184.2 km | 184.2 million | 184.2 kids | 18.42k | 0.18 million',
    ],
  },
  {
    shown: 127300,
    known: [
      '127,3 duizend | 127,3 dzd | 127,3 bin | 127,3 bin euro | 127,3 tysięcy | 127,3 tysiąca | 127,3 tys. EUR | 127,3 tis. | 127,3 tisíc | 127,3 tkr',
      '127.3 kEUR | 127.3 t€ | 127.3 thsd | 127,3 ezer | 127,3 тисяч | 127,3千 | 12.73万 | 12.73 萬円 | 12.73만원 | 1.273 lakh | 0,1273 milyon | 0.1273百万',
    ],
    other: ['127.3 t | 127.3 tons | 12.73千 | 127.3万 | 127.3 binary | 127.3 kick | 12.73 cr | 1.273百万'],
  },
  {
    shown: 2_499_960,
    known: ['2.499 million | 2.500 million | 2.49996m | 2.4999 mio'],
    other: ['2.5 million | 2.5m | 2500'],
  },
  {
    shown: 12_600_000,
    known: [
      '12,6 milionu korun | 12,6 milionů | 12,6 miliony | 12,6 milionem | 12,6 mil. Kč | 12,6 mil | 12,6 mil.Kč | 12,6 MILIONU | 12,6 milióna eur | 12,6 milijuna | 12,6 milijona',
      '12,6 εκατομμύρια | 12,6 εκατομμυρίων | 12,6 ΕΚΑΤΟΜΜΥΡΙΑ | 12,6 εκατ. ευρώ | 12,6 εκ. € | 12,6 miljoonaa | 12,6 miljoonan | 12,6 milj. euroa | 12,6M€',
      '12,6 miliona zł | 12,6 milionach | 12,6 millones | 12,6 millón | 12,6 milhões | 12,6 mi | 12,6 de milioane | 12,6 millióval | 12,6 miljonit | 12,6 milljónir',
      '12,6 миллиона | 12,6 миллионов | 12,6 мільйона | 12,6 милиона | 12,6 triệu | 12,6 tr | 12,6 jt | 12,6 juta | 1260만 원 | 1,260만 | 1260万円 | 0.126억 | 126 lakh | 12.6 ล้าน',
      '12.6 مليون | 12.6 מיליון | 12.6 میلیون | 1,26 करोड़ | 126 लाख | 0,0126 miliardy | 0,0126 miljardia | 0,0126 δισεκατομμύρια | 0.0126 млрд | 12 600 tisíc | 12.600 χιλιάδες',
    ],
    other: [
      '12,6 milimetru | 12,6 milice | 12,6 miles | 12,6 mineral | 12,6 εκατοστά | 12,6 εκτάρια | 12,6 tisíc | 12,6 tuhatta | 12,7 milionu | 12,6 miljardia | 12,6 만원',
    ],
  },
  {
    shown: 890_000,
    known: [
      '890 χιλιάδες | 890 χιλ. € | 890 χιλιάδων | 890 tisíci | 890 tis. Kč | 890 tisíc | 890 tisoč | 890 tisuća | 890 tuhannen | 890 tuhatta | 890 tysiącami | 890 tūkst. | 890 þúsund',
      '890 хиляди | 890 хиљада | 890 тысячами | 890 ngàn | 890 rb',
      '890 हज़ार | 890 พัน | 890 mil | 890 de mii | 0,89 milionu | 0.89 εκατ. | 8,9 lakh | 890 milliers',
    ],
    other: ['890 tichých | 890 χιλιόμετρα | 890 хилав | 890 rbk | 89 χιλιάδες | 890 εκατ.'],
  },
  {
    shown: 4_750_000,
    known: ['4,75 milionu | 4.75 million | 475만 | 4,75 mil. | 4 750 tisíc'],
    other: ['4,75 tisíc | 4,75'],
  },
  { shown: "CHF 184'200.5", known: ['184*200*.50 | 184\u200b*200*50 | 184--200--50'], other: ['184*201*.50'] },
  {
    shown: 1041.5,
    known: ['1041.50 | 1,041.50 | 1041,50 | 1041 | 1042 | 1.041,5 | 05.1401 | 05,1401'],
    other: ['1041.51 | 104.25 | 1043 | LAMP-1041'],
  },
  { shown: 41.2, known: ['41.20 | 41,20 | €41.20 | 41.20 each'], other: ['41.2 | 412 | 41 | 4120 | 41.25 | 41.200'] },
  {
    shown: 1250,
    known: ["1250 | 1250.00 | 1,250 | 1'250.- | 1 250 | 1.25e3 | EUR1250 | 125000 cents | 1'250'00"],
    other: ['125 | 12500 | A1250 | 1.2'],
  },
  { shown: 2024.35, known: ["2024.35 | 2'024.35 | 2024.350"], other: ['2024 | 3.12.2024 | 2025'] },
  { shown: "CHF 10'980.75", known: ['10980.75 | 10980 | 1.098075e4'], other: ['109.80'] },
  { shown: '12.000.000,50 €', known: ['12000000.5 | 12000000 | 1.2e7'], other: ['1.2'] },
  {
    shown: 1_250_000,
    known: [
      '1.25 million | 1.25M | 1,25 Mio. | 1250 thousand | 1250k | 1250000 | 1,250,000.00 | 12,50,000 | 1.25e6 | INR12,50,000 | 125000000 cents',
    ],
    other: ['125000 | 1250001'],
  },
  { shown: '0041250', known: ['0041250'], other: ['41250'] },
  { shown: 980, known: [], other: ['980 | 980.00'] },
]

const each = (lines: readonly string[]): readonly string[] => lines.flatMap((line) => line.split(' | '))

for (const { shown, known, other } of cases) {
  const memory = emptyClassMemory(key)
  const entries = rememberClass(memory, { salary: shown }, 'secret')
  for (const text of each(known))
    test(`${JSON.stringify(shown)} is in ${JSON.stringify(text)}`, () => {
      for (const sent of [text, `It is ${text} in all`]) {
        const found = classesOf(memory, { body: sent })
        assert.ok(found.some(({ at, class: name }) => at === '/body' && name === 'secret'))
        assert.deepEqual(
          classesOf(
            memory,
            redactAll({ body: sent }, (body) => classesOf(memory, body)),
          ),
          [],
        )
      }
    })
  for (const text of each(other))
    test(`${JSON.stringify(shown)} is not in ${JSON.stringify(text)}`, () =>
      assert.deepEqual(classesOf(memory, { body: `It is ${text} in all` }), []))
  test(`${JSON.stringify(shown)} is kept as it is known, and not in plain`, () => {
    assert.deepEqual(foldClasses(key, JSON.parse(JSON.stringify(entries))), memory)
    assert.ok(!JSON.stringify(entries).includes(String(shown)))
    assert.deepEqual(rememberClass(memory, { again: shown }, 'secret'), [])
  })
}

test('a number of JSON is known like one in a text', () => {
  const memory = emptyClassMemory(key)
  rememberClass(memory, 10980.75, 'secret')
  const sent = { a: 10980, b: 10981.0, c: 1098075, d: 10979, e: '10979', f: 10 }
  assert.deepEqual(
    classesOf(memory, sent).map(({ at }) => at),
    ['/a', '/b', '/c'],
  )
})

const separators = ['', ',', '.', "'", '’', ' ', '\u00a0', '\u202f', '_'] as const
const around = ['', 'CHF', 'CHF ', '€', '€ ', 'US$', 'Fr. '] as const

test('property: an amount is known in every usual notation', () => {
  const written = fc.record({
    cents: fc.integer({ min: 100_000, max: 999_999_999 }),
    between: fc.constantFrom(...separators),
    zeros: fc.constantFrom('', '0', '00'),
    before: fc.constantFrom(...around),
    after: fc.constantFrom('', ' CHF', 'CHF', '€', ' each', ', as agreed', '.'),
  })
  fc.assert(
    fc.property(written, ({ cents, between, zeros, before, after }) => {
      const memory = emptyClassMemory(key)
      rememberClass(memory, cents / 100, 'secret')
      const whole = String(Math.floor(cents / 100)).replaceAll(/\B(?=(?:\d{3})+$)/g, between)
      const point = between === '.' ? ',' : '.'
      const text = `We pay ${before}${whole}${point}${String(cents % 100).padStart(2, '0')}${zeros}${after}`
      assert.ok(classesOf(memory, { text }).length > 0, text)
    }),
    { numRuns: 300 },
  )
})
