// Pieces of a classed value that leave at the same moment, by calls on two nodes: seen as the pieces they are.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import type { Ruling } from '../../src/guard/call.ts'
import { createGuard, type Guard } from '../../src/guard/guard.ts'
import type { Store } from '../../src/guard/store.ts'
import { openPostgresStore } from '../../src/store/postgres/open.ts'
import { openSqliteStore } from '../../src/store/sqlite/open.ts'
import { type Postgres, startPostgres } from '../store/postgres.ts'
import { ask, call, card, newRun, officeCharter } from './office.ts'
import { answered, Lines } from './wallet.ts'

const digits = card.phone.replaceAll(/\D/g, '')
const thirds = [digits.slice(0, 5), digits.slice(5, 9), digits.slice(9)]
const account = [card.account.slice(0, 8), card.account.slice(8, 15), card.account.slice(15)]
/** Through the same tool, through several, and through one that only reads. */
const ways = [
  ['post', 'post', 'post'],
  ['post', 'pay', 'post'],
  ['read', 'read', 'read'],
]

function pieces(engine: string, open: () => Promise<{ readonly stores: readonly Store[]; remove(): Promise<void> }>) {
  describe(`pieces at the same moment: ${engine}`, () => {
    let nodes: readonly Guard[] = []
    let close = async (): Promise<void> => undefined
    before(async () => {
      const { stores, remove } = await open()
      const charter = officeCharter()
      nodes = await Promise.all(
        stores.map((store, at) => createGuard(charter, { version: '1', store, journal: new Lines(), node: `n${at}` })),
      )
      close = async () => {
        for (const node of nodes) await node.close()
        for (const store of stores) await store.close()
        await remove()
      }
    })
    after(() => close())
    const node = (at: number): Guard => nodes[at % nodes.length] ?? assert.fail()

    for (const tools of ways)
      test(`nothing is whole outside: ${tools.join(', ')}`, async () => {
        for (let round = 0; round < 6; round += 1) {
          const run = newRun()
          await call(node(0), { run, tool: 'read', body: {} }, { answer: card })
          const rulings = await Promise.all(
            tools.map((tool, at) => ask(node(at + round), { run, tool, body: { text: thirds[at] } })),
          )
          assert.ok(rulings.some(isDenied), JSON.stringify(rulings.map(({ kind }) => kind)))
          assert.ok(rulings.some(({ kind }) => kind === 'go'))
          await settle(rulings)
        }
      })

    test('nor what is taken out instead of being refused', async () => {
      const run = newRun()
      await call(node(0), { run, tool: 'read', body: {} }, { answer: card })
      const rulings = await Promise.all(account.map((text, at) => ask(node(at), { run, tool: 'post', body: { text } })))
      const sent = rulings.map((each, at) =>
        each.kind === 'go' && each.instead !== undefined ? JSON.stringify(each.instead.body) : account[at],
      )
      assert.ok(sent.join('').includes('[secret]'), sent.join(' '))
      await settle(rulings)
    })

    test('a call that was refused has taken nothing away', async () => {
      const run = newRun()
      await call(node(0), { run, tool: 'read', body: {} }, { answer: card })
      const whole = { run, tool: 'post', body: { text: `${thirds[0]} ${digits}` } }
      assert.equal(await call(node(0), whole), 'denied')
      assert.notEqual(await call(node(1), { run, tool: 'post', body: { text: thirds[1] } }), 'denied')
    })
  })
}

const isDenied = (ruling: Ruling): boolean => ruling.kind === 'refused' && ruling.refusal.code === 'denied'

async function settle(rulings: readonly Ruling[]): Promise<void> {
  for (const each of rulings) if (each.kind === 'go') await each.settle(answered(200, {}))
}

pieces('SQLite', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'lockstep-pieces-'))
  const open = (): Store => openSqliteStore(join(folder, 'state.db'))
  return { stores: [open(), open()], remove: async () => rmSync(folder, { recursive: true }) }
})

let server: Postgres | undefined
after(() => server?.stop())
pieces('PostgreSQL', async () => {
  server = await startPostgres()
  const { url } = server
  const open = (): Promise<Store> => openPostgresStore(url, { schema: 'pieces' })
  const first = await open()
  return { stores: [first, await open()], remove: async () => undefined }
})
