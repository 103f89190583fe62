// The scripts of findings at an MCP server really run, in the revision of the protocol they were seen in: against the flawed server, and
// against a sound one.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { printCurl } from '../../src/prove/report/curl.ts'
import { printTestFile } from '../../src/prove/report/test-file.ts'
import { serveSmall } from '../prove/small-api.ts'
import { agentTokens, type Flaw, openDesk, proveDesk } from '../prove/tool-desk.ts'
import { makeContext } from './outcome.ts'

const folder = mkdtempSync(join(tmpdir(), 'lockstep-tools-'))
after(() => rmSync(folder, { recursive: true }))

const bearers: Readonly<Record<string, string>> = {
  ...agentTokens,
  ANN: 'token-ann',
  BEN: 'token-ben',
  CLARA: 'token-clara',
}
const credentials = Object.fromEntries(
  Object.entries(bearers).map(([name, token]) => [`${name}_AUTHORIZATION`, `Bearer ${token}`]),
)

function run(command: string, args: readonly string[], url: string): Promise<{ code: number; text: string }> {
  const env = { PATH: process.env['PATH'] ?? '', ...credentials, BASE_URL: url }
  return new Promise((resolve) => {
    execFile(command, [...args], { env, timeout: 20_000 }, (error, out, err) => {
      resolve({ code: error === null ? 0 : Number(error.code ?? 1), text: out + err })
    })
  })
}

const flaws: readonly (readonly [Exclude<Flaw, undefined>, string])[] = [
  ['state', 'step-skipped'],
  ['owner', 'bola-write'],
  ['agent-outside', 'tool-outside-workflow'],
]

const missing = (await Promise.all(['curl', 'jq', 'sh'].map((tool) => run('which', [tool], '')))).some(
  ({ code }) => code !== 0,
)

for (const era of ['plain', 'greeted'] as const)
  for (const [flaw, kind] of flaws)
    test(`${kind}, ${era}`, async (t) => {
      let { charter } = makeContext()
      const { findings } = await proveDesk(era, flaw, {
        after: async ({ lab }) => {
          charter = lab.charter
        },
      })
      const wanted = findings.filter((each) => each.class === kind)
      assert.ok(wanted.length > 0)
      const servers = {
        flawed: await serveSmall(openDesk(era, flaw)),
        sound: await serveSmall(openDesk(era, undefined)),
      }
      t.after(() => {
        for (const { close } of Object.values(servers)) close()
      })
      for (const finding of wanted) {
        const file = join(folder, `${era}-${finding.fingerprint}`)
        writeFileSync(`${file}.test.mjs`, printTestFile(finding, { ...makeContext(), charter }))
        const failing = await run(process.execPath, ['--test', `${file}.test.mjs`], servers.flawed.url)
        assert.equal(failing.code, 1, failing.text)
        assert.match(failing.text, /must not have changed|must not be disclosed|must not exist/)
        const passing = await run(process.execPath, ['--test', `${file}.test.mjs`], servers.sound.url)
        assert.equal(passing.code, 0, passing.text)
        if (missing) continue
        writeFileSync(`${file}.sh`, printCurl(finding, { ...makeContext(), charter }))
        const shown = await run('sh', [`${file}.sh`], servers.flawed.url)
        const recorded = finding.proof.transcript.map(({ exchange }) => exchange.response?.status)
        assert.deepEqual([shown.code, statusesIn(shown.text)], [0, recorded], shown.text)
        const refused = await run('sh', [`${file}.sh`], servers.sound.url)
        assert.ok(statusesIn(refused.text).includes(422), refused.text)
      }
    })

function statusesIn(text: string): number[] {
  return [...text.matchAll(/-> (\d+)$/gm)].map((match) => Number(match[1]))
}
