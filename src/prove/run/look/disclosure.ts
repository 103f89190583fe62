/** What a forbidden reading gave away: its effect is what it discloses. */
import { disclosedBy, leaves, overlap, tellingLeaves } from '../../oracle/effect.ts'
import type { AbuseCase } from '../../plan/scenario.ts'
import { isSameAddress } from '../../transport/exchange.ts'
import type { Made } from '../scene/play.ts'
import { type Control, type Scene, setScene } from '../trial.ts'
import { isGivenUp, Unreached } from '../unreached.ts'
import { readBy } from './observe.ts'

/**
 * Places of an answer that disclose something; none where it was refused, or tells nothing that the rightful answer would.
 *
 * Somebody who is not entitled to the object must be told nothing of it. Who is, but not now or not so, may know what they are shown
 * elsewhere. Throws `Unreached` where nobody can tell whether it is content that was told.
 */
export async function disclosure(made: Made, scene: Scene, control: Control, abuse: AbuseCase): Promise<string[]> {
  if (!made.accepted) return []
  const { play, step } = scene
  const fact = step.object === undefined ? undefined : play.things.get(step.object)?.fact
  const answer = made.exchange.response?.json
  const isStranger = abuse.tactic.kind === 'as-other'
  const known = isStranger ? new Set<string>() : await knownElsewhere(scene, made)
  const found = fact === undefined ? [] : disclosedBy(answer, fact, known)
  if (found.length > 0) return found
  // In a state that forbids it nobody is told anything, so that only the control tells what there is to tell.
  const rightful = fact !== undefined && isStranger ? await rightfulAnswer(scene, abuse) : control.answer
  const told = [rightful, ...earlierAnswers(scene, made)].map((each) => unknownIn(each, new Set([...known, fact?.key])))
  if (told.every((values) => values.length === 0))
    throw new Unreached('the rightful answer holds nothing that could be disclosed')
  if (told.some((values) => values.length > 0 && overlap(answer, values) >= 0.5))
    return ['(the same content as the rightful caller)']
  return isStranger ? [] : sameKind(made, scene, abuse, { rightful, known })
}

/** Values that whoever asks has been shown anyway: they said them, are them, or read them of the object by its own operation. */
async function knownElsewhere({ play, step }: Scene, { request }: Made): Promise<ReadonlySet<string>> {
  const thing = play.things.get(step.object ?? '')
  const same = thing?.type.read === play.use(step).operation
  const shown = thing === undefined || same ? undefined : await readBy(play, thing, step.as)
  const values = [request, await play.principal(step.as), shown].flatMap((each) => [...leaves(each).values()])
  return new Set([...values, thing?.key].map(String))
}

function unknownIn(answer: unknown, known: ReadonlySet<string | undefined>): unknown[] {
  return [...tellingLeaves(answer).values()].filter((leaf) => !known.has(String(leaf)))
}

/** What the same operation told of the same thing before, rightfully. */
function earlierAnswers({ play }: Scene, { exchange }: Made): unknown[] {
  const alike = play.sent.filter(
    (sent) => sent.purpose === 'setup' && isSameAddress(sent.exchange.request, exchange.request),
  )
  return alike.map((sent) => sent.exchange.response?.json)
}

/**
 * Members that the rightful answer has as well, filled with what is of this object: the same when asked again, and other for another
 * object. A refusal that comes as a success says the same of each.
 */
async function sameKind(
  made: Made,
  scene: Scene,
  abuse: AbuseCase,
  { rightful, known }: { readonly rightful: unknown; readonly known: ReadonlySet<string> },
): Promise<string[]> {
  const now = tellingLeaves(made.exchange.response?.json)
  const isKnown = (at: string): boolean => known.has(String(now.get(at)))
  const wanted = [...tellingLeaves(rightful)].filter(([at]) => !isKnown(at))
  const there = wanted.flatMap(([at, value]) => (typeof now.get(at) === typeof value ? [at] : []))
  if (there.length === 0 || there.length < wanted.length / 2) return []
  const again = await askAgain(scene, made)
  const lasting = there.filter((at) => again.get(at) === now.get(at))
  const other = lasting.length === 0 ? undefined : await askOfAnother(scene, abuse)
  if (other === undefined)
    throw new Unreached(
      `whether \`${there[0]}\` of the answer is content cannot be told: there was nothing to compare with`,
    )
  return lasting.filter((at) => other.has(at) && other.get(at) !== now.get(at))
}

async function askAgain({ play, step }: Scene, { request }: Made): Promise<ReadonlyMap<string, unknown>> {
  return tellingLeaves((await play.exchange(step, play.use(step), request)).response?.json)
}

/** The same forbidden question about other objects of the same people; undefined when there are none, or it was refused. */
async function askOfAnother({ play }: Scene, abuse: AbuseCase): Promise<ReadonlyMap<string, unknown> | undefined> {
  play.spend()
  try {
    const next = await setScene(play.lab, abuse.abuse, new Set(), new Map(), play)
    const key = (scene: Scene): string | undefined => scene.play.things.get(scene.step.object ?? '')?.key
    if (key(next) === key({ ...next, play })) return undefined
    const made = await next.play.make(next.step, { purpose: 'abuse', target: abuse.constraint })
    return made.accepted ? tellingLeaves(made.exchange.response?.json) : undefined
  } catch (error) {
    if (isGivenUp(error)) return undefined
    throw error
  }
}

/** What somebody who may is told of the very same object. */
async function rightfulAnswer(scene: Scene, abuse: AbuseCase): Promise<unknown> {
  const rightful = abuse.control.steps.at(-1)?.as
  if (rightful === undefined) return undefined
  const made = await scene.play.make({ ...scene.step, as: rightful }, { purpose: 'act' })
  scene.play.sent.pop()
  return made.accepted ? made.exchange.response?.json : undefined
}
