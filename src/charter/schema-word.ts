/** The words charters are made of: names, pointers, references, durations, amounts, and who may. */
import { z } from 'zod'

export const name: z.ZodString = z
  .string()
  .regex(/^[A-Za-z][A-Za-z0-9_-]*$/, 'a name starts with a letter and holds letters, digits, `-` and `_`')
export const operationId: z.ZodString = z
  .string()
  .regex(/^[A-Za-z][A-Za-z0-9_-]*\.[^\s]+$/, 'an operation is written `source.operation`')
export const pointer: z.ZodString = z
  .string()
  .regex(/^(\/([^~/]|~[01])*)*$/, 'a JSON pointer starts with `/`, as in `/customer/id`')
export const reference: z.ZodString = z
  .string()
  .regex(
    /^\$(request\.(path|query|header)\.[^\s]+|request\.body(#.*)?|response\.body(#.*)?|response\.header\.[^\s]+|object(#.*)?|principal\.id)$/,
    'a reference is written `$request.path.NAME`, `$request.body#/POINTER`, `$response.body#/POINTER`, `$object#/POINTER` or `$principal.id`',
  )
export const sought = z
  .union([
    z
      .string()
      .regex(
        /^([^$].*|\$(request\.(path|query|header)\.[^\s]+|request\.body#.*|[A-Za-z][A-Za-z0-9_-]*#\/.*|principal\.(id|tenant|claims\..+)))$/,
        'what is looked for is written `$principal.id`, `$object#/POINTER`, `$request.path.NAME`, `$request.body#/POINTER` or as the value itself',
      ),
    z.number(),
  ])
  .meta({ description: 'The value itself, or where it stands.' })
export const expression: z.ZodString = z.string().min(1).meta({ description: 'A CEL expression.' })
export const duration: z.ZodString = z
  .string()
  .regex(/^\d+(ms|s|m|h|d|w)$/, 'a duration is written `30s`, `15m`, `24h` or `7d`')
export const pace: z.ZodString = z.string().regex(/^\d+ per \d*(ms|s|m|h|d|w)$/, 'a pace is written `5 per 1m`')
export const amount = z
  .union([z.number(), z.string().min(1)])
  .meta({ description: 'A number, or a CEL expression that gives one.' })
export const oneOrMore = <T extends z.ZodType>(item: T): z.ZodUnion<readonly [T, z.ZodArray<T>]> =>
  z.union([item, z.array(item).min(1)])
export const names = oneOrMore(name)

export const actorChoice = z
  .strictObject({
    actor: names.optional().meta({ description: 'The class of principals, or one of several.' }),
    party: names.optional().meta({ description: 'And at the same time this party of the object, as `owner`.' }),
    scope: z.string().min(1).optional().meta({ description: 'And holding this scope.' }),
  })
  .meta({ description: 'Every given part must hold.' })
export const by = oneOrMore(z.union([name, actorChoice])).meta({
  description:
    'Who may: actors, parties of the object (`owner`, `creator`, `holder`, or one declared under `parties`), `anyone` (also without signing in) or `signed-in`.',
})

export const says = z
  .string()
  .min(1)
  .optional()
  .meta({ description: 'The rule in your own words, used in explanations and findings.' })
export const rule = z.union([expression, z.strictObject({ rule: expression, says, name: name.optional() })])
export const scope = oneOrMore(z.string().min(1)).meta({
  description:
    'Counted for each: `call`, `object`, `principal` (whoever calls, be it an agent), `person` (whoever is behind the call), `agent`, `run`, `tenant`, the name of a reference, or a place in the request (`$request.body#/week`), in whatever letter case. A list counts per combination.',
})

/** What a value of an inline operation looks like. */
export const valueShape = z.union([z.string().min(1), z.record(z.string(), z.unknown())]).meta({
  description:
    'A word (`string`, `integer`, `number`, `boolean`, `money`, `uuid`, `time`, …, `[]` after it for a list), a map of names to these (`name?` may be left out), or a JSON Schema.',
})

export const seat = z.union([z.literal('nobody'), oneOrMore(z.union([name, actorChoice]))])
/** Like `seat`, and what may be seen may depend on the state of the object. */
export const sight = z.union([
  z.literal('nobody'),
  oneOrMore(
    z.union([
      name,
      actorChoice.extend({
        in: names
          .optional()
          .meta({ description: 'And only while the object is in one of these states, as `released`.' }),
      }),
    ]),
  ),
])
