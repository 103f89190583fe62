import { withArticle } from '../cel/article.ts'
import { bare } from '../charter/bare.ts'
import type { ApiDescription } from '../charter/source/description.ts'
import { listOf, textOf } from '../charter/source/plain.ts'
import { resolveSchema } from '../charter/source/schema.ts'
import { guess, type Said } from './claim.ts'
import type { Resource } from './resource.ts'
import { kebab, wordsOf } from './words.ts'

/** The members of an object that say whose it is and where it stands. */
export interface Membership {
  readonly key: Said<string>
  readonly owner?: Said<string>
  readonly tenant?: Said<string>
  readonly parties: Readonly<Record<string, Said<string>>>
  readonly state?: StateMember
}

/** The member that holds the state, with its values when the description lists them. */
export interface StateMember {
  readonly member: string
  readonly said: Said<string>
  readonly values: readonly (string | number | boolean)[]
}

const people =
  'owner customer user buyer client member account-holder holder author creator patient student guest passenger applicant borrower tenant-user employee usuario cliente'.split(
    ' ',
  )
const others =
  'seller payee recipient assignee driver reviewer approver merchant vendor courier doctor teacher manager agent beneficiary-user sender receiver payer host provider partner'.split(
    ' ',
  )
const tenants =
  'tenant org organization organisation company workspace brand realm store shop merchant branch institution'.split(' ')
const selves =
  /^(?:user|customer|account-holder|member|profile|person|client|patient|student|employee|usuario|cliente)$/

/** Finds the members of a resource's representation that name its key, owner, tenant, parties and state. */
export function findMembership(description: ApiDescription, resource: Resource): Membership {
  const names = Object.keys(resource.representation.members)
  const key = keyOf(resource, names)
  const owner = ownerOf(resource, names, key)
  const tenant = tenantOf(names)
  const state = stateOf(description, resource)
  const taken = new Set([valuePath(owner), valuePath(tenant), valuePath(key)])
  return {
    key,
    ...(owner === undefined ? {} : { owner }),
    ...(tenant === undefined ? {} : { tenant }),
    parties: partiesOf(
      description,
      resource,
      names.filter((name) => !taken.has(`/${name}`)),
    ),
    ...(state === undefined ? {} : { state }),
  }
}

function valuePath(said: Said<string> | undefined): string {
  if (said === undefined) return ''
  return typeof said === 'string' ? said : said.value
}

function keyOf({ name, parameter }: Resource, names: readonly string[]): Said<string> {
  const same = (wanted: string) => names.find((each) => bare(each) === wanted)
  const plain = same('id')
  if (plain !== undefined) return `/${plain}`
  for (const wanted of [bare(parameter), `${bare(name)}id`, 'uuid', 'key', 'code', 'token', 'number', 'slug', 'name']) {
    const found = same(wanted)
    if (found !== undefined) return guess(`/${found}`, `there is no \`id\`, and the path calls it \`${parameter}\``)
  }
  return names.length === 0
    ? guess('/id', 'what one looks like is not described')
    : guess('/id', 'no member looks like a key')
}

function ownerOf({ name }: Resource, names: readonly string[], key: Said<string>): Said<string> | undefined {
  if (selves.test(name)) return guess(valuePath(key), `${withArticle(name)} is taken to own itself`)
  for (const person of people) {
    const found = names.find((each) => isIdOf(each, person))
    if (found !== undefined) return guess(`/${found}`, `of the name \`${found}\``)
  }
  const maker = names.find((each) =>
    /^(?:createdby|usercreated|addedby|placedby|postedby|requestedby|authoredby)(?:id)?$/.test(bare(each)),
  )
  return maker === undefined ? undefined : guess(`/${maker}`, `of the name \`${maker}\``)
}

function isIdOf(member: string, person: string): boolean {
  const text = bare(member)
  const name = bare(person)
  return (
    text === `${name}id` ||
    text === `id${name}` ||
    text === name ||
    text === `${name}uuid` ||
    text === `${name}username`
  )
}

function tenantOf(names: readonly string[]): Said<string> | undefined {
  for (const tenant of tenants) {
    const found = names.find((each) => isIdOf(each, tenant))
    if (found !== undefined) return guess(`/${found}`, `of the name \`${found}\``)
  }
  return undefined
}

function partiesOf(
  description: ApiDescription,
  resource: Resource,
  names: readonly string[],
): Record<string, Said<string>> {
  const found: Record<string, Said<string>> = {}
  for (const name of names) {
    const party = partyOf(name)
    if (party === undefined) continue
    const types = [resolveSchema(description, resource.representation.members[name]?.schema)['type']].flat()
    if (types.includes('boolean') || types.includes('object') || types.includes('number')) continue
    found[party] = guess(`/${name}`, `\`${name}\` looks like somebody with a part in it`)
  }
  return found
}

function partyOf(member: string): string | undefined {
  const words = wordsOf(member)
  if (words.length === 2 && words[1] === 'by' && (words[0] ?? '').endsWith('ed')) return kebab(member)
  const other = [...people, ...others].find((person) => isIdOf(member, person) && bare(member) !== bare(person))
  return other === undefined ? undefined : kebab(other)
}

const stateNames = /^(?:status|state|phase|stage|lifecycle|lifecyclestate|estado)$/

function stateOf(description: ApiDescription, { name, representation }: Resource): StateMember | undefined {
  const candidates = Object.entries(representation.members).flatMap(([member, { schema }]) => {
    const resolved = resolveSchema(description, schema)
    const values = listOf(resolved['enum']).filter(isScalar)
    const text = bare(member)
    const exact = stateNames.test(text)
    if (!exact && !(text === `${bare(name)}status` || text === `${bare(name)}state` || /(?:status|state)$/.test(text)))
      return []
    const worth = (exact ? 2 : 1) + (values.length > 1 ? 2 : 0)
    return [{ member, values, worth, textual: textOf(resolved['description']) }]
  })
  const [best] = candidates.sort((left, right) => right.worth - left.worth)
  if (best === undefined || best.worth < 2) return undefined
  const { member, values } = best
  const said =
    values.length > 1
      ? guess(`/${member}`, `\`${member}\` is one of ${values.length} words`)
      : guess(`/${member}`, `of the name \`${member}\``)
  return { member, said, values }
}

function isScalar(value: unknown): value is string | number | boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
}
