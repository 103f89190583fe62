/**
 * The two functions by which a node reads and writes: a whole query or a whole write is one round trip, and the server keeps
 * the plans of what is in them.
 */
export function functionsSql(schema: string): string {
  return `${readSql(schema)}\n${applySql(schema)}`
}

/** What `apply_changes` raises when a grant is not there to be taken. */
export const grantTaken = 'LKG01'

function readSql(s: string): string {
  const each = (kind: string): string => `jsonb_array_elements(q->'${kind}') WITH ORDINALITY AS asked(e, n)`
  const call = `jsonb_build_object('id', id, 'node', node, 'state', state, 'operation', operation,
    'principal', principal, 'at', at, 'detail', detail)`
  const hold = `jsonb_build_object('id', id, 'state', state, 'question', question, 'group', "group", 'at', at,
    'expires', expires, 'detail', detail)`
  const run = `jsonb_build_object('id', id, 'holder', holder, 'state', state, 'at', at, 'expires', expires, 'detail', detail)`
  const grant = `jsonb_build_object('id', id, 'approval', approval, 'by', by, 'at', at, 'value', value,
    'revoked', revoked, 'objectType', object_type, 'objectKey', object_key, 'question', question,
    'bound', bound, 'expires', expires)`
  const scope = `${s}.scopes s ON s.constraint_id = e->>'constraint' AND s.scope = e->>'scope'`
  const later = `m.scope_id = s.id AND m.at > coalesce((e->>'since')::bigint, -9007199254740991)`
  const tracked = `LEFT JOIN ${s}.objects o ON o.type = m.object_type AND o.key = m.object_key`
  const within = `(NOT e ? 'while' OR o.state IS NULL OR e->'while' ? o.state)`
  const counted = `jsonb_build_object('count', count(*), 'sum', trim_scale(coalesce(sum(m.amount), 0))::text)`
  const parts: readonly (readonly [string, string])[] = [
    [
      'leases',
      `SELECT jsonb_agg((
         SELECT coalesce(jsonb_agg(jsonb_build_object('call', call, 'shared', shared) ORDER BY call), '[]')
           FROM ${s}.leases WHERE type = e->>'type' AND key = e->>'key') ORDER BY n) FROM ${each('leases')}`,
    ],
    [
      'objects',
      `SELECT jsonb_agg((
         SELECT jsonb_build_object('version', version, 'seenAt', seen_at, 'fact', fact)
           FROM ${s}.objects WHERE type = e->>'type' AND key = e->>'key') ORDER BY n) FROM ${each('objects')}`,
    ],
    [
      'counters',
      `SELECT jsonb_agg(CASE
           WHEN s.id IS NULL THEN '{"count": 0, "sum": "0"}'
           WHEN e ? 'while' THEN (SELECT ${counted} FROM ${s}.marks m ${tracked} WHERE ${later} AND ${within})
           WHEN e ? 'since' THEN (SELECT ${counted} FROM ${s}.marks m WHERE ${later})
           ELSE jsonb_build_object('count', s.count, 'sum', trim_scale(s.sum)::text)
         END ORDER BY n) FROM ${each('counters')} LEFT JOIN ${scope}`,
    ],
    [
      'histories',
      `SELECT jsonb_agg(coalesce((
         SELECT jsonb_agg(jsonb_build_object('operation', operation, 'principal', principal, 'at', at) ORDER BY at, m.id)
           FROM ${s}.marks m WHERE ${later} AND effective), '[]') ORDER BY n) FROM ${each('histories')} LEFT JOIN ${scope}`,
    ],
    [
      'marked',
      `SELECT jsonb_agg(coalesce((
         SELECT jsonb_agg(jsonb_build_object('type', type, 'key', key) ORDER BY last_at DESC, last_id DESC) FROM (
           SELECT m.object_type AS type, m.object_key AS key, max(m.at) AS last_at, max(m.id) AS last_id
             FROM ${s}.marks m ${tracked} WHERE ${later} AND ${within} AND m.object_type IS NOT NULL
             GROUP BY 1, 2 ORDER BY 3 DESC, 4 DESC LIMIT 100) newest), '[]') ORDER BY n)
         FROM ${each('marked')} LEFT JOIN ${scope}`,
    ],
    [
      'grants',
      `SELECT jsonb_agg(coalesce((
         SELECT jsonb_agg(${grant} ORDER BY at, id) FROM ${s}.grants
           WHERE approval = e->>'approval' AND NOT spent AND taken_by IS NULL
             AND (object_type IS NULL OR (object_type = e->'object'->>'type' AND object_key = e->'object'->>'key'))
             AND (question IS NULL OR question = e->>'question')
             AND (CASE WHEN e ?| '{object,question}' THEN object_type IS NOT NULL OR question IS NOT NULL
               ELSE bound IS NOT NULL END)), '[]') ORDER BY n)
         FROM ${each('grants')}`,
    ],
    [
      'calls',
      `SELECT jsonb_agg((SELECT ${call} FROM ${s}.calls WHERE id = e#>>'{}') ORDER BY n) FROM ${each('calls')}`,
    ],
    [
      'callsIn',
      `SELECT coalesce(jsonb_agg(${call} ORDER BY at, id), '[]') FROM (
         SELECT * FROM ${s}.calls
           WHERE state = ANY (ARRAY(SELECT jsonb_array_elements_text(q->'callsIn'->'states')))
           ORDER BY at, id LIMIT 1000) oldest`,
    ],
    [
      'repeats',
      `SELECT jsonb_agg((
         SELECT jsonb_build_object('key', key, 'digest', digest, 'call', call, 'at', at, 'answer', answer)
           FROM ${s}.repeats WHERE key = e#>>'{}') ORDER BY n) FROM ${each('repeats')}`,
    ],
    [
      'holds',
      `SELECT jsonb_agg((SELECT ${hold} FROM ${s}.holds WHERE id = e#>>'{}') ORDER BY n) FROM ${each('holds')}`,
    ],
    [
      'holdsBy',
      `SELECT coalesce(jsonb_agg(${hold} ORDER BY at DESC, id DESC), '[]') FROM (
         SELECT * FROM ${s}.holds
           WHERE CASE WHEN q->'holdsBy' ? 'question' THEN question = q->'holdsBy'->>'question' ELSE true END
             AND (NOT q->'holdsBy' ? 'states'
               OR state = ANY (ARRAY(SELECT jsonb_array_elements_text(q->'holdsBy'->'states'))))
           ORDER BY at DESC, id DESC LIMIT 1000) newest`,
    ],
    ['runs', `SELECT jsonb_agg((SELECT ${run} FROM ${s}.runs WHERE id = e#>>'{}') ORDER BY n) FROM ${each('runs')}`],
    [
      'runsBy',
      `SELECT coalesce(jsonb_agg(${run} ORDER BY at DESC, id DESC), '[]') FROM (
         SELECT * FROM ${s}.runs
           WHERE CASE WHEN q->'runsBy' ? 'holder' THEN holder = q->'runsBy'->>'holder' ELSE true END
             AND (NOT q->'runsBy' ? 'states'
               OR state = ANY (ARRAY(SELECT jsonb_array_elements_text(q->'runsBy'->'states'))))
           ORDER BY at DESC, id DESC LIMIT 1000) newest`,
    ],
    [
      'seen',
      `SELECT jsonb_agg(coalesce((
         SELECT jsonb_agg(jsonb_build_object('number', number, 'entry', entry) ORDER BY number) FROM ${s}.seen
           WHERE run = e->>'run' AND number > (e->>'after')::bigint), '[]') ORDER BY n) FROM ${each('seen')}`,
    ],
    [
      'kept',
      `SELECT jsonb_agg((
         SELECT jsonb_build_object('name', name, 'holder', holder, 'expires', expires, 'content', content)
           FROM ${s}.kept WHERE name = e#>>'{}') ORDER BY n) FROM ${each('kept')}`,
    ],
    [
      'keptOf',
      `SELECT jsonb_agg((
         SELECT count(*) FROM ${s}.kept WHERE holder = e->>'holder' AND expires > (e->>'after')::bigint) ORDER BY n)
         FROM ${each('keptOf')}`,
    ],
    [
      'switches',
      `SELECT coalesce(jsonb_agg(jsonb_build_object('of', "of", 'name', name, 'by', by, 'why', why, 'at', at)
         ORDER BY at, "of", name), '[]') FROM ${s}.switches`,
    ],
    [
      'nodes',
      `SELECT coalesce(jsonb_agg(jsonb_build_object('node', node, 'at', at) ORDER BY node), '[]') FROM ${s}.nodes`,
    ],
  ]
  const answers = parts.map(
    ([kind, sql]) =>
      `IF q ? '${kind}' THEN rows_found := rows_found || jsonb_build_object('${kind}', (${sql})); END IF;`,
  )
  return `
    CREATE OR REPLACE FUNCTION ${s}.read_rows(q jsonb) RETURNS jsonb LANGUAGE plpgsql STABLE AS $read$
    DECLARE rows_found jsonb := '{}';
    BEGIN
      ${answers.join('\n')}
      RETURN rows_found;
    END $read$;`
}

function applySql(s: string): string {
  const old = `m.effective AND m.at < (c->>'before')::bigint AND m.scope_id IN
    (SELECT id FROM ${s}.scopes WHERE c->'marksOf' ? constraint_id)`
  const unsettled = `state NOT IN ('effective', 'released')`
  return `
    CREATE OR REPLACE FUNCTION ${s}.apply_changes(changes jsonb) RETURNS text LANGUAGE plpgsql AS $apply$
    DECLARE
      c jsonb;
      r jsonb;
      of_scope bigint;
      signals boolean := false;
    BEGIN
      FOR c IN SELECT e FROM jsonb_array_elements(changes) WITH ORDINALITY AS given(e, n) ORDER BY n LOOP
        CASE c->>'kind'
        WHEN 'call' THEN
          r := c->'call';
          INSERT INTO ${s}.calls (id, node, state, operation, principal, at, detail)
            VALUES (r->>'id', r->>'node', r->>'state', r->>'operation', r->>'principal', (r->>'at')::bigint, r->>'detail')
            ON CONFLICT (id) DO UPDATE SET node = excluded.node, state = excluded.state, operation = excluded.operation,
              principal = excluded.principal, at = excluded.at, detail = excluded.detail;
        WHEN 'call-state' THEN
          UPDATE ${s}.calls SET state = c->>'state', detail = coalesce(c->>'detail', detail) WHERE id = c->>'call';
        WHEN 'drop-call' THEN
          DELETE FROM ${s}.calls WHERE id = c->>'call';
        WHEN 'lease' THEN
          INSERT INTO ${s}.leases (type, key, call, node, shared)
            VALUES (c->'object'->>'type', c->'object'->>'key', c->>'call', c->>'node', (c->>'shared')::boolean)
            ON CONFLICT (type, key, call) DO UPDATE SET node = excluded.node, shared = excluded.shared;
        WHEN 'free' THEN
          DELETE FROM ${s}.leases USING jsonb_array_elements(c->'objects') o
            WHERE type = o->>'type' AND key = o->>'key' AND call = c->>'call';
        WHEN 'mark' THEN
          r := c->'mark';
          INSERT INTO ${s}.scopes AS kept (constraint_id, scope, count, sum)
            VALUES (r->>'constraint', r->>'scope', 1, coalesce((r->>'amount')::numeric, 0))
            ON CONFLICT (constraint_id, scope) DO UPDATE SET count = kept.count + 1, sum = kept.sum + excluded.sum
            RETURNING id INTO of_scope;
          IF r ? 'summed' THEN
            IF NOT (c->>'effective')::boolean THEN
              INSERT INTO ${s}.sums AS kept (call, scope_id, count, sum)
                VALUES (c->>'call', of_scope, 1, coalesce((r->>'amount')::numeric, 0))
                ON CONFLICT (call, scope_id) DO UPDATE SET count = kept.count + 1, sum = kept.sum + excluded.sum;
            END IF;
          ELSE
            INSERT INTO ${s}.marks
                (scope_id, at, call, effective, operation, principal, amount, object_type, object_key)
              VALUES (of_scope, (r->>'at')::bigint, c->>'call', (c->>'effective')::boolean, r->>'operation',
                r->>'principal', (r->>'amount')::numeric, r->'object'->>'type', r->'object'->>'key');
          END IF;
        WHEN 'settle-marks' THEN
          IF (c->>'effective')::boolean THEN
            FOR r IN SELECT jsonb_build_object('constraint', key, 'amount', value) FROM jsonb_each_text(coalesce(c->'amounts', '{}')) LOOP
              WITH took AS (
                SELECT m.scope_id, count(*) AS count, coalesce(sum(m.amount), 0) AS sum FROM ${s}.marks m
                  JOIN ${s}.scopes k ON k.id = m.scope_id AND k.constraint_id = r->>'constraint'
                  WHERE m.call = c->>'call' AND NOT m.effective GROUP BY m.scope_id
                UNION ALL
                SELECT g.scope_id, g.count, g.sum FROM ${s}.sums g
                  JOIN ${s}.scopes k ON k.id = g.scope_id AND k.constraint_id = r->>'constraint' WHERE g.call = c->>'call')
              UPDATE ${s}.scopes kept SET sum = kept.sum + taken.more FROM (
                SELECT scope_id, sum(count * (r->>'amount')::numeric - sum) AS more FROM took GROUP BY scope_id) taken
                WHERE taken.scope_id = kept.id;
              UPDATE ${s}.marks m SET amount = (r->>'amount')::numeric FROM ${s}.scopes k
                WHERE k.id = m.scope_id AND k.constraint_id = r->>'constraint' AND m.call = c->>'call' AND NOT m.effective;
            END LOOP;
            UPDATE ${s}.marks SET effective = true, object_type = coalesce(object_type, c->'object'->>'type'),
              object_key = coalesce(object_key, c->'object'->>'key')
              WHERE call = c->>'call' AND NOT effective;
          ELSE
            WITH gone AS (DELETE FROM ${s}.marks WHERE call = c->>'call' AND NOT effective RETURNING scope_id, amount),
              sums AS (SELECT scope_id, count(*) AS count, coalesce(sum(amount), 0) AS sum FROM gone GROUP BY scope_id)
            UPDATE ${s}.scopes kept SET count = kept.count - sums.count, sum = kept.sum - sums.sum
              FROM sums WHERE sums.scope_id = kept.id;
            UPDATE ${s}.scopes kept SET count = kept.count - given.count, sum = kept.sum - given.sum
              FROM ${s}.sums given WHERE given.call = c->>'call' AND given.scope_id = kept.id;
          END IF;
          DELETE FROM ${s}.sums WHERE call = c->>'call';
        WHEN 'object' THEN
          r := c->'object';
          INSERT INTO ${s}.objects AS kept (type, key, version, seen_at, state, fact)
            VALUES (r->>'type', r->>'key', 1, (r->>'seenAt')::bigint, r->>'state', r->>'fact')
            ON CONFLICT (type, key) DO UPDATE SET version = kept.version + 1, seen_at = excluded.seen_at,
              state = excluded.state, fact = excluded.fact;
        WHEN 'grant' THEN
          r := c->'grant';
          INSERT INTO ${s}.grants
              (id, approval, by, at, value, revoked, object_type, object_key, question, bound, expires)
            VALUES (r->>'id', r->>'approval', r->>'by', (r->>'at')::bigint, r->>'value', (r->>'revoked')::boolean,
              r->'object'->>'type', r->'object'->>'key', r->>'question', r->>'bound', (r->>'expires')::bigint)
            ON CONFLICT (id) DO UPDATE SET approval = excluded.approval, by = excluded.by, at = excluded.at,
              value = excluded.value, revoked = excluded.revoked, object_type = excluded.object_type,
              object_key = excluded.object_key, question = excluded.question, bound = excluded.bound,
              expires = excluded.expires;
        WHEN 'revoke' THEN
          UPDATE ${s}.grants SET revoked = true WHERE NOT spent AND approval = c->>'approval'
            AND object_type = c->'object'->>'type' AND object_key = c->'object'->>'key';
        WHEN 'take-grant' THEN
          UPDATE ${s}.grants SET taken_by = c->>'call'
            WHERE id = c->>'grant' AND NOT spent AND coalesce(taken_by, c->>'call') = c->>'call';
          -- INVARIANT: one grant, one call. Whoever comes second loses everything it wrote.
          IF NOT FOUND THEN
            RAISE EXCEPTION 'the grant is not there to be taken' USING ERRCODE = '${grantTaken}';
          END IF;
        WHEN 'settle-grants' THEN
          IF (c->>'spent')::boolean THEN
            UPDATE ${s}.grants SET spent = true WHERE taken_by = c->>'call';
          ELSE
            UPDATE ${s}.grants SET taken_by = NULL WHERE taken_by = c->>'call' AND NOT spent;
          END IF;
        WHEN 'drop-grant' THEN
          DELETE FROM ${s}.grants WHERE id = c->>'grant';
        WHEN 'hold' THEN
          r := c->'hold';
          INSERT INTO ${s}.holds (id, state, question, "group", at, expires, detail)
            VALUES (r->>'id', r->>'state', r->>'question', r->>'group', (r->>'at')::bigint, (r->>'expires')::bigint,
              r->>'detail')
            ON CONFLICT (id) DO UPDATE SET state = excluded.state, question = excluded.question,
              "group" = excluded."group", at = excluded.at, expires = excluded.expires, detail = excluded.detail;
          signals := true;
        WHEN 'repeat' THEN
          r := c->'repeat';
          INSERT INTO ${s}.repeats (key, digest, call, at, answer)
            VALUES (r->>'key', r->>'digest', r->>'call', (r->>'at')::bigint, r->>'answer')
            ON CONFLICT (key) DO UPDATE SET digest = excluded.digest, call = excluded.call, at = excluded.at,
              answer = excluded.answer;
        WHEN 'drop-repeat' THEN
          DELETE FROM ${s}.repeats WHERE key = c->>'key';
        WHEN 'saw' THEN
          INSERT INTO ${s}.seen (run, number, at, entry)
            SELECT c->>'run', kept.last + n, (c->>'at')::bigint, e
              FROM jsonb_array_elements_text(c->'entries') WITH ORDINALITY AS given(e, n),
                (SELECT coalesce(max(number), 0) AS last FROM ${s}.seen WHERE run = c->>'run') kept;
        WHEN 'switch-off' THEN
          r := c->'switch';
          INSERT INTO ${s}.switches ("of", name, by, why, at)
            VALUES (r->>'of', r->>'name', r->>'by', r->>'why', (r->>'at')::bigint)
            ON CONFLICT ("of", name) DO UPDATE SET by = excluded.by, why = excluded.why, at = excluded.at;
          signals := true;
        WHEN 'switch-on' THEN
          DELETE FROM ${s}.switches WHERE "of" = c->>'of' AND name = c->>'name';
          signals := true;
        WHEN 'run' THEN
          r := c->'run';
          INSERT INTO ${s}.runs (id, holder, state, at, expires, detail)
            VALUES (r->>'id', r->>'holder', r->>'state', (r->>'at')::bigint, (r->>'expires')::bigint, r->>'detail')
            ON CONFLICT (id) DO UPDATE SET holder = excluded.holder, state = excluded.state, at = excluded.at,
              expires = excluded.expires, detail = excluded.detail;
          signals := signals OR r->>'state' <> 'open';
        WHEN 'keep' THEN
          r := c->'kept';
          INSERT INTO ${s}.kept (name, holder, expires, content)
            VALUES (r->>'name', r->>'holder', (r->>'expires')::bigint, r->>'content')
            ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, expires = excluded.expires,
              content = excluded.content;
        WHEN 'drop-kept' THEN
          DELETE FROM ${s}.kept WHERE name = c->>'name';
        WHEN 'beat' THEN
          INSERT INTO ${s}.nodes AS kept (node, at) VALUES (c->>'node', (c->>'at')::bigint)
            ON CONFLICT (node) DO UPDATE SET at = greatest(kept.at + 1, excluded.at);
        WHEN 'gone' THEN
          UPDATE ${s}.calls SET state = 'in-doubt' WHERE node = c->>'node' AND state = 'reserved';
          DELETE FROM ${s}.leases WHERE node = c->>'node' AND NOT EXISTS (SELECT 1 FROM ${s}.calls WHERE id = leases.call);
        WHEN 'forget' THEN
          WITH gone AS (DELETE FROM ${s}.marks m WHERE ${old} RETURNING scope_id, amount),
            sums AS (SELECT scope_id, count(*) AS count, coalesce(sum(amount), 0) AS sum FROM gone GROUP BY scope_id)
          UPDATE ${s}.scopes kept SET count = kept.count - sums.count, sum = kept.sum - sums.sum
            FROM sums WHERE sums.scope_id = kept.id;
          DELETE FROM ${s}.scopes WHERE count = 0 AND c->'marksOf' ? constraint_id;
          DELETE FROM ${s}.calls WHERE state IN ('effective', 'released') AND at < (c->>'before')::bigint;
          DELETE FROM ${s}.repeats WHERE at < (c->>'before')::bigint
            AND NOT EXISTS (SELECT 1 FROM ${s}.calls WHERE id = repeats.call AND ${unsettled});
          DELETE FROM ${s}.grants WHERE spent AND at < (c->>'before')::bigint;
          DELETE FROM ${s}.holds WHERE expires < (c->>'before')::bigint AND state <> 'executing';
          DELETE FROM ${s}.seen WHERE run IN (SELECT run FROM ${s}.seen WHERE at < (c->>'before')::bigint
            EXCEPT SELECT run FROM ${s}.seen WHERE at >= (c->>'before')::bigint);
          DELETE FROM ${s}.runs WHERE expires < (c->>'before')::bigint;
          DELETE FROM ${s}.kept WHERE expires < (c->>'before')::bigint;
          DELETE FROM ${s}.nodes WHERE at < (c->>'before')::bigint
            AND NOT EXISTS (SELECT 1 FROM ${s}.calls WHERE node = nodes.node AND ${unsettled})
            AND NOT EXISTS (SELECT 1 FROM ${s}.leases WHERE node = nodes.node);
        END CASE;
      END LOOP;
      IF signals THEN
        UPDATE ${s}.signal SET value = value + 1;
        PERFORM pg_notify('${s}', '');
      END IF;
      RETURN pg_current_xact_id()::text;
    END $apply$;`
}
