import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { parseDocument as parseYamlDocument } from 'yaml'
import { findingClasses } from '../../src/constraint/class.ts'
import { taxonomies } from '../../src/constraint/taxonomy.ts'
import type { Cell, ProveEvent, Verdict } from '../../src/prove/finding.ts'
import { decodeCase, encodeCase } from '../../src/prove/report/case.ts'
import type { Acceptance, ReportContext } from '../../src/prove/report/context.ts'
import { coverageOf } from '../../src/prove/report/coverage.ts'
import { type FailOn, gateOf, parseAcceptances } from '../../src/prove/report/gate.ts'
import { printHtml } from '../../src/prove/report/html.ts'
import { parseFindings, printFindings } from '../../src/prove/report/json.ts'
import { printJunit } from '../../src/prove/report/junit.ts'
import { printMarkdown } from '../../src/prove/report/markdown.ts'
import { openProgress } from '../../src/prove/report/progress.ts'
import { printSarif } from '../../src/prove/report/sarif.ts'
import { printTerminal } from '../../src/prove/report/terminal.ts'
import { charter, charterText, linked, planted } from './bank.ts'
import { blindContext, makeContext, outcome } from './outcome.ts'

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')
const plain = (_style: string, text: string): string => text
const reports: Readonly<Record<string, (context: ReportContext) => string>> = {
  terminal: (context) => printTerminal(outcome, context, plain),
  sarif: (context) => printSarif(outcome, context),
  junit: (context) => printJunit(outcome, context),
  json: (context) => printFindings(outcome, context),
  markdown: (context) => printMarkdown(outcome, context),
  html: (context) => printHtml(outcome, context),
}
const [, skipped] = outcome.findings
assert.ok(skipped !== undefined)
const [untouched] = outcome.cells
assert.ok(untouched !== undefined)
const acceptance: Acceptance = {
  fingerprint: skipped.fingerprint,
  owner: 'payments',
  until: '2026-06-30',
  because: 'a limit catches it',
}
const accepting = makeContext({ accepted: new Map([[skipped.fingerprint, acceptance]]) })

for (const [name, print] of Object.entries(reports)) {
  test(`${name}: no planted secret, by value or by name; every finding is there; the same twice`, () => {
    for (const context of [makeContext(), blindContext()]) {
      const text = print(context)
      for (const secret of planted) assert.ok(!text.includes(secret), `${secret} in ${name}`)
      for (const finding of outcome.findings) assert.ok(text.includes(finding.fingerprint), finding.title)
      assert.equal(print(context), text)
    }
  })
}

test('terminal: at most 100 columns, the line of the charter and the next command', () => {
  const text = printTerminal(outcome, makeContext(), plain)
  assert.deepEqual(
    text.split('\n').filter((line) => line.length > 100),
    [],
  )
  assert.match(text, /transfer state: draft → executed/)
  assert.match(text, /\(charter\.yaml:29\)/)
  assert.match(text, /lockstep verify a3f1c29e7b04/)
  assert.match(text, /9 constraints: 3 proven broken, 4 held, 2 not reached/)
  assert.ok(text.indexOf('CRITICAL') < text.indexOf('HIGH') && text.indexOf('HIGH') < text.indexOf('MEDIUM'))
})

const cell = (verdict: Verdict): Cell => ({ ...untouched, verdict })
const silences: readonly [what: string, cells: readonly Cell[], partial: boolean, says: RegExp][] = [
  ['everything held', [cell('held'), cell('not-reached')], false, /^(.*no (new )?way)/im],
  [
    'it ended early',
    [cell('held'), cell('not-reached')],
    true,
    /^(?=[\s\S]*Not finished:.* interrupted)[\s\S]*nothing (new|found)/i,
  ],
  ['nothing could be tried', [cell('not-reached')], false, /nothing was tried/i],
]
for (const [what, cells, partial, says] of silences) {
  test(`no findings because ${what}: only then is it said that there is no way`, () => {
    const { partial: _partial, ...whole } = { ...outcome, findings: [], cells }
    const silent = partial ? { ...whole, partial: 'interrupted' } : whole
    for (const print of [
      printMarkdown(silent, makeContext()),
      printTerminal(silent, makeContext(), plain),
      printHtml(silent, makeContext()).replaceAll(/<style>[\s\S]*<\/style>|<\/?strong>/g, ''),
    ]) {
      if (what !== 'everything held') assert.doesNotMatch(print, /no (new )?way/i)
      assert.match(print, says)
    }
    assert.equal(
      JSON.parse(printSarif(silent, makeContext())).runs[0].invocations[0].executionSuccessful,
      what === 'everything held',
    )
  })
}

test('coverage: a constraint is held only when no cell of it is proven', () => {
  const { constraints, reasons } = coverageOf(outcome)
  assert.equal(constraints.find(({ use }) => use === 'voucher.redeem')?.verdict, 'proven')
  assert.deepEqual(
    reasons.map(({ cells }) => cells.length),
    [2],
  )
})

test('coverage: attempts are counted by kind, and reasons that ask for the same are one', () => {
  const refused = (why: string, use = untouched.use): Cell => ({ ...untouched, use, verdict: 'not-reached', why })
  const cells = [
    refused('`a` as x was refused: 422 no money'),
    refused('`b` as y was refused: 400 no name', 'transfer.approve'),
    refused('there is nothing to be done'),
    cell('held'),
  ]
  const text = printTerminal({ ...outcome, findings: [], cells }, makeContext(), plain)
  assert.match(text, /attempts +proven +held +not reached\n.* 0 +1 +3\n/)
  assert.match(text, /2 not reached: `a` as x was refused: 422 no money; and 1 reason like it/)
  assert.equal(text.match(/arguments that work/g)?.length, 1)
})

test('coverage: of a single operation every attempt is told, of several none', () => {
  const told = cell('held')
  const print = (cells: readonly Cell[]): string => printTerminal({ ...outcome, cells }, makeContext(), plain)
  const line = `held        ${told.constraint}: ${told.tactic} by ${told.actor}`
  assert.ok(print([told]).includes(line))
  assert.ok(!print([told, { ...told, operation: 'bank.other' }]).includes(line))
})

test('progress: one line that is rewritten on a screen, lines elsewhere', () => {
  const events: ProveEvent[] = [
    { kind: 'planned', uses: 2, cases: 9 },
    { kind: 'use', use: 'transfer.execute', index: 1, of: 2 },
    { kind: 'case', case: skipped.proof.case, verdict: 'held', why: '' },
    { kind: 'finding', finding: skipped },
    { kind: 'control', use: 'transfer.approve', works: false, why: 'answered 500 to token-alice' },
    { kind: 'end', outcome },
  ]
  const tell = (screen: boolean): string => {
    let text = ''
    const options = { write: (part: string) => (text += part), screen, columns: 60, paint: plain, requests: () => 7 }
    const { tell } = openProgress({ ...options, redact: makeContext().redact })
    for (const event of events) tell(event)
    return text
  }
  const lines = tell(false).split('\n')
  assert.deepEqual(lines.slice(0, 2), ['2 uses, 9 cases planned', '[1/2] transfer.execute  7 requests, 0 findings'])
  assert.match(lines[2] ?? '', /^critical {2}A transfer/)
  assert.match(lines[3] ?? '', /answered 500 to \[redacted\]$/)
  assert.ok(!tell(false).includes('\r'))
  assert.ok(tell(true).includes('\r\u001B[2K1/2 transfer.execute · 7 requests · 0 findings'))
  assert.ok(tell(true).endsWith('\r\u001B[2K'))
})

test('SARIF: rules, taxa, code flows and suppressions refer to what exists', () => {
  const log = JSON.parse(printSarif(outcome, accepting))
  assert.equal(log.version, '2.1.0')
  const [run] = log.runs
  for (const rule of run.tool.driver.rules) {
    assert.ok([...findingClasses.keys()].includes(rule.id))
    for (const { target } of rule.relationships) {
      const component = run.taxonomies[target.toolComponent.index]
      assert.equal(component.name, target.toolComponent.name)
      assert.equal(component.taxa[target.index].id, target.id)
    }
  }
  assert.ok(run.taxonomies.every(({ name }: { name: string }) => name in taxonomies))
  for (const result of run.results) {
    assert.equal(run.tool.driver.rules[result.ruleIndex].id, result.ruleId)
    const finding = outcome.findings.find(
      ({ fingerprint }) => fingerprint === result.partialFingerprints['lockstepFinding/v1'],
    )
    assert.equal(result.codeFlows[0].threadFlows[0].locations.length, finding?.proof.transcript.length)
    assert.equal(result.locations[0].physicalLocation.artifactLocation.uri, 'charter.yaml')
    assert.equal(result.webResponse.statusCode, 200)
    assert.equal(result.suppressions.length, finding === skipped ? 1 : 0)
  }
})

test('JUnit: a case for each cell, failures for what counts', () => {
  const text = printJunit(outcome, makeContext())
  const count = (context: ReportContext, tag: string): number =>
    [...printJunit(outcome, context).matchAll(new RegExp(`<${tag} `, 'g'))].length
  assert.match(text, /<testsuites [^>]*tests="11" failures="4" errors="0" skipped="2" time="7\.240">/)
  assert.deepEqual(
    ['testcase', 'failure', 'skipped'].map((tag) => count(makeContext(), tag)),
    [11, 4, 2],
  )
  assert.deepEqual(
    ['testcase', 'failure', 'skipped'].map((tag) => count(accepting, tag)),
    [11, 2, 4],
  )
})

test('findings.json reads back, fits its schema, and its cases fit the charter', () => {
  const text = printFindings(outcome, makeContext())
  const { file, problems } = parseFindings(text)
  assert.deepEqual(problems, [])
  const validate = new Ajv2020({ strict: false, validateFormats: false }).compile(
    JSON.parse(read('schema/findings.schema.json')),
  )
  assert.ok(validate(JSON.parse(text)), JSON.stringify(validate.errors))
  assert.ok(!validate({ ...JSON.parse(text), findings: [{}] }))
  for (const stored of file?.findings ?? []) {
    const original = outcome.findings.find(({ fingerprint }) => fingerprint === stored.fingerprint)
    const decoded = decodeCase(stored.proof.case, charter)
    assert.ok(decoded.ok)
    assert.deepEqual(decoded.case, original?.proof.case)
  }
  assert.match(parseFindings('{').problems[0] ?? '', /JSON/)
  assert.match(parseFindings('{"format":"other"}').problems.join('\n'), /format: /)
})

const changes: [text: string, by: string, why: RegExp][] = [
  ['execute: {', 'perform: {', /no longer has the use `transfer\.execute`/],
  [', from: approved,', ',', /no longer demands `.*from.*` of `transfer\.execute`/],
  ['object.amount <= 5000', 'object.amount <= 6000', /no longer has the rule `object\.amount <= 5000`/],
]
for (const [text, by, why] of changes) {
  test(`a stored case against a charter with ${by}`, () => {
    const decoded = decodeCase(encodeCase(skipped.proof.case), linked(charterText.replace(text, by)))
    assert.ok(!decoded.ok)
    assert.match(decoded.why, why)
  })
}

test('Markdown: short, folded, and text from the outside stays text', () => {
  const nasty = { ...skipped, title: 'x | <img src=x> @team [a](http://evil) `b`', endpoint: 'GET /a|b`c' }
  const text = printMarkdown({ ...outcome, findings: [nasty] }, makeContext())
  const row = text.split('\n').find((line) => line.startsWith('| critical')) ?? ''
  assert.equal(row.replaceAll(/[^|]/g, '').length, 5)
  // In the fenced script everything is literal.
  assert.ok(!/<img|@team|\]\(http/.test(text.replaceAll(/^(`{3,})sh[\s\S]*?^\1$/gm, '')))
  assert.equal((text.match(/<details>/g) ?? []).length, (text.match(/<\/details>/g) ?? []).length)
  const many = { ...outcome, findings: Array.from({ length: 100 }, () => skipped) }
  assert.ok(printMarkdown(many, makeContext()).length < 65_536)
})

test('HTML: nothing is loaded or run, and answers of the target stay text', () => {
  const text = printHtml(outcome, accepting)
  assert.ok(!/<script|<link|<iframe|\son\w+=|src="(?!data:)|href="(?!#)/i.test(text))
  assert.ok(!/url\(|@import/i.test(/<style>([\s\S]*?)<\/style>/.exec(text)?.[1] ?? '@import'))
  assert.ok(text.includes('&lt;b&gt;more&lt;/b&gt;') && !text.includes('<b>more'))
  assert.match(text, /Accepted by payments until 2026-06-30/)
  assert.equal((text.match(/class="cell (proven|held|not-reached)" role/g) ?? []).length, outcome.cells.length)
  assert.equal((text.match(/<img src="data:image\/svg\+xml,/g) ?? []).length, 2)
})

test('HTML: every text colour stands out enough (WCAG AA)', () => {
  const text = printHtml(outcome, makeContext())
  const blocks = [...text.matchAll(/:root\{(?:color-scheme:light dark;)?(--[^}]*)\}/g)].map((match) => match[1] ?? '')
  assert.equal(blocks.length, 2)
  for (const block of blocks) {
    const colors = new Map(
      [...block.matchAll(/--([\w-]+):(#\w+)/g)].map((match): [string, string] => [match[1] ?? '', match[2] ?? '']),
    )
    const on = (ink: string, ground: string): number => contrast(colors.get(ink) ?? '', colors.get(ground) ?? '')
    for (const ink of ['ink', 'soft', 'link', 'old', 'new'])
      for (const ground of ['page', 'card', 'code']) assert.ok(on(ink, ground) >= 4.5, `${ink} on ${ground}`)
    for (const ink of ['critical', 'high', 'medium', 'low', 'held', 'missed'])
      assert.ok(on(ink, `${ink}-bg`) >= 4.5, ink)
  }
})

/** WCAG 2.2, relative luminance and contrast ratio. */
function contrast(one: string, other: string): number {
  const [dark = 0, light = 0] = [one, other].map(luminance).sort((a, b) => a - b)
  return (light + 0.05) / (dark + 0.05)
}

function luminance(color: string): number {
  const digits =
    color.length === 4 ? Array.from(color.slice(1), (digit) => digit + digit) : (color.slice(1).match(/../g) ?? [])
  const [r = 0, g = 0, b = 0] = digits
    .map((digit) => Number.parseInt(digit, 16) / 255)
    .map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4))
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}

const all = new Set(outcome.findings.map(({ fingerprint }) => fingerprint))
const gates: [failOn: FailOn, context: ReportContext, exitCode: number, failing: number][] = [
  ['low', makeContext(), 2, 3],
  ['medium', makeContext(), 2, 3],
  ['high', makeContext(), 2, 2],
  ['critical', makeContext(), 2, 1],
  ['none', makeContext(), 0, 0],
  ['critical', accepting, 0, 0],
  ['low', accepting, 2, 2],
  ['low', makeContext({ known: all }), 0, 0],
  ['low', makeContext({ known: new Set() }), 2, 3],
]
for (const [failOn, context, exitCode, failing] of gates) {
  test(`gate: --fail-on ${failOn}, ${context.accepted.size} accepted, ${context.known?.size ?? 'no'} known`, () => {
    const gate = gateOf(outcome.findings, failOn, context)
    assert.deepEqual([gate.exitCode, gate.failing.length], [exitCode, failing])
    assert.equal([gate.failing, gate.known, gate.accepted, gate.tolerated].flat().length, 3)
  })
}

const entry = (more: string): string => `- { fingerprint: a1, owner: ann, because: later, until: ${more} }\n`
const files: [text: string, accepted: number, expired: number, problems: string[]][] = [
  [entry('2026-03-01'), 1, 0, []],
  [entry('2026-02-28'), 0, 1, ['warning acceptance-expired 1']],
  [entry('someday'), 0, 0, ['error']],
  [entry('2026-12-31') + entry('2026-12-30'), 0, 0, ['error accepted-twice 2']],
  ['- { fingerprint: a1 }\n', 0, 0, ['error', 'error', 'error']],
  ['nothing: here\n', 0, 0, ['error']],
]
for (const [text, accepted, expired, problems] of files) {
  test(`accept file: ${text.trim().replaceAll('\n', ' ')}`, () => {
    const found = parseAcceptances({ file: 'accept.yaml', text }, '2026-03-01')
    assert.deepEqual([found.accepted.size, found.expired.length], [accepted, expired])
    const said = found.diagnostics.map(({ severity, code, line }) => `${severity} ${code} ${line}`)
    assert.equal(said.length, problems.length, said.join('\n'))
    for (const [index, problem] of problems.entries()) assert.ok(said[index]?.startsWith(problem), said[index])
  })
}

test('the templates name the commands and files that exist', () => {
  const options = read('src/cli/commands/prove.ts') + read('src/cli/prove/options.ts')
  for (const text of [read('templates/github-action.yml'), read('templates/gitlab-ci.yml')]) {
    assert.equal(parseYamlDocument(text).errors.length, 0)
    assert.match(text, /lockstep prove/)
    const commands = [...text.matchAll(/lockstep prove (.*)/g)].map((match) => match[1] ?? '')
    const used = commands.flatMap((command) => command.match(/--[a-z-]+/g) ?? [])
    assert.ok(used.includes('--out'))
    for (const option of used) assert.ok(options.includes(`'${option}`), option)
  }
})

test('on the drawings of the report, findings at one place stand beside each other; what nothing intends is a line of its own', () => {
  const twice = { ...outcome, findings: outcome.findings.flatMap((finding) => [finding, finding]) }
  const images = [...printHtml(twice, makeContext()).matchAll(/src="data:image\/svg\+xml,([^"]*)"/g)]
  const drawings = images.map(([, source = '']) => decodeURIComponent(source))
  const places = drawings.flatMap((svg, index) =>
    [...svg.matchAll(/<circle cx="(\S+)" cy="(\S+)" r="10"/g)].map(([, x, y]) => `${index} ${x} ${y}`),
  )
  assert.equal(places.length, 4)
  assert.equal(new Set(places).size, 4)
  assert.deepEqual(
    drawings.map((svg) => svg.includes('stroke-dasharray="6 4"/>')),
    [true, false],
    'a transfer was executed from a state that does not lead there',
  )
})
