// The official scenarios find the same through the gateway as without it.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { checkServer, type Revision, type Verdicts } from './conformance.ts'
import { type FixtureHttp, openFixture } from './fixture/http.ts'
import { openStage, type Stage } from './stage.ts'

let fixture: FixtureHttp
let overHttp: Stage

before(async () => {
  fixture = await openFixture()
  overHttp = await openStage({ servers: { fixture: { http: { url: fixture.url } } } })
})
after(async () => {
  await overHttp.close()
  fixture.close()
})

function passed(verdicts: Verdicts): number {
  return [...verdicts.values()].filter((each) => each === 'SUCCESS').length
}

function differences(direct: Verdicts, through: Verdicts): readonly string[] {
  const all = new Set([...direct.keys(), ...through.keys()])
  return [...all].flatMap((check) => {
    const [one = 'missing', other = 'missing'] = [direct.get(check), through.get(check)]
    return one === other ? [] : [`${check}: ${one} directly, ${other} through the gateway`]
  })
}

/** How many checks the fixture passes: fewer would mean that the scenarios were not run. */
const least: Readonly<Record<Revision, number>> = { '2025-11-25': 84, '2026-07-28': 160 }

for (const revision of ['2025-11-25', '2026-07-28'] as const) {
  test(`server scenarios of ${revision}, HTTP before HTTP`, async () => {
    const [direct, through] = [await checkServer(fixture.url, revision), await checkServer(overHttp.url, revision)]
    assert.ok(passed(direct) >= least[revision], `${passed(direct)} checks passed directly`)
    assert.deepEqual(differences(direct, through), [])
  })
}
