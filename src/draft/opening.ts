import { guess } from './claim.ts'
import type { Scene } from './scene.ts'

/** An opening for a write that asks for no credentials; to be looked at again in a quarter of a year. */
export function draftOpening(scene: Scene): unknown {
  const until = new Date(Date.parse(`${scene.today}T00:00:00Z`) + 90 * 86_400_000).toISOString().slice(0, 10)
  return { until: guess(until, 'a day to look at it again'), because: 'the description asks for no credentials' }
}
