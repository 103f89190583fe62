/** The next call in the same scope: what the scope names stays, what it does not name is new. */
import type { Scope } from '../../../charter/charter.ts'
import { Builder } from '../../plan/build.ts'
import { companionsOf, movesFrom, useById } from '../../plan/graph.ts'
import type { AbuseCase, Step, Var } from '../../plan/scenario.ts'
import { Unbuildable } from '../../plan/wants.ts'
import type { Lab } from '../lab.ts'
import { type Scene, setScene } from '../trial.ts'
import { Unreached } from '../unreached.ts'
import { Play } from './play.ts'
import { isUnused } from './siblings.ts'

/** A scene for one more call in the same scope: the same objects and people where the scope names them, fresh ones elsewhere. */
export async function nextScene(lab: Lab, abuse: AbuseCase, scope: Scope, scene: Scene): Promise<Scene> {
  const creates = useById(lab.charter, abuse.use)?.creates === true
  const slots = [...scope].filter((each) => !['principal', 'tenant', 'call'].includes(each))
  if (creates && (await hasRoom(scene, abuse))) return scene
  const isSame = !creates && (scene.step.object === undefined || scope.includes('object'))
  if (isSame && !(await isUsedBeside(scene))) return scene
  const kept = new Map<Var, Play>()
  if (isSame && scene.step.object !== undefined) kept.set(scene.step.object, scene.play)
  for (const slot of slots) {
    const name = scene.step.refs[slot] ?? pointedBy(lab, abuse, slot)
    if (name !== undefined) kept.set(name, scene.play)
  }
  keepMadeAlong(lab, abuse, kept)
  const skip = stepsMaking(abuse, kept)
  if (creates) {
    scene.play.spend()
    return setScene(lab, abuse.abuse, skip, kept, scene.play)
  }
  if (!scope.includes('principal') && !isSame) return setScene(lab, abuse.abuse, skip, kept)
  for (const [index, step] of abuse.abuse.steps.entries()) if (!skip.has(index)) await makeRoom(scene, step)
  return setScene(lab, abuse.abuse, skip, kept, scene.play)
}

/** Whether what the call moves along with its object is where it cannot be moved so again, as a bill that a coupon has paid. */
async function isUsedBeside({ play, step }: Scene): Promise<boolean> {
  const objects = await play.objectsOf(step)
  return companionsOf(play.lab.charter, play.use(step)).some(({ object, from }) => {
    const name = step.refs[object?.type ?? '']
    const state = (name === undefined ? undefined : objects[object?.type ?? ''])?.state
    return (
      play.scenario.vars[name ?? '']?.supply === 'made' &&
      state !== undefined &&
      from.length > 0 &&
      !from.includes(state)
    )
  })
}

/** Whether one more object can be made of the same others: nothing stands in the way, or only what is to be broken. */
async function hasRoom({ play, step }: Scene, abuse: AbuseCase): Promise<boolean> {
  if (!isUnused(play, step)) return false
  for (const manner of [{}, { target: abuse.constraint }])
    if ((await play.prepare(step, manner)).best.distance < 1) return true
  return Object.keys(step.refs).length === 0
}

/** The variable that the object acted on points to by a slot. */
export function pointedBy(lab: Lab, abuse: AbuseCase, slot: string): Var | undefined {
  const type = useById(lab.charter, abuse.use)?.refs.find((ref) => ref.slot === slot)?.object
  return Object.keys(abuse.abuse.vars).find((name) => abuse.abuse.vars[name]?.type === type)
}

/** What was made by calls that move a kept object as well stays with it: they cannot be made of it again. */
export function keepMadeAlong({ charter }: Lab, { abuse }: AbuseCase, kept: Map<Var, Play>): void {
  for (const { use: id, makes, refs } of abuse.steps.slice(0, -1)) {
    const use = makes === undefined ? undefined : useById(charter, id)
    const moved =
      use === undefined ? [] : companionsOf(charter, use).map(({ object }) => refs[object?.type ?? ''] ?? '')
    const play = moved.flatMap((name) => kept.get(name) ?? [])[0]
    if (makes !== undefined && play !== undefined) kept.set(makes, play)
  }
}

/** Indices of the steps that only make or move objects already there. */
export function stepsMaking(abuse: AbuseCase, kept: ReadonlyMap<Var, Play>): ReadonlySet<number> {
  const own = (name: Var | undefined) => name !== undefined && kept.has(name)
  return new Set(
    abuse.abuse.steps.slice(0, -1).flatMap((step, index) => (own(step.makes) || own(step.object) ? [index] : [])),
  )
}

/** Where somebody may have but so many objects in a state, the one a step made is moved on out of it, so that another can be made. */
async function makeRoom({ play }: Scene, step: Step): Promise<void> {
  const thing = play.things.get(step.makes ?? '')
  const state = thing?.fact?.state
  if (thing === undefined || step.makes === undefined || state === undefined) return
  const { broken } = (await play.prepare(step, {})).best
  const taken = play
    .use(step)
    .constraints.flatMap((each) =>
      each.kind === 'limit' && broken.includes(each.id) && each.while?.includes(state) === true ? each.while : [],
    )
  if (taken.length === 0) return
  const free = thing.type.states.filter((each) => !taken.includes(each))
  const moves = movesFrom(thing.type, state, free) ?? []
  for (const sent of await moveOn(play, step.makes, moves)) play.sent.push(sent)
}

/** What a scene made is brought to an end, as far as that can be done. Throws `Unreached`. */
export async function endWhatWasMade({ play, step }: Scene, state: string): Promise<void> {
  const thing = play.things.get(step.makes ?? '')
  const moves = thing === undefined ? undefined : movesFrom(thing.type, thing.fact?.state, [state])
  const sent = step.makes === undefined || moves === undefined ? [] : await moveOn(play, step.makes, moves)
  if (sent.length === 0) throw new Unreached(`what was made could not be brought to ${state}`)
  play.sent.push(...sent)
}

async function moveOn(play: Play, object: Var, moves: Parameters<Builder['move']>[1]): Promise<Play['sent']> {
  const builder = new Builder(play.lab.stage, { found: new Set(), settled: play.lab.settled })
  builder.resume(play.scenario)
  const known = builder.steps.length
  try {
    builder.move(object, moves, 0)
  } catch (error) {
    // Without room the next object is refused, and that says why.
    if (error instanceof Unbuildable) return []
    throw error
  }
  const longer = new Play(play.lab, builder.scenario())
  longer.goOnFrom(play)
  for (const step of builder.steps.slice(known)) await longer.setUpStep(step)
  return longer.sent
}
