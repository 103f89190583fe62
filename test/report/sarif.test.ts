// The SARIF log as those who read it demand it: the standard's shape, code scanning's limits, and indices that lead somewhere.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { findingClasses } from '../../src/constraint/class.ts'
import type { Finding, Outcome } from '../../src/prove/finding.ts'
import type { ReportContext } from '../../src/prove/report/context.ts'
import { printSarif } from '../../src/prove/report/sarif.ts'
import { makeContext, outcome } from './outcome.ts'
import { consumerSchema } from './sarif-consumer.ts'

const ajv = new Ajv2020({ allErrors: true, strict: true, formats: { uri: (text: string) => URL.canParse(text) } })
const validate = ajv.compile(consumerSchema)
const [first, second] = outcome.findings
assert.ok(first !== undefined && second !== undefined)

/** One finding of every class there is, so that every rule is written. */
const ofEveryClass: readonly Finding[] = [...findingClasses.keys()].map((name, index) => ({
  ...first,
  class: name,
  fingerprint: index.toString(16).padStart(16, 'a'),
}))
const odd = 'tab\there, "quotes", \u0000 nothing, \ud83d half a pair, <b>&amp;'
const until = { owner: 'ann', until: '2999-12-31', because: 'it is replaced' }

const logs: readonly [what: string, outcome: Outcome, context: ReportContext][] = [
  ['findings', outcome, makeContext()],
  ['no findings', { ...outcome, findings: [], cells: [] }, makeContext()],
  ['a run that ended early', { ...outcome, partial: 'it was interrupted', notes: ['a note'] }, makeContext()],
  ['every class', { ...outcome, findings: ofEveryClass }, makeContext()],
  ['a baseline', outcome, makeContext({ known: new Set([first.fingerprint]) })],
  [
    'what was accepted',
    outcome,
    makeContext({ accepted: new Map([[second.fingerprint, { fingerprint: second.fingerprint, ...until }]]) }),
  ],
  [
    'text of every kind',
    { ...outcome, findings: [{ ...first, title: odd, endpoint: odd, remedy: odd }] },
    makeContext(),
  ],
  ...['./a b/ä#%?.yaml', 'deep\\in\\charter.yaml', 'x/:y.yaml'].map((file): [string, Outcome, ReportContext] => [
    `a charter at ${file}`,
    { ...outcome, findings: [{ ...first, position: { ...first.position, file } }] },
    makeContext(),
  ]),
  [
    'a request that got no answer',
    {
      ...outcome,
      findings: [{ ...first, proof: { ...first.proof, transcript: first.proof.transcript.map(unanswered) } }],
    },
    makeContext(),
  ],
]

function unanswered(sent: Finding['proof']['transcript'][number]): Finding['proof']['transcript'][number] {
  const { request } = sent.exchange
  return { ...sent, exchange: { request, failure: { code: 'reset', message: 'the connection ended' } } }
}

for (const [what, printed, context] of logs) {
  test(`${what}: a log that its readers take`, () => {
    const text = printSarif(printed, context)
    const log: unknown = JSON.parse(text)
    const wrong = validate(log) ? [] : (validate.errors ?? []).map((each) => `${each.instancePath} ${each.message}`)
    assert.deepEqual(wrong, [])
    assert.ok(text.length < 10_000_000, 'code scanning takes no more')
  })
}

test('alerts keep their identity: by fingerprint, and no two share one', () => {
  const { runs } = JSON.parse(printSarif({ ...outcome, findings: ofEveryClass }, makeContext()))
  const hashes = runs[0].results.map(
    (each: { partialFingerprints: Record<string, string> }) => each.partialFingerprints['primaryLocationLineHash'],
  )
  assert.equal(new Set(hashes).size, ofEveryClass.length)
  assert.ok(hashes.includes(`${ofEveryClass[0]?.fingerprint}:1`))
})

test('the schema notices what is missing or too much', () => {
  const log = JSON.parse(printSarif(outcome, makeContext()))
  const edits: readonly ((copy: typeof log) => void)[] = [
    (copy) => delete copy.runs[0].tool.driver.rules[0].help,
    (copy) => delete copy.runs[0].results[0].message.text,
    (copy) => (copy.runs[0].results[0].locations[0].physicalLocation.artifactLocation.uri = '/abs/charter.yaml'),
    (copy) => (copy.runs[0].results[0].locations[0].physicalLocation.region.startLine = 0),
    (copy) => (copy.runs[0].tool.driver.rules[0].properties['security-severity'] = 9.5),
    (copy) => (copy.runs[0].extra = 1),
  ]
  for (const edit of edits) {
    const copy = structuredClone(log)
    edit(copy)
    assert.equal(validate(copy), false, String(edit))
  }
})
