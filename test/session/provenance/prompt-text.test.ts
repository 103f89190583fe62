// Which hosts a user has said: whole names, whatever signs stand in what is asked for.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { addPrompt, emptyPrompt, saysHost } from '../../../src/session/provenance/prompt-text.ts'

const cases: readonly [said: string, name: string, expected: boolean][] = [
  ['Read www.corp.example, please', 'corp.example', true],
  ['Read https://corp.example/a', 'WWW.Corp.Example', true],
  ['Write to ann@corp.example!', 'corp.example', true],
  ['corp.example', 'corp.example', true],
  ['Read https://corp.example.evil.example', 'corp.example', false],
  ['Read https://evil-corp.example', 'corp.example', false],
  ['Read https://my.corp.example', 'corp.example', false],
  ['Read https://corp.example-mail.com', 'corp.example', false],
  ['Read https://corp.example1', 'corp.example', false],
  ['Read https://corp.example', 'corp.evil', false],
  ['Read https://corp.example', 'corp.exampl.', false],
  ['Read https://corp.example', 'c.*e', false],
  ['Read https://corp.example', 'corp.example!\\(', false],
  ['Read https://corp.example', '(corp', false],
  ['Read https://corp.example', '', false],
]

for (const [said, name, expected] of cases)
  test(`${said}: ${name} is ${expected ? '' : 'not '}said`, () => {
    const prompt = emptyPrompt()
    addPrompt(prompt, said)
    assert.equal(saysHost(prompt, name), expected)
  })

test('any name can be asked for', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.string(), (name, said) => {
      const prompt = emptyPrompt()
      addPrompt(prompt, `${said} ${name}`)
      assert.equal(typeof saysHost(prompt, name), 'boolean')
    }),
  )
})
