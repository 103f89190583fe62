import type { Use } from '../../../charter/charter.ts'
import type { Step } from '../../plan/scenario.ts'
import type { Play } from './play.ts'
import type { Thing } from './thing.ts'

/** What an object will be made below, where the step that makes it names that. */
export async function parentToBe(play: Play, step: Step, { creates, object }: Use): Promise<Thing | undefined> {
  if (!creates) return undefined
  const type = play.lab.charter.objects.get(object?.type ?? '')?.parent?.object
  const name = Object.values(step.refs).find((each) => play.scenario.vars[each]?.type === type)
  return type === undefined || name === undefined ? undefined : play.thing(name)
}
