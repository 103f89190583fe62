import type { OperationShape } from '../charter/source/description.ts'
import type { Said } from './claim.ts'
import type { Scene, Thing } from './scene.ts'

/** Who was seen to be allowed; undefined without evidence. */
export function whoWasGranted(
  _scene: Scene,
  _question: { shape: OperationShape; thing: Thing | undefined },
): Said<readonly string[]> | undefined {
  return undefined
}

/** Who was seen to see a member others do not see; undefined when nothing is known. */
export function hiddenFrom(
  _scene: Scene,
  _thing: Thing,
  _member: string,
): Said<string | readonly string[]> | undefined {
  return undefined
}
