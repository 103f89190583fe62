// A marked value never leaves by a way that is closed to its class: a table of forms and ways out, on one guard with every door.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import type { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { disguises } from '../classify/disguise.ts'
import { call, type Framework, result } from '../gateway/acs/stage.ts'
import { atHooks, bearing, runToken, toAgent, toHttp, toModel, toTool, toWrapped, wrapped } from './doors.ts'
import { type Estate, openEstate } from './estate.ts'
import { person } from './tools.ts'
import { textsIn } from './trace.ts'

/** Texts that carry a value; where there are several, each goes into an argument of its own. */
const forms: Readonly<Record<string, (value: string) => readonly string[]>> = {
  verbatim: (value) => [value],
  'in a sentence': (value) => [`please use ${value}, thank you`],
  ...Object.fromEntries(
    [
      'upper case',
      'lower case',
      'mixed case',
      'cut to two thirds',
      'base64',
      'base64url',
      'hex',
      'percent-encoded',
      'HTML entities',
      'JSON escapes',
      'base32',
      'base64 twice',
      'JSON in JSON in a text',
      'zero-width characters between',
      'a link',
    ].map((name) => [name, (value: string) => [disguises[name]?.(value) ?? assert.fail(name)]]),
  ),
  'split over two texts': (value) => [value.slice(0, value.length / 2), value.slice(value.length / 2)],
}

/** The values, by class: one is refused, of the other only the rest is sent. */
const values = { personal: person.phone, secret: person.account, 'secret text': person.note }

/** Sends texts out, by an agent that has read the values. */
type Way = (texts: readonly string[]) => Promise<unknown>

const parts = ([text = '', more]: readonly string[]): { text: string; more?: string } =>
  more === undefined ? { text } : { text, more }

let estate: Estate
let client: Client
before(async () => {
  estate = await openEstate()
  client = await wrapped(estate)
})
after(async () => {
  await client.close()
  estate.close()
})

/** A run that has read the values, so that no form is known by the one before it. */
async function freshRun(): Promise<string> {
  const token = await runToken(estate)
  const { text } = await toTool(estate, token, 'desk.read', {})
  assert.match(text, /metformin/)
  return token
}

async function freshSession(): Promise<Framework> {
  const hooks = await atHooks(estate)
  await hooks.step('steps/sessionStart', {})
  await hooks.step('steps/toolCallRequest', call('read', {}))
  const read = await hooks.step('steps/toolCallResult', result('read', person))
  assert.notEqual(read.decision, 'deny', JSON.stringify(read.raw))
  return hooks
}

const ways: Readonly<Record<string, (token: string) => Way>> = {
  'an API': (token) => (texts) => toHttp(estate, token, 'POST /out', parts(texts)),
  'the query of an API': (token) => (texts) =>
    toHttp(estate, token, `GET /echo?${texts.map((text, at) => `q${at}=${encodeURIComponent(text)}`).join('&')}`),
  'headers of an API': (token) => (texts) =>
    estate.ask('http', 'GET /echo', {
      headers: {
        ...bearing(token),
        ...Object.fromEntries(texts.map((text, at) => [at === 0 ? 'user-agent' : `x-note-${at}`, encodeURI(text)])),
      },
    }),
  'a body of another type': (token) => (texts) =>
    estate.ask('http', 'POST /upload', {
      headers: { ...bearing(token), 'content-type': 'text/plain' },
      body: texts.join(' '),
    }),
  'a tool over HTTP': (token) => (texts) => toTool(estate, token, 'desk.out', parts(texts)),
  'a tool that is a program': (token) => (texts) => toTool(estate, token, 'files.out', parts(texts)),
  'chat completions': (token) => (texts) =>
    toModel(
      estate,
      token,
      'chat',
      texts.map((text) => ({ type: 'text', text })),
    ),
  'a streamed answer': (token) => (texts) => toModel(estate, token, 'stream', texts.join(' ')),
  'the Responses API': (token) => (texts) =>
    toModel(
      estate,
      token,
      'responses',
      texts.map((text) => ({ type: 'input_text', text })),
    ),
  'the Messages API': (token) => (texts) =>
    toModel(
      estate,
      token,
      'messages',
      texts.map((text) => ({ type: 'text', text })),
    ),
  'another agent': (token) => (texts) =>
    toAgent(
      estate,
      token,
      texts.map((text) => ({ text })),
    ),
}

/** All that left since: texts of requests, whatever they are written in. */
function leftSince(mark: { readonly requests: number; readonly bytes: readonly number[] }): string {
  const requests = estate.world.got.slice(mark.requests).filter(({ who }) => who !== 'hook')
  const programs = ['files', 'wrap'].map((name, at) => got(name).subarray(mark.bytes[at]).toString('utf8'))
  const lines = programs.flatMap((text) => text.split('\n')).filter((line) => line.startsWith('{'))
  return [...requests.map(({ body }) => body).filter((body) => body !== ''), ...lines]
    .flatMap((text) => (/^[{[]/.test(text) ? textsIn(JSON.parse(text)) : [text]))
    .concat(requests.map(({ line }) => decodeURIComponent(line.replaceAll('+', ' '))))
    .concat(requests.flatMap(({ headers }) => Object.values(headers).map((value) => decodeURI(String(value)))))
    .join('\n')
}

function got(name: string): Buffer {
  try {
    return readFileSync(join(estate.folder, `${name}.got`))
  } catch {
    return Buffer.alloc(0)
  }
}

const markNow = () => ({ requests: estate.world.got.length, bytes: ['files', 'wrap'].map((name) => got(name).length) })

async function leaves(way: Way, texts: readonly string[]): Promise<boolean> {
  const mark = markNow()
  await way(texts)
  const left = leftSince(mark)
  return texts.every((text) => left.includes(text))
}

/** The forms in which a value gets out. */
async function formsThatLeave(
  value: string,
  leaves: (texts: readonly string[]) => Promise<boolean>,
): Promise<string[]> {
  const found: string[] = []
  for (const [form, write] of Object.entries(forms)) if (await leaves(write(value))) found.push(form)
  return found
}

const other = ['the order of Ann is on its way']

for (const [name, open] of Object.entries(ways))
  describe(name, () => {
    for (const [what, value] of Object.entries(values))
      test(`${what}: in no form`, async () => {
        const found = await formsThatLeave(value, async (texts) => leaves(open(await freshRun()), texts))
        assert.deepEqual(found, [])
      })
    const readsNothing = name === 'a body of another type'
    test(readsNothing ? 'nor other data' : 'other data does', async () => {
      assert.equal(await leaves(open(await freshRun()), other), !readsNothing)
    })
  })

describe('where each class may go', () => {
  for (const [what, value] of Object.entries(values))
    test(what, async () => {
      for (const source of ['desk', 'files']) {
        const token = await freshRun()
        assert.equal(await leaves((texts) => toTool(estate, token, `${source}.pay`, parts(texts)), [value]), true)
      }
    })
})

describe('a tool behind `mcp wrap`', () => {
  const way: Way = (texts) => toWrapped(estate, client, 'out', parts(texts))
  before(() => toWrapped(estate, client, 'read', {}))
  for (const [what, value] of Object.entries(values))
    test(`${what}: in no form`, async () => {
      assert.deepEqual(await formsThatLeave(value, (texts) => leaves(way, texts)), [])
    })
  test('other data does', async () => assert.equal(await leaves(way, other), true))
})

describe('hooks', () => {
  /** Whether a framework would send the texts, going by what it is told. */
  const passes = async (texts: readonly string[]): Promise<boolean> => {
    const told = await (await freshSession()).step('steps/toolCallRequest', call('out', parts(texts)))
    if (told.decision === 'modify') return texts.every((text) => textsIn(told.raw).join('\n').includes(text))
    return told.decision === 'allow'
  }
  for (const [what, value] of Object.entries(values))
    test(`${what}: in no form`, async () => assert.deepEqual(await formsThatLeave(value, passes), []))
  test('other data does', async () => assert.equal(await passes(other), true))
})
