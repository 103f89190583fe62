import type { ObjectFact, ObjectType } from '../charter/charter.ts'
import { readObject } from '../charter/object-fact.ts'
import type { TrackedObject } from './store.ts'

/** An object as its representation shows it, with what only the guard's own record tells: who made it, and states nobody can see. */
export function readAs(
  type: ObjectType,
  value: unknown,
  { parent, tracked, now }: { parent?: ObjectFact | undefined; tracked?: TrackedObject | undefined; now: number },
): ObjectFact {
  const fact = readObject(type, value, {
    now,
    ...(parent === undefined ? {} : { parent }),
    ...(tracked?.creator === undefined ? {} : { creator: tracked.creator }),
    ...(type.tenant !== 'creator' || tracked?.tenant === undefined ? {} : { creatorTenant: tracked.tenant }),
    ...(tracked?.state === undefined ? {} : { state: tracked.state }),
  })
  const due = tracked?.due
  return due === undefined || fact.state !== due.instead ? fact : { ...fact, state: due.state }
}

/** Types of which the guard itself knows something nobody can read. */
export function isFollowed(type: ObjectType | undefined): boolean {
  return (
    type !== undefined &&
    (type.truth === 'tracked' || type.state === undefined || type.owner === 'creator' || type.tenant === 'creator')
  )
}
