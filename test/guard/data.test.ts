// Data of a class goes only where the charter lets it: found in whatever shape, covered, withheld, and given back as tokens.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Run } from '../../src/charter/charter.ts'
import { createGuard, type Guard } from '../../src/guard/guard.ts'
import type { Store } from '../../src/guard/store.ts'
import { openSqliteStore } from '../../src/store/sqlite/open.ts'
import { call as callOn, card, newRun, officeCharter } from './office.ts'
import { Lines } from './wallet.ts'

describe('data of a run', () => {
  let store: Store
  let nodes: readonly [Guard, Guard]
  before(async () => {
    const charter = officeCharter()
    store = openSqliteStore(':memory:')
    const open = (node: string) => createGuard(charter, { version: '1', store, journal: new Lines(), node })
    nodes = [await open('one'), await open('two')]
  })
  after(async () => {
    for (const each of nodes) await each.close()
    await store.close()
  })

  const call = (run: Run, tool: string, body: unknown, { answer = {}, node = 0, rewrites = true } = {}) =>
    callOn(nodes[node === 0 ? 0 : 1], { run, tool, body }, { answer, rewrites })
  const tokenIn = (value: unknown): string => /⟦secret:[0-9a-f]+⟧/.exec(JSON.stringify(value))?.[0] ?? assert.fail()

  test('a class the workflow may not handle comes as a token, and goes back as the value where it may go', async () => {
    const run = newRun()
    const read = await call(run, 'read', {}, { answer: card })
    assert.ok(typeof read === 'object')
    const token = tokenIn(read.seen)
    assert.deepEqual(read.seen, { ...card, account: token })
    const paid = await call(run, 'pay', { to: token, text: `to ${token}` }, { node: 1 })
    assert.deepEqual(paid, { sent: { to: card.account, text: `to ${card.account}` }, seen: {} })
    const posted = await call(run, 'post', { text: token }, { node: 1 })
    assert.deepEqual(posted, { sent: { text: token }, seen: {} })
  })

  test('the tokens of one run mean nothing in another', async () => {
    const read = await call(newRun(), 'read', {}, { answer: card })
    assert.ok(typeof read === 'object')
    const token = tokenIn(read.seen)
    assert.deepEqual(await call(newRun(), 'pay', { to: token }), { sent: { to: token }, seen: {} })
  })

  test('what may not go somewhere is covered before it is sent', async () => {
    const sent = await call(newRun(), 'post', { text: `my account is ${card.account}`, n: 1 })
    assert.ok(typeof sent === 'object')
    assert.deepEqual(sent.sent, { text: `my account is ${tokenIn(sent.sent)}`, n: 1 })
  })

  test('and refused where nothing else can be sent', async () => {
    assert.equal(await call(newRun(), 'post', { text: card.account }, { rewrites: false }), 'denied')
  })

  const digits = card.phone.replaceAll(/\D/g, '')
  const shapes: Readonly<Record<string, unknown>> = {
    verbatim: { text: card.phone },
    'with other separators': { text: digits.replace(/(\d{4})/g, '$1-') },
    'in a longer text': { text: `call ${card.phone} now` },
    nested: { a: [{ b: JSON.stringify({ c: card.phone }) }] },
    base64: { text: Buffer.from(card.phone).toString('base64') },
    hex: { text: Buffer.from(card.phone).toString('hex') },
    url: { text: [...Buffer.from(card.phone)].map((byte) => `%${byte.toString(16)}`).join('') },
    html: { text: [...card.phone].map((char) => `&#${char.codePointAt(0)};`).join('') },
    reversed: { text: [...card.phone].reverse().join('') },
    'split over arguments': { first: digits.slice(0, 6), second: digits.slice(6) },
    'with invisible characters': { text: [...card.phone].join('\u200b') },
  }
  for (const [shape, body] of Object.entries(shapes)) {
    test(`a marked value never leaves by a closed way: ${shape}`, async () => {
      const run = newRun()
      await call(run, 'read', {}, { answer: card })
      assert.equal(await call(run, 'post', body, { node: 1 }), 'denied')
      assert.notEqual(await call(run, 'mail', body), 'denied')
    })
  }

  test('nor split over calls', async () => {
    const run = newRun()
    await call(run, 'read', {}, { answer: card })
    const parts = [digits.slice(0, 5), digits.slice(5, 9), digits.slice(9)]
    const codes = []
    for (const text of parts) codes.push(await call(run, 'post', { text }))
    assert.ok(codes.includes('denied'), JSON.stringify(codes))
  })

  test('other data passes', async () => {
    const run = newRun()
    await call(run, 'read', {}, { answer: card })
    for (const text of ['Ann asked for it', 'order 12345', '2026-01-15', 'a'.repeat(500)])
      assert.deepEqual(await call(run, 'post', { text }), { sent: { text }, seen: {} })
  })

  const account = card.account
  const told: Readonly<Record<string, string>> = {
    'as it is': account,
    backwards: [...account].reverse().join(''),
    'with blanks': account.replaceAll(/(.)(.)(.)/g, '$1 $2$3 '),
    half: account.slice(0, 14),
    'backwards in base64': Buffer.from([...account].reverse().join('')).toString('base64'),
  }
  for (const [shape, text] of Object.entries(told)) {
    test(`what the user said is known again: ${shape}`, async () => {
      const first = { ...newRun(), purpose: `Pay what is due from ${account}.` }
      assert.equal(await call(first, 'post', { text }, { rewrites: false }), 'denied')
      assert.deepEqual(await call(first, 'pay', { text }), { sent: { text }, seen: {} })
      const later = { ...newRun(), purpose: 'Pay what is due.' }
      await call(later, 'post', { text: 'hello' })
      await nodes[0].said(later, `It is ${account}.`)
      assert.equal(await call(later, 'post', { text }, { node: 1, rewrites: false }), 'denied')
      assert.equal(await call(later, 'post', { text }, { rewrites: false }), 'denied')
    })
  }

  test('what the user said is known again in pieces, through any node, and in no other run', async () => {
    const run = { ...newRun(), purpose: `Pay what is due from ${account}.` }
    const parts = [account.slice(0, 6), account.slice(6, 12), account.slice(12, 18), account.slice(18)]
    const codes = []
    for (const [index, text] of parts.entries())
      codes.push(await call(run, 'post', { text }, { node: index % 2, rewrites: false }))
    assert.ok(codes.includes('denied'), JSON.stringify(codes))
    const text = [...account].reverse().join('')
    assert.deepEqual(await call({ ...newRun(), purpose: 'Pay.' }, 'post', { text }), { sent: { text }, seen: {} })
  })
})
