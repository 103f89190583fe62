/** Finds out whether somebody is taken for who they are where they have not called anything yet. */
import type { Operation } from '../../../charter/charter.ts'
import { admitted, choicesOf } from '../../plan/cast.ts'
import type { Lab } from '../lab.ts'
import { doorsOf } from './door.ts'

const mostDoors = 3

/** Whether a member is answered with anything but a 401 by one of the first reads that the charter opens to what they are. */
export async function knocks(lab: Lab, name: string): Promise<boolean> {
  const { charter, members } = lab.stage
  const member = members.find((each) => each.name === name)
  if (member === undefined) return false
  const open = ({ uses }: Operation) =>
    uses.find((use) =>
      choicesOf(use).some((choice) => choice.party === undefined && admitted(charter, [member], choice).length > 0),
    )
  const doors = doorsOf(lab, open, mostDoors)
  const signed = doors.length === 0 ? undefined : await lab.signIn(name)
  for (const { request } of doors) {
    const exchange = await signed?.send(request)
    if (exchange?.response !== undefined && exchange.response.status !== 401) return true
  }
  return false
}
