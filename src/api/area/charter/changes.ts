/** Changes that were proposed: made, put where they are reviewed, and listed. */
import { Problem } from '../../../gateway/control/problem.ts'
import { newId } from '../../../guard/id.ts'
import type { Compared } from '../../../revise/compare.ts'
import { KeepError, type Kept, keep, mailOf, type Proposal } from '../../../revise/keep.ts'
import { messageOf } from '../../../revise/message.ts'
import type { Files } from '../../../revise/revision.ts'
import type { Tally } from '../../../simulate/tally.ts'
import type { Shelf } from '../../shelf.ts'
import type { CharterAreaOptions } from './charter.ts'

/** A change as it is listed. */
export interface ListedChange {
  readonly id: string
  readonly title: string
  readonly author: string
  readonly at: number
  /** Of the charter in force then. */
  readonly version: string
  readonly looser: boolean
  readonly kept: Kept | { readonly kind: 'here' }
}

interface Proposed {
  readonly title: string
  readonly why: string
  readonly version: string
  readonly files: Files
  readonly before: Files
  /** Of the charter. */
  readonly folder: string
  readonly author: string
}

interface FoundOut {
  readonly compared: Compared
  readonly patch: string
  readonly tally?: Tally
}

const kind = 'charter-change'

/** Put on the record first: what cannot be recorded does not happen. */
export async function propose(
  { guard, shelf, place, now }: CharterAreaOptions,
  { title, why, version, files, before, folder, author }: Proposed,
  { compared, patch, tally }: FoundOut,
): Promise<ListedChange> {
  const at = now()
  const id = newId(at)
  const message = messageOf({ why, author, version, compared, ...(tally === undefined ? {} : { tally }) })
  const changed = Object.keys(files).filter((name) => files[name] !== before[name])
  const proposal: Proposal = {
    id,
    title,
    message,
    author,
    at,
    patch,
    before: pick(before, changed),
    after: pick(files, changed),
  }
  const note = (effect: string, why: string): Promise<void> =>
    guard.note({ kind: 'act', effect, of: `charter change ${id}`, principal: author, why })
  await note('proposed', title)
  const kept =
    place === undefined ? ({ kind: 'here' } as const) : await keepOrSay(() => keep(place, proposal, folder), note)
  const listed = { id, title, author, at, version, looser: compared.difference.looser, kept }
  await shelf.put({ kind, id, at, content: { ...listed, mail: mailOf(proposal) } })
  return listed
}

async function keepOrSay(
  keeping: () => Promise<Kept>,
  note: (effect: string, why: string) => Promise<void>,
): Promise<Kept> {
  try {
    return await keeping()
  } catch (error) {
    const why = error instanceof KeepError ? error.message : 'the place for changes cannot be written'
    await note('not-kept', why)
    throw new Problem(409, 'not-kept', why, {}, { cause: error })
  }
}

function pick(files: Files, names: readonly string[]): Files {
  return Object.fromEntries(names.flatMap((name) => (files[name] === undefined ? [] : [[name, files[name]]])))
}

/** The latest first. */
export async function listChanges(shelf: Shelf): Promise<readonly ListedChange[]> {
  const items = await shelf.list(kind, { limit: 1000 })
  return items.map(({ content }) => content as ListedChange).toReversed()
}

/** @throws {Problem} when there is none. */
export async function findChange(shelf: Shelf, id: string): Promise<string> {
  const item = await shelf.get(kind, id)
  if (item === undefined) throw new Problem(404, 'unknown', 'there is no such change')
  return (item.content as { readonly mail: string }).mail
}
