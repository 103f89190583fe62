// The official scenarios find the same through the gateway as without it.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { checkServer, differences, passed, type Revision } from './conformance.ts'
import { type FixtureHttp, openFixture } from './fixture/http.ts'
import { openStage, type Stage } from './stage.ts'

let fixture: FixtureHttp | undefined
let overHttp: Stage | undefined
let overStdio: Stage | undefined
const program = fileURLToPath(new URL('./fixture/stdio.ts', import.meta.url))

before(async () => {
  fixture = await openFixture()
  overHttp = await openStage({ servers: { fixture: { http: { url: fixture.url } } } })
  const stdio = { command: process.execPath, args: [program] }
  overStdio = await openStage({ servers: { fixture: { stdio } }, environment: process.env })
})
after(async () => {
  await overHttp?.close()
  await overStdio?.close()
  fixture?.close()
})

/** How many checks the fixture passes: fewer would mean that the scenarios were not run. */
const least: Readonly<Record<Revision, number>> = { '2025-11-25': 84, '2026-07-28': 160 }

/** A program cannot close a stream of events and go on with it later: it has none. Lists come as one message. */
const withoutStreams: readonly string[] = [
  'server-server-sse-polling: server-sse-priming-event',
  'server-server-sse-polling: server-sse-retry-field',
  'server-server-sse-polling: server-sse-disconnect-resume',
  'server-server-sse-multiple-streams: server-sse-streams-functional',
]

for (const revision of ['2025-11-25', '2026-07-28'] as const) {
  test(`server scenarios of ${revision}`, async () => {
    if (fixture === undefined || overHttp === undefined || overStdio === undefined) throw new Error('not open')
    const direct = await checkServer(fixture.url, revision)
    assert.ok(passed(direct) >= least[revision], `${passed(direct)} checks passed directly`)
    assert.deepEqual(differences(direct, await checkServer(overHttp.url, revision)), [], 'HTTP before HTTP')
    const found = differences(direct, await checkServer(overStdio.url, revision))
    const unexplained = found.filter((each) => !withoutStreams.some((known) => each.startsWith(known)))
    assert.deepEqual(unexplained, [], 'HTTP before a program')
  })
}
