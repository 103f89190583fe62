import type { Database } from 'better-sqlite3'
import { type Change, type Mark, StoreError } from '../../guard/store.ts'
import { plainDecimal } from '../amount.ts'
import { factText, jsonText } from '../row.ts'
import type { LastSeen } from './last-seen.ts'
import { sound } from './sound.ts'

type Of<K extends Change['kind']> = Extract<Change, { readonly kind: K }>
type Value = string | number | null

/** How to apply one change, by its kind. */
type Writers = { readonly [K in Change['kind']]: (change: Of<K>) => void }

/** Prepares every write once, and returns how to apply one change on this connection. */
export function prepareWrite(db: Database, lastSeen: LastSeen): (change: Change) => void {
  const writers: Writers = {
    ...prepareCallWriters(db),
    ...prepareMarkWriters(db),
    ...prepareGrantWriters(db),
    ...prepareHoldWriters(db),
    saw: prepareSaw(db, lastSeen),
    ...prepareSwitchWriters(db),
    run: prepareRunWriter(db),
    ...prepareKeptWriters(db),
    forget: prepareForget(db),
  }
  return (change) => {
    applyWith(writers, change)
  }
}

// One kind at a time: the compiler cannot see that the writer of a kind fits the change of that kind otherwise.
function applyWith<K extends Change['kind']>(writers: Writers, change: Of<K> & { readonly kind: K }): void {
  const write: (change: Of<K>) => void = writers[change.kind]
  write(change)
}

function prepareCallWriters(
  db: Database,
): Pick<Writers, 'call' | 'call-state' | 'drop-call' | 'lease' | 'free' | 'object'> {
  const call = db.prepare<Value[]>(
    'INSERT OR REPLACE INTO calls (id, node, state, operation, principal, at, detail) VALUES (?, ?, ?, ?, ?, ?, ?)',
  )
  const state = db.prepare<Value[]>('UPDATE calls SET state = ?, detail = coalesce(?, detail) WHERE id = ?')
  const drop = db.prepare<Value[]>('DELETE FROM calls WHERE id = ?')
  const lease = db.prepare<Value[]>(
    'INSERT OR REPLACE INTO leases (type, key, call, node, shared) VALUES (?, ?, ?, ?, ?)',
  )
  const free = db.prepare<Value[]>('DELETE FROM leases WHERE type = ? AND key = ? AND call = ?')
  const object = db.prepare<Value[]>(
    `INSERT INTO objects (type, key, version, seen_at, state, fact) VALUES (?, ?, 1, ?, ?, ?)
     ON CONFLICT DO UPDATE SET version = version + 1, seen_at = excluded.seen_at, state = excluded.state,
       fact = excluded.fact`,
  )
  return {
    call({ call: of }) {
      call.run(of.id, of.node, of.state, of.operation, of.principal ?? null, of.at, jsonText(of.detail))
    },
    'call-state'(to) {
      state.run(to.state, to.detail === undefined ? null : jsonText(to.detail), to.call)
    },
    'drop-call'(of) {
      drop.run(of.call)
    },
    lease(of) {
      lease.run(sound(of.object.type), sound(of.object.key), of.call, of.node, Number(of.shared))
    },
    free(of) {
      for (const { type, key } of of.objects) free.run(sound(type), sound(key), of.call)
    },
    object({ object: seen }) {
      object.run(sound(seen.type), sound(seen.key), seen.seenAt, seen.state ?? null, factText(seen))
    },
  }
}

function prepareMarkWriters(db: Database): Pick<Writers, 'mark' | 'settle-marks'> {
  const scope = db
    .prepare<[string, string, string], number>(
      `INSERT INTO scopes (constraint_id, scope, count, sum) VALUES (?, ?, 1, ?)
       ON CONFLICT DO UPDATE SET count = count + 1, sum = decimal_add(sum, excluded.sum) RETURNING id`,
    )
    .pluck()
  const mark = db.prepare<Value[]>(
    `INSERT INTO marks (scope_id, at, call, effective, operation, principal, amount, object_type, object_key)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  )
  const settle = db.prepare<Value[]>(
    `UPDATE marks SET effective = 1, object_type = coalesce(object_type, ?), object_key = coalesce(object_key, ?)
     WHERE call = ? AND effective = 0`,
  )
  const reserved = db.prepare<[string], { readonly id: number; readonly scope: number; readonly amount: string }>(
    `SELECT id, scope_id AS scope, coalesce(amount, '0') AS amount FROM marks WHERE call = ? AND effective = 0`,
  )
  const uncount = db.prepare<Value[]>(
    'UPDATE scopes SET count = count - ?, sum = decimal_subtract(sum, ?) WHERE id = ?',
  )
  const drop = db.prepare<Value[]>('DELETE FROM marks WHERE id = ?')
  const reserve = db.prepare<Value[]>(
    `INSERT INTO sums (call, scope_id, count, sum) VALUES (?, ?, 1, ?)
     ON CONFLICT DO UPDATE SET count = count + 1, sum = decimal_add(sum, excluded.sum)`,
  )
  const sums = db.prepare<[string], { readonly scope: number; readonly count: number; readonly sum: string }>(
    'SELECT scope_id AS scope, count, sum FROM sums WHERE call = ?',
  )
  const dropSums = db.prepare<Value[]>('DELETE FROM sums WHERE call = ?')
  const correct = prepareCorrection(db)
  const insert = (call: string, effective: boolean, of: Mark): void => {
    const amount = of.amount === undefined ? null : plainDecimal(of.amount)
    const id = scope.get(of.constraint, sound(of.scope), amount ?? '0') ?? null
    if (of.summed === true) {
      if (!effective) reserve.run(call, id, amount ?? '0')
      return
    }
    const [type, key] = of.object === undefined ? [null, null] : [sound(of.object.type), sound(of.object.key)]
    mark.run(id, of.at, call, Number(effective), of.operation, of.principal ?? null, amount, type, key)
  }
  return {
    mark(of) {
      insert(of.call, of.effective, of.mark)
    },
    'settle-marks'(of) {
      if (of.effective) {
        for (const [constraint, amount] of Object.entries(of.amounts ?? {}))
          correct(of.call, constraint, plainDecimal(amount))
        settle.run(of.object?.type ?? null, of.object?.key ?? null, of.call)
      } else {
        for (const { id, scope: from, amount } of reserved.all(of.call)) {
          uncount.run(1, amount, from)
          drop.run(id)
        }
        for (const { scope: from, count, sum } of sums.all(of.call)) uncount.run(count, sum, from)
      }
      dropSums.run(of.call)
    },
  }
}

/** Makes what a call reserved under a constraint what it really took. */
function prepareCorrection(db: Database): (call: string, constraint: string, amount: string) => void {
  const of = 'call = ? AND scope_id IN (SELECT id FROM scopes WHERE constraint_id = ?)'
  const marks = db.prepare<
    [string, string, string, string],
    { readonly scope: number; readonly count: number; readonly sum: string }
  >(
    `SELECT scope_id AS scope, count(*) AS count, decimal_sum(coalesce(amount, '0')) AS sum FROM marks
       WHERE ${of} AND effective = 0 GROUP BY scope_id
     UNION ALL SELECT scope_id, count, sum FROM sums WHERE ${of}`,
  )
  const change = db.prepare<Value[]>(`UPDATE marks SET amount = ? WHERE ${of} AND effective = 0`)
  const take = db.prepare<Value[]>('UPDATE scopes SET sum = decimal_subtract(sum, ?) WHERE id = ?')
  const add = db.prepare<Value[]>('UPDATE scopes SET sum = decimal_add(sum, ?) WHERE id = ?')
  return (call, constraint, amount) => {
    for (const { scope, count, sum } of marks.all(call, constraint, call, constraint)) {
      take.run(sum, scope)
      for (let done = 0; done < count; done += 1) add.run(amount, scope)
    }
    change.run(amount, call, constraint)
  }
}

function prepareGrantWriters(
  db: Database,
): Pick<Writers, 'grant' | 'revoke' | 'take-grant' | 'settle-grants' | 'drop-grant'> {
  const grant = db.prepare<Value[]>(
    `INSERT INTO grants
       (id, approval, "by", at, value, revoked, object_type, object_key, question, bound, expires)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET approval = excluded.approval, "by" = excluded."by", at = excluded.at,
       value = excluded.value, revoked = excluded.revoked, object_type = excluded.object_type,
       object_key = excluded.object_key, question = excluded.question, bound = excluded.bound,
       expires = excluded.expires`,
  )
  const revoke = db.prepare<Value[]>(
    'UPDATE grants SET revoked = 1 WHERE spent = 0 AND approval = ? AND object_type = ? AND object_key = ?',
  )
  const take = db.prepare<Value[]>(
    'UPDATE grants SET taken_by = ? WHERE id = ? AND spent = 0 AND coalesce(taken_by, ?) = ?',
  )
  const spend = db.prepare<Value[]>('UPDATE grants SET spent = 1 WHERE taken_by = ?')
  const giveBack = db.prepare<Value[]>('UPDATE grants SET taken_by = NULL WHERE taken_by = ? AND spent = 0')
  const drop = db.prepare<Value[]>('DELETE FROM grants WHERE id = ?')
  return {
    grant({ grant: of }) {
      const [type, key] = of.object === undefined ? [null, null] : [sound(of.object.type), sound(of.object.key)]
      const bound = of.bound === undefined ? null : jsonText(of.bound)
      const said = [of.id, of.approval, jsonText(of.by), of.at, jsonText(of.value), Number(of.revoked)]
      grant.run(...said, type, key, of.question ?? null, bound, of.expires ?? null)
    },
    revoke(of) {
      revoke.run(of.approval, of.object.type, of.object.key)
    },
    'take-grant'(of) {
      // INVARIANT: one grant, one call. Whoever comes second loses everything it wrote.
      if (take.run(of.call, of.grant, of.call, of.call).changes === 0)
        throw new StoreError('busy', 'the grant is not there to be taken')
    },
    'settle-grants'(of) {
      if (of.spent) spend.run(of.call)
      else giveBack.run(of.call)
    },
    'drop-grant'(of) {
      drop.run(of.grant)
    },
  }
}

function prepareHoldWriters(db: Database): Pick<Writers, 'hold' | 'repeat' | 'drop-repeat'> {
  const hold = db.prepare<Value[]>(
    `INSERT OR REPLACE INTO holds (id, state, question, "group", at, expires, detail) VALUES (?, ?, ?, ?, ?, ?, ?)`,
  )
  const signal = prepareSignal(db)
  const repeat = db.prepare<Value[]>(
    'INSERT OR REPLACE INTO repeats (key, digest, call, at, answer) VALUES (?, ?, ?, ?, ?)',
  )
  const drop = db.prepare<Value[]>('DELETE FROM repeats WHERE key = ?')
  return {
    hold({ hold: of }) {
      hold.run(of.id, of.state, of.question, of.group, of.at, of.expires, jsonText(of.detail))
      signal()
    },
    repeat({ repeat: of }) {
      repeat.run(sound(of.key), of.digest, of.call, of.at, of.answer === undefined ? null : jsonText(of.answer))
    },
    'drop-repeat'(of) {
      drop.run(of.key)
    },
  }
}

function prepareSaw(db: Database, last: LastSeen): Writers['saw'] {
  const saw = db
    .prepare<Value[], number>(
      `INSERT INTO seen (run, number, at, entry) VALUES (?, (SELECT coalesce(max(number), 0) + 1 FROM seen WHERE run = ?), ?, ?)
       RETURNING number`,
    )
    .pluck()
  return ({ run, at, entries }) => {
    const name = sound(run)
    for (const entry of entries) last.note(run, saw.get(name, name, at, jsonText(entry)) ?? Number.POSITIVE_INFINITY)
  }
}

function prepareSwitchWriters(db: Database): Pick<Writers, 'switch-off' | 'switch-on' | 'beat' | 'gone'> {
  const off = db.prepare<Value[]>('INSERT OR REPLACE INTO switches ("of", name, "by", why, at) VALUES (?, ?, ?, ?, ?)')
  const on = db.prepare<Value[]>('DELETE FROM switches WHERE "of" = ? AND name = ?')
  const beat = db.prepare<Value[]>(
    'INSERT INTO nodes (node, at) VALUES (?, ?) ON CONFLICT DO UPDATE SET at = max(at + 1, excluded.at)',
  )
  const doubtful = db.prepare<Value[]>("UPDATE calls SET state = 'in-doubt' WHERE node = ? AND state = 'reserved'")
  const idle = db.prepare<Value[]>('DELETE FROM leases WHERE node = ? AND call NOT IN (SELECT id FROM calls)')
  const signal = prepareSignal(db)
  return {
    'switch-off'({ switch: of }) {
      off.run(of.of, of.name, of.by, of.why, of.at)
      signal()
    },
    'switch-on'(of) {
      on.run(of.of, of.name)
      signal()
    },
    beat(of) {
      beat.run(of.node, of.at)
    },
    gone(of) {
      doubtful.run(of.node)
      idle.run(of.node)
    },
  }
}

function prepareRunWriter(db: Database): Writers['run'] {
  const run = db.prepare<Value[]>(
    'INSERT OR REPLACE INTO runs (id, holder, state, at, expires, detail) VALUES (?, ?, ?, ?, ?, ?)',
  )
  const signal = prepareSignal(db)
  return ({ run: of }) => {
    run.run(sound(of.id), sound(of.holder), of.state, of.at, of.expires, jsonText(of.detail))
    if (of.state !== 'open') signal()
  }
}

function prepareKeptWriters(db: Database): Pick<Writers, 'keep' | 'drop-kept'> {
  const keep = db.prepare<Value[]>('INSERT OR REPLACE INTO kept (name, holder, expires, content) VALUES (?, ?, ?, ?)')
  const drop = db.prepare<Value[]>('DELETE FROM kept WHERE name = ?')
  return {
    keep({ kept: of }) {
      keep.run(sound(of.name), sound(of.holder), of.expires, jsonText(of.content))
    },
    'drop-kept'(of) {
      drop.run(of.name)
    },
  }
}

function prepareSignal(db: Database): () => void {
  const signal = db.prepare<Value[]>('UPDATE signal SET value = value + 1')
  return () => {
    signal.run()
  }
}

function prepareForget(db: Database): Writers['forget'] {
  const old = `FROM marks WHERE effective = 1 AND at < ? AND scope_id IN
    (SELECT id FROM scopes WHERE constraint_id IN (SELECT value FROM json_each(?)))`
  const unsettled = "state NOT IN ('effective', 'released')"
  const marks = [
    `UPDATE scopes SET count = scopes.count - gone.count, sum = decimal_subtract(scopes.sum, gone.sum)
       FROM (SELECT scope_id, count(*) AS count, decimal_sum(coalesce(amount, '0')) AS sum ${old} GROUP BY scope_id) gone
       WHERE gone.scope_id = scopes.id`,
    `DELETE ${old}`,
  ].map((sql) => db.prepare<Value[]>(sql))
  const emptied = db.prepare<Value[]>(
    'DELETE FROM scopes WHERE count = 0 AND constraint_id IN (SELECT value FROM json_each(?))',
  )
  const rest = [
    "DELETE FROM calls WHERE state IN ('effective', 'released') AND at < ?",
    `DELETE FROM repeats WHERE at < ? AND NOT EXISTS (SELECT 1 FROM calls WHERE id = repeats.call AND ${unsettled})`,
    'DELETE FROM grants WHERE spent = 1 AND at < ?',
    "DELETE FROM holds WHERE expires < ? AND state <> 'executing'",
    'DELETE FROM seen WHERE run IN (SELECT run FROM seen GROUP BY run HAVING max(at) < ?)',
    'DELETE FROM runs WHERE expires < ?',
    'DELETE FROM kept WHERE expires < ?',
    `DELETE FROM nodes WHERE at < ? AND NOT EXISTS (SELECT 1 FROM calls WHERE node = nodes.node AND ${unsettled})
       AND NOT EXISTS (SELECT 1 FROM leases WHERE node = nodes.node)`,
  ].map((sql) => db.prepare<Value[]>(sql))
  return ({ before, marksOf }) => {
    const constraints = JSON.stringify(marksOf)
    for (const statement of marks) statement.run(before, constraints)
    emptied.run(constraints)
    for (const statement of rest) statement.run(before)
  }
}
