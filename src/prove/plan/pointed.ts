import type { ObjectType } from '../../charter/charter.ts'
import type { Pointer } from '../../charter/pointer.ts'
import type { Builder } from './build.ts'
import type { Member } from './cast.ts'
import type { Var } from './scenario.ts'

/** The parent that an object itself names, or what it names at a place. */
export function pointed(
  builder: Builder,
  type: ObjectType,
  of: Var,
  by?: { readonly at: Pointer; readonly owner: Member | undefined },
): Var {
  const starts = type.transitions.filter((use) => use.creates).flatMap((use) => use.to)
  const name = builder.introduce(type, {
    owner: by === undefined ? builder.owners.get(of) : by.owner,
    states: starts.slice(0, 1),
    wishes: [],
    supply: 'found',
  })
  const spec = builder.vars[name]
  if (spec !== undefined) builder.vars[name] = { ...spec, of, ...(by === undefined ? {} : { at: by.at }) }
  return name
}
