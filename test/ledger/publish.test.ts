// Checkpoints go to places outside; a place that fails is tried again and never holds up an entry.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { splitCheckpoints, verifyCheckpoint } from '../../src/ledger/checkpoint.ts'
import { openLedger } from '../../src/ledger/ledger.ts'
import { parseVerifierKey } from '../../src/ledger/note.ts'
import { decision } from './sample.ts'

test('checkpoints reach a file, a repository and a server that failed at first', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'lockstep-ledger-'))
  const posts: string[] = []
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const piece of request) body += piece
    posts.push(body)
    response.writeHead(posts.length === 1 ? 500 : 204).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = address !== null && typeof address === 'object' ? address.port : 0
  const repository = join(folder, 'witness')
  execFileSync('git', ['init', '--quiet', repository])
  const ledger = await openLedger({
    storage: { type: 'sqlite', file: join(folder, 'ledger.db'), keys: join(folder, 'keys.db') },
    signingKey: join(folder, 'keys', 'key.pem'),
    origin: 'ledger.example/t',
    node: 'a',
    version: '1',
    checkpoints: {
      everySeconds: 3600,
      everyEntries: 10,
      places: [
        { type: 'file', path: join(folder, 'outside', 'checkpoints') },
        { type: 'git', repository, file: 'shop.checkpoints' },
        { type: 'http', url: `http://127.0.0.1:${port}/add` },
      ],
    },
  })
  try {
    assert.equal(statSync(join(folder, 'keys', 'key.pem')).mode & 0o777, 0o600)
    for (let at = 0; at < 10; at += 1) await ledger.append(decision())
    while (
      ledger.status().places.some(({ failing }) => failing !== undefined) ||
      ledger.status().places.some(({ size }) => size === 0)
    ) {
      await sleep(20)
    }
    await ledger.append(decision())
  } finally {
    await ledger.close()
    server.close()
  }
  const key = parseVerifierKey(ledger.publicKey) ?? assert.fail()
  const sizes = (notes: readonly string[]): unknown[] =>
    notes.map((note) => verifyCheckpoint(note, key)).map((head) => ('size' in head ? head.size : head.problem))
  const [file, git] = [join(folder, 'outside', 'checkpoints'), join(repository, 'shop.checkpoints')].map((path) =>
    sizes(splitCheckpoints(readFileSync(path, 'utf8'))),
  )
  assert.equal(file?.at(-1), 12)
  assert.deepEqual(git, file)
  assert.equal(posts[0], posts[1], 'what failed was sent again')
  assert.equal(sizes(posts).at(-1), 12)
  const log = execFileSync('git', ['-C', repository, 'log', '--format=%s'], { encoding: 'utf8' })
  assert.match(log, /^Checkpoint of 12 entries\n/)
  rmSync(folder, { recursive: true })
})
