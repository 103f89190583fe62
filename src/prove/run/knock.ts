/** Finds out whether somebody is taken for who they are where they have not called anything yet. */
import { toHttp } from '../../wire/to-http.ts'
import { admitted, choicesOf } from '../plan/cast.ts'
import type { Lab } from './lab.ts'
import { makeRequest } from './request.ts'

const mostDoors = 3

/** Whether a member is answered with anything but a 401 by one of the first reads that the charter opens to what they are. */
export async function knocks(lab: Lab, name: string): Promise<boolean> {
  const { charter, members } = lab.stage
  const member = members.find((each) => each.name === name)
  if (member === undefined) return false
  const doors = [...charter.operations.values()].flatMap(({ shape, uses }) => {
    const open = uses.find((use) =>
      choicesOf(use).some((choice) => choice.party === undefined && admitted(charter, [member], choice).length > 0),
    )
    const server = lab.servers.get(shape.source)
    return shape.method !== 'GET' || open === undefined || server === undefined ? [] : [{ use: open, server }]
  })
  const signed = doors.length === 0 ? undefined : await lab.signIn(name)
  for (const { use, server } of doors.slice(0, mostDoors)) {
    const exchange = await signed?.send(toHttp(charter, use, makeRequest(charter, use, lab.supply), server))
    if (exchange?.response !== undefined && exchange.response.status !== 401) return true
  }
  return false
}
