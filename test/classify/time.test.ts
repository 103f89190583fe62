import assert from 'node:assert/strict'
import { test } from 'node:test'
import { classesIn } from '../../src/classify/classes.ts'
import { detectors } from '../../src/classify/detect/detectors.ts'
import type { Labels } from '../../src/classify/labels.ts'
import { emptyClassMemory, rememberClass } from '../../src/classify/memory.ts'
import { classesOf } from '../../src/classify/recall.ts'

const labels: Labels = {
  classes: ['public', 'secret'],
  places: [],
  patterns: ['email', 'phone', 'iban', 'card', 'national-id', 'ip', 'date-of-birth', 'credential'].map((name) => {
    const detector = detectors.get(name)
    assert.ok(detector !== undefined)
    return { class: 'secret', detector }
  }),
}

const size = 128 * 1024
const fill = (text: string): string => text.repeat(Math.ceil(size / text.length)).slice(0, size)

const hostile: Readonly<Record<string, string>> = {
  'one letter': fill('a'),
  'at signs': fill('a@'),
  'one long local part': `${fill('a.b-')}@example.com`,
  digits: fill('4'),
  'grouped digits': fill('4111 1111 '),
  'digits and separators': fill('1-2 3.4/'),
  thousands: fill('123,'),
  'thousands of India': fill('12,345,'),
  'numbers with exponents': fill('1.25e3 x 10^4 '),
  'an amount again and again': fill('10980.75 '),
  'amounts in thousands': fill('184.2 k '),
  tags: fill('<b>1</b>'),
  'beginnings of tags': fill('<a '),
  'beginnings of links': fill('[a]('),
  entities: fill('&zwnj;'),
  'tags of forums': fill('[b]2[/b]'),
  'an amount in one row': fill('10.980,75,'),
  'beginnings of account numbers': fill('ES91 '),
  'beginnings of tokens': fill('eyJhbGciOiJ.'),
  'every keyword': fill('AKIA ghp_ xoxb- sk- password secret token bearer basic aws :// '),
  base64: fill(Buffer.from('hello world, this is text').toString('base64')),
  percent: fill('%61'),
  backslashes: fill('\\'),
  'octal escapes': fill('\\7'),
  'beginnings of code points': fill('u+'),
  'code points': fill("'U+0041', "),
  'beginnings of names': fill('\\N{a'),
  'numbers between words': fill('12abcdefghijklmnopqrstuvwxyz'),
  'numbers in brackets': fill('12) + c('),
  'numbers between two things': fill('12) + c(12) + d('),
  'numbers of one digit': fill('0x1, '),
  ampersands: fill('&#'),
  brackets: fill('[{"a":'),
  colons: fill('1:'),
  'hidden characters': fill('\u200b\ufe0f'),
}

/** Generous: what is not linear takes minutes. */
const limitMs = 4000

for (const [what, text] of Object.entries(hostile)) {
  test(`in bounded time: ${what}`, () => {
    const memory = emptyClassMemory('0123456789abcdef')
    rememberClass(
      memory,
      [
        'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',
        '4444444444444444',
        '4111 1111 1111 1111',
        '1-2 3.4/1-2 3.4/',
        10980.75,
      ],
      'secret',
    )
    const began = process.cpuUsage()
    classesIn(labels, { body: text }, { operation: 'x.y', side: 'arguments' })
    const half = process.cpuUsage(began)
    classesOf(memory, { body: text })
    const all = process.cpuUsage(began)
    const ms = (all.user + all.system) / 1000
    if (process.env['SHOW'] !== undefined)
      console.log(what, Math.round((half.user + half.system) / 1000), Math.round(ms))
    assert.ok(ms < limitMs, `${Math.round(ms)} ms`)
  })
}
