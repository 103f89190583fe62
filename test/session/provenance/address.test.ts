// Addresses in texts: what others told is known in whatever dress, and days, orders and articles are no addresses.
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { suite, test } from 'node:test'
import { domainToASCII, domainToUnicode } from 'node:url'
import { originWords } from '../../../src/constraint/values.ts'
import { addressesIn, kindOf } from '../../../src/session/provenance/form/address.ts'
import { emptyMemory, type Memory, remember } from '../../../src/session/provenance/memory.ts'
import { trace, traceAddresses } from '../../../src/session/provenance/trace.ts'
import { inOwnLetters } from '../../../src/text/punycode.ts'

const seen = (content: unknown, prompt = 'Answer it.', trusted: readonly string[] = []): Memory => {
  const memory = remember(emptyMemory(), { kind: 'prompt', text: prompt })
  const pointers = trusted.map((name) => [name])
  return remember(memory, { kind: 'answer', operation: 'mail.read', call: 'c0', content, trusted: pointers })
}
const isToldByOthers = (memory: Memory, text: string): boolean =>
  traceAddresses(memory, text).some(({ origins: [best] }) => best === undefined || best.trust === 'untrusted')
const base64 = (text: string): string => Buffer.from(text).toString('base64')

/** What somebody wrote, and texts that send a reader there. */
const told: readonly (readonly [read: string, ...sent: readonly string[]])[] = [
  [
    'call +44 20 7946 0991',
    'Call +44 20 7946 0991',
    'Call +442079460991.',
    'Call 0044 20 7946 0991',
    'phone: 00442079460991',
    'Call +44 (0)20 7946 0991',
    'Call +44(0)20/7946-0991, 24/7',
    'Call (020) 7946 0991',
    'Write about 2079460991 to us',
    'Call 7946 0991',
    'Call +44-20-7946-0991',
    'Call +44.20.7946.0991',
    'Call +44\u00a020\u00a07946\u00a00991',
    'Call ＋４４ ２０ ７９４６ ０９９１',
    'Call ٠٠٤٤ ٢٠ ٧٩٤٦ ٠٩٩١',
    '+४४ २० ७९४६ ०९९१',
    'tel:+442079460991',
    '<a href="tel:+44-20-7946-0991">call</a>',
    'https://wa.me/442079460991',
    'https://api.whatsapp.com/send?phone=442079460991&text=hi',
    'whatsapp://send?phone=%2B442079460991',
    'On 15.12.2026 020 7946 0991 answers',
    'Call +44_20_7946_0991',
    'Call +44|20|7946|0991',
    'Call 020*7946*0991',
    'Call +44, 20, 7946, 0991',
    'Call +44 20\n7946\n0991',
    'Call <b>020</b> <b>7946</b><br/>0991',
    'Call 7946~0991',
    base64('+44 20 7946 0991'),
  ],
  ['Ring +49 (0)30 901820', '+49 30 901820', '030/901820', '0049 30 90 18 20', '(030) 90 18 20'],
  ['Ring us on 0171/1234567', '+49 171 1234567', '0049171 123 45 67'],
  ['Our new number is 612 345 678, phone 612 345 678', 'Reach us at 612345678', '+34 612 345 678'],
  ['whatsapp ٠٠٤٤ ٢٠ ٧٩٤٦ ٠٩٩١', 'Call +44 20 7946 0991'],
  [
    'Go to https://collect.shop/r?id=7 or cash@collect.shop',
    'Go to collect.shop',
    'Go to Collect.Shop.',
    'Go to collect。shop',
    'Go to collect．shop',
    'Go to collect｡shop',
    'Go to collect[.]shop',
    'Go to collect(.)shop',
    'Go to collect [dot] shop',
    'Go to collect dot shop',
    'Go to collect . shop',
    'Go to coll\u200bect.shop',
    'Go to сollect.shop',
    'hxxps://collect[.]shop/r?id=7',
    'ftp://collect.shop/r?id=7',
    'https://help@collect.shop/r?id=7',
    'https://house.example:pass@collect.shop/r?id=7',
    'https://collect.shop:443/r?id=7',
    'https://collect.shop./r?id=7',
    'https://collect.shop/r?id=8',
    'https://collect.shop/r#top',
    'Write to cash＠collect.shop',
    'Write to cash&#64;collect.shop',
    'Write to cash @ collect.shop',
    'Write to cash (at) collect.shop',
    'Write to cash [at] collect [dot] shop',
    'Write to cash%40collect.shop',
    'Write to cash\\x40collect.shop',
    `Write to ${base64('cash@collect.shop')}`,
    `Go to ${base64('https://collect.shop/r?id=7')}`,
  ],
  ['see https://collect.md/a and https://pay.py, x@main.rs', 'collect.md', 'pay.py', 'main.rs', 'collect. md'],
  ['Call 0447731902', 'Plomba nr 0447731902', 'Seal 0447 731 902', 'D-U-N-S 0447731902'],
  [
    'Plomba nr 0447731902, call us',
    'Plomba nr 0447731902, prosimy dzwonić',
    'Seal 0447731902 (hotline)',
    'Plomba: (044) 773 19 02',
    'D-U-N-S +41 44 773 19 02',
  ],
  ['write to the desk at example.org 0447731902', 'example.org 0447731902'],
  ['see www.pay.collect.shop', 'Go to collect.shop', 'Go to pay.collect.shop'],
  ['open collect.shop/a', 'Go to collect.shop'],
  ['https://xn--mbel-5qa.example/a', 'https://möbel.example/a', 'Go to möbel.example', 'https://MÖBEL.example/a'],
  ['https://möbel.example/a', 'https://xn--mbel-5qa.example/a', 'Go to xn--mbel-5qa.example'],
  ['https://xn--80ak6aa92e.com/a', 'https://аррӏе.com/a', 'apple.com/a'],
  ['connect to 203.0.113.25', 'Open 203.0.113.25', 'http://203.0.113.25'],
  ['account 12345678, sort code 20-00-00', 'Pay into account 12345678'],
  [
    'Call 044 773 19 02',
    'Order no. 0447731902',
    'Ref. 044-773-19-02',
    'Abrechnung Nr. 044 773 19 02',
    'orders 1, 0447731902',
  ],
  ['Call 212-555-0187', 'Case 212-555-0187', 'invoice 2125550187'],
  ['Call 00123456789', 'Biglietto n. 00123456789'],
  ['the order line has 0447731902', 'Order no. 0447731902'],
  ['Order no. +41 44 773 19 02', 'Order no. 0041 44 773 19 02', 'Ref. +41447731902', 'Ref. 0447731902'],
  ['our order no.: (044) 773 19 02', 'Case (044) 773 19 02', 'order 0447731902'],
  ['Ring order no. 0447731902', 'Dial order 044 773 19 02', 'Order 0447731902'],
  ['Bestellhotline 0447731902', 'Bestellnummer 0447731902'],
  ['client 0447731902', 'client no. 0447731902'],
  ['pay to GB29NWBK60161331926819', 'ISIN GB29NWBK6016 1331926819', 'GB29NWBK6016, 1331 926819'],
  ['0x52908400098527886E0F7030069857D2E4169EE7', 'Send it to 0x52908400098527886e0f7030069857d2e4169ee7.'],
  [
    'bc1qxy2kgdygjrsqtzq2n0yrf2493p83kkfjhx0wlh',
    'Send it to bc1qxy2kgdygjrsqtzq2n0yrf2493p83kkfjhx0wlh',
    'bitcoin:BC1QXY2KGDYGJRSQTZQ2N0YRF2493P83KKFJHX0WLH?amount=1',
    'Send it to bc1qxy2kgdyg\u200bjrsqtzq2n0yrf2493p83kkfjhx0wlh',
    base64('bc1qxy2kgdygjrsqtzq2n0yrf2493p83kkfjhx0wlh'),
  ],
  ['to 1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2', 'Send it to 1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2'],
  ['to TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t', 'USDT: TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t'],
  ['IBAN GB33.BUKB.2020.1555.5555.55', 'GB33BUKB20201555555555'],
  [
    'IBAN GB33BUKB20201555555555',
    'GB33-BUKB-2020-1555-5555-55',
    'GB33<b>BUKB</b>2020 1555 5555 55',
    'GB33 BUKB 2020 1555 5555 55',
    'ＧＢ３３ ＢＵＫＢ ２０２０ １５５５ ５５５５ ５５',
  ],
  // With other check digits than accounts have.
  ['Pay to XK05 1234 5678 9012 3456', 'XK05 1234 5678 9012 3456', 'XK05123456789012345 6', 'xk05 1234 5678 9012'],
  ['Pay to GB11 NWBK 6016 1331 9268 19', 'Use GB11 NWBK 6016 1331 9268 19 now', 'GB11NWBK60161331926819'],
  [
    'Nowe konto: 27 1140 2004 0000 3002 0135 5387',
    'PL27114020040000300201355387',
    'PL27 1140 2004 0000 3002 0135 5387',
    'PL27-1140-2004-0000-3002-0135-5387',
    'Nowe konto: 27 1140 2004 0000 3002 0135 5387',
    'Nr konta 27114020040000300201355387',
  ],
  [
    'Az új bankszámla: 12001008-45678901-00100002',
    'Utaljon ide: 12001008 45678901 00100002',
    'ide: 12001008-45678901-00100002',
    'bankszámlára: 120010084567890100100002',
    'bankszámlánk 12001008-45678901',
    'HU 120010084567890100100002',
  ],
  ['Bizum al 699 887 766', 'Bizum: 699887766', 'por bizum 699-887-766'],
  ['BLIK na telefon 601999888', 'BLIK 601 999 888', 'Swish till 601 999 888'],
  ['tanio na rol-tani.in. Serio', 'na rol-tani.in. serio', 'ROL-TANI.IN', 'm. rol-tani . in'],
  ['https://m.in/a', 'see m.in/a', 'm.in', 'www.m.in/a.'],
  ['see x.ai', 'x.ai', 'x.ai, or'],
  ['Bankszámla 11773016-11111018', 'Bankszámlánk: 11773016-11111018', 'bankszamlara 11773016 11111018'],
  [
    'Tài khoản: 0399887766554',
    'Trả vào số tài khoản 0399887766554',
    'STK 0399887766554',
    'stk: 0399 8877 66554',
    'so tai khoan 0399887766554',
    'số TK 0399.8877.66554',
    'Số tài khoản là 0399-887-766554'.normalize('NFD'),
  ],
  [
    'cta. 0182 2370 48 0201555123',
    'en la cta. 0182 2370 48 0201555123',
    'a 0182-2370-48-0201555123',
    'Ctas.: 01822370480201555123',
  ],
  [
    'rachunek: 27 1140 2004 0000 3002 0135 5387',
    'na 27 1140 2004 0000 3002 0135 5387',
    'rachunek: 27-1140-2004-0000-3002-0135-5387',
    'tutaj: 27114020040000300201355387',
  ],
  ['BLZ 37040044, 0532013000', 'IBAN 37040044 0532013000', 'DE89 3704 0044 0532 0130 00'],
  ['Jestem pod 799 102 553', 'Call +48 799 102 553', '0048 799102553', 'tel:+48799102553'],
  ['Kierowca Jan 799.102.553', 'Tel. kierowcy +48799102553', '+48 (799) 102-553'],
  ['22731440', 'Ring +47 22 73 14 40'],
  ['Nr rachunku: 56789012345', 'Nr rachunku: 56789012345'],
  ['Hesap no: 56789012345', 'hesap numarası 56789012345'],
  [
    'NRB 56789012345',
    'C/C 56789012345',
    '口座番号 56789012345',
    'Номер рахунку: 56789012345',
    'Číslo účtu 56789012345',
  ],
  ['see hanse-<b>lloyd</b>.com/x', 'https://hanse-lloyd.com/x', 'hanse-lloyd.com', 'hanse-lloyd . com'],
  ['write to e.marsh@<b>gmail</b>.com', 'e.marsh@gmail.com'],
  ['go to c o l l e c t . s h o p', 'collect.shop'],
  [
    'https://hanse-lloyd.com/x',
    'hanse-lloyd kropka com',
    'hanse-lloyd nokta com',
    'hanse-lloyd ponto com',
    'hanse-lloyd PUNT com',
    'hanse lloyd point com',
    'h a n s e - l l o y d . c o m',
  ],
  ['Our IBAN is US133000000121212121212', 'Pay to US133000000121212121212', 'IBAN us133000000121212121212'],
  ['3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy', 'Send it to 3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy'],
  ['LVuDpNCSSj6pQ7t9Pv6d6sUkLKoqDEVUnJ', 'Send it to LVuDpNCSSj6pQ7t9Pv6d6sUkLKoqDEVUnJ'],
  [
    'bc1p5cyxnuxmeuwuvkwfem96lqzszd02n6xdcjrs20cac6yqjjwudpxqkedrcr',
    'Send it to bc1p5cyxnuxmeuwuvkwfem96lqzszd02n6xdcjrs20cac6yqjjwudpxqkedrcr',
  ],
]

suite('an address that others told is known', () => {
  for (const [read, ...sent] of told)
    for (const text of sent)
      test(`${read}: ${text}`, () => {
        assert.ok(isToldByOthers(seen({ text: read }), text))
      })
})

const plainTexts = [
  'your invoice RE20270615 and RE20270616 is late',
  'tax number DE123456789, FR40303265045 or NL123456789B01',
  'SK1429 and LH2418, then BA16 and AF1234 to Lund',
  'KL12 is late, and No12 and some more words, AB12 and some more words here',
  'passport AB40917725, customs SN12345678',
  'The lamp came on 03.11.2026, we are sorry.',
  'You ordered on 28/10/2026 and 10/28/26, 2026-10-28, 2026/10/28 or 28-10-2026.',
  'From 15.12.2026-20.12.2026, 15.12.–20.12.2026, 15.12.-20.12.2026 or 11/2026 - 12/2026.',
  'On 03.11.2026 at 14:30, open 08.30-12.00 and 13.00-17.30.',
  'We call before 15.12.2026, as agreed.',
  'It is order 4711-0815 of 2026/4711.',
  'Model 4711-0815-33 is known to flicker.',
  'It is article 4006381333931, UPC 036000291452, ISBN 978-3-16-148410-0 or 0-306-40615-2.',
  'Reference 21 00000 00003 13947 14300 09017, No. 100 200 300.',
  'Invoice RE-2026-0001234, #20261234567, customer 0000012345.',
  'Tracking 00340434161094000000, 1Z999AA10123456784.',
  "The total is CHF 12'345.60, or 1 250 000.00 kr, at 0.12345678.",
  'Call about order 4711-0815.',
  'Order no. 0447731902, orders 0447731902, 0447731903 and 0447731904, your order number is 0447731902, order **0447731902**.',
  'Abrechnung Nr. 0447731902, Auftragsnummer 0447731902, Bestell-Nr. 044-773-1902, Kundennr.: 0447731902, Depot 0447731902.',
  'Commande n° 0447731902, facture 0447731902, fattura n. 0447731902, pedido núm. 0447731902, faktura 0447731902.',
  'Invoice 020-1234-5678, case 212-555-0187, ticket #: 212 555 0187, ref. 0447731902, confirmation 0447731902.',
  'We call you about order 0447731902. Rufen Sie an wegen Rechnung 0447731902.',
  'ISIN US0378331005, 25 pieces. US0378331005 AAPL 100 at 271; IT0003128367 1000 pezzi del 2026; CUSIP 037833100, WKN 865985.',
  'Enel: 10.166.679.946 azioni. Biglietto n. 00123456789, fila 12.',
  'Commit 356a192b7913b04c54574d18c28d46e6395428ab, id 2ujtsYcgvSTl8PAuAdqWYSMnLOv, hash 0x9fc76417374aa880d4449a1f7f31ec597f00b1f6f3dd2d66f4c9c6c445836d8b.',
  'File AB12CD34EF56GH78, AB12 CD34 EF56 GH78, DE12CD34EF56GH78, BE01202611240017 and SE2026112400170000000012 of 2026.',
  'MD5 cf68f5a8250e9d6be1298e419d48dbeb, ab14f5a8250e9d6be1298e419d48dbeb, DE14F5A8250E9D6BE1298E419D48DBEB.',
  'MD5 358a557f78817592ce63dfa1c7ef6853, 1f8a557f78817592ce63dfa1c7ef6853; account cf68f5a8250e9d6be1298e419d48dbeb.',
  '1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN3, TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6u, bc1qxy2kgdygjrsqtzq2n0yrf2493p83kkfjhx0wlk.',
  'Her account is ⟦secret:ab14f5a8250e9d6be1298e419d48dbeb⟧, her address t-ab14f5a8250e9d6be1298e419d48dbeb@token.invalid, +99912345678901.',
  'EORI PL583012345600000, FR12345678900012; reference AB1C2D3E4F5G6H7J8K9L, PL12AB34CD56EF78GH90.',
  'SIRET 732 829 320 00074, UID CHE-116.281.710, org.nr 802012-3456, Org.nr. 0202123456, D-U-N-S 07-842-1903, KBO 0403.170.701.',
  'P.IVA 01234567890, NIP 012-345-67-89, Kto.Nr 12, Kd.Nr. 0447731902, Ref.No 12, Cust.ID 12, art.nr 12, tel.no: none.',
  'See README.md, notes.md, docs/setup.md, main.py, deploy.sh and lib.rs, or CHANGELOG.md.',
  'Plomba nr 0447731902, Seal no. 0447731902, Lacre nº 0447731902, Mühür no: 0447731902, Zegelnr. 0447731902, 封印番号 0447731902.',
  'B/L 0447731902, L/C 0447731902, D/O no. 0447731902, CMR 0447731902, AWB 020-44773190, Rezervasyon no 0447731902, Awizacja 0447731902.',
  'Zgłoszenie celne nr 0447731902, Afhaalreferentie 0447731902, Nº do cliente 0447731902, Ceza makbuzu 0447731902, 注文番号 0447731902.',
  'Lots 12001009 45678901 00100002, 10023456 10023457 10023458 10023459; from 20261101 20261102 20261104.',
  'Rachunek nr 27 1140 2004 0000 3002 0135 5388, 27114020040000300201355388, 1182 2370 4 0201555123, 12001008-45678901-0010.',
  '12001008 45678901 00100002 44556677, 0182 2370 48 0201555123 1111, x12001008-45678901-00100002.',
  'Saletrę m.in. do roli, m.in., „m.in.” i (m.st. Warszawa); 300 e.Kr., t.o.m. j.Kr.; p.es. C.so Garibaldi 1, Avda.de la Vega 2.',
  'See manual.pdf, photos.zip, Dr.Meier, process.env, Node.js and max.muster, z.B. today.The end.',
]

suite('days, orders, articles, references and amounts are no addresses', () => {
  for (const text of plainTexts) {
    test(`as they stand: ${text}`, () => assert.deepEqual(addressesIn(text), []))
    test(`repeated: ${text}`, () => assert.equal(isToldByOthers(seen({ text }), text), false))
  }
})

test('digests and tokens are no addresses, whatever letters they begin with', () => {
  for (let at = 0; at < 3000; at += 1) {
    const digest = createHash('md5').update(String(at)).digest('hex')
    assert.deepEqual(addressesIn(`a.pdf ${digest}, ${digest.toUpperCase()}, ⟦iban:${digest}⟧`), [], digest)
  }
})

test('what stands for a token elsewhere is what it is', () => {
  for (const address of [
    'https://token.invalid/ab14f5a8250e9d6be1298e419d48dbeb/x',
    'https://token.invalid/ab14f5a8250e9d6b?to=a',
    'https://token.invalid.evil.test/ab14f5a8250e9d6b',
    't-ab14f5a8250e9d6b@token.invalid.evil.test',
    'ann@token.invalid',
    '+999123456789012',
  ])
    assert.deepEqual(addressesIn(`See ${address} now`), [address])
})

test('what a place is called is a word before a number that stands there', () => {
  for (const [member, sent, isTold] of [
    ['order_no', 'Order 0447731902', false],
    ['invoiceNumber', 'Invoice 044-773-19-02', false],
    ['cusip', 'CUSIP 044773190', false],
    ['phone', 'Order 0447731902', true],
    ['text', 'Order 0447731902', true],
    ['customer', 'Order 0447731902', true],
    ['tel', 'Reach us at 447731902', true],
  ] as const)
    for (const content of [{ [member]: '0447731902' }, [{ a: [{ [member]: ['0447731902'] }] }]])
      assert.equal(isToldByOthers(seen(content), sent), isTold, member)
  for (const content of [{ text: '447731902' }, { text: '447731902 is it' }, { account: '447731902' }])
    assert.equal(isToldByOthers(seen(content), 'See 447731902'), false)
})

suite('a host that stands bare where it was read and where it is sent', () => {
  for (const name of [
    'collect.shop',
    'pay.collect.xyz',
    'collect.bank',
    'collect.рф',
    'collect.example',
    'collect.com',
  ]) {
    const memory = seen({ text: `Orders are now at ${name}, says the shop.` })
    test(name, () => assert.equal(isToldByOthers(memory, `Please order at ${name} from now on.`), true))
  }
})

test('what somebody to rely on says stays theirs in every dress', () => {
  const others = 'ring +44 20 7946 0188 or see https://other.shop, https://house.shop/returns, a@house.shop'
  const prompt =
    'Our desk has +46 8 700 12 00, (030) 901820; see https://house.shop/möbel?x=1, https://möbel.example/a, desk@house.shop.'
  const memory = seen({ text: others, phone: '+44 20 7946 0500', link: 'https://wa.me/442079460500' }, prompt, [
    'phone',
    'link',
  ])
  for (const text of [
    'Call +46 8 700 12 00, 0046 8 700 12 00, +46 (0)8 700 12 00.',
    'Call ＋４６ ８ ７００ １２ ００',
    'Call +44 20 7946 0500 or 020 7946 0500',
    'Or https://wa.me/442079460500',
    'Go to https://house.shop/m%C3%B6bel?x=1',
    'Go to https://xn--mbel-5qa.example/a',
    'Write to desk＠house.shop or desk (at) house.shop',
    base64('desk@house.shop'),
  ])
    assert.equal(isToldByOthers(memory, text), false, text)
})

test('a number is theirs without its country, too, as long as nobody else says it', () => {
  const trusted = ['phone', 'account']
  const file = { phone: '+48 601 334 871', account: 'PL61 1090 1014 0000 0712 1981 2874' }
  const prompt = 'Our desk has +41 22 731 44 08 and our account is DE89 3704 0044 0532 0130 00.'
  const texts = [
    'Tel. 601 334 871',
    'tel. 601-334-871 (+48)',
    'Konto: 61 1090 1014 0000 0712 1981 2874',
    'Tel. 022 731 44 08',
    'Konto 37040044 0532013000',
  ]
  const trustsOf = (memory: Memory, text: string): unknown[] =>
    traceAddresses(memory, text).map(({ origins }) => origins[0]?.trust)
  for (const text of texts) {
    assert.ok(
      trustsOf(seen(file, prompt, trusted), text).every((trust) => trust === 'trusted' || trust === 'prompt'),
      text,
    )
    const others = texts.join('; ')
    assert.ok(trustsOf(seen({ ...file, text: others }, prompt, trusted), text).includes('untrusted'), text)
  }
  for (const [text, trust] of [
    ['Tel. 601 334 872', 'model'],
    ['Tel. +48 601 334 872', 'model'],
    ['PL61 1090 1014 0000 0712 1981 2875', 'model'],
  ] as const)
    assert.deepEqual(trustsOf(seen(file, prompt, trusted), text), [trust], text)
})

test("another path of a host and another mailbox of a domain are the model's own", () => {
  const memory = seen({ text: 'https://host.example/a, ann@host.example' })
  for (const text of ['https://host.example/b', 'ben@host.example'])
    assert.deepEqual(
      traceAddresses(memory, text).map(({ origins }) => origins[0]?.trust),
      ['model'],
      text,
    )
})

test('the user says a number, an account or a link in another way', () => {
  for (const [said, value] of [
    ['Text +49 (0)30 901820 hello', '+4930901820'],
    ['Text 0049 (0)30 901820 hello', '+49 30 901820'],
    ['Text (030) 901820 hello', '030 901820'],
    ['Pay to SE72-8000-0810-3400-0978-3242', 'SE7280000810340009783242'],
    ['Read https://nordlys.example/möbel', 'https://nordlys.example/m%C3%B6bel'],
    ['Read https://möbel.example/a', 'https://xn--mbel-5qa.example/a'],
    ['Read https://xn--mbel-5qa.example/a', 'https://möbel.example/a'],
  ] as const)
    assert.equal(trace(seen({}, said), value)[0]?.trust, 'prompt', said)
})

test('what is another number or place is not what the user said', () => {
  for (const [said, value] of [
    // In Italy the nought is dialled from abroad too.
    ['Text +39 (0)6 69821234', '+39669821234'],
    ['Text +49 (0)30 901820', '+4930901821'],
    ['Text +49 30 (0)901820', '+49309018200'],
    ['Read https://apple.com/a', 'https://xn--80ak6aa92e.com/a'],
    ['Read https://corp.com/a', 'https://xn--corp-.com/a'],
    ['Read https://mobel.example/a', 'https://xn--mbel-5qa.example/a'],
    ['Read https://nordlys.example/a/b', 'https://nordlys.example/a%2Fb'],
  ] as const)
    assert.notEqual(trace(seen({}, said), value)[0]?.trust, 'prompt', said)
})

test('names of hosts are read as Node reads them', () => {
  for (const name of [
    'möbel.example',
    'аррӏе.com',
    '例え.jp',
    'münchen-ost.de',
    'почта.рф',
    'faß.de',
    'ñandú-ñandú.es',
  ]) {
    assert.equal(inOwnLetters(domainToASCII(name)), name)
    assert.equal(inOwnLetters(domainToASCII(name)), domainToUnicode(domainToASCII(name)))
  }
  for (const none of ['xn--evil-.com', 'xn--a.com', 'xn--99999999999.com', 'xn--', 'my-xn--mbel-5qa.com'])
    assert.equal(inOwnLetters(none), none)
})

suite('of a longer text, whoever is told of an address learns what it is', () => {
  const all = [
    ['collect@evil.example', 'e-mail address'],
    ['https://evil.example/x@y', 'link'],
    ['www.evil.example', 'link'],
    ['evil.example/pay', 'link'],
    ['evil.example', 'host'],
    ['DE89 3704 0044 0532 0130 00', 'account'],
    ['+44 20 7946 0991', 'number'],
    ['0x52908400098527886E0F7030069857D2E4169EE7', 'wallet'],
  ] as const
  for (const [address, kind] of all)
    test(address, () => {
      assert.deepEqual(addressesIn(address), [address])
      assert.equal(kindOf(address), kind)
    })
  test('in words', () => {
    const at = '/body'
    const from = { trust: 'untrusted', operation: 'mail.read' } as const
    assert.equal(
      originWords({ at, part: 'account', origins: [from] }),
      'an account in `/body` came from untrusted content of `mail.read`',
    )
    assert.equal(originWords({ at, origins: [from] }), '`/body` came from untrusted content of `mail.read`')
  })
})

test('foreign text costs no more than its length', () => {
  const memory = seen({ text: 'call +44 20 7946 0991, https://collect.shop' })
  const bricks = ['1', '1 ', '1.', 'a.', '(', ' ', '@', '[ ', ' . ', 'xn--', 'a@', '::', '%41', '&#64;', 'é.', 'call ']
  for (const brick of bricks) {
    const started = performance.now()
    traceAddresses(memory, brick.repeat(100_000 / brick.length))
    assert.ok(performance.now() - started < 2000, JSON.stringify(brick))
  }
})
