/** The ledger itself: its entries, what proves them, and what is handed on. */
import { z } from 'zod'
import { entryKinds } from '../../../ledger/entry.ts'
import { exportFormats } from '../../../ledger/export/export.ts'
import type { EndpointTable } from '../../endpoint.ts'
import { sessionSchema, summarySchema } from '../record.ts'

const moment = z.coerce.number().int().min(0).meta({ description: 'Milliseconds since 1970.' })
const name = z.string().min(1).max(1000)
const size = z.coerce.number().int().min(1).max(Number.MAX_SAFE_INTEGER)

/**
 * One entry with its private part, as far as it can be read. `none`: it has none. `withheld`: it is not for the viewer. `erased`: its key
 * is gone. `digest`: only a keyed digest was kept. `pruned`: not even the text is there any more.
 */
const readable = z.object({
  index: z.number(),
  hash: z.string().meta({ description: 'Of the leaf, base64.' }),
  text: z.string().optional().meta({ description: 'Canonical; what was hashed.' }),
  private: z.enum(['shown', 'none', 'withheld', 'erased', 'digest', 'pruned']),
  content: z.record(z.string(), z.unknown()).optional(),
})

const exportQuery = z.strictObject({
  format: z.enum(exportFormats),
  from: moment.optional(),
  to: moment.optional(),
  kind: z.enum(entryKinds).optional(),
  operation: name.optional(),
  principal: name.optional(),
  effect: name.optional(),
  call: name.optional(),
})

export const ledgerEndpoints = {
  'GET /api/ledger': {
    id: 'getLedger',
    summary: 'How the ledger is doing: its key, how far it reaches, its last checkpoint, and where checkpoints go',
    needs: 'view',
    answer: z.object({
      key: z.string(),
      size: z.number(),
      covered: z.number(),
      failing: z.string().optional(),
      checkpoint: z.string().optional(),
      places: z.array(
        z.object({
          place: z.string(),
          size: z.number(),
          at: z.number().optional(),
          failing: z.object({ message: z.string(), since: z.number(), attempts: z.number() }).optional(),
        }),
      ),
    }),
  },
  'GET /api/ledger/entries/{index}': {
    id: 'getEntry',
    summary: 'One entry, as it was recorded; its private part for those who may read it',
    needs: 'view',
    answer: readable,
  },
  'GET /api/ledger/entries/{index}/proof': {
    id: 'proveEntry',
    summary: 'A proof that the entry is in the ledger (C2SP tlog-proof); none while no checkpoint covers it',
    needs: 'view',
    query: z.strictObject({ size: size.optional() }),
    answer: z.object({ proof: z.string().optional() }),
  },
  'GET /api/ledger/consistency': {
    id: 'proveConsistency',
    summary: 'A proof that one tree is the beginning of another (RFC 6962), base64 hashes',
    needs: 'view',
    query: z.strictObject({ from: size, to: size }),
    answer: z.object({ path: z.array(z.string()) }),
  },
  'GET /api/ledger/export': {
    id: 'exportLedger',
    summary: 'The ledger, or what is found in it, in one of several forms: one JSON text a line',
    needs: 'view',
    query: exportQuery,
    text: 'application/x-ndjson',
  },
  'GET /api/calls/{call}': {
    id: 'getCall',
    summary: 'Everything on the record about one call, oldest first',
    needs: 'view',
    answer: z.object({ call: z.string(), session: sessionSchema.optional(), entries: z.array(readable) }),
  },
  'GET /api/sessions/{id}': {
    id: 'getSessionOrRun',
    summary: 'One session or run, and what was switched meanwhile of those in it',
    needs: 'view',
    answer: z.object({ session: sessionSchema, switches: z.array(summarySchema) }),
  },
  'GET /api/operations': {
    id: 'listOperations',
    summary: 'What each operation of the charter in force is: one of an API, a tool, a model, another agent',
    needs: 'view',
    answer: z.object({
      operations: z.array(z.object({ name: z.string(), sort: z.enum(['api', 'tool', 'model', 'agent']) })),
    }),
  },
} as const satisfies EndpointTable

export type Readable = z.input<typeof readable>
