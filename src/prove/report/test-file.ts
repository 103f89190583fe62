import { listOf, memberOf } from '../../charter/source/plain.ts'
import type { Finding } from '../finding.ts'
import type { ReportContext } from './context.ts'
import { type EffectCheck, effectChecksOf } from './effect-check.ts'
import { type Capture, type Script, type ScriptStep, scriptOf, type Template } from './script.ts'
import { isSuccess, secretNote } from './script-words.ts'
import { answerText, lineText } from './show.ts'

/** The name of a finding's test file. */
export function testFileName(finding: Finding): string {
  return `${finding.fingerprint}.test.mjs`
}

/**
 * A finding as a test that stands alone: `node --test FILE`, Node 20 or later, no packages.
 *
 * It makes the requests of the transcript and fails as long as the abuse has an effect. Where it runs is `BASE_URL`, credentials
 * come from the environment; a setup call that is refused fails the test too, because then nothing was tried. Holds no secret.
 */
export function printTestFile(finding: Finding, context: ReportContext): string {
  const script = scriptOf(finding.proof, context)
  const captured = new Map<string, unknown>(
    script.steps.flatMap((step) => step.captures.map(({ value, variable }) => [value, variable])),
  )
  const lines = [
    ...head(finding, script),
    `test(${literal(`${finding.title}: ${finding.rule}`)}, async () => {`,
    ...script.steps.flatMap(printStep),
    ...effectChecksOf(finding.proof).flatMap((check) => [
      '',
      ...printCheck(check, captured, { script, finding, context }),
    ]),
    '})',
    '',
  ]
  return context.redact(lines.join('\n'))
}

function head(finding: Finding, script: Script): string[] {
  const comment = (text: string): string => `// ${text.replaceAll(/\s+/g, ' ')}`
  return [
    comment(finding.proof.sentence),
    comment(
      `Rule ${finding.constraint} (${lineText(finding)}). Fails while the flaw is there, passes once it is mended.`,
    ),
    "import assert from 'node:assert/strict'",
    "import { test } from 'node:test'",
    '',
    ...script.origins.map(
      ({ variable, origin }) => `const ${variable} = process.env.${variable} ?? ${literal(origin)}`,
    ),
    ...script.secrets.map((name) => `const ${name} = need(${literal(name)}, ${literal(secretNote(name))})`),
    ...script.unique.map((name) => `const ${name} = crypto.randomUUID()`),
    ...functions,
    ...(script.steps.some(({ tool }) => tool !== undefined) ? toolFunctions : []),
    ...(script.steps.some(({ tool }) => tool?.session !== undefined) ? sessionFunctions : []),
    '',
  ]
}

const functions: readonly string[] = `
function need(name, what) {
  const value = process.env[name]
  if (!value) throw new Error(\`\${name} is not set: \${what}\`)
  return value
}

async function send(method, url, headers, body) {
  const response = await fetch(url, { method, headers, body, redirect: 'manual' })
  const text = await response.text()
  let json
  try {
    json = JSON.parse(text)
  } catch {}
  return { status: response.status, headers: response.headers, ok: response.ok, json, text }
}

// Own members only; \`*\` is every element of a list.
function all(value, [token, ...rest]) {
  if (token === undefined) return value === undefined ? [] : [value]
  if (token === '*') return Array.isArray(value) ? value.flatMap((each) => all(each, rest)) : []
  return value !== null && typeof value === 'object' && Object.hasOwn(value, token) ? all(value[token], rest) : []
}

const at = (answer, place) => all(answer.json, place)[0]
const text = (value) => (value === undefined || value === null ? undefined : String(value))`.split('\n')

function printStep(step: ScriptStep, index: number): string[] {
  const { sent, method, times, tool } = step
  const session = tool?.session
  const headers = step.headers.map(([name, value]) => `${literal(name)}: ${fill(value)}`)
  const given = `{ ${[...headers, ...(session === undefined ? [] : [`...${session.variable}`])].join(', ')} }`
  const rest = [fill(step.target), given, ...(step.body === undefined ? [] : [fill(step.body)])]
  const call = tool === undefined ? `send(${[literal(method), ...rest].join(', ')})` : `callTool(${rest.join(', ')})`
  const made = `const a${index + 1} = `
  return [
    ...(index === 0 ? [] : ['']),
    ...(session?.opens === true
      ? [
          `  const ${session.variable} = await greet(${fill(step.target)}, { ${headers.join(', ')} }, ${literal(session.revision)})`,
        ]
      : []),
    `  // ${index + 1}. ${sent.as}, ${sent.purpose}: ${sent.use}; answered ${answerText(sent)} when it was recorded`,
    ...(times > 1
      ? [
          `  const all${index + 1} = await Promise.all(Array.from({ length: ${times} }, () => ${call}))`,
          `  ${made}all${index + 1}[0]`,
        ]
      : [`  ${made}await ${call}`]),
    ...(mustSucceed(step)
      ? [
          `  assert.ok(a${index + 1}.ok, \`step ${index + 1} was refused: \${a${index + 1}.status} \${a${index + 1}.text}\`)`,
        ]
      : []),
    ...step.captures.flatMap((capture) => printCapture(capture, step, index)),
  ]
}

/** A tool's result is an answer as an API gives it: its data, or 422 for a failure. The result may come as the last event of a stream. */
const toolFunctions: readonly string[] = `
async function callTool(url, headers, body) {
  const answer = await send('POST', url, headers, body)
  const { error, result } = messageIn(answer) ?? {}
  if (!error && !result) return answer
  const failed = error || result.isError || result.resultType === 'input_required'
  const status = failed ? (error?.data?.status ?? (answer.ok ? 422 : answer.status)) : 200
  return { ...answer, status, ok: !failed, json: error ?? dataOf(result) }
}

function messageIn({ headers, json, text }) {
  if (!headers.get('content-type')?.includes('text/event-stream')) return json
  const events = text.split(/\\r?\\n\\r?\\n/).map((event) => [...event.matchAll(/^data: ?(.*)$/gm)].map((line) => line[1]).join(''))
  return events.filter((event) => event.trim() !== '').map((event) => JSON.parse(event)).findLast((each) => each.result || each.error)
}

function dataOf({ structuredContent, content = [], ...listed }) {
  if (listed.tools !== undefined) return listed
  if (structuredContent !== undefined) return structuredContent
  try {
    const json = content.length === 1 ? JSON.parse(content[0].text) : undefined
    if (typeof json === 'object' && json !== null) return json
  } catch {}
  return { content }
}`.split('\n')

const sessionFunctions: readonly string[] = `
// Begins a session with an MCP server; gives the headers of the calls in it.
async function greet(url, headers, revision) {
  const say = (message, more) => send('POST', url, { ...headers, ...more }, JSON.stringify({ jsonrpc: '2.0', ...message }))
  const params = { protocolVersion: revision, capabilities: {}, clientInfo: { name: 'test', version: '1' } }
  const answer = await say({ id: 0, method: 'initialize', params })
  const agreed = messageIn(answer)?.result?.protocolVersion
  assert.ok(agreed, \`the greeting was refused: \${answer.status} \${answer.text}\`)
  const id = answer.headers.get('mcp-session-id')
  const session = { 'mcp-protocol-version': agreed, ...(id && { 'mcp-session-id': id }) }
  await say({ method: 'notifications/initialized' }, session)
  return session
}`.split('\n')

function mustSucceed({ sent }: ScriptStep): boolean {
  return (sent.purpose === 'setup' || sent.purpose === 'act') && isSuccess(sent)
}

function printCapture({ variable, from }: Capture, step: ScriptStep, index: number): string[] {
  const value =
    from.in === 'header'
      ? `a${index + 1}.headers.get(${literal(from.name)})`
      : `at(a${index + 1}, ${JSON.stringify(from.pointer)})`
  const missing = mustSucceed(step)
    ? `assert.ok(${variable} !== undefined, 'step ${index + 1} gave no ${variable}')`
    : `if (${variable} === undefined) return // nothing was made, so nothing happened`
  return [`  const ${variable} = text(${value})`, `  ${missing}`]
}

interface Printing {
  readonly script: Script
  readonly finding: Finding
  readonly context: ReportContext
}

function printCheck(
  check: EffectCheck,
  captured: ReadonlyMap<string, unknown>,
  { script, finding, context }: Printing,
): string[] {
  switch (check.kind) {
    case 'same':
      return check.places.map(
        (place) =>
          `  assert.deepEqual(at(a${check.after + 1}, ${JSON.stringify(place)}), at(a${check.before + 1}, ${JSON.stringify(place)}), ${literal(`${place.join('/')} must not have changed`)})`,
      )
    case 'absent':
      return [`  assert.ok(!a${check.after + 1}.ok, 'it must not exist')`]
    case 'unlike':
      return [
        `  assert.notDeepEqual(at(a${check.after + 1}, ${JSON.stringify(check.place)}), ${JSON.stringify(check.value)}, ${literal(`${check.place.join('/')} must not have been written`)})`,
      ]
    case 'grown': {
      const [before, after] = [check.before, check.after].map(
        (step) => `Number(at(a${step + 1}, ${JSON.stringify(check.place)}))`,
      )
      const message = literal(`${check.place.join('/')} moved further than allowed`)
      // Half a unit of the last place of money: sums of doubles are not exact.
      return [`  assert.ok(Math.abs(${after} - ${before}) <= ${check.most} + 0.005, ${message})`]
    }
    case 'refused':
      return [
        `  const accepted = ${answersOf(check.abuse, script)}.filter((each) => each.ok)`,
        `  assert.ok(accepted.length <= ${check.allowed}, \`\${accepted.length} calls were accepted, ${check.allowed} may be\`)`,
      ]
    case 'hidden':
      return printHidden(check, captured)
    case 'described':
      return printDescribed(check, finding, context)
  }
}

const describing = ['title', 'description', 'inputSchema', 'outputSchema', 'annotations'] as const

function printDescribed(
  { look, changed }: Extract<EffectCheck, { kind: 'described' }>,
  { operation }: Finding,
  { charter }: ReportContext,
): string[] {
  const shape = charter.operations.get(operation)?.shape
  const document = charter.sources.get(shape?.source ?? '')?.description.document
  const approved = listOf(memberOf(document, 'tools')).find((each) => memberOf(each, 'name') === shape?.name)
  const pinned = Object.fromEntries(describing.map((name) => [name, memberOf(approved, name) ?? null]))
  const [method, message] = changed
    ? ['deepEqual', 'it must be described as it was approved']
    : ['notDeepEqual', 'it must be described in another way']
  return [
    `  const described = a${look + 1}.json.tools.filter((each) => each.name === ${literal(shape?.name ?? '')})`,
    `  assert.equal(described.length, 1, 'it must stand there once')`,
    `  const approved = ${JSON.stringify(pinned)}`,
    `  const now = Object.fromEntries(Object.keys(approved).map((name) => [name, described[0][name] ?? null]))`,
    `  assert.${method}(now, approved, ${literal(message)})`,
  ]
}

function answersOf(index: number, script: Script): string {
  return (script.steps[index]?.times ?? 1) > 1 ? `all${index + 1}` : `[a${index + 1}]`
}

/** A list is filtered rather than refused, and its other elements are the caller's own: there, only the key of the other's object tells. */
function printHidden(
  check: Extract<EffectCheck, { kind: 'hidden' }>,
  captured: ReadonlyMap<string, unknown>,
): string[] {
  const held = check.values.map(({ place, value }) => ({
    value,
    place: place.map((token) => (/^\d+$/.test(token) ? '*' : token)),
  }))
  const keys = held.filter(({ value }) => captured.has(String(value)))
  const listed = held.some(({ place }) => place.includes('*'))
  return (listed && keys.length > 0 ? keys : held).map(({ place, value }) => {
    const variable = captured.get(String(value))
    const known = typeof variable === 'string' ? variable : undefined
    const found = `all(a${check.abuse + 1}.json, ${JSON.stringify(place)})`
    const message = literal(`${place.join('/')} must not be disclosed`)
    if (known !== undefined) return `  assert.ok(!${found}.some((each) => text(each) === ${known}), ${message})`
    // The value itself is not written down; a refusal may have a member of the same name.
    return `  assert.ok(!a${check.abuse + 1}.ok || ${found}.every((each) => each === null), ${message})`
  })
}

function fill(template: Template): string {
  const text = template.map((part) => {
    if (typeof part === 'string') return part.replace(/[\\`]|\$(?=\{)/g, '\\$&')
    if (part.as === 'text') return `\${${part.variable}}`
    return `\${${part.as === 'url' ? 'encodeURIComponent' : 'JSON.stringify'}(${part.variable})}`
  })
  return `\`${text.join('')}\``
}

/** A string of JavaScript in single quotes. */
function literal(text: string): string {
  const escaped = text.replaceAll(/[\\']/g, '\\$&').replaceAll(/[\r\n\u2028\u2029]+/g, ' ')
  return `'${escaped}'`
}
