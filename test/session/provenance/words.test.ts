// Which notations of days, months, times, amounts and ids count as the user's own word; and what next to them does not.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { emptyMemory, remember } from '../../../src/session/provenance/memory.ts'
import { trace } from '../../../src/session/provenance/trace.ts'
import { assertSaid, type Said } from './said.ts'

const addresses: Said = [
  ["Write to o'brien@x.example", ["o'brien@x.example"], ['brien@x.example']],
  ['Écris à l’adresse d’anna@x.example', ['anna@x.example']],
  ["Mail 'bob@x.example'", ['bob@x.example']],
  ['open https://x.example/?a;in-1', [], ['in-1']],
  ['open x.example?a=b,in-1', [], ['in-1']],
  ['school;https://x.example/a;info@x.example;in-1', ['info@x.example', 'in-1']],
  ['paid?;in-1,20.00', ['in-1']],
]

const days: Said = [
  [
    'Hol es am 2. Dezember 2026 ab.',
    ['2026-12-02', '2.12.2026', '2 December 2026'],
    ['2027-12-02', '2026-12-03', '2026-12'],
  ],
  ['am 2.Dezember 2026', ['2026-12-02']],
  ['am 1. Jänner 2027 oder 3. März 2027', ['2027-01-01', '2027-03-03']],
  ['le 2 décembre 2026', ['2026-12-02'], ['2026-02-12']],
  ['le 1er août 2026', ['2026-08-01']],
  ['le 2 DECEMBRE 2026', ['2026-12-02']],
  ['il 2 dicembre 2026', ['2026-12-02']],
  ['a 2 de dezembro de 2026', ['2026-12-02']],
  ['el 2 de diciembre del 2026', ['2026-12-02']],
  ['2 d’octubre de 2026', ['2026-10-02']],
  ['op 2 maart 2027', ['2027-03-02']],
  ['dnia 2 grudnia 2026 r.', ['2026-12-02']],
  ['2. joulukuuta 2026', ['2026-12-02']],
  ['2. prosince 2026', ['2026-12-02']],
  ['2026. december 2.', ['2026-12-02'], ['2027-12-02']],
  ['2 Aralık 2026', ['2026-12-02']],
  ['2 ARALIK 2026', ['2026-12-02']],
  ['2 декабря 2026 г.', ['2026-12-02']],
  ['2 грудня 2026', ['2026-12-02']],
  ['2 Δεκεμβρίου 2026', ['2026-12-02']],
  ['NordPostが2026年12月2日に集荷します。', ['2026-12-02'], ['2026-12-03', '2026-12']],
  ['2026년 12월 2일에', ['2026-12-02']],
  ['2026/12/02', ['2026-12-02'], ['2026-02-12']],
  ['2 dez. 2026', ['2026-12-02']],
  // Without a year it is of any.
  ['am 2. Dezember', ['2026-12-02', '2027-12-02'], ['2026-12-12']],
  ['on December 2', ['2026-12-02']],
  // In numbers, with both dots: by the word before it, or as the sentence goes on.
  [
    'Mietwagen ab 15.12. noch 7 Tage',
    ['2026-12-15', '2027-12-15', 15.12],
    ['2026-12-16', '2026-11-15', '2026-12', '15'],
  ],
  ['Termin am 15. 12.', ['2026-12-15']],
  ['am 3.4.', ['2026-04-03'], ['2026-03-04']],
  ['Di 15.12. Zahnarzt; Do., 17.12. Miete; Freitag, 18.12.', ['2026-12-15', '2026-12-17', '2026-12-18']],
  ['vom 15.12. bis 20.12.', ['2026-12-15', '2026-12-20']],
  ['15.12.-20.12., 22.12.–23.12. und 27.12.', ['2026-12-15', '2026-12-20', '2026-12-22', '2026-12-23', '2026-12-27']],
  ['Varaa 15.12. klo 9, 16.12. 10:30', ['2026-12-15', '2026-12-16', '2026-12-15T09:00']],
  ['Kommen Sie 15.12. 14 Uhr', ['2026-12-15T14:00']],
  ['(15.12.: Miete)', ['2026-12-15']],
  ['od 1.12. do 5.12.', ['2026-12-01', '2026-12-05']],
  ['am 15.12.2026', ['2026-12-15'], ['2027-12-15']],
  ['am 15.12.26 und 16.12. 2026', ['2026-12-15'], ['2027-12-15', '2027-12-16']],
  ['am 15.13. und 32.12. und 0.12. und 15.12', [], ['2026-12-15', '2026-12-32']],
  [
    'Pay 12.10. Then CHF 11.10. and stop, or EUR 5.6., Fr. 7.8. Danke',
    [12.1, 11.1],
    ['2026-10-12', '2026-10-11', '2026-06-05', '2026-08-07'],
  ],
  [
    '1.2. pay rent\n1.3. pay tax; see section 3.2. below, v4.5. here, 10.4.5.6. there',
    [],
    ['2026-02-01', '2026-03-01', '2026-02-03', '2026-05-04', '2026-06-05'],
  ],
  ['files/15.12. and a-15.12. and x.15.12. now', [], ['2026-12-15']],
  ['3.12. és 4.12. között fizess az ügyfélnek később', [], ['2026-12-03', '2026-12-04']],
  ['15/12 of it, 15-12 left', [], ['2026-12-15']],
  // Czech and Polish for November, Croatian for October.
  ['2. listopada 2026', [], ['2026-11-02', '2026-10-02']],
  // Everyday words.
  ['use 3 out of 5, to 2 decimals, and set 4', [], ['2026-10-03', '2026-12-02', '2026-09-04']],
  ['Send 2 Mars bars and Maja 3 lamps', ['2026-03-02'], ['2026-05-03']],
  ['room 12 December 2026', ['2026-12-12']],
  ['3/12/2026', [], ['2026-12-03', '2026-03-12']],
  ['45 December 2026', [], ['2026-12-45']],
  ['30-11-2026', ['2026-11-30']],
  ['3-12-2026', [], ['2026-12-03', '2026-03-12']],
  ['am 3. 12. 2026', ['2026-12-03'], ['2026-03-12']],
  ['30-Nov-2026 or 29/nov/2026', ['2026-11-30', '2026-11-29']],
  ['am 30.11.26', ['2026-11-30'], ['2030-11-26', '1926-11-30']],
  ['26/11/30, 30/11/26 and 30.11.75', [], ['2026-11-30', '2030-11-26', '2075-11-30']],
  ['2026-11-30T00:00:00Z', ['2026-11-30']],
  ['2026-11-30T00:00:00.000+00:00', ['2026-11-30']],
  ['2026-11-30T00:00:00+02:00', [], ['2026-11-30']],
  ['ngày 30 tháng 11 năm 2026', ['2026-11-30'], ['2026-11']],
  ['30 בנובמבר 2026', ['2026-11-30']],
  ['30 نوفمبر 2026', ['2026-11-30']],
  ['٣٠ نوفمبر ٢٠٢٦', ['2026-11-30']],
  ['30 नवंबर 2026', ['2026-11-30']],
  ['30 de\u0301cembre 2026', ['2026-12-30']],
]

const months: Said = [
  ['Export November 2026 of alpina.', ['2026-11', 'Nov 2026', '11/2026'], ['2026-12', '2027-11', '2026-11-01']],
  ['im November 2026', ['2026-11']],
  ['Nov. 2026', ['2026-11']],
  ['novembre 2026', ['2026-11']],
  ['noviembre de 2026', ['2026-11']],
  ['listopad 2026', [], ['2026-11', '2026-10']],
  ['11/2026', ['2026-11'], ['2026-01']],
  ['2026/11', ['2026-11']],
  ['2026年11月分', ['2026-11']],
  ['2026-11', ['November 2026']],
  ['2 November 2026', [], ['2026-11']],
  ['iPhone pro 2026, sold out 2026', [], ['2026-12', '2026-10']],
  ['the price is 11.2026', [], ['2026-11']],
  ['November', [], ['2026-11']],
]

const times: Said = [
  ['le 2026-12-10 à 9h30', ['2026-12-10T09:30'], ['2026-12-10T09:00', '2026-12-10T19:30']],
  ['le 10 décembre 2026 à 14 h 05', ['2026-12-10T14:05']],
  ['am 10. Dezember 2026 um 9.30 Uhr', ['2026-12-10T09:30']],
  ['am 10. Dezember 2026 um 9 Uhr 30 Teile', ['2026-12-10T09:00'], ['2026-12-10T09:30']],
  ['2026-12-10, takes 9h', ['2026-12-10T09:00']],
  ['2.12.2026 klo 14.30', ['2026-12-02T14:30']],
  ['2.12.2026 kl. 14.30', ['2026-12-02T14:30']],
  ['2.12.2026, 14.30 kg', [], ['2026-12-02T14:30']],
  ['2026年12月2日14時30分に', ['2026-12-02T14:30'], ['2026-12-02T14:00']],
  ['2026年12月2日午後2時半から3時間', ['2026-12-02T14:30'], ['2026-12-02T02:30', '2026-12-02T03:00']],
  ['2026년 12월 2일 오후 2시 5분', ['2026-12-02T14:05']],
]

const amounts: Said = [
  ['Settle CHF450 of ex-3.', [450, 'CHF'], [45, 50]],
  ['Draft EUR1250.50', [1250.5, 'EUR'], [1250, 250.5]],
  ['1250.75EUR', [1250.75, 'EUR']],
  ['450.50CHF now', [450.5]],
  ['CHF 1840.50, € 7650, US$ 3,400.00', [1840.5, 7650, 3400, 'CHF', 'EUR', 'USD']],
  ['of ex-3: CHF 120.50, CHF 80.00.', [120.5, 80]],
  ['Pay US$1,250.75', [1250.75, 'USD'], ['AUD']],
  ['Paga R$ 1.250,75', [1250.75, 'BRL']],
  ['3.400,00 $', [3400]],
  ['Pay 1’000.50 of in-1', [1000.5], [1000, 500]],
  ["Zahl 1'000.– von in-1", [1000]],
  ['nur CHF 180.-, der Rest', [180]],
  ['1250,75zł', [1250.75, 'PLN']],
  ['Fr. 7,45 und 12.50Kč', [7.45, 12.5]],
  ['₹1,250 or ₩5000', [1250, 5000]],
  ['5000円を払って', [5000], [500]],
  ['€1 250,00', [1250]],
  // Ids and versions are no amounts.
  ['Look at ABC450, INV1250 and x450.50CHF', [], [450, 1250, 450.5]],
  ['EURO2024 and CHFX450', [], [2024, 450]],
  ['450.50CHFx', [], [450.5]],
  // Two and a half thousand, or five hundred for the second?
  ['Pay invoice 2 500,75 EUR', [], [500.75, 2500.75, 2, 500]],
  ['Kaufe 2 500 Aktien, 1 300.00 CHF', [], [2, 500, 2500, 300, 1300]],
  ['Rechnung 2\u00a0500,75 CHF', [2500.75], [500.75]],
  ['EUR 1 300,00 an B-11', [1300], [300, 1]],
  ['-450 CHF', [], ['450.00']],
  ['https://shop.example/pay?sum=1,250.00&to=CHF450', [], [1250, 450]],
  ['call 0301234567 NOW', ['030 1234567']],
]

const numbers: Said = [
  ['From D-1:\n1. 150.00\n2. 250.00', [150, 250]],
  ['1) 100.00; 2) 200.00; 3) 300.00 CHF', [100, 200, 300]],
  ['(1) 150.00 (2) 1 250', [150], [250, 1250]],
  ['B-11 150.00\nB-12 250.00', [150, 250], ['11', '12']],
  ['- 150.00 - 250.00, 1/ 350.00', [150, 250, 350]],
  ['150.00 250.00 350.00', [150, 250, 350]],
  ['on 3 December 2026 500 CHF', [500]],
  ['Call 612 345 678', ['612345678', '+612345678'], ['345', '678']],
  // Groups of an account, a card or a telephone number are no numbers.
  [
    'Call +41 44 668 18 00 about CH93 0076 2011 6238 5295 7, 20 CHF',
    [20, '+41446681800', 'CH9300762011623852957'],
    [668, 44, 18, 5295, 93, 6238, 7],
  ],
  ['Card 4111 1111 1111 1111 or 3782 822463 10005', ['4111111111111111'], [1111, 4111, 3782, 822463, 10005]],
  ['CH93\n0076 2011-6238<b>5295</b> 7', ['CH9300762011623852957'], [2011, 6238, 5295]],
  ['Call (020) 7946 0991, then 7946 items', [7946], [991]],
]

const sums: Said = [
  ['2.500 €', [2500], [2.5]],
  ['12.500,- €', [12500], [12.5]],
  ['EUR 2.500,–', [2500], [2.5]],
  ['1.250.000', [1250000]],
  ['1.250.000,50 kr', [1250000.5]],
  // Two and a half, or thousands?
  ['EUR 2.500', ['2.500'], [2500, 2.5]],
  ['limit 12.345 CHF', [12.345], [12345]],
  ['12.500 shares at 0.500 €', [12.5, 0.5], [500]],
  ["nur CHF 180.-, € 2'500.--.", [180, 2500]],
  ['２５００ユーロ', [2500], [500]],
  ['２，５００．７５', [2500.75]],
  ['٢٥٠٠ يورو', [2500]],
  ['٢٬٥٠٠٫٧٥', [2500.75]],
  ['order B-１２', [], [12]],
]

const accounts: Said = [
  ['GB29NWBK 601613 31926819', ['GB29NWBK60161331926819']],
  ['GB29  NWBK  6016\n1331\t9268 19', ['GB29NWBK60161331926819']],
  ['GB29.NWBK.6016.1331.9268.19', ['GB29NWBK60161331926819', 'gb29 nwbk 60161331926819']],
  ['GB29/NWBK/6016/1331/9268/19', ['GB29NWBK60161331926819']],
  ['GB29NWBK60161331926819', ['GB29.NWBK.6016.1331.9268.19', 'GB29-NWBK-60161331926819']],
  ['GB29 NWBK 6016 1331 9268 18', [], ['GB29NWBK60161331926819']],
  ['GB29 NWBK 6016 1331 and 9268 19', [], ['GB29NWBK60161331926819']],
  ['files/GB29.NWBK.6016.1331.9268.19', [], ['GB29NWBK60161331926819']],
]

const borders: Said = [
  ['Zeig mir „in-1“ und ‚in-2‘', ['in-1', 'in-2']],
  ['»in-1«, ›in-2‹, “in-3”', ['in-1', 'in-2', 'in-3']],
  ['Lis ‹docs/in-1› → docs/in-2✔', ['docs/in-1', 'docs/in-2'], ['in-1', 'docs/in']],
  ['•in-1 →in-2 📦in-3 👍🏽in-4 ✔️in-5', ['in-1', 'in-2', 'in-3', 'in-4', 'in-5']],
  ['¿in-1? №in-2 §in-3 in-4، in-5؛', ['in-1', 'in-2', 'in-3', 'in-4', 'in-5']],
  ['in-1→in-2 in-3…', ['in-1', 'in-2', 'in-3']],
  ['<b>in-1</b>', ['in-1']],
  ['_in-1_, __in-2__ and _in-3', ['in-1', 'in-2'], ['in-3']],
  ['Lies „https://nordlys.example/returns“.', ['https://nordlys.example/returns', 'https://nordlys.example/returns/']],
  ['in-1/in-2 and in-3&in-4', ['in-1', 'in-2', 'in-3', 'in-4']],
  ['in-7,4100.00,EUR,in-8', ['in-7', 4100, 'EUR', 'in-8'], ['in-7,41', 41]],
  ['c-1,EUR,4100.00', ['c-1', 4100]],
  ['12,500,in-7', ['in-7'], [500]],
  ['Open HTTPS://Nordlys.example:443/dates/', ['https://nordlys.example/dates'], ['http://nordlys.example/dates']],
  [
    'Read https://nordlys.example/returns#glass',
    ['https://nordlys.example/returns', 'https://nordlys.example/returns#glass'],
    ['https://nordlys.example/returns#wood', 'https://nordlys.example', 'https://nordlys.example/returns?a'],
  ],
  ['Read https://nordlys.example/returns', [], ['https://nordlys.example/returns#glass']],
  ['in-1:lle, in-2:stä, in-3:n and in-4:en', ['in-1', 'in-2', 'in-3'], ['in-4']],
  ['in-1:lle:x in-2:lle-x a:lle', [], ['in-1', 'in-2', 'a']],
  ['Küldj in-1-nek, in-2-től', ['in-1', 'in-2']],
  ['in-1-ben, in-2-old, in-3-Begünstigten, x-in-4-nek', [], ['in-1', 'in-2', 'in-3', 'in-4']],
  ['ann@corp.example/bob@corp.example', ['ann@corp.example', 'bob@corp.example']],
  ['files/ann@corp.example/bob@corp.example', [], ['ann@corp.example', 'bob@corp.example']],
  ['https://x.example/ann@corp.example/bob@corp.example', [], ['ann@corp.example', 'bob@corp.example']],
  ['ann@corp.example/bob@corp.example/files', [], ['bob@corp.example']],
  // Parts of an id, a path, an address.
  ['a−in-1 b‑in-2 c·in-3 d／in-4 e．in-5 f_in-6', [], ['in-1', 'in-2', 'in-3', 'in-4', 'in-5', 'in-6']],
  ['a∕in-1 b∖in-2 c∙in-3 d﹒in-4 e➖in-5', [], ['in-1', 'in-2', 'in-3', 'in-4', 'in-5']],
  ['x_in-1_y', [], ['in-1']],
  ['https://a.example/→in-1', [], ['in-1']],
  ['https://a.example/x→y and https://b.example/→c', [], ['https://a.example/x', 'https://b.example']],
  ['https://a.example/x→y', [], ['y']],
  ['bob•eve@corp.example', ['bob'], ['corp.example']],
  ['mail bob@corp.example→in-1', [], ['in-1']],
  ['files/in-1/in-2', [], ['in-1', 'in-2']],
  ['in-1/in-2/report.pdf', [], ['in-1', 'in-2']],
  ['in-1/in-2-old', [], ['in-1', 'in-2', 'in-2-old']],
  ['in-1/ex-2, a/b, v1/v2 and 10/11', [], ['in-1', 'ex-2', 'a', 'b', 'v1', 'v2', '10', '11']],
  ['https://a.example/?in-1&in-2', [], ['in-1', 'in-2']],
]

const signsBeside: Said = [
  [
    'p-1=46; p-2:47,50 p-3:yes, p-4(48.00) {p-5:49} p-106:50',
    ['p-1', 46, 'p-2', 47.5, 'p-3', 'p-4', 48, 'p-5', 'p-106', 50],
  ],
  ['[INV-2026-0042=paid, ORD_7(late); p-3="x", p-4(due 1 May)]', ['INV-2026-0042', 'ORD_7', 'p-3', 'p-4']],
  ['p-1->t-2 p-3=>t-4 p-5-->t-6 p-7=t-8', ['p-1', 't-2', 'p-3', 't-4', 'p-5', 't-6', 'p-7', 't-8']],
  ['请查看p-1=46和p-2(47)', ['p-1', 'p-2']],
  ["l'p-1 d’p-2, dell'p-3: QU’p-4? (un'p-5)", ['p-1', 'p-2', 'p-3', 'p-4', 'p-5']],
  ['-p-1\n–p-2\n+p-3\n·p-4\n- p-5', ['p-1', 'p-2', 'p-3', 'p-4', 'p-5']],
  ['1)p-1 (2)p-2 3.p-3 b)p-4,12)p-5', ['p-1', 'p-2', 'p-3', 'p-4', 'p-5']],
  ['Nr.p-1, No.p-2, Rechnungsnr.p-3, Kd.-Nr.p-4', ['p-1', 'p-2', 'p-3', 'p-4']],
  ['Yusuf–p-1', ['p-1', 'Yusuf–p-1']],
  // What was written as one is still one.
  ['p-1=46 p-2:yes 1)p-3', ['p-1=46', 'p-2:yes', '1)p-3']],
  // Parts of a path, a link, an address, a file, a longer id.
  ['evil/p-1=46 x.example?p-2=46 x.example?a,p-3=46 y&p-4=5', [], ['p-1', 'p-2', 'p-3', 'p-4']],
  ['day-1=2/part-3 p-4->x/y p-5(a)/b p-6=x\\y', [], ['day-1', 'p-4', 'p-5', 'p-6']],
  ['p-1=corp.example@lists.example bounce-p-2=a@lists.example d’p-3@x.example', [], ['p-1', 'p-2', 'p-3']],
  ['p-1(12).pdf p-2(12)-old p-3(2)x p-4(12).p-5 p-6(1)', [], ['p-1', 'p-2', 'p-3', 'p-4', 'p-6']],
  ['p-1-7=5 x-p-2(4) x_p-3=4 p-4.b=2 1-p-5->x', [], ['p-1', 'p-2', 'p-3', 'p-4', 'p-5', 'p-1-']],
  ['1.p-1.pdf 2)p-2.example nr.p-3.example -p-4-7 l’p-5-old', [], ['p-1', 'p-2', 'p-3', 'p-4', 'p-5', 'p-1.pdf']],
  ["o'p-1 xd'p-2 evil.p-3 piano.p-4 a1.p-5 x1)p-6 f(a)p-7", [], ['p-1', 'p-2', 'p-3', 'p-4', 'p-5', 'p-6', 'p-7']],
  ['--p-1 ~p-2 !p-3 a-p-4 1.2.p-5', [], ['p-1', 'p-2', 'p-3', 'p-4', 'p-5']],
  [
    'p-1:80/x http-2://x p-3:pw@x.example p-4:v2 p-5:a.pdf p-6:t-7 p-8:1:2',
    [],
    ['p-1', 'http-2', 'p-3', 'p-4', 'p-5', 'p-6', 't-7', 'p-8'],
  ],
  ['n-1:7 Mo-8:45 x/p-1:46 p-2-3:47', [], ['n-1', 45, 'p-1', 46, 'p-2', 47]],
  [
    'Ann/p-1 x–p-2 Ann–p-3-4 files/Ann–p-5 Ann–p-6.pdf ann@x.example–p-7',
    [],
    ['p-1', 'p-2', 'p-3', 'p-5', 'p-6', 'p-7'],
  ],
]

for (const [name, cases] of Object.entries({
  addresses,
  days,
  months,
  times,
  amounts,
  numbers,
  sums,
  accounts,
  borders,
  signsBeside,
}))
  for (const said of cases) test(`${name}: ${said[0]}`, () => assertSaid(said))

test('what an answer has as a value of its own is no list of the user’s', () => {
  const memory = remember(emptyMemory(), { kind: 'prompt', text: 'Delete n-1/n-2.' })
  assert.equal(trace(memory, 'n-1')[0]?.trust, 'prompt')
  remember(memory, { kind: 'answer', operation: 'files.list', content: [{ path: 'n-1/n-2' }] })
  assert.notEqual(trace(memory, 'n-1')[0]?.trust, 'prompt')
  const ended = remember(emptyMemory(), { kind: 'prompt', text: 'Delete n-1-nek.' })
  assert.equal(trace(ended, 'n-1')[0]?.trust, 'prompt')
  remember(ended, { kind: 'answer', operation: 'files.list', content: [{ path: 'n-1-nek' }] })
  assert.notEqual(trace(ended, 'n-1')[0]?.trust, 'prompt')
  for (const [said, id] of [
    ['Delete n-1:17.', 'n-1'],
    ['Delete n-1:draft.', 'n-1'],
    ['Delete Report–n-1.', 'n-1'],
  ] as const) {
    const keyed = remember(emptyMemory(), { kind: 'prompt', text: said })
    assert.equal(trace(keyed, id)[0]?.trust, 'prompt', said)
    remember(keyed, { kind: 'answer', operation: 'files.list', content: [{ name: said.slice(7, -1) }] })
    assert.notEqual(trace(keyed, id)[0]?.trust, 'prompt', said)
  }
})
