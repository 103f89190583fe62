/** Looks that wait until what they see is at rest, so that what changes by itself, or shows late, passes for nobody's doing. */
import type { Lab } from '../lab.ts'

const restMs = 80
const mostLooks = 4

/** The same lab with time to wait: looks in it are repeated until they show the same twice. */
export function patient(lab: Lab): Lab {
  return { ...lab, patient: true }
}

/**
 * Looks until two looks are the same, a few times; the last look.
 *
 * @param differ - Told of two looks with nothing in between but time: whether they differ. From the second time on, what differs is
 * no late effect of an earlier call, but changes by itself.
 */
export async function atRest<Seen>(
  lab: Lab,
  look: () => Promise<Seen>,
  differ: (one: Seen, other: Seen, byItself: boolean) => boolean,
): Promise<Seen> {
  let seen = await look()
  if (lab.patient !== true) return seen
  for (let count = 1; count < mostLooks; count++) {
    await lab.sleep(restMs)
    const next = await look()
    const moves = differ(seen, next, count > 1)
    seen = next
    if (!moves) break
  }
  return seen
}
