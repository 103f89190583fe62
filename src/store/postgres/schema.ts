/**
 * Forward only: step n brings the tables of a schema from version n to n + 1. A step that was released is never changed; other functions
 * need a step of their own, even an empty one.
 *
 * @param schema - Checked to be a plain name, so it needs no quotes.
 */
export function stepsFor(schema: string): readonly string[] {
  return [
    tablesSql(schema),
    `CREATE INDEX ON ${schema}.holds (expires);`,
    `CREATE TABLE ${schema}.sums (
      call ${text}, scope_id bigint, count bigint NOT NULL, sum numeric NOT NULL, PRIMARY KEY (call, scope_id)
    );`,
    `
    -- A call that only took objects has no row of its own any more: who took them stands with them.
    DELETE FROM ${schema}.leases WHERE call IN (SELECT id FROM ${schema}.calls WHERE state = 'gathering');
    DELETE FROM ${schema}.calls WHERE state = 'gathering';
    ALTER TABLE ${schema}.leases ADD COLUMN node ${text} NOT NULL DEFAULT '';
    DROP INDEX ${schema}.leases_call_idx;
    `,
    `CREATE TABLE ${schema}.seen (
      run ${text}, number bigint NOT NULL, at bigint NOT NULL, entry text NOT NULL, PRIMARY KEY (run, number)
    );
    CREATE INDEX ON ${schema}.seen (at);`,
    `
    CREATE TABLE ${schema}.runs (
      id ${text} PRIMARY KEY, holder ${text} NOT NULL, state ${text} NOT NULL, at bigint NOT NULL,
      expires bigint NOT NULL, detail text NOT NULL
    );
    CREATE INDEX ON ${schema}.runs (holder, at);
    CREATE INDEX ON ${schema}.runs (state, at);
    CREATE INDEX ON ${schema}.runs (expires);
    `,
    `
    CREATE TABLE ${schema}.kept (
      name ${text} PRIMARY KEY, holder ${text} NOT NULL, expires bigint NOT NULL, content text NOT NULL
    );
    CREATE INDEX ON ${schema}.kept (holder, expires);
    CREATE INDEX ON ${schema}.kept (expires);
    `,
  ]
}

// Text compares by its bytes, as in the other engine: one order everywhere, whatever the server's locale.
const text = 'text COLLATE "C"'

function tablesSql(schema: string): string {
  return `
    CREATE TABLE ${schema}.calls (
      id ${text} PRIMARY KEY, node ${text} NOT NULL, state ${text} NOT NULL, operation ${text} NOT NULL,
      principal ${text}, at bigint NOT NULL, detail text NOT NULL
    );
    CREATE INDEX ON ${schema}.calls (state, at);

    CREATE TABLE ${schema}.leases (
      type ${text}, key ${text}, call ${text}, shared boolean NOT NULL, PRIMARY KEY (type, key, call)
    );
    CREATE INDEX ON ${schema}.leases (call);

    CREATE TABLE ${schema}.objects (
      type ${text}, key ${text}, version bigint NOT NULL, seen_at bigint NOT NULL, state ${text}, fact text NOT NULL,
      PRIMARY KEY (type, key)
    );

    -- What all marks of a scope add up to, so that a counter without a window costs the same however long it counts.
    CREATE TABLE ${schema}.scopes (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, constraint_id ${text} NOT NULL, scope ${text} NOT NULL,
      count bigint NOT NULL, sum numeric NOT NULL, UNIQUE (constraint_id, scope)
    );
    CREATE TABLE ${schema}.marks (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, scope_id bigint NOT NULL, at bigint NOT NULL,
      call ${text} NOT NULL, effective boolean NOT NULL, operation ${text} NOT NULL, principal ${text},
      amount numeric, object_type ${text}, object_key ${text}
    );
    CREATE INDEX ON ${schema}.marks (scope_id, at);
    CREATE INDEX ON ${schema}.marks (call) WHERE NOT effective;

    CREATE TABLE ${schema}.grants (
      id ${text} PRIMARY KEY, approval ${text} NOT NULL, by text NOT NULL, at bigint NOT NULL, value text NOT NULL,
      revoked boolean NOT NULL, object_type ${text}, object_key ${text}, question ${text}, bound text, expires bigint,
      taken_by ${text}, spent boolean NOT NULL DEFAULT false
    );
    CREATE INDEX ON ${schema}.grants (approval, object_type, object_key, question) WHERE NOT spent;
    CREATE INDEX ON ${schema}.grants (taken_by) WHERE taken_by IS NOT NULL;
    CREATE INDEX ON ${schema}.grants (at) WHERE spent;

    CREATE TABLE ${schema}.holds (
      id ${text} PRIMARY KEY, state ${text} NOT NULL, question ${text} NOT NULL, "group" ${text} NOT NULL,
      at bigint NOT NULL, expires bigint NOT NULL, detail text NOT NULL
    );
    CREATE INDEX ON ${schema}.holds (question);
    CREATE INDEX ON ${schema}.holds (state, at);

    CREATE TABLE ${schema}.repeats (
      key ${text} PRIMARY KEY, digest ${text} NOT NULL, call ${text} NOT NULL, at bigint NOT NULL, answer text
    );
    CREATE INDEX ON ${schema}.repeats (at);

    CREATE TABLE ${schema}.switches (
      "of" ${text}, name ${text}, by ${text} NOT NULL, why ${text} NOT NULL, at bigint NOT NULL, PRIMARY KEY ("of", name)
    );
    CREATE TABLE ${schema}.nodes (node ${text} PRIMARY KEY, at bigint NOT NULL);
    CREATE TABLE ${schema}.signal (value bigint NOT NULL);
    INSERT INTO ${schema}.signal VALUES (0);
  `
}
