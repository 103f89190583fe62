import assert from 'node:assert/strict'
import { test } from 'node:test'
import { detectors } from '../../src/classify/detect/detectors.ts'
import { patternProblem, userDetector } from '../../src/classify/detect/user-pattern.ts'

/** [detector, text, what is found, name of the field]. Numbers are documented examples or made up with right check digits. */
const cases: readonly (readonly [detector: string, text: string, found: readonly string[], field?: string])[] = [
  ['email', 'to Ana.Perez+x@mail.example.com, or bob@x.co.uk.', ['Ana.Perez+x@mail.example.com', 'bob@x.co.uk']],
  ['email', 'müller@exämple.de <a@b.io>', ['müller@exämple.de', 'a@b.io']],
  ['email', 'git@github.com:a/b, @types/node, a@1.2.3, a@localhost, @, a@', []],
  [
    'iban',
    'ES91 2100 0418 4502 0005 1332 and DE89370400440532013000.',
    ['ES91 2100 0418 4502 0005 1332', 'DE89370400440532013000'],
  ],
  ['iban', 'gb29-nwbk-6016-1331-9268-19', ['gb29-nwbk-6016-1331-9268-19']],
  ['iban', 'DE89370400440532013001, AB12 3456, XX00 0000 0000 0000', []],
  [
    'card',
    '4111 1111 1111 1111, 5500-0000-0000-0004 378282246310005',
    ['4111 1111 1111 1111', '5500-0000-0000-0004', '378282246310005'],
  ],
  ['card', '4012888888881881 12 2027', ['4012888888881881']],
  ['card', '4111 1111 1111 1112, 1234567812345678, 0000000000000000, 1700000000000000', []],
  ['phone', 'call +34 600 123 456 or (415) 555-2671', ['+34 600 123 456', '(415) 555-2671']],
  ['phone', 'tel: 020 7946 0958', ['020 7946 0958']],
  ['phone', '020 7946 0958', ['020 7946 0958'], 'mobile phone'],
  ['phone', 'order 1234567890, 2024-01-02 10:00, 192.168.100.200, +1 2', []],
  ['us-ssn', '536-90-4399, 000-12-3456, 666-12-3456, 912-12-3456', ['536-90-4399']],
  ['us-ssn', 'ssn 536904399', ['536904399']],
  ['us-ssn', 'invoice 536904399', []],
  ['uk-nino', 'AB123456C, BG123456C', ['AB123456C']],
  ['es-dni', '12345678Z X1234567L 12345678A', ['12345678Z', 'X1234567L']],
  ['it-codice-fiscale', 'RSSMRA85T10A562S RSSMRA85T10A562X', ['RSSMRA85T10A562S']],
  ['fr-nir', '1 85 05 78 006 084 91', ['1 85 05 78 006 084 91']],
  ['nl-bsn', 'bsn 111222333', ['111222333']],
  ['nl-bsn', 'invoice 111222333', []],
  ['pl-pesel', 'PESEL 44051401359, 44051401358', ['44051401359']],
  ['br-cpf', '111.444.777-35 111.444.777-36', ['111.444.777-35']],
  ['de-tax-id', 'Steuer-ID 86 095 742 719', ['86 095 742 719']],
  ['ch-ahv', '756.9217.0769.85', ['756.9217.0769.85']],
  ['cn-resident-id', '11010519491231002X', ['11010519491231002X']],
  ['in-aadhaar', 'Aadhaar 2341 2341 2346', ['2341 2341 2346']],
  ['ip', '10.0.0.1 2001:db8::1 version 1.2.3.4 12:30:45 999.1.1.1', ['10.0.0.1', '2001:db8::1']],
  ['date-of-birth', 'born 12 March 1980, seen 2024-01-01', ['12 March 1980']],
  ['date-of-birth', '1980-03-12', ['1980-03-12'], 'date of birth'],
  ['date-of-birth', '1980-03-12', [], 'created'],
  ['jwt', 'x eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc', ['eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc']],
  ['jwt', 'eyJmb28iOiJiYXIifQ.eyJzdWIiOiIxIn0.abc', []],
  [
    'private-key',
    'x -----BEGIN PRIVATE KEY-----\nab\n-----END PRIVATE KEY----- y',
    ['-----BEGIN PRIVATE KEY-----\nab\n-----END PRIVATE KEY-----'],
  ],
  ['private-key', '-----BEGIN PUBLIC KEY-----\nab\n-----END PUBLIC KEY-----', []],
  ['api-key', 'AKIAQYLPMN5HHHFPZAM2', ['AKIAQYLPMN5HHHFPZAM2']],
  ['api-key', `ghp_${'aB3'.repeat(12)}`, [`ghp_${'aB3'.repeat(12)}`]],
  ['api-key', 'postgres://app:pa55word@db/x', ['pa55word']],
  ['api-key', `Authorization: Bearer ${'aB3.xK7_qW9-mZ2~'.repeat(100)}end`, [`${'aB3.xK7_qW9-mZ2~'.repeat(100)}end`]],
  ['secret', 'password: hunter22!! but the token is valid', ['hunter22!!']],
  ['secret', 'api_key = "a8f5f167f44f4964e6c998dee827110c"', ['a8f5f167f44f4964e6c998dee827110c']],
  ['secret', 'correct-horse', ['correct-horse'], 'client secret'],
  // biome-ignore lint/suspicious/noTemplateCurlyInString: as templates of configuration have it
  ['secret', 'password: ${PASSWORD}, token: <token>, secret: example', []],
  ['national-id', 'SSN 536-90-4399 and 12345678Z', ['536-90-4399', '12345678Z']],
]

for (const [name, text, found, field = ''] of cases) {
  test(`${name}: ${text.slice(0, 60)}`, () => {
    const hits = detectors.get(name)?.find(text, { field }) ?? []
    assert.deepEqual(
      hits.map(({ start, end }) => text.slice(start, end)),
      found,
    )
  })
}

test('a pattern of the charter', () => {
  const pattern = { name: 'case-number', near: ['case', 'akte'], pattern: '\\b(C-\\d{6})\\b' }
  assert.equal(patternProblem(pattern), undefined)
  const text = 'Case no. C-123456, and nothing of C-654321x'
  assert.deepEqual(userDetector(pattern).find(text, { field: '' }), [{ start: 9, end: 17, by: 'case-number' }])
  assert.deepEqual(userDetector(pattern).find('C-123456', { field: '' }), [])
})

for (const [pattern, problem] of [
  ['a{1000}', /more than 256 times/],
  ['(a{100}){100}', /multiply/],
  ['((a{20}b){20}c){2}', /multiply/],
  ['(a)\\1', /syntax of RE2/],
  ['(?=a)b', /syntax of RE2/],
  ['a*', /empty text/],
] as const) {
  test(`a pattern that cannot be used: ${pattern}`, () => {
    assert.match(patternProblem({ name: 'x', near: ['xx'], pattern }) ?? '', problem)
  })
}

test('a pattern without a keyword cannot be used', () => {
  assert.match(patternProblem({ name: 'x', near: [], pattern: 'abc' }) ?? '', /needs a keyword/)
})
