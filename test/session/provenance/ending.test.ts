// Which endings and prefixes that languages put right at an id leave it the user's own word.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { emptyMemory, remember } from '../../../src/session/provenance/memory.ts'
import { trace } from '../../../src/session/provenance/trace.ts'

const cases: readonly (readonly [prompt: string, is: readonly unknown[], isNot?: readonly unknown[]])[] = [
  ['CL-504:n varaus, CL-505:ta, CL-506:aan, CL-507:ää, 4711:n', ['CL-504', 'CL-505', 'CL-506', 'CL-507', '4711', 4711]],
  ['CL-504:s reserv, CL-505:an; CL-506:nkin, CL-2026-0044:n', ['CL-504', 'CL-505', 'CL-506', 'CL-2026-0044']],
  [
    'app-1:xy, app-2:v1, app-3:b, app-4:n-x, app-5:n:x, a:n, app-6:n.txt, x/app-7:n',
    [],
    ['app-1', 'app-2', 'app-3', 'app-4', 'app-5', 'a', 'app-6', 'app-7'],
  ],
  [
    'CL-501-et, CL-503-at, CL-502-t, CL-505-öt, CL-506-ot és CL-504-gyel',
    ['CL-501', 'CL-503', 'CL-502', 'CL-505', 'CL-506', 'CL-504'],
  ],
  [
    'CL-501-t, CL-502-at, CL-503-en, CL-504-b, CL-505-copy, CL-506-net, CL-507-et-2, CL-508-et.pdf',
    [],
    ['CL-501', 'CL-502', 'CL-503', 'CL-504', 'CL-505', 'CL-506', 'CL-507', 'CL-508'],
  ],
  ['CL-501-ul, CL-502-ului', ['CL-501', 'CL-502']],
  ['по CL-501-му, CL-502-го; CL-503-нің, CL-504-копия, CL-505-а', ['CL-501', 'CL-502', 'CL-503'], ['CL-504', 'CL-505']],
  [
    'CL-501ის, CL-502-ში, CL-503-ի, CL-504ஐ, CL-505-কে, CL-506ला',
    ['CL-501', 'CL-502', 'CL-503', 'CL-504', 'CL-505', 'CL-506'],
  ],
  ['ለCL-501 500ლარი', ['CL-501', 500]],
  ["CL-501'deki notu, CL-502’nin, CL-503'tekiler, CL-504'copyof1", ['CL-501', 'CL-502', 'CL-503'], ['CL-504']],
  ["o'neil, CL-504er, CL-505b, CL-506а, CL-507๒, CL-508०", [], ['o', 'CL-504', 'CL-505', 'CL-506', 'CL-507', 'CL-508']],
  // Ids of digits and dots, and behind their last letter.
  [
    '1902.55:n, 1964.3.2r-v:n, 1987.12.3a-c:lle CL-504b:sta CL-2026.4:n',
    ['1902.55', '1964.3.2r-v', '1987.12.3a-c', 'CL-504b', 'CL-2026.4'],
  ],
  [
    '1987.12.3b-nek 55.12:n app:n CL1bcd:n 1902.56:nx 1902.57.8:n x/1902.59:n',
    [],
    ['1987.12.3b', '55.12', 'app', 'CL1bcd', '1902.56', '1902.57', '1902.59'],
  ],
  [
    'č.1902.55 inv.no.1902.56 Nr.4711 Inv.-Nr.1987.12.3a (αρ.1902.57)',
    ['1902.55', '1902.56', '4711', 4711, '1987.12.3a', '1902.57'],
  ],
  [
    'Nr.47 no.1.2.3 -4712 www.no.1902.55/x a@no.4713 nr.4714-2 1.4715 Nr.0447731902 vinyl.4716',
    [],
    ['47', '1.2.3', '4712', '1902.55', '4713', '4714', '4715', '0447731902', '4716'],
  ],
  ['1902.55/2011.8.17 and 1903.56+2012.8.17', ['1902.55', '2011.8.17', '1903.56', '2012.8.17']],
  [
    '1904.55/1905.66 x/1906.5/2013.1.2 2014.1.2/2015.1.3/a',
    [],
    ['1904.55', '1905.66', '1906.5', '2013.1.2', '2014.1.2'],
  ],
  // What Hebrew and Arabic put right before.
  ['أكّد CL-501 وCL-507، ولCL-502 بالـCL-503 لـCL-504', ['CL-501', 'CL-507', 'CL-502', 'CL-503', 'CL-504']],
  ['לCL-501, ל-CL-502 וCL-503 ול־CL-504 שבCL-505.', ['CL-501', 'CL-502', 'CL-503', 'CL-504', 'CL-505']],
  [
    'דוחCL-501 א-CL-502 files/לCL-503 xלCL-504 لbob1@corp.example لcorp.example تقريرCL-505',
    [],
    ['CL-501', 'CL-502', 'CL-503', 'CL-504', 'bob1', 'bob1@corp.example', 'corp.example', 'CL-505'],
  ],
  // Ids with a slash, or with digits before the hyphen.
  [
    'G26/001:s, G26/002-et; l’G26/003, nr.G26/004 G26/005=paid G26/006(late) וG26/007 -G26/008 G26/009:n G26/010->x',
    ['G26/001', 'G26/002', 'G26/003', 'G26/004', 'G26/005', 'G26/006', 'G26/007', 'G26/008', 'G26/009', 'G26/010'],
  ],
  ['G26/001:yes, R26-118:46 and Ann–R26-09', ['G26/001', 'R26-118', 46, 'R26-09']],
  [
    'x/G26/001=5 G26/002/x=5 https://x.example/G26/003=5 G26/004(2) G26/005-old G26/0067 AG26/007 G26/008/009 x-G26/010=1',
    [],
    ['G26/001', 'G26/002', 'G26/003', 'G26/004', 'G26/005', 'G26/006', 'G26/007', 'G26/008', 'G26/010'],
  ],
  ['a@G26/001=5 x.example?G26/002=5 G26/003=a/b day1/2=3/part-4 G26/11:30', [], ['G26/001', 'G26/002', 'G26/003', 30]],
  // Several of a series.
  [
    'R26-08/R26-09, AP-117-26/AP-118-26; AP-121-26+AP-122-26 G26/001/G26/002 G26/003+G26/004',
    [
      'R26-08',
      'R26-09',
      'AP-117-26',
      'AP-118-26',
      'AP-121-26',
      'AP-122-26',
      'G26/001',
      'G26/002',
      'G26/003',
      'G26/004',
    ],
  ],
  [
    'HLXU6650281~HLXU6650302, INV2026/INV2027; v1/v2 ab1234/ab1235',
    ['HLXU6650281', 'HLXU6650302', 'INV2026'],
    ['v1', 'ab1234'],
  ],
  ['ORG_1&ORG_2 C-1~C-2／C-3', ['ORG_1', 'ORG_2', 'C-1', 'C-2', 'C-3']],
  [
    'x/R26-08/R26-09 AP-117-26/AP-118-26/x AP-121-26+AP-122 AG26/001/G26/002 R26-18/R26-19-old R26-28/29 v1/v2 a/1/a/2',
    [],
    ['R26-08', 'R26-09', 'AP-117-26', 'AP-118-26', 'AP-121-26', 'G26/002', 'R26-18', 'R26-19', 'R26-28', 'v1', 'a/1'],
  ],
  [
    'AP-117-26/BP-118-26 R26-08/R26-09.pdf R26-18/R26-1',
    ['R26-18', 'R26-1'],
    ['AP-117-26', 'R26-08', 'R26-09', 'R26-10'],
  ],
  // Marks of direction at edges.
  [
    '\u200fCL-501\u200f, (\u2067CL-502\u2069) \u202bCL-503\u202c. ל\u200eCL-504\u200e\u200f: \u200f1500\u200f \u200eann@corp.example\u200e',
    ['CL-501', 'CL-502', 'CL-503', 'CL-504', 1500, 'ann@corp.example'],
  ],
  [
    'AB\u200fCL-501 CL-\u200f502 CL-503\u200f/x CL-504\u200f-old CL-505\u200f.pdf files/\u200fCL-506 \u202eCL-507\u202c CL-508\u200b',
    [],
    ['CL-501', 'CL-502', 'CL-503', 'CL-504', 'CL-505', 'CL-506', 'CL-507', 'CL-508'],
  ],
  [
    '12\u200f,\u200f500 13\u200f600 -\u200f1400 1600\u200f- 1700\u200b-',
    [],
    [12500, 12, 500, 13, 600, 1400, 1600, 1700],
  ],
  // E-mail addresses.
  [
    'ann@corp.example:n bob@corp.example:lle, cy@corp.example:s; dan@corp.example-nek eve@corp.example:ää fay@corp.example:ssa',
    [
      'ann@corp.example',
      'bob@corp.example',
      'cy@corp.example',
      'dan@corp.example',
      'eve@corp.example',
      'fay@corp.example',
    ],
  ],
  [
    'ann@corp.example-nek.org bob@corp.example:x cy@corp.example-net dan@corp.example:n-x eve@corp.example:s/x fay@corp.example:sx',
    [],
    [
      'ann@corp.example',
      'bob@corp.example',
      'cy@corp.example',
      'dan@corp.example',
      'eve@corp.example',
      'fay@corp.example',
    ],
  ],
  [
    'gil@corp.example:n.example/x hal@corp.example:8080 ivy@corp.example:n@x.example',
    [],
    ['gil@corp.example', 'hal@corp.example', 'ivy@corp.example'],
  ],
  ['ל-x-CL-501 וCL-502-old ל-500', [], ['CL-501', 'CL-502', '500']],
]

for (const [prompt, is, isNot = []] of cases)
  test(prompt, () => {
    const memory = remember(emptyMemory(), { kind: 'prompt', text: prompt })
    const said = [...is, ...isNot].filter((each) => trace(memory, each)[0]?.trust === 'prompt')
    assert.deepEqual(said, is)
  })

test('of a letter or two, only what was read as a whole is no ending', () => {
  const memory = remember(emptyMemory(), { kind: 'prompt', text: 'CL-504:n varaus, CL-502-t' })
  remember(memory, { kind: 'answer', operation: 'files.list', content: 'CL-504 needs a report, CL-502 too; CL-504:n' })
  assert.equal(trace(memory, 'CL-504')[0]?.trust, 'prompt')
  assert.equal(trace(memory, 'CL-502')[0]?.trust, 'prompt')
  remember(memory, { kind: 'answer', operation: 'files.list', content: [{ id: 'CL-504:n' }, { id: 'CL-502-T' }] })
  assert.notEqual(trace(memory, 'CL-504')[0]?.trust, 'prompt')
  assert.notEqual(trace(memory, 'CL-502')[0]?.trust, 'prompt')
})

test('what reads like a series is none once it was read as a whole', () => {
  const memory = remember(emptyMemory(), { kind: 'prompt', text: 'AP-117-26/AP-118-26, G26/014+G26/015' })
  for (const id of ['AP-117-26', 'G26/015']) assert.equal(trace(memory, id)[0]?.trust, 'prompt')
  remember(memory, { kind: 'answer', operation: 'files.list', content: ['AP-117-26/AP-118-26', 'G26/014+G26/015'] })
  for (const id of ['AP-117-26', 'G26/015']) assert.notEqual(trace(memory, id)[0]?.trust, 'prompt')
})

test('what a trusted place says too is still the user’s', () => {
  const memory = remember(emptyMemory(), { kind: 'prompt', text: 'Pausa G26/014:s utbetalningar' })
  remember(memory, { kind: 'answer', operation: 'grants.get', trusted: [['id']], content: { id: 'G26/014', at: 'x' } })
  assert.deepEqual(
    trace(memory, 'G26/014').map(({ trust }) => trust),
    ['prompt', 'trusted'],
  )
})
