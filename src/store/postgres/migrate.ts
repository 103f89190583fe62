import type { PoolClient } from 'pg'
import { StoreError } from '../../guard/store.ts'
import { functionsSql } from './functions.ts'
import { stepsFor } from './schema.ts'
import { ask, locksOf } from './session.ts'

/**
 * Brings a schema to the version this program knows, all of it or nothing; nodes that open it at once wait for each other.
 *
 * @throws {StoreError} when the schema is of a newer program, or cannot be made.
 */
export async function migrate(client: PoolClient, schema: string): Promise<void> {
  await ask(client, 'BEGIN')
  try {
    await ask(client, 'SELECT pg_advisory_xact_lock($1::bigint)', locksOf(schema, ['migrate']).map(String))
    await applySteps(client, schema, await versionOf(client, schema))
    await ask(client, 'COMMIT')
  } catch (error) {
    await ask(client, 'ROLLBACK').catch(() => undefined)
    throw error
  }
}

async function applySteps(client: PoolClient, schema: string, version: number): Promise<void> {
  const steps = stepsFor(schema)
  if (version > steps.length) {
    throw new StoreError('broken', `the store has version ${version}, and this program knows up to ${steps.length}`)
  }
  if (version === steps.length) return
  for (const step of steps.slice(version)) await execute(client, step)
  // They are replaced whole: those of an older program know less.
  await execute(client, functionsSql(schema))
  await ask(client, `UPDATE ${schema}.version SET value = $1`, [steps.length])
}

async function versionOf(client: PoolClient, schema: string): Promise<number> {
  const table = await ask<{ found: boolean; made: boolean }>(
    client,
    'SELECT to_regclass($1) IS NOT NULL AS found, to_regnamespace($2) IS NOT NULL AS made',
    [`${schema}.version`, schema],
  )
  if (table.rows[0]?.made !== true) await ask(client, `CREATE SCHEMA ${schema}`)
  if (table.rows[0]?.found !== true) {
    await ask(client, `CREATE TABLE ${schema}.version (value integer NOT NULL)`)
    await ask(client, `INSERT INTO ${schema}.version VALUES (0)`)
  }
  const version = await ask<{ value: number }>(client, `SELECT value FROM ${schema}.version`)
  return version.rows[0]?.value ?? 0
}

// Several statements in one text go only without parameters.
async function execute(client: PoolClient, text: string): Promise<void> {
  await client.query(text)
}
