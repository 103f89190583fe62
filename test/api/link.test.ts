// Links that sign in once: another one for a console that runs in another process, and sessions that end.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { main } from '../../src/cli/main.ts'
import { openTerminal } from '../../src/cli/terminal.ts'
import { type Shown, show } from '../console/shown.ts'
import { asSignedIn } from './signed-in.ts'
import { visit } from './visit.ts'

const folder = mkdtempSync(join(tmpdir(), 'lockstep-link-'))
let shown: Shown
before(async () => {
  shown = await show('{ port: 0 }', { folder })
})
after(async () => {
  await shown?.close()
  rmSync(folder, { recursive: true })
})

async function another(): Promise<{ readonly code: number; readonly said: string }> {
  let said = ''
  const write = (text: string): void => {
    said += text
  }
  const code = await main(
    ['serve', join(folder, 'guard.yaml'), '--link', '--json'],
    openTerminal({ write }, { write }, {}),
  )
  return { code, said }
}

test('another link leads to the console that runs, signs in once, and is on the record', async () => {
  const { code, said } = await another()
  assert.equal(code, 0, said)
  const link = new URL((JSON.parse(said) as { link: string }).link)
  assert.equal(link.origin, shown.url)
  const token = link.hash.slice('#link='.length)
  const visitors = [1, 2, 3].map(() => visit(shown.url))
  const answers = await Promise.all(visitors.map((each) => each.ask('POST', '/api/session/link', { body: { token } })))
  assert.deepEqual(answers.map(({ status }) => status).sort(), [204, 401, 401])
  const visitor = visitors[answers.findIndex(({ status }) => status === 204)]
  assert.ok(visitor)
  const { read } = asSignedIn(visitor.ask)
  const made = await read('/api/entries?kind=act&effect=link-made', ({ entries }) => entries.length > 0)
  assert.equal(made.entries.length, 1)
})

test('a session that somebody planted is not the one that is signed in', async () => {
  const planted = 'P'.repeat(43)
  const victim = visit(shown.url)
  victim.put('__Host-lockstep', planted)
  const token = new URL(await shown.link()).hash.slice('#link='.length)
  assert.equal((await victim.ask('POST', '/api/session/link', { body: { token } })).status, 204)
  assert.notEqual(victim.cookie('__Host-lockstep'), planted)
  assert.equal((await victim.ask('GET', '/api/session')).status, 200)
  const planter = visit(shown.url)
  planter.put('__Host-lockstep', planted)
  assert.equal((await planter.ask('GET', '/api/session')).status, 401)
})

test('a link goes nowhere but into the console: what it signs in with is behind `#`, and pages name themselves to nobody', async () => {
  const link = new URL(await shown.link())
  assert.equal(link.search, '')
  assert.match(link.hash, /^#link=[\w-]{43}$/)
  const page = await visit(shown.url).ask('GET', link.pathname)
  assert.equal(page.headers.get('referrer-policy'), 'no-referrer')
  assert.doesNotMatch(await page.text(), /link=/)
})

test('who signs out is out, also while other requests of the session are on their way', async () => {
  const token = new URL(await shown.link()).hash.slice('#link='.length)
  const visitor = visit(shown.url)
  await visitor.ask('POST', '/api/session/link', { body: { token } })
  const name = visitor.cookie('__Host-lockstep') ?? ''
  await Promise.all([...Array(20).keys()].map((each) => visitor.ask(each === 10 ? 'DELETE' : 'GET', '/api/session')))
  const thief = visit(shown.url)
  thief.put('__Host-lockstep', name)
  assert.equal((await thief.ask('GET', '/api/session')).status, 401)
})
