/** Calls with what somebody was let in with, after its end. */
import { secretOf } from '../../../charter/credential.ts'
import { textOf } from '../../../charter/object-fact.ts'
import { getPointer, printPointer } from '../../../charter/pointer.ts'
import { toHttp } from '../../../wire/to-http.ts'
import type { Sent } from '../../finding.ts'
import { tellingLeaves } from '../../oracle/effect.ts'
import type { AbuseCase, Step } from '../../plan/scenario.ts'
import type { Exchange, HttpRequest } from '../../transport/exchange.ts'
import { inShort, type Lab, refuses } from '../lab.ts'
import { type Door, doorsOf } from '../scene/door.ts'
import { patienceMs } from '../scene/learn.ts'
import type { Play } from '../scene/play.ts'
import { setScene, type Trial } from '../trial.ts'
import { Unreached } from '../unreached.ts'

const mostDoors = 8
/** A key may open but one thing, and that is what it was made for. */
const mostKeyDoors = 24

/** Sends a request with what is about to end. */
type Carry = (request: HttpRequest) => HttpRequest

interface Opened {
  readonly door: Door
  readonly carry: Carry
  readonly exchange: Exchange
}

/**
 * Finds a read that is answered with the credential and refused without, ends the credential, and asks the same once more.
 * Throws `Unreached` when nothing shows that it ever let in.
 */
export async function endedTrial(lab: Lab, abuse: AbuseCase, skip?: ReadonlySet<number>): Promise<Trial> {
  const { play, step, state } = await setScene(lab, abuse.abuse, skip)
  const session = abuse.tactic.kind === 'ended' && abuse.tactic.what === 'session'
  const signed = await play.person(step.as)
  if (session) await signed?.renew()
  // Nobody signs in anew before the end of the trial, so that this stays what it is now.
  const carriers = session ? (signed === undefined ? [] : [signed.apply]) : carriersOf(play, step)
  const opened = await open(play, carriers, session ? mostDoors : mostKeyDoors)
  if (opened === undefined) throw new Unreached(session ? nothingShown(step) : opensNothing)
  const { door, carry } = opened
  const seen = { use: door.use.id, operation: door.use.operation, as: step.as, captures: [] }
  play.sent.push({ ...seen, purpose: 'setup', exchange: opened.exchange })
  await end(play, step, session ? carry : undefined)
  const again = await askAgain(lab, opened)
  play.sent.push({ ...seen, purpose: 'abuse', exchange: again })
  if (session) await signed?.renew()
  const effect = !refuses(lab.charter, door.use, again)
  const told = [...tellingLeaves(again.response?.json).keys()].slice(0, 3)
  return {
    effect,
    why: `\`${door.use.operation}\` after its end: ${inShort(again)}`,
    changes: [],
    disclosed: effect ? (told.length === 0 ? ['(the same as before its end)'] : told) : [],
    sent: play.sent,
    state,
  }
}

const nothingShown = (step: Step): string => `no read is answered to ${step.as} and refused to somebody not signed in`
const opensNothing =
  'what was handed out opens no read that is closed without it, in none of the ways in which identities carry theirs'

/** The secret that the making of the object told, in every way in which identities carry theirs. */
function carriersOf(play: Play, step: Step): Carry[] {
  const { lab } = play
  const thing = play.things.get(step.object ?? '')
  const at = thing === undefined ? undefined : secretOf(lab.charter, thing.type)
  const making = play.sent.find(({ purpose, use }) => purpose === 'setup' && isMaking(play, use, step))
  const answer = making?.exchange.response?.json
  const secret = at === undefined ? undefined : textOf(getPointer(answer, at) ?? getPointer(thing?.learnt, at))
  if (making === undefined || at === undefined || secret === undefined)
    throw new Unreached('the answer that made it told no secret')
  lab.learnSecret(secret)
  const capture = { name: 'secret', value: secret, from: `$response.body#${printPointer(at)}` }
  play.sent[play.sent.indexOf(making)] = { ...making, captures: [...making.captures, capture] }
  return lab.presentations.map((present) => present(secret))
}

function isMaking(play: Play, use: string, { object }: Step): boolean {
  return play.scenario.steps.some((each) => each.use === use && each.makes !== undefined && each.makes === object)
}

async function open(play: Play, carriers: readonly Carry[], most: number): Promise<Opened | undefined> {
  const { lab } = play
  for (const door of doorsOf(lab, ({ uses }) => uses[0], most, keysOn(play))) {
    if (!refuses(lab.charter, door.use, await lab.send(door.request))) continue
    for (const carry of carriers) {
      const exchange = await lab.send(carry(door.request))
      if (!refuses(lab.charter, door.use, exchange)) return { door, carry, exchange }
    }
  }
  return undefined
}

/** The keys of the objects on stage, by the name that paths have for them. */
function keysOn({ lab, things }: Play): Record<string, string> {
  return Object.fromEntries(
    [...things.values()].flatMap(({ type, key }) => {
      const at = lab.charter.operations.get(type.read ?? '')?.uses[0]?.object?.key
      return at?.from === 'request' && at.in === 'path' ? [[at.name, key]] : []
    }),
  )
}

/** Ends it: a session with its own last call, an object as its scenario says. */
async function end(play: Play, step: Step, carry: Carry | undefined): Promise<void> {
  const use = play.use(step)
  if (carry === undefined) {
    const made = await play.make(step, { purpose: 'setup' })
    if (!made.accepted) throw new Unreached(`ending it was refused: ${inShort(made.exchange)}`)
    return
  }
  const { best } = await play.prepare(step, {})
  const exchange = await play.lab.send(carry(toHttp(play.lab.charter, use, best.request, play.serverOf(use))))
  const sent: Sent = { use: use.id, operation: use.operation, as: step.as, purpose: 'setup', exchange, captures: [] }
  play.sent.push(sent)
  if (refuses(play.lab.charter, use, exchange)) throw new Unreached(`ending it was refused: ${inShort(exchange)}`)
}

/** Asks until it is refused, for a little while: what ends may take a moment to be known everywhere. */
async function askAgain(lab: Lab, { door, carry }: Opened): Promise<Exchange> {
  let last = await lab.send(carry(door.request))
  for (const wait of patienceMs) {
    if (refuses(lab.charter, door.use, last)) return last
    await lab.sleep(wait)
    last = await lab.send(carry(door.request))
  }
  return last
}
