/** The charter in force, and what somebody would make of it: tried first, then proposed for review. */
import { z } from 'zod'
import type { EndpointTable } from '../../endpoint.ts'

const fileName = z
  .string()
  .max(200)
  .regex(
    /^(?!\/)(?:(?!\.)[\w .-]+\/)*(?!\.)[\w .-]+\.ya?ml$/,
    'a file of a charter ends with `.yaml` and stands in its folder',
  )
const text = z.string().max(900_000)
const files = z
  .record(fileName, text)
  .refine((given) => Object.keys(given).length <= 50, 'at most 50 files')
  .meta({ description: 'Texts of files that are other ones than in force, by their names.' })
const version = z
  .string()
  .min(1)
  .max(200)
  .meta({ description: 'Of the charter in force that it began with. With another one in force, 409.' })
const revision = { version, files }

const direction = z.enum(['looser', 'tighter', 'other'])
const sentence = z.object({ constraint: z.string(), says: z.string() })

const diagnostic = z.object({
  code: z.string(),
  severity: z.enum(['error', 'warning']),
  message: z.string(),
  file: z.string(),
  line: z.number(),
  column: z.number(),
  help: z.string().optional(),
})

const use = z.object({
  id: z.string(),
  operation: z.string(),
  method: z.string(),
  path: z.string(),
  who: z.string(),
  from: z.array(z.string()),
  to: z.array(z.string()),
  rules: z.array(sentence),
})

const told = z.object({
  sections: z.array(
    z.object({ object: z.string().optional(), says: z.string(), fields: z.array(sentence), uses: z.array(use) }),
  ),
  approvals: z.array(sentence),
  rules: z.array(sentence),
  invariants: z.array(sentence),
  drawings: z.array(z.object({ object: z.string(), svg: z.string() })),
  places: z
    .array(z.object({ of: z.string(), file: z.string(), line: z.number() }))
    .meta({ description: 'Where what is explained is written; `of` is an id, or `object NAME`.' }),
})

const shift = {
  direction,
  operation: z.string(),
  before: z.string().meta({ description: 'What was decided, in words.' }),
  after: z.string(),
  count: z.number(),
  reasons: z.array(sentence),
}

/** What a change does, beside the charter in force and its cases. */
const difference = z.object({
  same: z.boolean(),
  looser: z.boolean(),
  written: z.array(z.object({ direction, about: z.string(), says: z.string() })),
  decided: z.array(
    z.object({
      ...shift,
      example: z.object({ from: z.string(), changed: z.array(z.string()), call: z.string() }),
    }),
  ),
  tried: z.number(),
  untold: z.number(),
  cases: z.array(
    z.object({
      file: z.string(),
      line: z.number(),
      description: z.string(),
      differences: z.array(z.string()),
      reasons: z.array(sentence),
    }),
  ),
  unread: z.array(z.string()),
  patch: z.string(),
})

/** What it would have decided of the calls on the record. */
const simulation = z.object({
  recorded: z.number(),
  decided: z.number(),
  same: z.number(),
  shifts: z.array(
    z.object({
      ...shift,
      examples: z.array(
        z.object({ call: z.string(), at: z.string(), principal: z.string().optional(), request: z.string() }),
      ),
    }),
  ),
  untold: z.array(z.object({ count: z.number(), why: z.string() })),
})

/** One line of a simulation's answer. */
export const simulationLine = z.union([
  z.strictObject({ progress: z.object({ done: z.number(), of: z.number() }) }),
  z.strictObject({ result: simulation }),
  z.strictObject({ problem: z.object({ code: z.string(), detail: z.string() }) }),
])
/** One line of a simulation's answer. */
export type SimulationLine = z.output<typeof simulationLine>

const kept = z.union([
  z.object({ kind: z.literal('branch'), branch: z.string(), commit: z.string() }),
  z.object({ kind: z.literal('file'), file: z.string() }),
  z.object({ kind: z.literal('here') }),
])

const change = z.object({
  id: z.string(),
  title: z.string(),
  author: z.string(),
  at: z.number(),
  version: z.string(),
  looser: z.boolean(),
  kept,
})

export const charterEndpoints = {
  'GET /api/charter': {
    id: 'getCharter',
    summary: 'The files of the charter in force',
    needs: 'view',
    answer: z.object({
      name: z.string(),
      version: z.string(),
      main: z.string(),
      files: z.record(z.string(), z.string()),
      keeps: z.enum(['folder', 'git', 'here']).meta({ description: 'Where proposed changes are kept.' }),
    }),
  },
  'POST /api/charter/check': {
    id: 'checkRevision',
    summary: 'All that is wrong with a change, and the charter it makes, in sentences and drawings',
    needs: 'view',
    body: z.strictObject(revision),
    answer: z.object({ diagnostics: z.array(diagnostic), told: told.optional() }),
  },
  'POST /api/charter/completion': {
    id: 'completeRevision',
    summary: 'What could be written at a place',
    needs: 'view',
    body: z.strictObject({ ...revision, file: fileName, offset: z.int().min(0) }),
    answer: z.object({
      from: z.number(),
      to: z.number(),
      options: z.array(
        z.object({
          label: z.string(),
          kind: z.enum(['member', 'name', 'word', 'expression']),
          detail: z.string().optional(),
          info: z.string().optional(),
          apply: z.string().optional(),
        }),
      ),
    }),
  },
  'POST /api/charter/difference': {
    id: 'compareRevision',
    summary: 'Which behaviour a change allows or refuses, what its cases say, and the change as a patch',
    needs: 'view',
    body: z.strictObject(revision),
    answer: difference,
  },
  'POST /api/charter/simulation': {
    id: 'simulateRevision',
    summary: 'What a change would have decided of the recorded calls: JSON lines, progress first and the result last',
    // SECURITY: a change can ask anything of what calls carried, bit by bit.
    needs: 'read',
    body: z.strictObject({ ...revision, last: z.int().min(1).max(10_000_000).optional() }),
    text: 'application/x-ndjson',
  },
  'POST /api/charter/carry-over': {
    id: 'carryRevisionOver',
    summary: 'A change begun with a charter that is no longer in force, beside what was put in force meanwhile',
    needs: 'view',
    body: z.strictObject({ base: files, files }),
    answer: z.object({
      files: z.array(
        z.object({
          name: z.string(),
          theirs: z.string().meta({ description: 'What was put in force meanwhile, as a patch.' }),
          yours: z.string(),
          merged: z.string().optional().meta({ description: 'Both together; absent where they touch the same lines.' }),
        }),
      ),
    }),
  },
  'GET /api/charter/changes': {
    id: 'listChanges',
    summary: 'Changes that were proposed, the latest first',
    needs: 'view',
    answer: z.object({ changes: z.array(change) }),
  },
  'POST /api/charter/changes': {
    id: 'proposeChange',
    summary: 'Proposes a change for review, with what it does; what is in force stays',
    needs: 'administer',
    body: z.strictObject({
      ...revision,
      title: z
        .string()
        .trim()
        .min(1)
        .max(100)
        .regex(/^\P{Cc}+$/u, 'one line'),
      why: z.string().max(10_000),
    }),
    answer: change,
  },
  'GET /api/charter/changes/{id}/patch': {
    id: 'getChangePatch',
    summary: 'A proposed change with its message, as `git am` and `git apply` take it',
    needs: 'view',
    text: 'text/x-patch; charset=utf-8',
  },
} as const satisfies EndpointTable
