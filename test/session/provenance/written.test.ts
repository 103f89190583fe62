// Where the charter says how people write an id, what the user wrote so is their word.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { originsOf, traceCall } from '../../../src/session/provenance/arguments.ts'
import { emptyMemory, remember } from '../../../src/session/provenance/memory.ts'
import { charterFrom } from '../../decide/charters.ts'

const text = (values: string): string => `
lockstep: 1
sources:
  - name: yard
    type: inline
    operations: { release: { method: POST, path: /releases, body: { container?: string, case?: string, part?: string, count?: integer } } }
actors: { clerk: {}, bot: { kind: agent, workflow: gate, acts-for: clerk } }
operations: { yard.release: { by: clerk, values: { ${values} } } }
workflows: { gate: { operations: [yard.release] } }
`
const charter = charterFrom(
  text(String.raw`
    container: { from: prompt, written: '[A-Z]{4}[ -]?\d{3} ?\d{3}[ -]?\d' },
    case: { from: prompt, written: '(?:AP[ -]?|case (?:no\.? )?)(?<number>\d{1,5})/(?<year>\d{2})' },
    part: { from: prompt, written: '(\d+)/10' },
    count: { from: prompt, written: '(?<count>\d+) ?x' }`),
)

type Case = readonly [said: string, argument: Readonly<Record<string, unknown>>, trust: string]

const cases: readonly Case[] = [
  ['Release MSKU 447182-3.', { container: 'MSKU4471823' }, 'prompt'],
  ['Release MSKU4471823.', { container: 'MSKU 447 182 3' }, 'prompt'],
  ['release msku\u00a0447182‑3, please', { container: 'MSKU4471823' }, 'prompt'],
  ['MSKU 447182-3을 내보내 주세요', { container: 'MSKU4471823' }, 'prompt'],
  ['Vapauta (MSKU 447182-3).', { container: 'MSKU4471823' }, 'prompt'],
  ['Release MSKU 447182-4.', { container: 'MSKU4471823' }, 'model'],
  ['Release XMSKU 447182-3.', { container: 'MSKU4471823' }, 'model'],
  ['Release MSKU 447182-31.', { container: 'MSKU4471823' }, 'model'],
  ['Look into files/MSKU 447182-3.', { container: 'MSKU4471823' }, 'model'],
  ['Release ΜSKU 447182-3.', { container: 'MSKU4471823' }, 'model'],
  ['Close case no. 117/26.', { case: 'AP-117/26' }, 'prompt'],
  ['Close AP 117/26.', { case: 'AP-117/26' }, 'prompt'],
  ['Close case 118/26.', { case: 'AP-117/26' }, 'model'],
  ['Close case 1172/6.', { case: 'AP-117/26' }, 'model'],
  ['Close 117/26.', { case: 'AP-117/26' }, 'model'],
  ['Send part 7/10.', { part: '7/10' }, 'prompt'],
  ['Send part 8/10.', { part: '7/10' }, 'model'],
  ['Three of 3 x please', { count: 3 }, 'prompt'],
]

for (const [said, body, trust] of cases) {
  test(`${JSON.stringify(body)} of «${said}» is ${trust}`, () => {
    const memory = remember(emptyMemory(), { kind: 'prompt', text: said })
    const call = { operation: 'yard.release', principal: {}, request: { body }, at: 0 }
    const traced = Object.values(traceCall(charter, memory, call)).flat()
    assert.deepEqual(
      traced.map(({ origins }) => origins[0]?.trust),
      [trust],
    )
  })
}

test('what somebody else wrote so is not the user’s word', () => {
  const answer = { kind: 'answer', operation: 'mail.read', content: 'Release MSKU 447182-3.' } as const
  const memory = remember(remember(emptyMemory(), { kind: 'prompt', text: 'Release what the mail says.' }), answer)
  const request = { body: { container: 'MSKU4471823' } }
  const traced = traceCall(charter, memory, { operation: 'yard.release', principal: {}, request, at: 0 })
  assert.equal(Object.values(traced).flat()[0]?.origins[0]?.trust, 'untrusted')
})

test('whoever is asked about the call hears that the user wrote it', () => {
  const memory = remember(emptyMemory(), { kind: 'prompt', text: 'Release MSKU 447182-3.' })
  const request = { body: { container: 'MSKU4471823', part: '7/10' } }
  const told = originsOf(charter, memory, { operation: 'yard.release', principal: {}, request, at: 0 })
  assert.deepEqual(
    told.map(({ at, origins }) => [at, origins[0]?.trust]),
    [
      ['/container', 'prompt'],
      ['/part', 'model'],
    ],
  )
})
