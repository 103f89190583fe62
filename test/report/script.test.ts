// The scripts of findings really run: against a bank with the flaws, and against one without.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { printCurl } from '../../src/prove/report/curl.ts'
import { printTestFile, testFileName } from '../../src/prove/report/test-file.ts'
import { planted } from './bank.ts'
import { openBank } from './bank-server.ts'
import { blindContext, makeContext, outcome } from './outcome.ts'

const folder = mkdtempSync(join(tmpdir(), 'lockstep-report-'))
after(() => rmSync(folder, { recursive: true }))

const credentials = {
  ALICE_AUTHORIZATION: 'Bearer token-alice',
  ALICE_PASSWORD: 'say "hi" $HOME',
  BOB_AUTHORIZATION: 'Bearer token-bob',
  DANA_AUTHORIZATION: 'Bearer token-dana',
}

async function run(
  command: string,
  args: readonly string[],
  env: Record<string, string>,
): Promise<{ code: number; text: string }> {
  return await new Promise((resolve) => {
    const all = { PATH: process.env['PATH'] ?? '', ...env }
    execFile(command, [...args], { env: all, timeout: 20_000 }, (error, out, err) => {
      resolve({ code: error === null ? 0 : Number(error.code ?? 1), text: out + err })
    })
  })
}

for (const flawed of [true, false]) {
  test(`test files ${flawed ? 'fail while the flaws are there' : 'pass once they are mended'}`, async (t) => {
    const bank = await openBank({ flawed })
    t.after(bank.close)
    for (const finding of outcome.findings) {
      const file = join(folder, testFileName(finding))
      writeFileSync(file, printTestFile(finding, makeContext()))
      const { code, text } = await run(process.execPath, ['--test', file], { ...credentials, BASE_URL: bank.url })
      assert.equal(code, flawed ? 1 : 0, `${finding.class}\n${text}`)
      if (flawed) assert.match(text, /must not have changed|moved further than allowed|must not be disclosed/)
    }
  })
}

test('a test file whose setup is refused fails instead of passing for nothing', async (t) => {
  const bank = await openBank({ flawed: false })
  t.after(bank.close)
  for (const finding of outcome.findings) {
    const file = join(folder, testFileName(finding))
    writeFileSync(file, printTestFile(finding, makeContext()))
    const nobody = Object.fromEntries(Object.keys(credentials).map((name) => [name, 'nobody']))
    const { code, text } = await run(process.execPath, ['--test', file], { ...nobody, BASE_URL: bank.url })
    assert.equal(code, 1)
    assert.match(text, /step 1 was refused: 401/)
    assert.match((await run(process.execPath, ['--test', file], {})).text, /_AUTHORIZATION is not set/)
  }
})

const tools = await Promise.all(['curl', 'jq', 'sh'].map((tool) => run('which', [tool], {})))
test('curl transcripts run alone', {
  skip: tools.some(({ code }) => code !== 0) && 'needs sh, curl and jq',
}, async (t) => {
  const bank = await openBank({ flawed: true })
  t.after(bank.close)
  for (const finding of outcome.findings) {
    const file = join(folder, `${finding.fingerprint}.sh`)
    writeFileSync(file, printCurl(finding, makeContext()))
    const { code, text } = await run('sh', [file], { ...credentials, BASE_URL: bank.url })
    assert.equal(code, 0, text)
    const answered = [...text.matchAll(/-> (\d+)$/gm)].map((match) => match[1])
    const expected = finding.proof.transcript.reduce((sum, { times = 1 }) => sum + times, 0)
    assert.equal(answered.length, expected, text)
    // Shells start processes one after the other: of a race, some come too late.
    assert.ok(answered.filter((status) => status?.startsWith('2')).length >= finding.proof.transcript.length, text)
    if (finding.class === 'step-skipped') assert.match(text, /"note":"rent \\"March\\" & <b>more<\/b> \$\(id\) `x`"/)
    assert.match((await run('sh', [file], {})).text, /_AUTHORIZATION/)
  }
})

test('no secret is in a script, even one that only its name gives away', () => {
  for (const finding of outcome.findings) {
    const text = printCurl(finding, blindContext()) + printTestFile(finding, blindContext())
    for (const secret of planted) assert.ok(!text.includes(secret), secret)
  }
})
