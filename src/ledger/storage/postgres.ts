import pg from 'pg'
import { pageOf, searchStatement } from './search-sql.ts'
import type { Batch, NewRow, Storage, StoredEntry, StoredHead } from './storage.ts'

interface EntryRow {
  readonly idx: string
  readonly hash: Buffer
  readonly text: string | null
}

interface NoteRow {
  readonly note: string
}

interface HeadRow {
  readonly size: string
  readonly frontier: Buffer
  readonly seal: Buffer
}

const chunk = 1000
const pruneChunk = 2000
/** Any number: it only has to be the same on every node, so that two of them do not make the tables at once. */
const schemaLock = 7_205_117

/** Opens connections to PostgreSQL; a connection that dies while idle is replaced by the next use. */
export function openPool(url: string): pg.Pool {
  const pool = new pg.Pool({ connectionString: url, max: 4, connectionTimeoutMillis: 5000 })
  pool.on('error', () => undefined)
  return pool
}

/** Keeps a ledger in PostgreSQL; any number of nodes append to it, one batch at a time under a lock on the head. */
export async function openPostgres(url: string): Promise<Storage> {
  const pool = openPool(url)
  await makeTables(pool, schema).catch(async (error: unknown) => {
    await pool.end()
    throw error
  })
  return {
    append: (build) => inTransaction(pool, (client) => appendBatch(client, build)),
    head: () => readHead(pool, ''),
    entries: (from, to) => readChunks(pool, from, to),
    hashes: (height, first, count) => readHashes(pool, height, first, count),
    search: async (query) => {
      const { sql, values } = searchStatement(query, (n) => `$${n}`)
      return pageOf(query, (await pool.query<EntryRow>(sql, [...values])).rows.map(toEntry))
    },
    checkpoints: async (size, limit) => {
      const sql = 'SELECT note FROM ledger_checkpoint WHERE size > $1 ORDER BY size LIMIT $2'
      return (await pool.query<NoteRow>(sql, [size, limit ?? null])).rows.map(({ note }) => note)
    },
    lastCheckpoint: async () => {
      const sql = 'SELECT note FROM ledger_checkpoint ORDER BY size DESC LIMIT 1'
      return (await pool.query<NoteRow>(sql)).rows[0]?.note
    },
    keepCheckpoint: async (size, note) => {
      await pool.query('INSERT INTO ledger_checkpoint VALUES ($1, $2) ON CONFLICT DO NOTHING', [size, note])
    },
    firstSince: (at) => readFirstSince(pool, at),
    prune: async (upTo) => (await pool.query(pruneSql, [upTo])).rowCount === pruneChunk,
    close: () => pool.end(),
  }
}

/** Makes tables, one node at a time. */
export async function makeTables(pool: pg.Pool, sql: string): Promise<void> {
  await inTransaction(pool, async (client) => {
    await client.query(`SELECT pg_advisory_xact_lock(${schemaLock})`)
    await client.query(sql)
  })
}

const schema = `
  CREATE TABLE IF NOT EXISTS ledger_entry (
    idx bigint PRIMARY KEY, hash bytea NOT NULL, at bigint NOT NULL, kind text NOT NULL,
    call text, operation text, principal text, effect text, text text
  );
  CREATE INDEX IF NOT EXISTS ledger_entry_at ON ledger_entry (at);
  CREATE INDEX IF NOT EXISTS ledger_entry_kind ON ledger_entry (kind, effect, idx);
  CREATE INDEX IF NOT EXISTS ledger_entry_call ON ledger_entry (call, idx) WHERE call IS NOT NULL;
  CREATE INDEX IF NOT EXISTS ledger_entry_operation ON ledger_entry (operation, idx) WHERE operation IS NOT NULL;
  CREATE INDEX IF NOT EXISTS ledger_entry_principal ON ledger_entry (principal, idx) WHERE principal IS NOT NULL;
  CREATE TABLE IF NOT EXISTS ledger_node (
    height integer NOT NULL, idx bigint NOT NULL, hash bytea NOT NULL, PRIMARY KEY (height, idx)
  );
  CREATE TABLE IF NOT EXISTS ledger_head (
    id integer PRIMARY KEY CHECK (id = 1), size bigint NOT NULL, frontier bytea NOT NULL, seal bytea
  );
  CREATE TABLE IF NOT EXISTS ledger_checkpoint (size bigint PRIMARY KEY, note text NOT NULL);
  INSERT INTO ledger_head VALUES (1, 0, '', NULL) ON CONFLICT DO NOTHING;
`

const insertEntries = `
  INSERT INTO ledger_entry (idx, hash, at, kind, call, operation, principal, effect, text)
  SELECT * FROM unnest($1::bigint[], $2::bytea[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[])`

async function inTransaction(pool: pg.Pool, work: (client: pg.PoolClient) => Promise<void>): Promise<void> {
  const client = await pool.connect()
  let failed = true
  try {
    await client.query('BEGIN')
    await work(client)
    await client.query('COMMIT')
    failed = false
  } finally {
    // After a failure the connection may be in the middle of anything: closing it rolls back.
    client.release(failed)
  }
}

async function appendBatch(client: pg.PoolClient, build: (head: StoredHead | undefined) => Batch): Promise<void> {
  const { rows, nodes, head } = build(await readHead(client, 'FOR UPDATE'))
  await client.query({ name: 'ledger-insert', text: insertEntries, values: columnsOf(rows) })
  if (nodes.length > 0) {
    await client.query('INSERT INTO ledger_node SELECT * FROM unnest($1::int[], $2::bigint[], $3::bytea[])', [
      nodes.map(({ height }) => height),
      nodes.map(({ index }) => index),
      nodes.map(({ hash }) => hash),
    ])
  }
  const update = 'UPDATE ledger_head SET size = $1, frontier = $2, seal = $3 WHERE id = 1'
  await client.query({ name: 'ledger-head', text: update, values: [head.size, head.frontier, head.seal] })
}

function columnsOf(rows: readonly NewRow[]): unknown[] {
  const names = ['index', 'hash', 'at', 'kind', 'call', 'operation', 'principal', 'effect', 'text'] as const
  return names.map((name) => rows.map((row) => row[name]))
}

async function readHead(client: pg.Pool | pg.PoolClient, lock: 'FOR UPDATE' | ''): Promise<StoredHead | undefined> {
  const sql = `SELECT size, frontier, seal FROM ledger_head WHERE id = 1 ${lock}`
  const [row] = (await client.query<HeadRow>(sql)).rows
  // The row that is locked exists from the first on; without a seal, nobody has written to it.
  return row === undefined || (row.seal === null && row.size === '0') ? undefined : { ...row, size: Number(row.size) }
}

async function readHashes(pool: pg.Pool, height: number, first: number, count: number): Promise<readonly Buffer[]> {
  const where = 'idx >= $1 AND idx < $2'
  const sql =
    height === 0
      ? `SELECT hash FROM ledger_entry WHERE ${where} ORDER BY idx`
      : `SELECT hash FROM ledger_node WHERE ${where} AND height = ${Math.trunc(height)} ORDER BY idx`
  return (await pool.query<EntryRow>(sql, [first, first + count])).rows.map(({ hash }) => hash)
}

async function readFirstSince(pool: pg.Pool, at: number): Promise<number> {
  const found = await pool.query<EntryRow>('SELECT idx FROM ledger_entry WHERE at >= $1 ORDER BY idx LIMIT 1', [at])
  const [row] = found.rows
  return row === undefined ? ((await readHead(pool, ''))?.size ?? 0) : Number(row.idx)
}

async function* readChunks(pool: pg.Pool, from: number, to: number): AsyncGenerator<readonly StoredEntry[]> {
  const sql = `SELECT idx, hash, text FROM ledger_entry WHERE idx >= $1 AND idx < $2 ORDER BY idx LIMIT ${chunk}`
  for (let next = from; next < to; ) {
    const rows = (await pool.query<EntryRow>(sql, [next, to])).rows.map(toEntry)
    const last = rows.at(-1)
    if (last === undefined) return
    yield rows
    next = last.index + 1
  }
}

const pruneSql = `UPDATE ledger_entry SET text = NULL, call = NULL, operation = NULL, principal = NULL, effect = NULL
  WHERE idx IN (SELECT idx FROM ledger_entry WHERE idx < $1 AND text IS NOT NULL ORDER BY idx LIMIT ${pruneChunk})`

function toEntry({ idx, hash, text }: EntryRow): StoredEntry {
  return { index: Number(idx), hash, text: text ?? undefined }
}
