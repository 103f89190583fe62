/** Who uses a command on the store itself. Whoever may read and write its files is trusted to say who they are. */
import { userInfo } from 'node:os'
import type { Principal } from '../../charter/charter.ts'

/** Who works, as the options of a command say. */
export interface Person {
  readonly as?: string
  readonly roles?: readonly string[]
  readonly tenant?: string
}

/** The name an operator is recorded by. */
export function operatorName({ as }: Person): string {
  return as ?? userInfo().username
}

/** Marks on the record that nobody but this machine vouches for who it was. */
export function locally(why: string | undefined): string {
  return why === undefined || why === '' ? 'local operator' : `${why} (local operator)`
}

/** An approver as the options say. */
export function personOf(options: Person): Principal {
  const { roles, tenant } = options
  return {
    id: operatorName(options),
    kind: 'user',
    ...(roles === undefined ? {} : { roles }),
    ...(tenant === undefined ? {} : { tenant }),
  }
}
