// What a write depends on fails: it is refused or settled as it should be, and all goes on by itself once that is over.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, afterEach, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import Sqlite from 'better-sqlite3'
import { request } from 'undici'
import { journalOf } from '../../../src/guard/ledger-journal.ts'
import { openLedger } from '../../../src/ledger/ledger.ts'
import { openPostgresStore } from '../../../src/store/postgres/open.ts'
import { openSqliteStore } from '../../../src/store/sqlite/open.ts'
import { all, entryOf } from '../../ledger/setting.ts'
import { startPostgres } from '../../store/postgres.ts'
import { listen } from '../../transport/open.ts'
import { type Api, type Handle, notesCharter, openApi } from './api.ts'
import { type Guarded, named, openGuarded } from './stage.ts'

const folder = mkdtempSync(join(tmpdir(), 'lockstep-drill-'))
const opened: { close(): Promise<unknown> }[] = []
afterEach(async () => {
  for (const each of opened.splice(0).reverse()) await each.close()
})
after(() => rmSync(folder, { recursive: true }))

interface Stage {
  readonly api: Api
  readonly guarded: Guarded
  /** What a box holds, by its name; `hello` when nothing was put there. */
  readonly boxes: Map<string, string>
  readonly filled: () => number
}

type Answering = (fill: () => void, ...all: Parameters<Handle>) => void

const usual: Answering = (fill, _incoming, response) => {
  fill()
  response.writeHead(204).end()
}

/** Boxes that can be filled once, and how the API answers who fills them. */
async function open(
  answering: () => Answering,
  options: Partial<Parameters<typeof openGuarded>[1]> = {},
): Promise<Stage> {
  const boxes = new Map<string, string>()
  const api = await openApi((incoming, response, recorded) => {
    const key = /\/boxes\/(\w+)/.exec(recorded.url)?.[1] ?? ''
    if (recorded.method === 'PUT') {
      answering()(() => boxes.set(key, 'full'), incoming, response, recorded)
      return
    }
    response.writeHead(200, { 'content-type': 'application/json' })
    response.end(JSON.stringify({ id: key, owner: 'bob', text: boxes.get(key) ?? 'hello' }))
  })
  const guarded = await openGuarded(notesCharter(), {
    upstreams: { api: { url: api.url, timeoutMs: 300, idleMs: 300 } },
    identifier: named,
    readers: { api: [() => ({ 'x-user': 'ann' })] },
    guardLimits: { busyMs: 100, doubtMs: 500 },
    ...options,
  })
  opened.push(api, guarded)
  return { api, guarded, boxes, filled: () => api.seen.filter((each) => each.method === 'PUT').length }
}

interface Answered {
  readonly status: number
  readonly code: string | undefined
}

async function fill({ guarded }: Stage, key: string): Promise<Answered> {
  const headers = { 'x-user': 'bob', 'content-type': 'application/octet-stream' }
  const answer = await request(`${guarded.url}/v1/boxes/${key}`, { method: 'PUT', headers, body: 'x' })
  const text = await answer.body.text()
  return { status: answer.statusCode, code: /"code":"([^"]+)"/.exec(text)?.[1] }
}

/** Asks until the answer is this one. */
async function fillUntil(stage: Stage, key: string, status: number): Promise<void> {
  let last: Answered | undefined
  for (let round = 0; round < 80; round += 1) {
    last = await fill(stage, key)
    if (last.status === status) return
    await pause(100)
  }
  assert.equal(last?.status, status, JSON.stringify(last))
}

test('the store is locked: nothing is sent; it goes on when it is free', async () => {
  const file = join(folder, 'state.db')
  const store = openSqliteStore(file, { busyTimeoutMs: 50 })
  const stage = await open(() => usual, { store })
  const other = new Sqlite(file)
  other.exec('BEGIN EXCLUSIVE')
  assert.deepEqual(await fill(stage, 'a'), { status: 503, code: 'unavailable' })
  assert.equal(stage.filled(), 0)
  other.exec('COMMIT')
  other.close()
  await fillUntil(stage, 'a', 204)
  assert.equal(stage.filled(), 1)
})

test('the store is locked while a call is on its way: its outcome is kept and written when it is free', async () => {
  const file = join(folder, 'late.db')
  const store = openSqliteStore(file, { busyTimeoutMs: 50 })
  const other = new Sqlite(file)
  const stage = await open(
    () =>
      (...all) => {
        other.exec('BEGIN EXCLUSIVE')
        usual(...all)
      },
    { store },
  )
  assert.equal((await fill(stage, 'a')).status, 204)
  assert.equal((await fill(stage, 'a')).status, 503)
  other.exec('COMMIT')
  other.close()
  // Full boxes cannot be filled: 403 says that what happened is known.
  await fillUntil(stage, 'a', 403)
  assert.equal(stage.filled(), 1)
  assert.deepEqual(
    stage.guarded.events.flatMap((each) => (each.kind === 'outcome' ? [each.effect] : [])),
    ['effective'],
  )
})

test('PostgreSQL cannot be reached: nothing is sent; it goes on when it is back', async () => {
  const postgres = await startPostgres()
  const line = await openLine(Number(new URL(postgres.url).port))
  try {
    const url = new URL(postgres.url)
    url.port = String(line.port)
    const store = await openPostgresStore(url.href, { schema: 'drill' })
    const stage = await open(() => usual, { store })
    assert.equal((await fill(stage, 'a')).status, 204)
    line.cut()
    assert.deepEqual(await fill(stage, 'b'), { status: 503, code: 'unavailable' })
    assert.equal(stage.filled(), 1)
    line.mend()
    await fillUntil(stage, 'b', 204)
    assert.equal(stage.filled(), 2)
    for (const each of opened.splice(0).reverse()) await each.close()
  } finally {
    line.close()
    await postgres.stop()
  }
})

/** A way to a port of this machine that can be cut. */
async function openLine(target: number): Promise<{ port: number; cut(): void; mend(): void; close(): void }> {
  const sockets = new Set<Socket>()
  let isCut = false
  const server = createServer((near) => {
    const far = connect(target, '127.0.0.1')
    for (const each of [near, far]) {
      sockets.add(each)
      each.on('error', () => undefined).on('close', () => sockets.delete(each))
    }
    near.pipe(far).pipe(near)
    if (isCut) near.resetAndDestroy()
  })
  const host = await listen(server)
  return {
    port: Number(host.split(':')[1]),
    cut: () => {
      isCut = true
      for (const each of sockets) each.destroy()
    },
    mend: () => {
      isCut = false
    },
    close: () => {
      for (const each of sockets) each.destroy()
      server.close()
    },
  }
}

const limits = process.platform === 'linux'
/** The system refuses to let files grow beyond this: what a full disk does, with a limit we can lift. */
const limitFiles = (soft: string): void => {
  execFileSync('prlimit', ['--pid', String(process.pid), `--fsize=${soft}:unlimited`])
}

for (const late of [false, true]) {
  test(`the disk of the ledger is full ${late ? 'while a call is on its way' : 'before a call'}`, {
    skip: !limits,
  }, async () => {
    const at = join(folder, late ? 'late' : 'early')
    const ledger = await openLedger({
      storage: { type: 'sqlite', file: join(at, 'log.db'), keys: join(at, 'keys.db') },
      signingKey: join(at, 'key'),
      origin: 'test/drill',
      node: 'one',
      version: '1',
    })
    opened.push(ledger)
    const stage = await open(
      () =>
        (...all) => {
          if (late) limitFiles('4096')
          usual(...all)
        },
      { journal: journalOf(ledger) },
    )
    try {
      if (!late) limitFiles('4096')
      assert.deepEqual(
        await fill(stage, 'a'),
        late ? { status: 204, code: undefined } : { status: 503, code: 'unavailable' },
      )
      assert.equal(stage.filled(), late ? 1 : 0)
      assert.deepEqual(await fill(stage, 'b'), { status: 503, code: 'unavailable' })
    } finally {
      limitFiles('unlimited')
    }
    if (!late) await fillUntil(stage, 'a', 204)
    const outcomes = async (): Promise<readonly string[]> =>
      (await all(ledger)).map(entryOf).flatMap((each) => (each.kind === 'outcome' ? [each.outcome] : []))
    for (let round = 0; round < 50 && (await outcomes()).length === 0; round += 1) await pause(100)
    assert.deepEqual(await outcomes(), ['effective'])
    assert.equal(stage.filled(), 1)
  })
}

/** How an API fails; what the caller is told; what the next call is told in the end. */
const failures: Readonly<Record<string, readonly [Answering, status: number, afterwards: number]>> = {
  'slow, and did it': [(done) => done(), 504, 403],
  'slow, and did not': [() => undefined, 504, 204],
  'dies, and did it': [
    (done, incoming) => {
      done()
      incoming.socket.resetAndDestroy()
    },
    502,
    403,
  ],
  'dies, and did not': [(_done, incoming) => void incoming.socket.resetAndDestroy(), 502, 204],
  'an error, and did it': [
    (done, _incoming, response) => {
      done()
      response.writeHead(500).end()
    },
    500,
    403,
  ],
  'an error, and did not': [(_done, _incoming, response) => void response.writeHead(500).end(), 500, 204],
  'a page instead of an answer': [
    (done, _incoming, response) => {
      done()
      response.writeHead(200, { 'content-type': 'text/html' }).end('<p>done</p>')
    },
    200,
    403,
  ],
  'an answer that breaks off': [
    (done, _incoming, response) => {
      done()
      response.writeHead(200, { 'content-length': 100 }).write('{')
      setTimeout(() => response.destroy(), 20)
    },
    502,
    403,
  ],
  'an answer longer than it says': [
    (done, incoming) => {
      done()
      incoming.socket.end('HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}{"more":1}')
    },
    200,
    403,
  ],
  'no HTTP': [
    (done, incoming) => {
      done()
      incoming.socket.end('done\r\n\r\n')
    },
    502,
    403,
  ],
}
for (const [name, [answering, status, afterwards]] of Object.entries(failures)) {
  test(`the API fails: ${name}`, async () => {
    let now: Answering = answering
    const stage = await open(() => now)
    assert.equal((await fill(stage, 'a')).status, status)
    now = usual
    const next = await fill(stage, 'a')
    assert.ok([409, afterwards].includes(next.status), JSON.stringify(next))
    if (next.status !== afterwards) await fillUntil(stage, 'a', afterwards)
    assert.equal(stage.boxes.get('a'), 'full')
    assert.equal(stage.filled(), afterwards === 204 ? 2 : 1, 'done twice, or never')
  })
}

test('a clock that jumps loses nothing and keeps nothing', async () => {
  let offset = 0
  let jump = 0
  const stage = await open(
    () =>
      (...all) => {
        offset += jump
        usual(...all)
      },
    { guardNow: () => Date.now() + offset },
  )
  const hour = 3_600_000
  for (const [index, each] of [0, 24 * hour, -48 * hour, hour].entries()) {
    jump = each
    assert.equal((await fill(stage, `box${index}`)).status, 204, `a jump of ${each} ms`)
    assert.equal((await fill(stage, `box${index}`)).status, 403)
  }
  await pause(700)
  assert.deepEqual(await stage.guarded.guard.doubts.list(), [])
  assert.deepEqual(
    stage.guarded.events.flatMap((each) => (each.kind === 'outcome' ? [each.effect] : [])),
    ['effective', 'effective', 'effective', 'effective'],
  )
})
