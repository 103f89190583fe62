// What the user said is known again as people of other places write it, and only where it is certainly the same.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { emptyMemory, remember } from '../../../src/session/provenance/memory.ts'
import { trace } from '../../../src/session/provenance/trace.ts'

const cases: readonly (readonly [prompt: string, value: string | number, trust: 'prompt' | 'model' | 'untrusted'])[] = [
  // Blanks of another width, and letters as they were typed.
  ['to DE89\u00a03704\u00a00044\u00a00532\u00a00130\u00a000, please', 'DE89370400440532013000', 'prompt'],
  ['to de89 3704 0044 0532 0130 00, please', 'DE89370400440532013000', 'prompt'],
  ['to es91 2100 0418 4502 0005 1332 as he told me', 'ES9121000418450200051332', 'prompt'],
  ['to gb29 nwbk 6016 1331 9268 19 this week', 'GB29NWBK60161331926819', 'prompt'],
  // Groups of three.
  ["it is 1'300.00 CHF", 1300, 'prompt'],
  ['it is 1\u202f300\u202f000,50', 1300000.5, 'prompt'],
  ['it is EUR 1 300,00', 1300, 'prompt'],
  ['it is € 1 300,00', 1300, 'prompt'],
  ['for line 12 500,00 EUR', 12500, 'model'],
  ['EUR 100 200 times', 100200, 'model'],
  ['call 0612\u00a0345\u00a0678', 345678, 'model'],
  // Days.
  ['on 3.12.2026.', '2026-12-03', 'prompt'],
  ['on 3.12.2026.', '2026-03-12', 'model'],
  ['on 3/12/2026', '2026-12-03', 'model'],
  ['on the 3. December 2026', '2026-12-03', 'prompt'],
  // Moments, of which day and time were said.
  ['on 3 December 2026 at 14:00 UTC', '2026-12-03T14:00:00Z', 'prompt'],
  ['on Dec 3, 2026, 2 pm', '2026-12-03 14:00', 'prompt'],
  ['at 2:30 p.m. on 2026-12-03', '2026-12-03T14:30', 'prompt'],
  ['at noon on 3.12.2026', '2026-12-03T12:00', 'prompt'],
  ['um 9 Uhr am 3.12.2026', '2026-12-03T09:00', 'prompt'],
  ['on 3 December 2026 at 14:00', '2026-12-03T15:00', 'model'],
  ['on 3 December 2026 at 12 am', '2026-12-03T12:00', 'model'],
  ['on 3 December 2026, 14:00 items', '2026-12-04T14:00', 'model'],
  // Signs that mean one currency.
  ['send 250 €', 'EUR', 'prompt'],
  ['send 250 euros', 'eur', 'prompt'],
  ['send £80', 'GBP', 'prompt'],
  ['send $80', 'USD', 'model'],
  ['send 250 €', 'GBP', 'model'],
]

for (const [prompt, value, trust] of cases) {
  test(`“${prompt}” ${trust === 'prompt' ? 'says' : 'does not say'} ${value}`, () => {
    const memory = remember(emptyMemory(), { kind: 'prompt', text: prompt })
    assert.equal(trace(memory, value)[0]?.trust, trust)
  })
}
