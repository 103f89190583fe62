/** What MCP servers ask of clients while a call is open, as a charter lets them: forms, addresses to open, words of a model, folders. */
import type { Charter, Constraint, Operation, Source } from './charter.ts'
import { plainShape } from './source/tools.ts'

/** What a server may ask of clients. */
export interface Asks {
  readonly sampling: boolean
  readonly roots: boolean
  readonly forms: boolean
  /** Hosts of addresses that a user may be asked to open; `*.example.com` for all below. */
  readonly urls: readonly string[]
  /** What a user answers counts as the user's word. */
  readonly trustsAnswers: boolean
}

const methods = ['elicitation/create', 'sampling/createMessage', 'roots/list'] as const
export type AskedMethod = (typeof methods)[number]

export function isAskedMethod(method: string): method is AskedMethod {
  return methods.some((each) => each === method)
}

/** The operation as which an answer of a client goes to a server, as `desk.elicitation/create`. */
export function askedOperation(source: string, method: AskedMethod): string {
  return `${source}.${method}`
}

/**
 * The charter with what its servers may ask as operations, so that what clients answer goes where data of its class may go. An operation that
 * the charter has itself stays as it is. Pure.
 */
export function withAsked(charter: Charter): Charter {
  const added = [...charter.sources.values()].flatMap((source) =>
    methods.flatMap((method): [string, Operation][] => {
      const id = askedOperation(source.name, method)
      return mayAsk(source, method) && !charter.operations.has(id) ? [[id, operationOf(charter, source, method)]] : []
    }),
  )
  return added.length === 0 ? charter : { ...charter, operations: new Map([...charter.operations, ...added]) }
}

/** Whether a server may ask this at all. */
export function mayAsk({ asks }: Source, method: AskedMethod): boolean {
  if (asks === undefined) return false
  if (method === 'elicitation/create') return asks.forms || asks.urls.length > 0
  return method === 'roots/list' ? asks.roots : asks.sampling
}

function operationOf({ data }: Charter, { name: source }: Source, method: AskedMethod): Operation {
  const id = askedOperation(source, method)
  const position = { file: '', line: 1, column: 1 }
  const approvals = (data?.flows ?? []).flatMap(({ otherwise }) =>
    typeof otherwise === 'string' ? [] : [otherwise.approval],
  )
  // Whoever may call the tool may answer it.
  const open: Constraint = { kind: 'by', id: `${id}.by`, position, slot: 'object', choices: [{ anonymous: true }] }
  const constraints: readonly Constraint[] =
    data === undefined ? [open] : [open, { kind: 'flow', id: `${id}.flow`, approvals, position }]
  const use = { id, operation: id, kind: 'operation', creates: false, from: [], to: [], refs: [] } as const
  return { id, shape: plainShape(source, method, 'ASK'), uses: [{ ...use, constraints, position }], writes: false }
}
