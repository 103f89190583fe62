// Whoever imports the package loads the driver of no engine before a store or a ledger is opened.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { test } from 'node:test'

const program = `
  import { registerHooks } from 'node:module'
  const drivers = new Set()
  registerHooks({ load(url, context, next) {
    const found = /node_modules\\/(better-sqlite3|pg)\\//.exec(url)
    if (found !== null) drivers.add(found[1])
    return next(url, context)
  } })
  const { openSqliteStore } = await import(${JSON.stringify(new URL('../../src/index.ts', import.meta.url).href)})
  const before = [...drivers]
  await (await openSqliteStore(':memory:')).close()
  console.log(JSON.stringify([before, [...drivers]]))
`

test('the package loads a driver when it is needed, and not before', () => {
  const printed = execFileSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' })
  assert.deepEqual(JSON.parse(printed), [[], ['better-sqlite3']])
})
