// `lockstep prove` and `verify` as users meet them: processes of their own, against a real server.
import assert from 'node:assert/strict'
import { globSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { main } from '../../src/cli/main.ts'
import { openTerminal } from '../../src/cli/terminal.ts'
import { parseFindings } from '../../src/prove/report/json.ts'
import { openFolder, openServer } from './prove-stage.ts'

const folder = openFolder()
after(() => folder.remove())

const at = (url: string): string[] => ['--identities', 'identities.yaml', '--target', `bank=${url}`]
const only = (name: string): string[] => ['--operation', name]

function findingsAt(path: string) {
  const { file, problems } = parseFindings(readFileSync(join(folder.path, path), 'utf8'))
  assert.ok(file, problems.join('; '))
  return file
}

test('a flaw is proven, told in every report without a token, open until it is mended', async () => {
  const flawed = await folder.startBank(['approve-own'])
  const charterFile = join(folder.path, 'charter.yaml')
  const proven = await folder.run([
    'prove',
    charterFile,
    ...at(flawed.url),
    ...only('approveTransfer'),
    '--out',
    'reports',
  ])
  assert.equal(proven.code, 2, proven.error)
  assert.match(
    proven.out,
    /HIGH {3}Separation of duties broken[\s\S]*lockstep verify [0-9a-f]{16}[\s\S]*1 finding: 1 high/,
  )
  assert.match(proven.error, /\[1\/1\] transfer\.approve/)

  const files = globSync('reports/**/*', { cwd: folder.path }).filter((name) => /\.\w+$/.test(name))
  assert.deepEqual(files.map((name) => name.replace(/[0-9a-f]{16}/, 'FINGERPRINT')).sort(), [
    'reports/curl/FINGERPRINT.sh',
    'reports/findings.json',
    'reports/junit.xml',
    'reports/lockstep.sarif',
    'reports/report.html',
    'reports/report.md',
    'reports/tests/FINGERPRINT.test.mjs',
  ])
  for (const name of files) {
    const text = readFileSync(join(folder.path, name), 'utf8')
    assert.ok(text.length > 200, `${name} is empty`)
    for (const token of Object.values(flawed.tokens)) assert.ok(!text.includes(token), `a token in ${name}`)
  }
  const [finding] = findingsAt('reports/findings.json').findings
  assert.equal(finding?.class, 'separation-of-duties')
  assert.equal(finding?.position.file, 'charter.yaml', 'readers of reports know no absolute paths')
  const short = finding?.fingerprint.slice(0, 6) ?? ''

  const open = await folder.run(['verify', short, ...at(flawed.url), '--findings', 'reports/findings.json'])
  assert.equal(open.code, 2, open.error)
  assert.match(open.out, /^still open {2}[0-9a-f]{16} {2}Separation/)
  await flawed.close()

  const mended = await folder.startBank([])
  const fixed = await folder.run(['verify', 'all', ...at(mended.url), '--findings', 'reports/findings.json'])
  assert.equal(fixed.code, 0, fixed.error)
  assert.match(fixed.out, /^fixed {2}[0-9a-f]{16}/)
  await mended.close()

  const gone = await folder.run(['verify', 'all', ...at(mended.url), '--findings', 'reports/findings.json'])
  assert.equal(gone.code, 1)
  assert.match(gone.error, /nobody could sign in to bank at http/)
})

test('what is known or accepted does not fail; the same seed finds the same, told in JSON lines too', async () => {
  const bank = await folder.startBank(['no-owner-check-get-account'])
  const prove = (...more: string[]) =>
    folder.run(['prove', ...at(bank.url), ...only('bank.getAccount'), '--quiet', ...more])
  const first = await prove('--report', 'json=first.json')
  assert.equal(first.code, 2, first.error)
  const [finding, ...others] = findingsAt('first.json').findings
  assert.deepEqual([finding?.class, others.length], ['bola-read', 0])
  assert.match(first.out, new RegExp(`^high ${finding?.fingerprint} `))

  const again = await prove('--baseline', 'first.json', '--report', 'json=second.json', '--json')
  assert.equal(again.code, 0)
  const kinds = again.out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line).kind)
  for (const kind of ['planned', 'use', 'control', 'case', 'finding', 'end']) assert.ok(kinds.includes(kind), kind)
  for (const token of Object.values(bank.tokens)) assert.ok(!again.out.includes(token), 'a token in the JSON lines')
  assert.deepEqual(
    findingsAt('second.json').findings.map((each) => each.fingerprint),
    [finding?.fingerprint],
  )

  const accept = (until: string) =>
    writeFileSync(
      join(folder.path, 'accept.yaml'),
      `- { fingerprint: ${finding?.fingerprint}, owner: ann, until: ${until}, because: it is replaced }\n`,
    )
  accept('2999-12-31')
  assert.equal((await prove('--accept', 'accept.yaml')).code, 0)
  accept('2020-01-01')
  const expired = await prove('--accept', 'accept.yaml')
  assert.equal(expired.code, 2)
  assert.match(expired.error, /acceptance of `[0-9a-f]{16}` by ann ended on 2020-01-01/)
  await bank.close()
})

test('who cannot sign in is named and left out; what a run made is said where nothing removes it', async () => {
  const bank = await folder.startBank([], false)
  const claims = Buffer.from(JSON.stringify({ sub: 'pay4u', exp: 1_600_000_000 })).toString('base64url')
  writeFileSync(join(folder.path, '.lockstep/pay4u.token'), `e30.${claims}.sig`)
  writeFileSync(join(folder.path, '.lockstep/dirk.token'), 'wrong-token')
  const { code, out } = await folder.run(['prove', ...at(bank.url), ...only('openAccount')])
  assert.equal(code, 0, out)
  assert.match(out, /not taking part: pay4u: its token expired at 2020-09-13T12:26:40\.000Z/)
  assert.match(out, /not taking part: dirk, login step 1 \(GET \/me\): expected 2xx, got 401/)
  assert.match(out, /the reset hook failed: it answered 404/)
  assert.match(out, /created and not removed: \d+ × account/)
  assert.ok(!out.includes('wrong-token'))
  await bank.close()
})

test('an address where nothing or something else answers ends with its name and the step, not with findings', async () => {
  const page = await openServer((_request, response) => {
    response.setHeader('content-type', 'text/html').end('<!doctype html><title>Sign in</title>')
  })
  const html = await folder.run(['prove', ...at(page.url), ...only('getMe')])
  page.close()
  assert.equal(html.code, 1)
  assert.match(html.error, new RegExp(`nobody could sign in to bank at ${page.url}`))
  assert.match(html.error, /alice, login step 1 \(GET \/me\): .*HTML page \(is this the API's address\?\)/)

  const down = await folder.run(['prove', ...at(page.url), ...only('getMe')])
  assert.equal(down.code, 1)
  assert.match(
    down.error,
    /bank at http:\/\/127\.0\.0\.1:\d+\n {2}alice, login step 1 \(GET \/me\): no connection.*ECONNREFUSED/,
  )
})

test('a dry run prints the cases and sends nothing', async () => {
  const server = await openServer((_request, response) => response.end())
  const { code, out } = await folder.run(['prove', ...at(server.url), ...only('executeTransfer'), '--dry-run'])
  assert.equal(code, 0)
  assert.match(
    out,
    /tries it without approval\n[\s\S]*tries it with one approver counted twice\n[\s\S]*about \d+ requests/,
  )
  assert.equal(server.asked(), 0)
  server.close()
})

test('a spent budget and Ctrl-C leave partial reports that account for everything', async () => {
  const bank = await folder.startBank([])
  const prove = [...at(bank.url), ...only('executeTransfer'), '--report']
  const spent = await folder.run(['prove', ...prove, 'json=spent.json', '--max-requests', '50'])
  assert.equal(spent.code, 1, spent.out)
  const report = findingsAt('spent.json')
  assert.equal(report.partial, 'the budget of 50 requests is used up')
  assert.ok(report.requests <= 50, `${report.requests}`)
  assert.ok(report.cells.every((cell) => cell.verdict !== 'held' || !/not sent|budget/.test(cell.why)))
  assert.ok(report.cells.some((cell) => cell.use === 'transfer.execute-as-partner' && /ended early/.test(cell.why)))

  const stopped = await folder.run(['prove', ...prove, 'json=stopped.json'], (child) => {
    child.stderr?.on('data', (chunk) => {
      if (/\[1\/2\]/.test(String(chunk))) setTimeout(() => child.kill('SIGINT'), 100)
    })
  })
  assert.equal(stopped.code, 1)
  assert.match(stopped.error, /stopping after the current request/)
  assert.equal(findingsAt('stopped.json').partial, 'it was interrupted')
  await bank.close()
})

const identities = join(folder.path, 'identities.yaml')
const broken = join(folder.path, 'broken.yaml')
writeFileSync(broken, readFileSync(identities, 'utf8').replace('actor: customer', 'actor: custmer'))
const charter = join(folder.path, 'charter.yaml')
const nowhere = ['--identities', identities, '--target', 'bank=http://127.0.0.1:9']

const mistakes: [args: string[], code: number, says: RegExp][] = [
  [['prove'], 1, /required option '--identities <file>' not specified/],
  [['prove', charter, ...nowhere, ...only('executTransfer')], 1, /did you mean `executeTransfer`\?/],
  [['prove', charter, '--identities', identities, '--target', 'bnak=http://x'], 1, /no source `bnak`; it has bank/],
  [['prove', charter, ...nowhere, '--report', 'pdf=x'], 1, /no report `pdf`; there are sarif, json/],
  [['prove', charter, ...nowhere, '--race-width', '500'], 1, /whole number from 2 to 50/],
  [['prove', charter, ...nowhere, '--changed-since', 'HEAD'], 1, /is in no git repository/],
  [['prove', 'none.yaml', ...nowhere], 3, /charter-unreadable/],
  [['prove', charter, '--identities', broken], 3, /error\[[\w-]+\][\s\S]*--> .*broken\.yaml:\d+:\d+[\s\S]*custmer/],
  [['verify', 'abc', '--charter', charter, ...nowhere], 1, /cannot read `findings\.json`: there is no such file/],
]
for (const [args, code, says] of mistakes) {
  test(`lockstep ${args.map((arg) => arg.replace(folder.path, '')).join(' ')}`, async () => {
    let said = ''
    const output = { write: (text: string) => (said += text) }
    const found = await main(args, openTerminal(output, output, {}))
    assert.match(said, says)
    assert.equal(found, code)
  })
}
