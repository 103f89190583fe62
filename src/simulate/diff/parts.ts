/** How the other parts of two charters differ: actors, objects, approvals, workflows, and what is not described. */
import { withArticle } from '../../cel/article.ts'
import type { Actor } from '../../charter/actor.ts'
import type { Approval } from '../../charter/approval.ts'
import type { Charter, ObjectType } from '../../charter/charter.ts'
import { printDuration } from '../../charter/duration.ts'
import { type Treatment, treatmentIn, workflowsOf } from '../../constraint/run.ts'
import { joinWords, whoWords } from '../../constraint/words.ts'
import { byChoices, byNumber, bySet, type Change, type Direction, reversed, together } from './change.ts'
import { plainText } from './plain.ts'
import { byRule } from './rule.ts'

/** Every difference outside operations. */
export function diffParts(before: Charter, after: Charter): readonly Change[] {
  return [
    ...diffNamed('actor', before.actors, after.actors, diffActor),
    ...diffNamed('object', before.objects, after.objects, diffObject),
    ...diffNamed('approval', before.approvals, after.approvals, diffApproval),
    ...diffWorkflows(before, after),
    ...(['reads', 'writes'] as const).flatMap((kind) => diffUndescribed(before, after, kind)),
    ...diffSources(before, after),
  ]
}

/** Parts that both have; what only one has shows where it is used. */
function diffNamed<T>(
  kind: string,
  before: ReadonlyMap<string, T>,
  after: ReadonlyMap<string, T>,
  diff: (old: T, now: T) => readonly Omit<Change, 'about'>[],
): readonly Change[] {
  return [...before].flatMap(([name, old]) => {
    const now = after.get(name)
    return now === undefined ? [] : diff(old, now).map((each) => ({ ...each, about: `${kind} ${name}` }))
  })
}

function diffActor(old: Actor, now: Actor): readonly Omit<Change, 'about'>[] {
  const changes: Omit<Change, 'about'>[] = []
  const { name } = now
  if (old.kind !== now.kind)
    changes.push({
      direction: 'other',
      says: `the actor \`${name}\` was ${withArticle(old.kind)}, and is ${withArticle(now.kind)}`,
    })
  if (plainText(old.when) !== plainText(now.when)) {
    const direction = old.when !== undefined && now.when !== undefined ? byRule(old.when, now.when) : 'other'
    const words = (when: Actor['when']): string => (when === undefined ? `the role \`${name}\`` : `\`${when.source}\``)
    changes.push({
      direction,
      says: `the actor \`${name}\` was told by ${words(old.when)}, and is told by ${words(now.when)}`,
    })
  }
  if (plainText(old.tenant) !== plainText(now.tenant)) {
    const direction = now.tenant === false ? 'looser' : old.tenant === false ? 'tighter' : 'other'
    const says = now.tenant === false ? 'may cross tenants now' : 'is held to a tenant in another way'
    changes.push({ direction, says: `the actor \`${name}\` ${says}` })
  }
  return changes
}

const objectParts = [
  'key',
  'owner',
  'tenant',
  'parties',
  'parent',
  'state',
  'read',
  'readAt',
  'truth',
  'gone',
  'capabilityBits',
] as const

function diffObject(old: ObjectType, now: ObjectType): readonly Omit<Change, 'about'>[] {
  return objectParts
    .filter((part) => plainText(old[part]) !== plainText(now[part]))
    .map((part) => ({
      direction: 'other',
      says: `\`${part}\` of ${now.name} was ${words(old[part])}, and is ${words(now[part])}`,
    }))
}

function words(part: unknown): string {
  return part === undefined
    ? 'not given'
    : `\`${Array.isArray(part) ? `/${part.join('/')}` : plainText(part).replaceAll('"', '')}\``
}

function diffApproval(old: Approval, now: Approval): readonly Omit<Change, 'about'>[] {
  if (plainText(old) === plainText(now)) return []
  const needed =
    plainText(old.neededWhen) === plainText(now.neededWhen)
      ? undefined
      : old.neededWhen === undefined
        ? 'looser'
        : now.neededWhen === undefined
          ? 'tighter'
          : reversed(byRule(old.neededWhen, now.neededWhen))
  const pointers = (binds: Approval['binds']): readonly string[] => (binds ?? [[]]).map((at) => at.join('/'))
  const parts: readonly (readonly [Direction | undefined, string])[] = [
    [needed, `needed ${whenWords(now)}, before ${whenWords(old)}`],
    [reversed(byNumber(old.quorum, now.quorum)), `needs ${now.quorum} instead of ${old.quorum}`],
    [byChoices(old.choices, now.choices), `given by ${whoWords(now.choices)} instead of ${whoWords(old.choices)}`],
    [reversed(bySet(old.not, now.not)), `never given by ${listed(now.not)}, before ${listed(old.not)}`],
    [byNumber(forMs(old), forMs(now)), `valid for ${timeWords(now)} instead of ${timeWords(old)}`],
    [
      plainText(old.binds) === plainText(now.binds)
        ? undefined
        : (reversed(bySet(pointers(old.binds), pointers(now.binds))) ?? 'other'),
      'covers other parts of the object',
    ],
    [
      plainText(old.standing) === plainText(now.standing)
        ? undefined
        : old.standing === undefined
          ? 'looser'
          : now.standing === undefined
            ? 'tighter'
            : 'other',
      `${now.standing === undefined ? 'may no longer' : 'may'} be given for a class of calls${old.standing !== undefined && now.standing !== undefined ? ' within other bounds' : ''}`,
    ],
    [
      old.grant === now.grant && old.revoke === now.revoke ? undefined : 'other',
      `is taken by ${now.grant === undefined ? 'Lockstep' : `\`${now.grant}\``}`,
    ],
  ]
  const said = parts.filter(([direction]) => direction !== undefined)
  return [
    {
      direction: together(said.map(([direction]) => direction)) ?? 'other',
      says: `the approval \`${now.name}\`: ${said.map(([, each]) => each).join('; ')}`,
    },
  ]
}

function forMs({ validForMs }: Approval): number {
  return validForMs ?? Number.POSITIVE_INFINITY
}

function timeWords({ validForMs }: Approval): string {
  return validForMs === undefined ? 'ever' : printDuration(validForMs)
}

function whenWords({ neededWhen }: Approval): string {
  return neededWhen === undefined ? 'always' : `when \`${neededWhen.source}\``
}

function listed(names: readonly string[]): string {
  return names.length === 0 ? 'nobody in particular' : `the ${joinWords(names)}`
}

function diffWorkflows(before: Charter, after: Charter): readonly Change[] {
  const treatmentOf = (charter: Charter, id: string): Treatment => treatmentIn(workflowsOf(charter, id))
  const moved = new Map<string, string[]>()
  const note = (key: string, id: string): void => void moved.set(key, [...(moved.get(key) ?? []), id])
  for (const id of after.operations.keys()) {
    const [old, now] = [treatmentOf(before, id), treatmentOf(after, id)]
    if (old.mode !== now.mode) note(now.mode, id)
    if (old.record !== now.record) note(`record ${now.record}`, id)
  }
  return [...moved].map(([key, ids]): Change => {
    const named = ids.map((id) => `\`${id}\``).join(', ')
    if (key === 'observe')
      return {
        direction: 'looser',
        about: 'workflows',
        says: `nothing is refused any more, only recorded, of ${named}`,
      }
    if (key === 'enforce')
      return { direction: 'tighter', about: 'workflows', says: `what was only recorded is now refused, of ${named}` }
    return {
      direction: 'other',
      about: 'workflows',
      says: `the ledger keeps arguments as \`${key.slice('record '.length)}\`, of ${named}`,
    }
  })
}

function diffUndescribed(before: Charter, after: Charter, kind: 'reads' | 'writes'): readonly Change[] {
  const [was, is] = [before.undescribed[kind], after.undescribed[kind]]
  if (was === is) return []
  const says = `${kind} that no description has are ${is === 'allow' ? 'let through' : 'refused'} now`
  return [{ direction: is === 'allow' ? 'looser' : 'tighter', about: 'undescribed', says }]
}

function diffSources(before: Charter, after: Charter): readonly Change[] {
  return diffNamed('source', before.sources, after.sources, (old, now) =>
    plainText(old.refusedWhen) === plainText(now.refusedWhen)
      ? []
      : [{ direction: 'other', says: `answers of \`${now.name}\` count as refusals by another rule` }],
  )
}
