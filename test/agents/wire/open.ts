// Opens players on the wire for the scenarios of one charter.
import type { Charter } from '../../../src/charter/charter.ts'
import type { OpenPlayer } from '../player.ts'
import { type Manner, mannerOf } from './manner.ts'
import { makePeople } from './people.ts'
import { WirePlayer } from './player.ts'
import { openWireStage } from './stage.ts'

/** Makes players for a charter; one after the other they play in manners that differ, from that of a number on. */
export async function openWire(
  charter: Charter,
  from = 0,
): Promise<{ readonly open: OpenPlayer; readonly close: () => void }> {
  const people = await makePeople(charter)
  let next = from
  const open: OpenPlayer = async (_charter, world, scenario) => {
    const manner: Manner = mannerOf(next)
    next += 1
    const stage = await openWireStage(charter, world, { people, says: manner.says })
    return new WirePlayer({ stage, people, world, manner }, scenario)
  }
  return { open, close: people.close }
}
