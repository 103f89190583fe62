/** Finds out whether somebody is taken for who they are where they have not called anything yet. */
import type { Operation } from '../../../charter/charter.ts'
import { admitted, choicesOf } from '../../plan/cast.ts'
import { opens } from '../../plan/scheme.ts'
import type { Exchange } from '../../transport/exchange.ts'
import type { Lab } from '../lab.ts'
import { doorsOf } from './door.ts'

const mostDoors = 3

/**
 * Whether a member is answered with anything but a 401 by one of the first reads that the charter opens to what they are; undefined
 * where it opens none. What depends on the object shows it only where nobody at all is answered 401.
 */
export async function knocks(lab: Lab, name: string): Promise<boolean | undefined> {
  const { charter, members } = lab.stage
  const member = members.find((each) => each.name === name)
  if (member === undefined) return undefined
  const open =
    (byRole: boolean) =>
    ({ uses }: Operation) =>
      uses.find(
        (use) =>
          opens(charter, use, member) &&
          choicesOf(use).some(
            (choice) => (choice.party === undefined) === byRole && admitted(charter, [member], choice).length > 0,
          ),
      )
  const doors = doorsOf(lab, open(true), mostDoors)
  const others = doorsOf(lab, open(false), mostDoors - doors.length)
  const signed = doors.length + others.length === 0 ? undefined : await lab.signIn(name)
  if (signed === undefined) return undefined
  for (const { request } of doors) if (lets(await signed.send(request))) return true
  for (const { request } of others) if (lets(await signed.send(request)) && !lets(await lab.send(request))) return true
  return false
}

function lets({ response }: Exchange): boolean {
  return response !== undefined && response.status !== 401
}
