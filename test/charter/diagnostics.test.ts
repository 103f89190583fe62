// Each fixture: a charter, a divider, and every diagnostic it must give, as `severity code line:column message`.
import assert from 'node:assert/strict'
import { readdirSync, writeFileSync } from 'node:fs'
import { test } from 'node:test'
import { analyse, fixture } from './fixture.ts'

const divider = '---expect---\n'
const folder = new URL('fixtures/', import.meta.url)

for (const name of readdirSync(folder).filter((each) => each.endsWith('.fixture'))) {
  test(name.replace('.fixture', ''), () => {
    const [input = '', expected = ''] = fixture(name).split(divider)
    const found = analyse(input).diagnostics.map(
      ({ severity, code, line, column, message }) => `${severity} ${code} ${line}:${column} ${message}\n`,
    )
    // UPDATE rewrites what is expected; read the difference before keeping it.
    if (process.env['UPDATE'] === '1') writeFileSync(new URL(name, folder), `${input}${divider}${found.join('')}`)
    else assert.equal(found.join(''), expected)
  })
}
