// What every engine must do for a ledger. Run on SQLite and on PostgreSQL.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { openLedger } from '../../src/ledger/ledger.ts'
import { parseVerifierKey } from '../../src/ledger/note.ts'
import { proveEntry } from '../../src/ledger/prove.ts'
import type { SearchQuery } from '../../src/ledger/storage/storage.ts'
import { verifyProof } from '../../src/ledger/tlog-proof.ts'
import { decision, operator } from './sample.ts'
import { all, entryOf, fill, type Room, type Setting, using, verify } from './setting.ts'
import { forgeries, mutated, mutations, refused } from './tamper.ts'

/** Runs the whole contract on one engine. */
export function ledgerContract(engine: string, makeRoom: (folder: string) => Promise<Room>): void {
  const contract = (name: string, body: (setting: Setting) => Promise<void>): void => {
    test(name, async () => {
      const folder = mkdtempSync(join(tmpdir(), 'lockstep-ledger-'))
      const room = await makeRoom(folder)
      const options = {
        storage: room.storage,
        signingKey: join(folder, 'key.pem'),
        origin: 'ledger.example/t',
        node: 'a',
        version: '1',
      }
      try {
        await body({ folder, room, options })
      } finally {
        await room.remove()
        rmSync(folder, { recursive: true, force: true })
      }
    })
  }
  describe(engine, { concurrency: 4 }, () => {
    contract('what many append at once is kept, in the order of each', keepsAll)
    contract('two nodes append to one ledger', twoNodes)
    contract('entries are found by what they are about', searches)
    contract('an entry is proven offline, and stays provable when its text is pruned', proves)
    contract('an entry that lingers goes with the next one, or soon by itself', lingers)
    contract('erasing a person makes content unreadable and leaves the ledger whole', erases)
    contract('texts are pruned by age, and only with a record of it', prunes)
    contract('nothing that somebody sends keeps a call out', hostile)
    for (const mutation of mutations)
      contract(`found offline: ${mutation.name}`, (setting) => mutated(setting, mutation))
    for (const forgery of forgeries)
      contract(`refused at the start: ${forgery.name}`, (setting) => refused(setting, forgery))
    contract('a ledger that is cut while it runs takes no more entries', cutWhileRunning)
    contract('a ledger whose key is lost is not opened with another', lostKey)
  })
}

async function lingers({ options }: Setting): Promise<void> {
  const ledger = await openLedger(options)
  const order: string[] = []
  const note = async (name: string, entry: Promise<{ readonly index: number }>): Promise<number> => {
    const { index } = await entry
    order.push(name)
    return index
  }
  const pairs = await Promise.all([
    note('lingers', ledger.append(decision(), { lingers: true })),
    note('next', ledger.append(decision())),
  ])
  assert.deepEqual(order, ['lingers', 'next'])
  const alone = await ledger.append(decision(), { lingers: true })
  const last = ledger.append(decision(), { lingers: true })
  await ledger.close()
  assert.deepEqual([...pairs, alone.index, (await last).index], [1, 2, 3, 4])
}

async function keepsAll({ options }: Setting): Promise<void> {
  await using(options, async (ledger) => {
    const writers = Array.from({ length: 8 }, async (_, writer) => {
      const indexes: number[] = []
      for (let at = 0; at < 20; at += 1)
        indexes.push((await ledger.append(decision({ call: `${writer}/${at}` }))).index)
      return indexes
    })
    const indexes = await Promise.all(writers)
    const stored = await all(ledger)
    assert.deepEqual(
      stored.map(({ index }) => index),
      [...Array(161).keys()],
    )
    for (const [writer, own] of indexes.entries()) {
      assert.deepEqual(
        own,
        own.toSorted((a, b) => a - b),
      )
      for (const [at, index] of own.entries()) assert.equal(entryOf(stored[index]).call, `${writer}/${at}`)
    }
  })
  const late = await openLedger(options)
  await late.close()
  await assert.rejects(late.append(decision()), { code: 'closed' })
  await using(options, async (ledger) => {
    const report = await verify(ledger)
    assert.deepEqual(report.problems, [])
    assert.deepEqual([report.size, report.covered], [163, 162])
  })
}

async function twoNodes({ options }: Setting): Promise<void> {
  await using(options, async (first) => {
    await using({ ...options, node: 'b' }, async (second) => {
      await Promise.all([fill(first, 60), fill(second, 60), first.checkpoint(), second.checkpoint()])
      const nodes = (await all(first)).map((stored) => entryOf(stored).node)
      assert.deepEqual(
        [nodes.filter((node) => node === 'a').length, nodes.filter((node) => node === 'b').length],
        [61, 61],
      )
      const note = await second.checkpoint()
      assert.deepEqual((await verify(first, [note ?? ''])).problems, [])
    })
  })
}

const queries: [what: string, query: SearchQuery, calls: (string | undefined)[]][] = [
  ['newest first', { kind: 'decision' }, ['3', '2', '1', '0']],
  ['oldest first', { kind: 'decision', order: 'oldest' }, ['0', '1', '2', '3']],
  ['of one call', { call: '2' }, ['2', '2']],
  ['of one operation', { operation: 'shop.pay' }, ['1']],
  ['of one person', { principal: 'eve' }, ['3']],
  ['with one effect', { effect: 'deny' }, ['3', '0']],
  ['that took effect', { kind: 'outcome', effect: 'effective' }, ['2']],
  ['in a time', { from: 1000, to: 3000, kind: 'decision' }, ['2', '1']],
  ['all of it together', { from: 0, kind: 'decision', effect: 'deny', principal: 'ada' }, ['0']],
  ['nothing', { call: "'; DROP TABLE ledger_entry; --" }, []],
]

async function searches({ options }: Setting): Promise<void> {
  await using({ ...options, now: () => 9_999_000 }, async (ledger) => {
    await ledger.append(decision({ call: '0', at: 0, effect: 'deny' }))
    await ledger.append(decision({ call: '1', at: 1000, operation: 'shop.pay' }))
    await ledger.append(decision({ call: '2', at: 2000 }))
    await ledger.append(decision({ call: '3', at: 3000, effect: 'deny', principal: { id: 'eve' } }))
    await ledger.append({
      kind: 'outcome',
      at: 4000,
      call: '2',
      operation: 'shop.refundOrder',
      outcome: 'effective',
      status: 200,
    })
    for (const [what, query, calls] of queries) {
      const found = (await ledger.reader.search(query)).entries.map((stored) => entryOf(stored).call)
      assert.deepEqual(found, calls, what)
    }
    const pages: number[][] = []
    for (let past: number | undefined; pages.length === 0 || past !== undefined; ) {
      const page = await ledger.reader.search({ limit: 2, ...(past === undefined ? {} : { past }) })
      pages.push(page.entries.map(({ index }) => index))
      past = page.next
    }
    assert.deepEqual(pages, [[5, 4], [3, 2], [1, 0], []])
  })
}

async function proves({ options }: Setting): Promise<void> {
  await using({ ...options, now: () => 0 }, async (ledger) => {
    await fill(ledger, 300)
    assert.equal(await proveEntry(ledger.reader, 7), undefined, 'no checkpoint covers it yet')
    await ledger.checkpoint()
    const texts = (await all(ledger)).map(({ text }) => text ?? '')
    const key = parseVerifierKey(ledger.publicKey) ?? assert.fail()
    const holds = async (index: number, text?: string): Promise<boolean> => {
      const file = await proveEntry(ledger.reader, index, text === undefined ? {} : { text })
      const verdict = verifyProof(file ?? '', key)
      return verdict.holds && verdict.entry === texts[index]
    }
    for (const index of [0, 1, 128, 255, 256, 300]) assert.ok(await holds(index), `entry ${index}`)
    assert.ok(!(await holds(7, texts[8])))
    await fill(ledger, 1)
    await ledger.checkpoint()
    const wider = verifyProof((await proveEntry(ledger.reader, 7, { size: 302 })) ?? '', key)
    assert.equal(wider.holds && wider.head.size, 302)
    assert.equal(await proveEntry(ledger.reader, 7, { size: 303 }), undefined)
    await ledger.prune(200_000, operator.principal)
    assert.equal(await proveEntry(ledger.reader, 7), undefined)
    assert.ok(await holds(7, texts[7]))
  })
}

async function erases({ options }: Setting): Promise<void> {
  await using(options, async (ledger) => {
    const { index } = await ledger.append(decision())
    await ledger.append(decision({ principal: { id: 'eve' } }))
    await ledger.append(decision({ record: 'keyed-hash' }))
    await ledger.append(decision({ record: 'nothing' }))
    const [, ada, eve, hashed, none] = (await all(ledger)).map(entryOf)
    assert.ok(ada && eve && hashed && none)
    assert.deepEqual(await ledger.content(ada), {
      request: { body: { amount: '12.00', to: 'Ada Lovelace' }, header: { accept: '*/*' } },
    })
    assert.deepEqual(
      [typeof hashed.digest?.hmac, hashed.sealed, none.digest, none.sealed],
      ['string', undefined, undefined, undefined],
    )
    assert.doesNotMatch(JSON.stringify(await all(ledger)), /Lovelace|t0p/)
    const { keys } = await ledger.erase('ada', operator)
    assert.deepEqual(keys, [ada.sealed?.key])
    assert.equal(await ledger.content(ada), undefined)
    assert.ok(await ledger.content(eve))
    await ledger.append(decision())
    const again = entryOf((await all(ledger)).at(-1))
    assert.notEqual(again.sealed?.key, ada.sealed?.key)
    assert.ok(await ledger.content(again))
    await ledger.checkpoint()
    assert.deepEqual((await verify(ledger)).problems, [])
    assert.ok(await proveEntry(ledger.reader, index))
  })
}

async function prunes({ options, room }: Setting): Promise<void> {
  await using(options, async (ledger) => {
    await fill(ledger, 50)
    assert.deepEqual(await ledger.prune(1e15, operator.principal), { upTo: 0 }, 'no checkpoint covers anything')
    await ledger.checkpoint()
    // The entry of the start is younger than all of them, in this test; what is younger stays.
    await ledger.prune(1e15, operator.principal)
    await ledger.checkpoint()
    const report = await verify(ledger)
    assert.deepEqual([report.problems, report.pruned], [[], 52])
    assert.deepEqual((await ledger.reader.search({ principal: 'ada' })).entries, [])
    const kept = (await all(ledger)).find(({ text }) => text !== undefined)?.index ?? 0
    await fill(ledger, 3)
    await ledger.checkpoint()
    await room.run(`UPDATE ledger_entry SET text = NULL WHERE idx = ${kept + 2}`)
    assert.deepEqual(
      (await verify(ledger)).problems.map(({ code, to }) => [code, to]),
      [['dropped', kept + 2]],
    )
  })
}

async function hostile({ options }: Setting): Promise<void> {
  const texts = ['\ud800', '\u0000', 'a\udc00\\ud800', '\\', '💥', '"\n', 'x'.repeat(5000), '__proto__', '']
  await using(options, async (ledger) => {
    for (const text of texts) {
      const { index } = await ledger.append(
        decision({ call: text, operation: text, principal: { id: text }, content: { request: { [text]: text } } }),
      )
      const found = await ledger.reader.search({ call: text, operation: text, principal: text })
      assert.ok(
        found.entries.some((each) => each.index === index),
        JSON.stringify(text),
      )
    }
    await ledger.append(decision({ content: { request: JSON.parse('{"__proto__":{"x":1}}') } }))
    for (const record of ['full', 'redacted', 'keyed-hash'] as const) {
      await ledger.append(decision({ record, content: { request: deepest() } }))
    }
    const cyclic: { self?: unknown } = {}
    cyclic.self = cyclic
    await assert.rejects(ledger.append(decision({ content: { request: cyclic } })), { code: 'unrecordable' })
    await assert.rejects(ledger.append(decision({ content: { request: 1n } })), { code: 'unrecordable' })
    await assert.rejects(ledger.append(decision({ at: Number.NaN })), TypeError)
    await ledger.checkpoint()
    assert.deepEqual((await verify(ledger)).problems, [])
  })
}

/** The most deeply nested value that is JSON at all. */
function deepest(): unknown {
  const nest = (depth: number): unknown => JSON.parse('['.repeat(depth) + ']'.repeat(depth))
  for (let depth = 32_768; ; depth = Math.floor(depth * 0.9)) {
    try {
      JSON.stringify(nest(depth))
      return nest(Math.floor(depth * 0.9))
    } catch (error) {
      assert.ok(error instanceof RangeError)
    }
  }
}

async function cutWhileRunning({ options, room }: Setting): Promise<void> {
  const ledger = await openLedger(options)
  await fill(ledger, 5)
  for (const table of ['entry', 'head', 'node', 'checkpoint']) await room.run(`DELETE FROM ledger_${table}`)
  await assert.rejects(ledger.append(decision()), { code: 'forged', index: 0 })
  await ledger.close().catch(() => undefined)
}

async function lostKey({ options, folder }: Setting): Promise<void> {
  await using(options, (ledger) => fill(ledger, 3))
  rmSync(options.signingKey)
  await assert.rejects(openLedger(options), { code: 'key' })
  writeFileSync(join(folder, 'other.pem'), 'no key')
  await assert.rejects(openLedger({ ...options, signingKey: join(folder, 'other.pem') }), { code: 'key' })
  const other = {
    ...options,
    signingKey: join(folder, 'second.pem'),
    storage: { type: 'sqlite' as const, file: join(folder, 'x.db'), keys: join(folder, 'y.db') },
  }
  await using(other, (ledger) => fill(ledger, 1))
  await assert.rejects(openLedger({ ...options, signingKey: other.signingKey }), { code: 'forged' })
}
