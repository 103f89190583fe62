/** Scenes that a refused attempt left as they were, for the next attempt that needs the same. */
import { isOwn } from '../../plan/graph.ts'
import type { AbuseCase, Scenario } from '../../plan/scenario.ts'
import { keyOf } from '../same-play.ts'
import { type Scene, sceneOf, type Trial } from '../trial.ts'
import { Play } from './play.ts'

/** What refusals leave behind, as a lock after too many of them, must not pile up. */
const mostShared = 12

/** The play of the last attempt, as long as nothing has come of it. */
export class KeptScene {
  private kept: { readonly key: string; readonly play: Play } | undefined
  private shared = 0

  /** The play a case can go on from; undefined where it needs one of its own. */
  fitting(abuse: AbuseCase): Play | undefined {
    if (this.kept === undefined || this.shared >= mostShared || this.kept.key !== setUpOf(abuse)) return undefined
    this.shared++
    return this.kept.play
  }

  /** Keeps what an attempt left untouched, or forgets what was kept. Every attempt must be told, as well as every reset. */
  keep(abuse?: AbuseCase, trial?: Trial): void {
    const play = trial?.untouched
    const key = abuse === undefined || play === undefined || !mayShare(abuse, play) ? undefined : setUpOf(abuse)
    if (key !== this.kept?.key) this.shared = 0
    this.kept = key === undefined || play === undefined ? undefined : { key, play }
  }
}

/** A scene with the people and objects of another play of the same scenario but for who acts in the end. */
export async function sceneOn(kept: Play, scenario: Scenario): Promise<Scene> {
  const play = new Play(kept.lab, scenario)
  play.goOnFrom(kept)
  // Witnesses are those of whoever acts.
  for (const label of kept.witnesses) play.things.delete(label)
  play.sent.push(...kept.sent.filter(({ purpose }) => purpose === 'setup'))
  return sceneOf(play)
}

/** Only who acts in the end, or a field, makes a difference to such a case, and what they call by no key is their own. */
function mayShare({ tactic, abuse }: AbuseCase, { lab }: Play): boolean {
  if (tactic.kind !== 'as-other' && tactic.kind !== 'write-field') return false
  return Object.values(abuse.vars).every((spec) => {
    const type = lab.charter.objects.get(spec.type)
    return spec.caller === undefined && type !== undefined && !isOwn(lab.charter, type)
  })
}

function setUpOf({ tactic, abuse }: AbuseCase): string {
  const last = abuse.steps.at(-1)
  const roles = new Set(abuse.steps.slice(0, -1).map((step) => step.as))
  const cast = Object.fromEntries(Object.entries(abuse.cast).filter(([role]) => roles.has(role)))
  const act = last === undefined ? [] : [{ ...last, as: '', ...(tactic.kind === 'write-field' && { extra: [] }) }]
  return keyOf({ ...abuse, cast, steps: [...abuse.steps.slice(0, -1), ...act] })
}
