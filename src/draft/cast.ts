import { bare } from '../charter/bare.ts'
import type { ApiDescription, OperationShape } from '../charter/source/description.ts'
import { listOf, objectOf, stringsOf } from '../charter/source/plain.ts'
import { itemSchema, propertiesOf, resolveSchema } from '../charter/source/schema.ts'
import { guess, type Said, seen } from './claim.ts'
import { declaredSecurity } from './credential.ts'
import type { Evidence } from './evidence.ts'
import { answerSchema } from './representation.ts'
import { namedIn, saidOf } from './text.ts'
import { kebab } from './words.ts'

/** The classes of principals of a draft. */
export interface Cast {
  readonly actors: ReadonlyMap<string, Said<ActorDraft>>
  /** Those who run the business, in the order they were found. */
  readonly staff: readonly string[]
  /** Those the business is for; what nobody else is said to do is done by them. */
  readonly clients: readonly string[]
}

/** An actor as the charter writes it. */
export interface ActorDraft {
  readonly kind: 'user' | 'service' | 'partner' | 'agent'
  readonly when?: string
}

const roleMember = /^(?:user|account|member)?(?:roles?|types?)$/
const usual = [
  'admin',
  'manager',
  'staff',
  'clerk',
  'operator',
  'moderator',
  'reviewer',
  'approver',
  'support',
  'customer',
  'partner',
]
const clientWords =
  /^(?:customer|user|client|buyer|member|guest|patient|student|shopper|owner|borrower|applicant|passenger|seller|vendor|driver|author|employee|basic|public)$/
const partnerWords = /^(?:partner|third-party|tpp|affiliate|reseller|merchant)$/
const serviceWords = /^(?:service|system|internal|worker|scheduler|machine|api|integration)$/
/** An agent without a word more is a person who acts for somebody, as of collections. */
const agentWords = /(?:^|-)(?:bot|copilot|assistant)$|^(?:ai|llm)-/
const reserved: ReadonlySet<string> = new Set([
  'anyone',
  'signed-in',
  'nobody',
  'owner',
  'creator',
  'holder',
  'requester',
])

/** Finds the actors: from people who signed in, from a role with listed values, from scopes, from paths, tags and texts. */
export function findCast(description: ApiDescription, evidence: Evidence | undefined): Cast {
  const actors = new Map<string, Said<ActorDraft>>()
  const add = (name: string, said: Said<ActorDraft>): void => {
    if (!actors.has(name) && !reserved.has(name)) actors.set(name, said)
  }
  for (const { name, actors: names } of evidence?.people ?? [])
    for (const actor of names) add(actor, seen({ kind: kindOf(actor) }, `${name} signs in as one`))
  const roles = findRoles(description)
  for (const { value, member } of roles) add(kebab(value), guess(actorOf(value), `\`${member}\` can be \`${value}\``))
  if (roles.length === 0 && actors.size === 0)
    for (const { name, why } of fromElsewhere(description)) add(name, guess({ kind: kindOf(name) }, why))
  const names = [...actors.keys()]
  const clients = names.filter((name) => clientWords.test(name))
  const staff = names.filter((name) => !clients.includes(name) && kindOf(name) === 'user')
  return { actors, staff, clients }
}

function actorOf(value: string): ActorDraft {
  const name = kebab(value)
  // An actor without `when` is those whose role has its very name.
  return name === value
    ? { kind: kindOf(name) }
    : { kind: kindOf(name), when: `${JSON.stringify(value)} in principal.roles` }
}

function kindOf(name: string): ActorDraft['kind'] {
  if (partnerWords.test(name)) return 'partner'
  if (serviceWords.test(name)) return 'service'
  return agentWords.test(name) ? 'agent' : 'user'
}

/** Values of a member called `role` (or nearly) in any answer or body. */
function findRoles(description: ApiDescription): { value: string; member: string }[] {
  const found: { value: string; member: string; strong: boolean }[] = []
  for (const shape of description.operations) {
    const answer = answerSchema(shape)
    for (const schema of [
      answer,
      answer === undefined ? undefined : itemSchema(description, answer),
      shape.body?.schema,
    ]) {
      if (schema === undefined) continue
      for (const [member, property] of Object.entries(propertiesOf(description, schema))) {
        if (!roleMember.test(bare(member))) continue
        const resolved = resolveSchema(description, property.schema)
        const items = itemSchema(description, property.schema)
        const values = stringsOf(
          resolved['enum'] ?? (items === undefined ? undefined : resolveSchema(description, items)['enum']),
        )
        const strong = bare(member).includes('role')
        found.push(...values.filter((value) => value !== '').map((value) => ({ value, member, strong })))
      }
    }
  }
  // `type` may mean anything; it counts when its values are people's.
  const people = found.filter(
    ({ strong, value }) => strong || clientWords.test(kebab(value)) || usual.includes(kebab(value)),
  )
  const strong = people.some((each) => each.strong) ? people.filter((each) => each.strong) : people
  return [...new Map(strong.map((each) => [each.value, each])).values()]
}

function fromElsewhere(description: ApiDescription): { name: string; why: string }[] {
  const found: { name: string; why: string }[] = []
  for (const shape of description.operations) {
    const admin = shape.path
      .split('/')
      .find((segment) => /^(?:admin|administration|backoffice|staff|internal)$/i.test(segment))
    if (admin !== undefined) found.push({ name: 'admin', why: `there are paths under \`/${admin}\`` })
    for (const tag of shape.tags)
      if (/^admin/i.test(tag)) found.push({ name: 'admin', why: `there is a tag \`${tag}\`` })
    for (const scope of scopesOf(description, shape))
      for (const name of namedIn(scope.replaceAll(/[:.]/g, ' '), usual))
        found.push({ name, why: `there is a scope \`${scope}\`` })
    for (const name of namedIn(saidOf(shape), usual)) found.push({ name, why: `\`${shape.name}\` speaks of one` })
  }
  return found
}

/** The scopes an operation's description demands; of several alternatives all are given. */
export function scopesOf(description: ApiDescription, shape: OperationShape): string[] {
  const alternatives = listOf(declaredSecurity(description, shape))
  return [
    ...new Set(alternatives.flatMap((each) => Object.values(objectOf(each)).flatMap((scopes) => stringsOf(scopes)))),
  ]
}
