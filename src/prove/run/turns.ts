import type { AbuseCase } from '../plan/scenario.ts'
import type { Lab } from './lab.ts'
import { sceneOn } from './scene/kept-scene.ts'
import type { Play } from './scene/play.ts'
import type { Scene, Trial } from './trial.ts'

/** Several attempts of one case: each where the one before was refused and changed nothing, else on a fresh scene. */
export class Turns {
  /** What the last attempt left as it was. */
  untouched: Play | undefined
  private readonly lab: Lab
  private readonly abuse: AbuseCase
  private readonly setUp: () => Promise<Scene>

  constructor(lab: Lab, abuse: AbuseCase, setUp: () => Promise<Scene>, untouched: Play | undefined) {
    this.lab = lab
    this.abuse = abuse
    this.setUp = setUp
    this.untouched = untouched
  }

  /** Makes an attempt, which gives nothing when there is nothing to send. What is no plain refusal is made again afresh. */
  async take(attempt: (scene: Scene) => Promise<Trial | undefined>): Promise<Trial | undefined> {
    const shared = this.untouched === undefined ? undefined : await sceneOn(this.untouched, this.abuse.abuse)
    const first = await attempt(shared ?? (await this.afresh()))
    if (first === undefined) return undefined
    const trial = shared === undefined || first.untouched !== undefined ? first : await attempt(await this.afresh())
    this.untouched = trial?.untouched
    return trial
  }

  private async afresh(): Promise<Scene> {
    await this.lab.reset?.()
    return this.setUp()
  }
}
