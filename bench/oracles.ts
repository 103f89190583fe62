// npm run bench -- oracles [--full] [--details]: what other ways of judging would have said of the very requests that proofs are judged by.
import { parseArgs } from 'node:util'
import { EXPECTED as bankExpected } from '../examples/bank-payments/expected.ts'
import { loadBank, loadShop } from '../examples/products.ts'
import type { Missed, Proven } from '../examples/shared/expected.ts'
import { type Example, withRun } from '../examples/shared/prove.ts'
import { proveAll } from '../examples/shared/stage.ts'
import { EXPECTED as shopExpected } from '../examples/shop-orders/expected.ts'
import type { Charter } from '../src/charter/charter.ts'
import type { ProveEvent } from '../src/prove/finding.ts'
import { leaves } from '../src/prove/oracle/effect.ts'
import type { AbuseCase, Scenario } from '../src/prove/plan/scenario.ts'
import type { Lab, Signed } from '../src/prove/run/lab.ts'
import type { Exchange } from '../src/prove/transport/exchange.ts'

/** A request with who sent it; the requests of one race stand together. */
interface Heard {
  readonly by: string
  readonly exchanges: readonly Exchange[]
}

/** One abuse that was tried: the decisive answer, and that of whoever may. */
interface Tried {
  readonly abuse: AbuseCase
  readonly proven: boolean
  readonly decisive: Heard | undefined
  readonly rightful: Exchange | undefined
  /** Somebody else was answered 403 by the same operation. */
  refusedElsewhere: boolean
}

/** A way of judging: whether an abuse that was tried counts as a finding. */
const oracles: Readonly<Record<string, (tried: Tried) => boolean>> = {
  'state read back (ours)': ({ proven }) => proven,
  'status only': ({ decisive }) => succeeded(decisive),
  'body ≥ 0.9 alike': ({ decisive, rightful }) =>
    succeeded(decisive) && rightful !== undefined && alike(decisive?.exchanges[0], rightful) >= 0.9,
  '403 contrast': ({ decisive, refusedElsewhere }) => succeeded(decisive) && refusedElsewhere,
}

const { values } = parseArgs({
  options: { full: { type: 'boolean', default: false }, details: { type: 'boolean', default: false } },
})

const bank = await loadBank()
const shop = await loadShop()
await compare(bank, bankExpected, [
  'no-owner-check-revoke-consent',
  'list-accounts-by-any-owner',
  'cross-tenant-freeze',
  'deposit-by-anyone',
  'opening-balance-writable',
  'risk-score-visible',
  'activate-unverified',
  'verify-replay',
  'confirm-code-unchecked',
  'approve-own',
  'negative-amount',
])
await compare(shop, shopExpected, [
  'pack-unpaid',
  'pay-twice',
  'gift-card-race',
  'amount-unchecked',
  'coupon-stacked',
  'hold-unlimited',
  'trial-again',
  'premium-after-cancel',
  'order-readable',
  'roles-open',
  'gift-code-sequential',
])

async function compare(
  example: Example,
  expected: Readonly<Record<string, Proven | Missed>>,
  few: readonly string[],
): Promise<void> {
  const clean = await tryAll(example, [], undefined)
  const [source = ''] = example.charter.sources.keys()
  const flaws = values.full ? Object.keys(expected) : few
  const missed = new Map(Object.keys(oracles).map((name): [string, string[]] => [name, []]))
  for (const flaw of flaws) {
    const each = expected[flaw]
    const only = each === undefined || 'missed' in each ? undefined : [...(each.after ?? []), ...each.operations]
    const tried = await tryAll(
      example,
      [flaw],
      only?.map((operation) => `${source}.${operation}`),
    )
    for (const [name, says] of Object.entries(oracles)) {
      const before = new Set(clean.filter(says).map(({ abuse }) => abuse.id))
      if (!tried.some((one) => says(one) && !before.has(one.abuse.id))) missed.get(name)?.push(flaw)
    }
  }
  report(example, { clean, flaws, missed })
}

/** The call itself is allowed; what it carries or shows is in question. Oracles that look at the answer as a whole were not made for it. */
function isContent({ tactic }: AbuseCase): boolean {
  return ['write-field', 'read-field', 'list', 'guess', 'rightful'].includes(tactic.kind)
}

interface Result {
  readonly clean: readonly Tried[]
  readonly flaws: readonly string[]
  readonly missed: ReadonlyMap<string, readonly string[]>
}

function report(example: Example, { clean, flaws, missed }: Result): void {
  console.log(`${example.name}: ${clean.length} abuses tried without flaws, ${flaws.length} flaws tried one by one`)
  const [calls, contents] = [
    clean.filter(({ abuse }) => !isContent(abuse)),
    clean.filter(({ abuse }) => isContent(abuse)),
  ]
  console.log(
    `  ${calls.length} forbidden calls; ${contents.length} allowed calls with a field, list or key to look at`,
  )
  console.log(`  ${'oracle'.padEnd(24)} ${'false on calls'.padEnd(15)} ${'on contents'.padEnd(12)} missed flaws`)
  for (const [name, says] of Object.entries(oracles)) {
    const wrong = calls.filter(says)
    if (values.details && name === 'status only')
      for (const { abuse, decisive } of wrong)
        console.log(`    ${abuse.id}  ${JSON.stringify(decisive?.exchanges[0]?.response?.body.slice(0, 90))}`)
    const lost = missed.get(name) ?? []
    const names = lost.length === 0 ? '' : ` (${lost.join(', ')})`
    console.log(
      `  ${name.padEnd(24)} ${String(wrong.length).padEnd(15)} ${String(contents.filter(says).length).padEnd(12)} ${lost.length} of ${flaws.length}${names}`,
    )
  }
}

async function tryAll(
  example: Example,
  flaws: readonly string[],
  only: readonly string[] | undefined,
): Promise<Tried[]> {
  const ear = openEar(example.charter)
  await withRun(example, flaws, (run) =>
    proveAll(run, {
      lab: listening(run.lab, ear.hear),
      repeats: 1,
      listen: ear.listen,
      ...(only === undefined ? {} : { only }),
    }),
  )
  return ear.tried()
}

/** Puts what was sent together with the cases it was sent for. */
function openEar(charter: Charter) {
  const tried: Tried[] = []
  const everything: Heard[] = []
  let sinceUse = 0
  let sinceCase = 0
  const keep = (abuse: AbuseCase, proven: boolean): void => {
    const operation = operationOf(charter, abuse)
    const own = everything.slice(sinceCase).filter((heard) => operation(heard))
    const attacker = identityOf(abuse.abuse)
    const decisive = own.findLast(({ by }) => by === (abuse.tactic.kind === 'race' ? 'race' : attacker))
    const rightful = everything
      .slice(sinceUse)
      .findLast((heard) => heard.by === identityOf(abuse.control) && operation(heard) && succeeded(heard))
    if (decisive !== undefined)
      tried.push({ abuse, proven, decisive, rightful: rightful?.exchanges[0], refusedElsewhere: false })
  }
  const settleProof = (event: ProveEvent & { kind: 'finding' }): void => {
    const last = tried.at(-1)
    const sent = event.finding.proof.transcript.filter(({ purpose }) => purpose === 'abuse')
    if (last !== undefined && sent.length > 0 && last.abuse.tactic.kind !== 'race')
      tried[tried.length - 1] = {
        ...last,
        decisive: { by: sent.at(-1)?.as ?? '', exchanges: sent.slice(-1).map(({ exchange }) => exchange) },
      }
  }
  const listen = (event: ProveEvent): void => {
    if (event.kind === 'use') sinceUse = everything.length
    if (event.kind === 'use' || event.kind === 'control') sinceCase = everything.length
    if (event.kind === 'case' && event.verdict !== 'not-reached') keep(event.case, event.verdict === 'proven')
    if (event.kind === 'case') sinceCase = everything.length
    if (event.kind === 'finding') settleProof(event)
  }
  return {
    hear: (heard: Heard): void => void everything.push(heard),
    listen,
    tried: (): Tried[] => {
      for (const each of tried) {
        const operation = operationOf(charter, each.abuse)
        const attacker = identityOf(each.abuse.abuse)
        each.refusedElsewhere = everything.some(
          (heard) => heard.by !== attacker && operation(heard) && heard.exchanges[0]?.response?.status === 403,
        )
      }
      return tried
    },
  }
}

function identityOf({ steps, cast }: Scenario): string {
  return cast[steps.at(-1)?.as ?? '']?.identity ?? 'nobody'
}

/** Whether something sent is a call of the operation that a case abuses. */
function operationOf(charter: Charter, abuse: AbuseCase): (heard: Heard) => boolean {
  const operation = [...charter.operations.values()].find(({ uses }) => uses.some(({ id }) => id === abuse.use))
  if (operation === undefined) return () => false
  const { method, path } = operation.shape
  const pattern = new RegExp(`${path.replaceAll(/\{[^}]+\}/g, '[^/]+')}$`)
  return ({ exchanges: [first] }) =>
    first !== undefined && first.request.method === method && pattern.test(new URL(first.request.url).pathname)
}

function succeeded(heard: Heard | undefined): boolean {
  const fine = (heard?.exchanges ?? []).filter(({ response }) => response !== undefined && response.status < 300)
  // One of a race may succeed.
  return fine.length > (heard?.by === 'race' ? 1 : 0)
}

/** How much of two bodies is the same, member by member, between 0 and 1; ids, times and generated names count as the same. */
function alike(one: Exchange | undefined, other: Exchange): number {
  const [left, right] = [linesOf(one), linesOf(other)]
  if (left.length + right.length === 0) return 1
  const rest = [...right]
  const shared = left.filter((line) => {
    const at = rest.indexOf(line)
    if (at >= 0) rest.splice(at, 1)
    return at >= 0
  })
  return (2 * shared.length) / (left.length + right.length)
}

function linesOf(exchange: Exchange | undefined): string[] {
  const { json, body } = exchange?.response ?? { json: undefined, body: '' }
  if (json === undefined) return body === '' ? [] : [body]
  return [...leaves(json)].map(([pointer, value]) => `${pointer}=${masked(value)}`)
}

function masked(value: unknown): string {
  const text = String(value)
  return typeof value === 'string' && /\d/.test(text) && !/^-?\d+(\.\d+)?$/.test(text) ? '*' : text
}

/** A lab whose requests are overheard, with the name of whoever sends them. */
function listening(lab: Lab, hear: (heard: Heard) => void): Lab {
  // A seat of a pool is told from its neighbours by the name it was asked for.
  const overheard = (signed: Signed, by: string): Signed => ({
    name: signed.name,
    get principal() {
      return signed.principal
    },
    apply: (request) => signed.apply(request),
    renew: () => signed.renew(),
    send: async (request) => {
      const exchange = await signed.send(request)
      hear({ by, exchanges: [exchange] })
      return exchange
    },
  })
  return {
    ...lab,
    signIn: async (name) => overheard(await lab.signIn(name), name),
    register: async (name) => overheard(await lab.register(name), name),
    send: async (request) => {
      const exchange = await lab.send(request)
      hear({ by: 'nobody', exchanges: [exchange] })
      return exchange
    },
    race: async (requests) => {
      const exchanges = await lab.race(requests)
      hear({ by: 'race', exchanges })
      return exchanges
    },
  }
}
