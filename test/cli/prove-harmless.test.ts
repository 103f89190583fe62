// What a target answers is shown on a terminal; it must not steer it.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { harmless } from '../../src/cli/prove/harmless.ts'

const cases: [what: string, text: string, shown: string][] = [
  ['colours stay', '\u001B[1;31mred\u001B[0m', '\u001B[1;31mred\u001B[0m'],
  ['lines and tabs stay', 'a\n\tb', 'a\n\tb'],
  ['no clearing of the screen', 'a\u001B[2Jb', 'a[2Jb'],
  ['no title, no link', '\u001B]0;title\u0007\u001B]8;;http://x\u001B\\', ']0;title]8;;http://x\\'],
  ['no going back to the start of the line', 'held\rproven', 'heldproven'],
  ['no eight-bit sequences', '\u009B2J', '2J'],
  ['no turning of text', 'a\u202Eb', 'ab'],
]
for (const [what, text, shown] of cases) test(what, () => assert.equal(harmless(text), shown))

test('whatever is left holds only colours, and is left alone the second time', () => {
  const piece = fc.oneof(fc.string(), fc.constantFrom('\u001B', '\u001B[', '\u001B[31m', '\u009B', '\r', 'm', ';'))
  fc.assert(
    fc.property(fc.array(piece), (pieces) => {
      const left = harmless(pieces.join(''))
      assert.equal(harmless(left), left)
      // Of the characters that start something, only escapes are left, and each is one of a colour.
      assert.ok(![...left].some((each) => /\p{Cc}/u.test(each) && !'\n\t\u001B'.includes(each)))
      for (const after of left.split('\u001B').slice(1)) assert.match(after, /^\[[\d;]*m/)
    }),
  )
})
