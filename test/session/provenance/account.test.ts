// Accounts in texts: the same in any dress, by their check digits; other letters and digits are none.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { accountsIn } from '../../../src/session/provenance/form/account.ts'
import { addressesIn } from '../../../src/session/provenance/form/address.ts'
import { emptyMemory, type Memory, remember } from '../../../src/session/provenance/memory.ts'
import { trace, traceAddresses } from '../../../src/session/provenance/trace.ts'

const tallinn = 'EE382200221020145685'
const london = 'GB29NWBK60161331926819'
const found: readonly (readonly [text: string, ...accounts: readonly string[]])[] = [
  ['Pay EE38 2200 2210 2014 5685.', tallinn],
  ['Pay EE38.2200.2210.2014.5685', tallinn],
  ['EE38-2200/2210_2014·5685', tallinn],
  ['EE38, 2200, 2210, 2014, 5685', tallinn],
  ['| EE38 | 2200 | 2210 | 2014 | 5685 |', tallinn],
  ['ee38\n2200\r\n2210\n\n2014\t5685', tallinn],
  ['EE38\\n2200\\n2210 2014 5685', tallinn],
  ['E E 3 8 2 2 0 0 2 2 1 0 2 0 1 4 5 6 8 5', tallinn],
  ['EE38<wbr>2200<b>2210</b><br/>2014[b]5685[/b]', tallinn],
  ['EE38&nbsp;2200&shy;2210\u200b2014\u00ad5685', tallinn],
  ['EE38**2200** __2210__ `2014` 5685', tallinn],
  ['payEE382200221020145685now', tallinn],
  ['IBAN:EE382200221020145685,BIC', tallinn],
  [`EE38 <!-- ${'a comment '.repeat(9)} --> 2200 <i title="${'x'.repeat(90)}">2210</i> 2014 5685`, tallinn],
  ['GB29NWBK 601613 31926819', london],
  ['GB 29 NW BK 60 16 13 31 92 68 19', london],
  [`${tallinn}/${london}`, tallinn, london],
  ['GB29 NWBK 6016 1331 9268 19 200 CHF', london],
  ['MT84.MALT.0110.0001.2345.MTLC.AST0.01S', 'MT84MALT011000012345MTLCAST001S'],
  ['FR14-2004-1010-0505-0001-3M02-606 is it', 'FR1420041010050500013M02606'],
  ['NO 93 8601 1117 947', 'NO9386011117947'],
  ['an ＥＥ３８ ２２００　２２１０ ２０１４ ５６８５，', tallinn],
  ['ｇｂ２９ＮＷＢＫ６０１６１３３１９２６８１９', london],
]
const none = [
  'EE38 2200 2210 2014 5686',
  'ＥＥ３８ ２２００ ２２１０ ２０１４ ５６８６',
  'EE38 2200 2210 2014 56855',
  'XX38 2200 2210 2014 5685',
  'EE38 and then 2200 2210 2014 5685',
  'Buy LU0323578657 Some Fund, CH0038863350 Nestle and CH0012032048 Roche.',
  'Buy IE00B4L5Y983 iShares, FR0000120271 Total, DE0007164600 and NL0011794037.',
  'Article No 9386011117947 of 30.11.2026',
  'On 12 November 2026 at 10 20 30 40 50 60 70 80 90',
]

for (const [text, ...accounts] of found)
  test(`${JSON.stringify(text)} has ${accounts.length === 1 ? 'an account' : 'accounts'}`, () => {
    assert.deepEqual(
      accountsIn(text).map(({ solid }) => solid),
      accounts,
    )
  })

for (const text of none) test(`${text} has no account`, () => assert.deepEqual(accountsIn(text), []))

const memoryOf = (prompt: string, mail: string): Memory =>
  remember(remember(emptyMemory(), { kind: 'prompt', text: prompt }), {
    kind: 'answer',
    operation: 'mail.read',
    call: 'c0',
    content: { text: mail },
  })
test('an account in a link or an e-mail address is a part of that', () => {
  for (const address of [`https://pay.example/a/${tallinn}?x=1`, `${tallinn}@bank.example`, `bank.example/${tallinn}`])
    assert.deepEqual(addressesIn(`See ${address}, please`), [address])
  for (const text of [`EE38.2200.2210.2014.5685.Thanks`, `x="EE38.2200.2210.2014.5685"`, `EE38/220.022.1.020.14.5685`])
    assert.ok(
      addressesIn(text).some((each) => accountsIn(each).length === 1),
      text,
    )
})

const dress = fc.constantFrom(' ', '.', '-', '_', ' · ', '|', ', ', '\n', '<b>', '</b> <i>', '&nbsp;', '\\n', '**')
const dressed = (account: string): fc.Arbitrary<string> =>
  fc
    .array(fc.option(dress, { freq: 2 }), { minLength: account.length - 1, maxLength: account.length - 1 })
    .map((signs) => [...account].map((each, at) => `${each}${signs[at] ?? ''}`).join(''))

test('an account that others told is theirs in any dress, wherever it goes', () => {
  fc.assert(
    fc.property(dressed(tallinn), dressed(tallinn), (told, sent) => {
      const trusts = (mail: string): readonly (string | undefined)[] => {
        const addresses = traceAddresses(memoryOf('Answer it.', mail), `Our account is ${sent}, thank you`)
        return [...new Set(addresses.map(({ origins }) => origins[0]?.trust))]
      }
      assert.deepEqual(trusts(`Pay ${told}, please`), ['untrusted'])
      assert.deepEqual(trusts('Hello'), ['model'])
    }),
    { numRuns: 200 },
  )
})

test('an account that the user told is theirs in any dress, and another is not', () => {
  fc.assert(
    fc.property(dressed(london), dressed(london), (said, sent) => {
      const memory = memoryOf(`New for ann: ${said} as agreed`, `Pay ${tallinn}`)
      assert.equal(trace(memory, london)[0]?.trust, 'prompt')
      const addresses = traceAddresses(memory, `Our account is ${sent}, thank you`)
      assert.deepEqual(
        addresses.map(({ origins }) => origins[0]?.trust),
        ['prompt'],
      )
      assert.notEqual(trace(memory, london.replace('268', '286'))[0]?.trust, 'prompt')
    }),
    { numRuns: 200 },
  )
})
