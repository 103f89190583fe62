// Which amounts with something right beside them count as the user's own word; and what next to them does not.
import { test } from 'node:test'
import { assertSaid, type Said } from './said.ts'

// What stands right beside an amount: a slash and for whom, a name of a currency, how often, marks of Markdown, another column.
const beside: Said = [
  ['Order for 45.00/Kind, please', [45]],
  ['45/child, ($46/child) **47.00/Kind**!', [45, 46, 47]],
  ['45.00 CHF/Kind, 46.00€/Kind, CHF 47.-/Kind, EUR48/kid', [45, 46, 47, 48, 'CHF', 'EUR']],
  ['45.00/Schüler:in, 46.00/Kind/Tag, 47 €/p.P., CHF 48.00/ Kind, 80.50/h', [45, 46, 47, 48, 80.5]],
  ["Preis:45/child, Fr. 1'250.-/Klasse, 2.500 €/Monat", [45, 1250, 2500], [2.5]],
  [
    '-41/child, 42/child.md, files/43/child, 44/child/x, 4711/AB, 46/child-x, a@47/child',
    [],
    [41, 42, 43, 44, 4711, 46, 47],
  ],
  ['https://x.example/45/child, pay?sum=46/child, 47.00/x.pdf, dir/48.00/Kind, 1.2.49/child', [], [45, 46, 47, 48, 49]],
  ['1 300,00/Kind', [], [1300, 300, 1]],
  ['45Fr. or 46Fr, 47.-Fr. and 48fr./Kind', [45, 46, 47, 48, 'CHF']],
  ['45Euro! 46euros, 47eur. 48euro/child', [45, 46, 47, 48, 'EUR']],
  ['450TL, 451грн, 452руб. 453lei', [450, 451, 452, 453, 'TRY', 'UAH', 'RUB'], ['RON']],
  ['45chf, usd46, 47sek', [45, 46, 47, 'CHF', 'USD'], ['SEK']],
  ['kr45, zł46, Rs47, Rs.48, kr.49', [45, 46, 47, 48, 49, 'PLN'], ['SEK', 'NOK', 'INR']],
  ['R45.50, TL46.50, Fr47.50', [45.5, 46.5, 47.5]],
  ['2.500Euro, 3.500 Euro', [2500, 3500], [2.5, 3.5]],
  ['2.500Fr.', [], [2500, 2.5]],
  ['41eur-x, 42chf.pdf, 43eurx, a44chf, x/45chf, 46FR, 47try, 48php, 49@chf', [], [41, 42, 43, 44, 45, 46, 47, 48, 49]],
  [
    'TL41, R42, Fr43, KR44, akr45, x/kr46, kr47x, kr48-1, sek49, ron50, Sek2',
    [],
    [41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 2],
  ],
  ['https://x.example/45chf/kr46 and 47k, 48cents, 49ct', [], [45, 46, 47, 48, 49]],
  ['2x45.00, 3xCHF 46.50, 4x€47, 48.00x5, 6х49,00', [2, 45, 46.5, 47, 48, 49]],
  ['1920x1080, 0x45.00, 2x46, 2x47.001, ax48.00', [], [1080, 1920, 45, 46, 47.001, 48]],
  ['2x1 300,00', [], [1300, 300]],
  [
    'Fr. 1´045.50, 1‘046.50, 1′047.50, 1`048.50, 1ʼ049.50, 1´234´567',
    [1045.5, 1046.5, 1047.5, 1048.5, 1049.5, 1234567],
    [45.5],
  ],
  ['5′10, 1´2345, a1´045, 1´045‘678', [], [510, 12345, 1045, 1045678]],
  ['_45.50_ __46__ _CHF 47_ _pay 48.50_ *_49_*', [45.5, 46, 47, 48.5, 49]],
  ['x_45.50_ _46_x a_47_b _48 _49_.pdf files/_50_', [], [45.5, 46, 47, 49, 50]],
  ['in-501,20.00\np-1,in-502,21.50,CHF\nin-503,22,EUR\n2026-11-30,24.50', ['in-501', 20, 'in-502', 21.5, 22, 24.5]],
  ['in-501,CHF 25.00\nin-502,200.50\nin-503,20.00,3,x', [25, 200.5, 20, 3]],
  ['in-501,20; CHF-502,21.00; R1,250.00; USD-503,200.50; files/in-1,23.00', [1250], [20, 21, 501.2, 200.5, 23]],
]

const sums: Said = [
  ['1200:- and 1.300:-, 1060/- or 1070/=, Rs.1080/-', [1200, 1300, 1060, 1070, 1080], [1.3]],
  ['₹1,25,000; 1,26,000 EUR; 12,27,000.50 INR and Rs1,28,000/-', [125000, 126000, 1227000.5, 128000], [25000, 26000]],
  ['1,25,000 and 1,26,000%, ₹12,34,56; ₹1,2,000, x/1070/-', [], [125000, 25000, 126000, 123456, 12000, 1070]],
  ['1\u2009500 CHF, EUR 1\u2009600, 1\u2009700\u2009800.50', [1500, 1600, 1700800.5], [500, 600, 700]],
]

for (const said of [...beside, ...sums]) test(said[0], () => assertSaid(said))
