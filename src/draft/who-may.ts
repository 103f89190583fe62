import { stemOf } from '../charter/bare.ts'
import type { OperationShape } from '../charter/source/description.ts'
import { scopesOf } from './cast.ts'
import { Claim, guess, type Said, saidValue, seen } from './claim.ts'
import { isOpen, signOfCredentials } from './credential.ts'
import { whoWasGranted } from './observe.ts'
import { isBearing, isOwned, type Scene, type Thing } from './scene.ts'
import { namedIn, peopleIn, saidOf } from './text.ts'
import { shortened, wordsOf } from './words.ts'

/** Who may use an operation, as `by` says it. */
export type By = readonly string[]

/** What an operation is to the object it belongs to. */
export type Part = 'read' | 'list' | 'create' | 'change' | 'other'

interface Question {
  readonly shape: OperationShape
  readonly thing: Thing | undefined
  readonly part: Part
  readonly verb?: string | undefined
}

/** Drafts `by`: what was seen, else what security, scopes, texts and paths say, else what is usual. */
export function whoMay(scene: Scene, question: Question): Said<By> {
  const { shape } = question
  if (isOpen(scene.description, shape)) {
    const sign = signOfCredentials(scene.description, shape)
    const bearing = question.thing !== undefined && question.part === 'read' && isBearing(question.thing)
    if (bearing) return guess(['holder'], 'it asks for no credentials but the key')
    return sign === undefined ? ['anyone'] : guess(['anyone'], `its security is empty, although ${sign}`)
  }
  const told = fromText(scene, question)
  const granted = whoWasGranted(scene, question)
  if (granted !== undefined) return withUnprobed(scene, granted, told)
  return told ?? fromScopes(scene, shape) ?? fromPlace(scene, shape) ?? usual(scene, question)
}

/** Actors nobody signed in as were not seen to be refused either: what the text says of them stays. */
function withUnprobed(scene: Scene, granted: Said<By>, told: Said<By> | undefined): Said<By> {
  const probed = new Set((scene.evidence?.people ?? []).flatMap(({ actors }) => actors))
  const names = saidValue(granted)
  const others = saidValue(told ?? []).filter((name) => scene.cast.actors.has(name) && !probed.has(name))
  const settled = names.includes('anyone') || names.includes('signed-in')
  if (others.length === 0 || settled || !(granted instanceof Claim)) return granted
  return seen([...names, ...others], `${granted.because}; its text names ${others.join(' and ')} too`)
}

/** A party can be named only where an object is there before the call. */
function partyAllowed(scene: Scene, { thing, part }: Question): boolean {
  return thing !== undefined && part !== 'create' && part !== 'list' && part !== 'other' && isOwned(scene, thing)
}

function fromText(scene: Scene, question: Question): Said<By> | undefined {
  const text = saidOf(question.shape)
  const people = peopleIn(text, [...scene.cast.actors.keys()])
  if (people === undefined) return undefined
  const owner = people.owner && partyAllowed(scene, question) ? ['owner'] : []
  const clients =
    people.owner && owner.length === 0 ? scene.cast.clients.filter((actor) => kindIs(scene, actor, 'user')) : []
  const own = partyAllowed(scene, question)
  // `Customers only` on something a customer owns means that customer.
  const meant = people.actors.map((actor) =>
    own && scene.cast.clients.includes(actor) && kindIs(scene, actor, 'user') ? 'owner' : actor,
  )
  const by = [...new Set([...owner, ...clients, ...meant])]
  return by.length === 0 ? undefined : guess(by, `its text says "${shortened(people.phrase, 60)}"`)
}

function kindIs(scene: Scene, actor: string, kind: string): boolean {
  const said = scene.cast.actors.get(actor)
  return said !== undefined && ('value' in said ? said.value.kind : said.kind) === kind
}

function fromScopes(scene: Scene, shape: OperationShape): Said<By> | undefined {
  const scopes = scopesOf(scene.description, shape)
  const actors = namedIn(scopes.join(' ').replaceAll(/[:._]/g, ' '), [...scene.cast.actors.keys()])
  return actors.length === 0 ? undefined : guess(actors, `it needs the scope \`${scopes.join(' ')}\``)
}

function fromPlace(scene: Scene, shape: OperationShape): Said<By> | undefined {
  const segment = shape.path.split('/').find((each) => scene.cast.actors.has(each) && scene.cast.staff.includes(each))
  if (segment !== undefined) return guess([segment], `it is under \`/${segment}\``)
  const tag = shape.tags.find((each) => scene.cast.staff.includes(each.toLowerCase()))
  if (tag !== undefined) return guess([tag.toLowerCase()], `of the tag \`${tag}\``)
  // `Underwriting decision` is the underwriter's.
  const [first = ''] = wordsOf(shape.summary ?? '')
  for (const word of [first, ...shape.tags]) {
    const actor = scene.cast.staff.find((each) => stemOf(each) === stemOf(word) && stemOf(word).length > 4)
    if (actor !== undefined) return guess([actor], `\`${word}\` is what somebody like that does`)
  }
  return undefined
}

/** Verbs that staff usually make, with words of who that is, most fitting first. */
const duties: readonly (readonly [verbs: RegExp, who: readonly string[]])[] = [
  [/^(?:approve|reject|decline|deny|review)$/, ['approver', 'reviewer', 'manager', 'supervisor', 'admin']],
  [
    /^(?:ship|pack|fulfil|fulfill|deliver|dispatch)$/,
    ['warehouse', 'fulfilment', 'clerk', 'courier', 'staff', 'seller', 'admin'],
  ],
  [/^(?:refund|reverse|adjust)$/, ['support', 'clerk', 'manager', 'staff', 'admin']],
  [
    /^(?:freeze|unfreeze|block|unblock|suspend|reactivate|lock|unlock|ban)$/,
    ['admin', 'manager', 'clerk', 'moderator', 'staff'],
  ],
  [
    /^(?:assess|score|decide|underwrite|inspect|audit)$/,
    ['underwriter', 'assessor', 'inspector', 'auditor', 'reviewer', 'officer', 'clerk', 'manager', 'staff', 'admin'],
  ],
  [/^(?:publish|unpublish|archive|assign|escalate)$/, ['editor', 'manager', 'staff', 'admin']],
]

function usual(scene: Scene, question: Question): Said<By> {
  const { thing, part, verb, shape } = question
  if (thing !== undefined && isBearing(thing) && (part === 'read' || part === 'change'))
    return guess(['holder'], 'whoever has the key is meant to use it')
  const duty = duties.find(([verbs]) => verbs.test(verb ?? ''))
  const fitting = duty?.[1].flatMap((word) => scene.cast.staff.filter((actor) => wordsOf(actor).includes(word))) ?? []
  const [first] = fitting
  if (first !== undefined) return guess([first], `that is usually for \`${first}\``)
  if (partyAllowed(scene, question)) {
    const staff = part === 'read' ? scene.cast.staff : []
    return guess(
      ['owner', ...staff],
      part === 'read' && staff.length > 0 ? 'the owner and staff usually may' : 'the owner usually may',
    )
  }
  const owned = thing !== undefined && isOwned(scene, thing)
  const { clients, staff } = scene.cast
  if (part === 'list' && owned && staff.length > 0)
    return guess([...clients, ...staff], 'whoever may see one of them usually may list')
  if (part === 'create' && owned && clients.length > 0)
    return guess(clients, 'what is owned is usually created by its owners')
  if (shape.method !== 'GET' && !owned && staff.length > 0 && part !== 'other')
    return guess(staff, 'nobody owns one, so staff usually keep them')
  const sign = shape.security.length > 0 ? undefined : signOfCredentials(scene.description, shape)
  return guess(['signed-in'], sign === undefined ? 'nothing says who' : `${sign}, and nothing says who`)
}
