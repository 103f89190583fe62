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
  // What Hebrew and Arabic put right before.
  ['أكّد CL-501 وCL-507، ولCL-502 بالـCL-503 لـCL-504', ['CL-501', 'CL-507', 'CL-502', 'CL-503', 'CL-504']],
  ['לCL-501, ל-CL-502 וCL-503 ול־CL-504 שבCL-505.', ['CL-501', 'CL-502', 'CL-503', 'CL-504', 'CL-505']],
  [
    'דוחCL-501 א-CL-502 files/לCL-503 xלCL-504 لbob1@corp.example لcorp.example تقريرCL-505',
    [],
    ['CL-501', 'CL-502', 'CL-503', 'CL-504', 'bob1', 'bob1@corp.example', 'corp.example', 'CL-505'],
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
