import type { Choice, ObjectType, Use } from '../charter.ts'
import { type Checker, constraintsOf, listNames, one, operationOf } from './checker.ts'

/** Uses nobody has, truths nobody may read, openings without end, keys that entitle without being secret. */
export function checkAccess(checker: Checker): void {
  for (const use of checker.uses) {
    checkBy(checker, use)
    checkPlacedParties(checker, use)
    checkOpening(checker, use)
  }
  for (const type of checker.charter.objects.values()) {
    checkPartyNames(checker, type)
    checkRead(checker, type)
    checkCapability(checker, type)
  }
}

function checkBy(checker: Checker, use: Use): void {
  // A `by` with a wrong name in it is there, and has been reported.
  if (constraintsOf(use, 'by').some((each) => each.slot === 'object')) return
  const help = 'write `by:` with actors, `owner`, `signed-in` or `anyone`'
  checker.report('by-missing', use.position, `nobody may use \`${use.id}\`: it has no \`by\``, help)
}

/** `by: owner` needs a place where the owner is seen. */
function checkPlacedParties(checker: Checker, use: Use): void {
  for (const by of constraintsOf(use, 'by')) {
    const typeName = by.slot === 'object' ? use.object?.type : use.refs.find((ref) => ref.slot === by.slot)?.object
    const type = checker.charter.objects.get(typeName ?? '')
    if (type?.owner !== undefined || !by.choices.some((choice) => choice.party === 'owner')) continue
    const message =
      type === undefined
        ? `\`${use.id}\` is for the owner, but acts on no known object`
        : `\`${use.id}\` is for the owner, but where the owner of \`${type.name}\` is seen is not said`
    const help =
      type === undefined
        ? 'say which with `object:`'
        : `write \`owner: /POINTER\` at \`${type.name}\`, or \`owner: creator\``
    checker.report('owner-unknown', by.position, message, help)
  }
}

/** A word that means an actor cannot mean a party: `by: doctor` would be every doctor. */
function checkPartyNames(checker: Checker, type: ObjectType): void {
  for (const party of Object.keys(checker.parsed.raw.objects?.[type.name]?.parties ?? {})) {
    if (!checker.charter.actors.has(party)) continue
    const message = `\`${party}\` is an actor and a party of \`${type.name}\`: \`by: ${party}\` means every such actor`
    const help = `give the party another name, or write \`{ party: ${party} }\` where it is meant`
    checker.warn('party-named-as-actor', checker.at(['objects', type.name, 'parties', party]), message, help)
  }
}

/** Whether a choice admits callers who are not signed in and hold nothing. */
export function isOpen(choice: Choice): boolean {
  return choice.anonymous && choice.party === undefined && choice.actor === undefined
}

function checkOpening(checker: Checker, use: Use): void {
  const open = constraintsOf(use, 'by').some((by) => by.slot === 'object' && by.choices.some(isOpen))
  if (use.public !== undefined && !open) {
    checker.warn('public-unneeded', use.position, `\`${use.id}\` is marked public, but \`by\` does not name \`anyone\``)
  }
  if (use.public !== undefined && use.public.until < checker.today) {
    const message = `\`${use.id}\` was open to anyone until ${use.public.until} only: ${use.public.because}`
    checker.warn('public-expired', use.position, message, 'look at it again: set a later day, or close it')
  }
  if (open && use.public === undefined && operationOf(checker, use)?.writes === true) {
    const help = 'if that is meant, add `public: { until: DATE, because: REASON }`'
    checker.warn('public-missing', use.position, `\`${use.id}\` lets anyone write without signing in`, help)
  }
}

function checkRead(checker: Checker, type: ObjectType): void {
  const path = ['objects', type.name]
  if (type.read === undefined) {
    if ((type.states.length === 0 && type.owner === undefined) || type.list !== undefined) return
    const help = 'name the operation that answers with one object: `read: SOURCE.OPERATION`'
    checker.warn(
      'read-missing',
      checker.at(path),
      `how to look at ${one(type.name)} is not said, so that no effect on it can be proven`,
      help,
    )
    return
  }
  const uses = checker.charter.operations.get(type.read)?.uses ?? []
  if (uses.length > 0 || !checker.charter.uncovered.some((shape) => shape.id === type.read)) return
  const help = `say who may: \`operations: { ${type.read}: { by: … } }\``
  checker.warn(
    'read-by-nobody',
    checker.at([...path, 'read']),
    `\`${type.read}\` reads \`${type.name}\`, but nobody may use it`,
    help,
  )
}

function checkCapability(checker: Checker, type: ObjectType): void {
  const holders = checker.uses.filter((use) => heldTypes(use).includes(type.name))
  if (type.capabilityBits !== undefined && holders.length === 0) {
    const message = `the key of \`${type.name}\` is a capability, but nothing is \`by: holder\``
    checker.warn('capability-unused', checker.at(['objects', type.name, 'capability']), message)
  }
  if (type.capabilityBits === undefined && holders.length > 0) {
    const message = `whoever holds the key of ${one(type.name)} may use ${listNames(holders.map((use) => use.id))}, but how hard it is to guess is not said`
    checker.warn('capability-missing', checker.at(['objects', type.name]), message, 'add `capability: { bits: 96 }`')
  }
}

function heldTypes(use: Use): readonly (string | undefined)[] {
  return constraintsOf(use, 'by')
    .filter((by) => by.choices.some((choice) => choice.party === 'holder'))
    .map((by) => (by.slot === 'object' ? use.object?.type : use.refs.find((ref) => ref.slot === by.slot)?.object))
}
