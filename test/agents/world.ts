// The systems behind a guard, as data: who is there, what is kept, and what each operation does. They check nothing.
import { readdirSync, readFileSync } from 'node:fs'
import { parse } from 'yaml'
import { z } from 'zod'
import type { Principal } from '../../src/charter/charter.ts'
import { isSought, type SoughtText } from '../../src/constraint/where.ts'

const record = z.record(z.string(), z.unknown())

const system = z.strictObject({
  /** Answers with the one thing of this type that the argument `by` names. */
  get: z.string().optional(),
  /** Changes it, to what stands under `to`; `$NAME` is an argument, `$caller` whoever is behind the call. */
  set: z.string().optional(),
  by: z.string().default(''),
  to: record.default({}),
  /** Answers with those that are like the arguments, under the member `as`. */
  find: z.string().optional(),
  like: z.record(z.string(), z.string()).default({}),
  as: z.string().default('items'),
  showing: z.array(z.string()).default([]),
  /** Makes a new one. */
  make: z.string().optional(),
  with: record.default({}),
  /** Keeps its arguments under the value of one, or gives them back. */
  keep: z.string().optional(),
  recall: z.string().optional(),
  /** Leaves an effect of this kind. */
  sends: z.string().optional(),
  tokens: z.int().optional(),
})

const file = z.strictObject({
  people: z.record(
    z.string(),
    z.strictObject({
      kind: z.enum(['user', 'agent']),
      tenant: z.string().optional(),
      roles: z.array(z.string()),
    }),
  ),
  records: z.record(z.string(), z.record(z.string(), record)),
  systems: z.record(z.string(), system),
})

const toolList = z.object({ tools: z.array(z.object({ name: z.string(), description: z.string() })) })

type Given = Readonly<Record<string, unknown>>

/** What an operation did. `found` is false where there is no such thing. */
export interface Done {
  readonly found: boolean
  readonly answer: unknown
  readonly tokens?: number
}

/** One world, from `world.yaml` of a folder, as it is before anything happened. */
export class World {
  /** How tools were described when they were approved. */
  readonly approved: ReadonlyMap<string, string>
  readonly #file: z.output<typeof file>
  readonly #notes: (readonly [unknown, Given])[] = []
  /** Kinds of what cannot be taken back, in order. */
  readonly effects: string[] = []
  /** Whatever systems were sent, as text. */
  readonly sent: string[] = []

  constructor(folder: URL) {
    this.#file = file.parse(parse(readFileSync(new URL('world.yaml', folder), 'utf8')))
    this.approved = new Map(readdirSync(folder).flatMap((name) => descriptionsIn(folder, name)))
  }

  /** Puts words of others where they stand. Throws for what is not there. */
  plant(planted: Readonly<Record<string, Readonly<Record<string, Given>>>>): void {
    for (const [type, things] of Object.entries(planted))
      for (const [id, members] of Object.entries(things)) {
        const thing = this.#file.records[type]?.[id]
        if (thing === undefined) throw new Error(`there is no ${id} among ${type}`)
        Object.assign(thing, members)
      }
  }

  look(type: string, key: string): unknown {
    return structuredClone(this.#file.records[type]?.[key]) ?? null
  }

  /** Everything of a type that says all of it. */
  search(type: string, sought: readonly SoughtText[]): readonly unknown[] {
    return structuredClone(
      Object.values(this.#file.records[type] ?? {}).filter((one) => isSought(sought, one) === true),
    )
  }

  /** Who `NAME` or `AGENT for PERSON` is. */
  principal(name: string): Principal {
    const [caller = '', ...behind] = name.split(' for ')
    return behind.length === 0
      ? this.#one(caller)
      : { ...this.#one(caller), chain: behind.map((each) => this.#one(each)) }
  }

  #one(name: string): Principal {
    const found = this.#file.people[name]
    if (found === undefined) throw new Error(`there is nobody called ${name}`)
    const { kind, roles, tenant } = found
    return { id: name, kind, roles, ...(tenant === undefined ? {} : { tenant }) }
  }

  /** Carries an operation out. */
  act(operation: string, given: Given, caller = ''): Done {
    const does = this.#file.systems[operation]
    if (does === undefined) throw new Error(`nothing does ${operation}`)
    this.sent.push(JSON.stringify(given))
    if (does.sends !== undefined) this.effects.push(does.sends)
    const answer = this.#answer(does, { ...given, caller })
    return { found: answer !== undefined, answer, ...(does.tokens === undefined ? {} : { tokens: does.tokens }) }
  }

  #answer(does: z.output<typeof system>, given: Given): unknown {
    const kept = (type: string): Record<string, Record<string, unknown>> => this.#file.records[type] ?? {}
    if (does.find !== undefined)
      return {
        [does.as]: Object.values(kept(does.find))
          .filter((each) => isLike(each, does.like, given))
          .map((each) => shown(each, does.showing)),
      }
    if (does.make !== undefined) {
      const id = `${does.make}-${Object.keys(kept(does.make)).length + 1}`
      const made = { id, ...filled(does.with, given) }
      kept(does.make)[id] = made
      return structuredClone(made)
    }
    if (does.keep !== undefined) this.#notes.push([given[does.keep], given])
    if (does.recall !== undefined)
      return { notes: this.#notes.filter(([topic]) => topic === given[does.recall ?? '']).map(([, note]) => note) }
    const type = does.get ?? does.set
    if (type === undefined) return { done: true }
    const one = kept(type)[String(given[does.by])]
    if (one !== undefined && does.set !== undefined) Object.assign(one, filled(does.to, given))
    return structuredClone(one)
  }
}

function descriptionsIn(folder: URL, name: string): (readonly [string, string])[] {
  const [, source] = /^(\w+)\.tools\.json$/.exec(name) ?? []
  if (source === undefined) return []
  const { tools } = toolList.parse(JSON.parse(readFileSync(new URL(name, folder), 'utf8')))
  return tools.map((each) => [`${source}.${each.name}`, each.description])
}

function filled(template: Given, given: Given): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(template).map(([name, value]) => [
      name,
      typeof value === 'string' && value.startsWith('$') ? given[value.slice(1)] : value,
    ]),
  )
}

function isLike(one: Given, like: Readonly<Record<string, string>>, given: Given): boolean {
  return Object.entries(like).every(([member, argument]) => String(one[member]).includes(String(given[argument])))
}

function shown(one: Given, names: readonly string[]): Given {
  return Object.fromEntries(names.map((name) => [name, one[name]]))
}
