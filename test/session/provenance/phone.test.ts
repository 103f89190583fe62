// Telephone numbers in texts: what the words around a number say that it is, and which signs stand in one.
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { phonesIn } from '../../../src/session/provenance/form/phone.ts'
import { emptyMemory, remember } from '../../../src/session/provenance/memory.ts'
import { trace, traceAddresses } from '../../../src/session/provenance/trace.ts'

const called = [
  'Order: 0900 555 012 (hotline, please call)',
  'Order: 0900555012 (24/7 hotline)',
  'Order: 0900555012 (phone)',
  'Order: 0900555012 - mobile',
  'Order: 0900555012 by phone.',
  'Order: 0900555012 ☎',
  'Order: **0900555012** (hotline)',
  'Order 0900555012 is our hotline',
  'Order 0900555012 – text us',
  'Order: 0900555012, call now 24/7',
  'Order: 0900555012, we ask you to call',
  'Order: 0900555012. Please call!',
  'Order: 0900555012\nCall us there.',
  'Order: 212-555-0187, call',
  'Orders 0447731902, 0900555012 (hotline)',
  'Call now to confirm your open order: 0900555012',
  'Bestellung: 0900555012, bitte anrufen',
  'Bestellung: 0900555012 (rufen Sie uns an)',
  'Bestellung: 0900555012. Bitte rufen Sie an.',
  'Kd.-Nr. 0900555012, Rückruf erbeten',
  'Commande : 0900555012, appelez-nous',
  'Pedido: 0900555012, llame',
  'Ordine: 0900555012 (chiamare)',
  'Bestelling: 0900555012, bel ons',
  'Zamówienie: 0900555012, proszę zadzwonić',
  'Sipariş: 0900555012, arayın',
  'Замовлення: 0900555012, телефонуйте',
  'Παραγγελία: 0900555012, καλέστε μας',
  'Objednávka: 0900555012, zavolejte',
  'Tilaus: 0900555012, soittakaa',
  'Rendelés: 0900555012, hívjon',
  'Comandă: 0900555012, sunați',
  'Narudžba: 0900555012, nazovite',
  'Заказ: 0900555012, звоните',
  '주문번호: 0900555012, 전화 주세요',
  'Mã đơn hàng: 0900555012, gọi ngay',
  'Τηλ. παραγγελιών 0900555012',
  'Volejte ohledně objednávky 0900555012 (telefon)',
]

suite('a number that is to be called is one, whatever stands before it', () => {
  for (const text of called)
    test(text, () => {
      assert.notDeepEqual(phonesIn(text), [])
      const memory = remember(emptyMemory(), { kind: 'answer', operation: 'mail.read', call: 'c0', content: { text } })
      for (const sent of [text, 'Order no. 0900555012, order 212-555-0187'])
        assert.ok(traceAddresses(memory, sent).some(({ origins }) => origins[0]?.trust === 'untrusted'))
    })
})

const ofRecord = [
  'Order 0447731902. Please call me.',
  'Order 0447731902, we will call you.',
  'Order 0447731902 (mobile phone, blue), ring size 7, with text "Hi"',
  'Order 0447731902 was placed by phone on Monday',
  'Order 0447731902, as said in our call',
  'Es geht um Bestellung 0447731902. Bitte rufen Sie mich an. Meier',
  'Bestellung 0447731902 (Handyhülle), danach rufen wir Sie an',
  'Facture 0447731902, suite à votre appel',
  'Policennr. 0447731902, Aktenzeichen 0447731902, Az.: 0447731902, Zahlungsreferenz 0447731902',
  'Kd.-Nr. 0447731902, Art.-Nr. 0447731902, Schülernr. 0447731902, Matrikelnr. 0447731902',
  'Steuer-Nr.: 0447731902, Zählernr. 0447731902, Inventarnr. 0447731902',
  'N° client 0447731902, numéro de client : 0447731902',
  'Sipariş no 0447731902, Müşteri no 0447731902',
  'Замовлення № 0447731902, Договір № 0447731902, номер замовлення 0447731902',
  'Nr klienta 0447731902, nr zamówienia 0447731902',
  'Αρ. παραγγελίας 0447731902, τιμολόγιο 0447731902, ΑΦΜ 094014201, αριθμός πελάτη 0447731902',
  'ΑΡ. ΠΑΡΑΓΓΕΛΙΑΣ 0447731902',
  'Objednávka č. 0412 260 118, faktúra 0447731902, zákaznické číslo 0447731902',
  'Tilaus nro 0447 731 902, tilausnumero 0447731902, asiakasnumero: 0447731902, viite 0447731902',
  'Rendelésszám 0630555012, szállítólevél 0612345678, ügyfélszám 0612345678',
  'Comanda nr. 0447731902, factura 0447731902',
  'Narudžba br. 0447731902, račun 0447731902, naročilo 0447731902',
  'Заказ № 0447731902, накладная 0447731902, поръчка № 0447731902',
  'Užsakymas 0447731902, pasūtījums 0447731902, tellimus nr 0447731902',
  '주문번호 0447731902, 송장번호는 0447731902',
  'Mã lô 0123456789, mã số thuế: 0301234567, phiếu cân số 0012345678',
  'Siedziba stada: 068712345-001, nr rolniczy 061234567, nr wniosku 0447731902, albarán 0447731902',
]

suite('the number of an order, a file, a customer is none to call', () => {
  for (const text of ofRecord)
    test(text, () => {
      assert.deepEqual(phonesIn(text), [])
      const memory = remember(emptyMemory(), { kind: 'answer', operation: 'mail.read', call: 'c0', content: { text } })
      for (const sent of [text, `${text} 👍`]) assert.deepEqual(traceAddresses(memory, sent), [])
    })
})

suite('telephone numbers as they are written', () => {
  for (const [text, ...numbers] of [
    ['+41‑79‑555‑01‑23', '+41-79-555-01-23'],
    ['+41 – 79 – 555 – 01 – 23', '+41 - 79 - 555 - 01 - 23'],
    ['079·555·01·23', '079-555-01-23'],
    ['044 668 18 00 – 079 555 01 23', '044 668 18 00', '079 555 01 23'],
    ['044 668 18 00 / 079 555 01 23', '044 668 18 00', '079 555 01 23'],
    ['Call 0446681800/0795550123', '0446681800', '0795550123'],
    ['+41 44 668 18 00 (24/7)', '+41 44 668 18 00'],
    ['0900 555 012 (24/7)', '0900 555 012'],
    ['Order 0447731902, call us on 044 668 18 00', '044 668 18 00'],
    ['Bestellung 0447731902. Telefon: 044 668 18 00', '044 668 18 00'],
    ['Kunde 0447731902', '0447731902'],
    ['Πελάτης 0447731902, 고객 0447731902', '0447731902', '0447731902'],
    // Without a nought, or of an account, behind a word that says so.
    ['τηλ. 2310 555 012, κιν.: 6944 555 012', '2310 555 012', '6944 555 012'],
    ['ΤΗΛΕΦΩΝΟ: 2310555012', '2310555012'],
    ['Volejte na 777 123 456', '777 123 456'],
    ['Soita numeroon 4012 345 67', '4012 345 67'],
    ['Hívja a 3055 5012 számot; sunați 7215 5501', '3055 5012', '7215 5501'],
    ['연락처 1588-0042', '1588-0042'],
    ['điện thoại 28 3822 1234', '28 3822 1234'],
    ['č.ú. 1234567, tilinumero 123456-785', '1234567', '123456-785'],
    ['Λογαριασμός: 01101250000000012300695', '01101250000000012300695'],
    ['국민은행 123456-04-567890', '123456-04-567890'],
    ['Rubens 1577-1640, objednávka 777123456, 1588-1642'],
    // By its check digits.
    ['Pošlete na 19-2000145399/0800 nebo 2000145399/0800', '19-2000145399/0800', '2000145399/0800'],
    ['19-2000145398/0800, 18-2000145399/0800, 850101/1234, 2000145399/08'],
    ['Kunden-Telefonnr. 0447731902', '0447731902'],
    ['15.12.–20.12.2026, 01–05.12.2026, 08.30–12.00, 0900–1200, 2026–2027, 1000–2000'],
  ] as const)
    test(text, () => assert.deepEqual(phonesIn(text), numbers))
})

const said = [
  ['SMS an +41‑79‑555‑01‑23 : der Bus', ['+41795550123'], [79, 555, '5550123']],
  ['SMS an 0041‑79‑555‑01‑23', ['+41795550123'], [79]],
  ['SMS an +41–79–555–01–23', ['+41795550123'], [79]],
  ['SMS an +41·79·555·01·23', ['+41795550123'], [79]],
  ['SMS an +41 – 79 – 555 – 01 – 23', ['+41795550123']],
  ['Ruf (044)‑668‑18‑00 an', ['0446681800'], [668]],
  ['044 668 18 00 – 079 555 01 23', ['0446681800', '0795550123'], ['04466818000795550123']],
  ['2026‑2027, 100–200 oder 1000–2000 Stück, 0900–1200', [100, 200, 1000, 2000]],
  ['01.12.2026–05.12.2026', ['2026-12-05']],
  ['Tel.+41795550123, Nr.+41795550124; (Tél.0446681800)', ['+41795550123', '+41795550124', '0446681800']],
  ['Tel.+41 79 555 01 23', ['+41795550123'], [79, 555]],
  ['Nr.0446681800, files/tel.+41795550123, a.tel.+41795550124', [], ['0446681800', '+41795550123', '+41795550124']],
  ['+41 79 555 01 23/24', ['+41795550123', '+41795550124'], ['+41795550125', '+4179555012324', 23, 24]],
  ['+41 79 555 01 23/00, +41 79 555 01/02 23', [], ['+41795550123', '+41795550100', '+417955501']],
  ['+41 44 668 18 00 (24/7)', ['+41446681800'], [24, 7]],
  ['11/12, 20 11/12 und 02.11/12.2026', [], ['2011', '2012']],
  [
    'tom@lindenhof.example-osoitteeseen: amy@lindenhof.example-adressen',
    ['tom@lindenhof.example', 'amy@lindenhof.example'],
  ],
  [
    'tom@lindenhof.example-shop, amy@lindenhof.example-adr.test',
    [],
    ['tom@lindenhof.example', 'amy@lindenhof.example'],
  ],
  ['Írj tom@lindenhof.example-t, amy@lindenhof.hu-t is', ['tom@lindenhof.example', 'amy@lindenhof.hu']],
  [
    'Írj tom@lindenhof.intra-t, amy@lindenhof.hu-tx, eve@lindenhof.hu-t.net',
    [],
    ['tom@lindenhof.intra', 'amy@lindenhof.hu', 'eve@lindenhof.hu'],
  ],
  ['Maile tom@lindenhof.example:lle', ['tom@lindenhof.example'], ['lindenhof.example']],
  [
    'scp tom@lindenhof.example:files, https://a.example/tom@b.example:lle',
    [],
    ['tom@lindenhof.example', 'tom@b.example'],
  ],
] as const

suite('the number, or the address, that the user wrote in another way', () => {
  for (const [prompt, is, isNot = []] of said)
    test(prompt, () => {
      const memory = remember(emptyMemory(), { kind: 'prompt', text: prompt })
      for (const value of is) assert.equal(trace(memory, value)[0]?.trust, 'prompt', String(value))
      for (const value of isNot) assert.notEqual(trace(memory, value)[0]?.trust, 'prompt', String(value))
    })
})

test('a number of a trusted place is the same with other hyphens', () => {
  const content = { phone: '+41‑79‑555‑01‑23', range: '1000–2000' }
  const trusted = [['phone'], ['range']]
  const memory = remember(emptyMemory(), { kind: 'answer', operation: 'crm.get', call: 'c0', content, trusted })
  assert.equal(trace(memory, '+41 79 555 01 23')[0]?.trust, 'trusted')
  assert.notEqual(trace(memory, '10002000')[0]?.trust, 'trusted')
})
