// A console with everything in it that people do something about: what `lockstep prove` is let loose on with Lockstep's own charter.
import assert from 'node:assert/strict'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type FindingsFile, printFindings } from '../../src/prove/report/json.ts'
import { openShelf } from '../../src/store/shelf/open.ts'
import { type Shown, show } from '../console/shown.ts'
import { makeContext, outcome } from '../report/outcome.ts'
import { clientSecret, type Idp, openIdp, rolesByGroup } from './idp.ts'
import { until } from './notice-stage.ts'
import { signInAs, visit } from './visit.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** What stands behind the guard: every payment is a question, which managers answer; one of 13 is never answered. */
const charter = `
lockstep: 1
name: shop
sources:
  - { name: shop, type: inline, operations: { pay: { method: POST, path: /pay, body: { amount: 1 } }, sell: { method: POST, path: /sell, body: { amount: 1 }, response: { id: uuid, state: string } } } }
actors:
  customer: { when: "'customer' in principal.roles" }
  manager: { when: "'managers' in principal.roles" }
objects:
  payment:
    state: /state
    states: [made]
    transitions: { make: { on: shop.sell, to: made, by: customer } }
workflows:
  paying: { operations: [shop.pay] }
operations:
  shop.pay: { by: customer, approval: each }
approvals:
  each: { needed-when: request.amount > 0, by: manager, not: [requester], standing: { valid-for: 1d, uses: 100 } }
`

/** Whose sessions there are: a person of each role, somebody with none any more, and the local administrator. */
const people = ['vera', 'audra', 'anna', 'ann', 'olga', 'adam', 'former'] as const

export interface ItselfStage {
  readonly shown: Shown
  /** The folder of the charter, with its identities and their sessions. */
  readonly home: string
  /** The value of somebody's session cookie. */
  cookieOf(name: string): string
  /** Questions by `ann`, each for another amount, calls in doubt, passkeys and findings. */
  fill(): Promise<void>
  close(): Promise<void>
}

export async function openItself(): Promise<ItselfStage> {
  const folder = mkdtempSync(join(tmpdir(), 'lockstep-itself-'))
  const guarded = join(folder, 'guarded')
  const home = join(folder, 'examples/lockstep-console')
  mkdirSync(guarded)
  writeFileSync(join(guarded, 'findings.json'), findings(0))
  const idp: Idp = await openIdp()
  const oidc = `{ issuer: "${idp.issuer}", client-id: lockstep, client-secret: "\${env:OIDC}", principal: { roles: /groups }, roles: ${rolesByGroup} }`
  const shown = await show(
    `{ port: 0, findings: [findings.json], notify: [{ url: "http://127.0.0.1:1/", secret: "\${env:HOOK}" }], sign-in: { oidc: ${oidc} } }`,
    {
      charter,
      env: { OIDC: clientSecret, HOOK: `whsec_${'a'.repeat(40)}` },
      folder: guarded,
    },
  )
  await idp.serve(shown.url)
  cpSync(join(root, 'examples/lockstep-console'), home, { recursive: true })
  cpSync(join(root, 'schema/console.openapi.json'), join(folder, 'schema/console.openapi.json'))
  mkdirSync(join(home, '.lockstep'), { recursive: true })
  const cookieOf = (name: string): string => readFileSync(join(home, '.lockstep', name), 'utf8')
  const keep = (name: string, cookie: string | undefined): void =>
    writeFileSync(join(home, '.lockstep', name), `__Host-lockstep=${cookie ?? ''}`)
  for (const name of people) {
    const visitor = await signInAs(shown.url, name === 'former' ? 'olga' : name)
    keep(name, visitor.cookie('__Host-lockstep'))
    if (name === 'former') await visitor.ask('DELETE', '/api/session')
  }
  const adam = await signInAs(shown.url, 'adam')
  const charterNow = (await (await adam.ask('GET', '/api/charter')).json()) as { version: string }
  for (const name of ['charter.yaml', 'objects.yaml']) {
    const file = join(home, name)
    // biome-ignore lint/suspicious/noTemplateCurlyInString: as it stands in the charter
    writeFileSync(file, readFileSync(file, 'utf8').replaceAll('${CHARTER}', charterNow.version))
  }
  const local = visit(shown.url)
  const token = new URL(await shown.link()).hash.slice('#link='.length)
  await local.ask('POST', '/api/session/link', { body: { token } })
  keep('local', local.cookie('__Host-lockstep'))
  let filled = 0
  return {
    shown,
    home,
    cookieOf,
    async fill() {
      filled += 1
      for (let each = 1; each <= 60; each += 1) await shown.call('ann', '/pay', { amount: filled * 1000 + each })
      for (let each = 1; each <= 30; each += 1) await shown.call('ann', '/sell', { amount: 13 })
      await addPasskeys(join(guarded, '.lockstep/guard/console.db'), filled)
      writeFileSync(join(guarded, 'findings.json'), findings(filled))
      await until(async () => {
        const read = async (path: string) => (await adam.ask('GET', path)).json() as Promise<Record<string, unknown[]>>
        const [{ findings = [] }, { entries = [] }, { size }] = [
          await read('/api/findings'),
          await read('/api/entries?limit=1'),
          (await (await adam.ask('GET', '/api/ledger')).json()) as { size: number },
        ]
        const [last] = entries as { index: number }[]
        return findings.length > perReport * filled && (last?.index ?? 0) >= size - 1
      }, 'what was filled in shows')
    },
    async close() {
      await shown.close()
      idp.close()
      rmSync(folder, { recursive: true })
    },
  }
}

/** Keys nobody has: to be listed and removed. */
async function addPasskeys(file: string, filled: number): Promise<void> {
  const shelf = await openShelf({ type: 'sqlite', file })
  for (let each = 0; each < 12; each += 1) {
    const content = {
      owner: 'administrator',
      name: `key ${each}`,
      made: Date.now(),
      key: 'AAAA',
      counter: 0,
      transports: [],
    }
    await shelf.put({ kind: 'passkey', id: `key-${filled}-${each}`, at: Date.now(), content })
  }
  await shelf.close()
}

const perReport = 20

/** A report with many findings that are alike. Those of earlier ones are fixed by then. */
function findings(filled: number): string {
  const file = JSON.parse(printFindings(outcome, makeContext())) as FindingsFile
  const [first] = file.findings
  assert.ok(first)
  const { operation, constraint, proof } = first
  const again = { use: proof.case.use, operation, constraint, actor: 'clerk', state: '-', tactic: 'again' }
  const alike = Array.from({ length: perReport }, (_, each) => ({
    ...first,
    fingerprint: `${filled}f${each}`.padStart(16, 'a'),
  }))
  const cells = [{ ...again, verdict: 'held', why: 'refused with 403' }]
  return JSON.stringify({ ...file, charter: 'shop', startedAt: new Date().toISOString(), findings: alike, cells })
}
