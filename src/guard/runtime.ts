import { approvalsOf } from '../charter/approval.ts'
import { withAsked } from '../charter/asked.ts'
import type { Call, Charter, Operation, OperationId, Slot } from '../charter/charter.ts'
import type { Workflow } from '../charter/workflow.ts'
import type { Labels } from '../classify/labels.ts'
import { labelsOf } from '../classify/of-charter.ts'
import { meaningOf } from '../constraint/kinds.ts'
import { type Treatment, treatmentIn, workflowOfCall, workflowsOf } from '../constraint/run.ts'
import type { Localities } from '../session/carried.ts'
import { isRemembering } from '../session/counting.ts'
import { type Ends, findEnds } from './ended.ts'
import type { Journal, Recording } from './journal.ts'
import { aloneSlots, type Waiting } from './leases.ts'
import type { PersonKeys } from './run-seal.ts'
import type { Store } from './store.ts'
import type { Switches } from './switches.ts'
import type { Truth } from './truth.ts'

/** What all parts of one guard share. */
export interface Runtime {
  readonly node: string
  readonly store: Store
  readonly journal: Journal
  readonly truth: Truth
  readonly waiting: Waiting
  readonly switches: Switches
  /** Milliseconds since 1970 that never go back while the process lives. */
  readonly now: () => number
  readonly limits: Limits
  /** Whether a run goes on under another charter than it was given under. */
  readonly rebinds: boolean
  /** Seal what runs have seen; without them it stands in the store as it is. */
  readonly keys?: PersonKeys
}

/** Times in milliseconds. */
export interface Limits {
  /** How long a call waits for an object that another one uses. */
  readonly busyMs: number
  /** After so long without an answer, a call that left no trace has not happened. */
  readonly doubtMs: number
  /** How long a question stays open. */
  readonly holdMs: number
  /** How long a call itself waits for its approval before it is answered with a reference. */
  readonly waitMs: number
  /** How long the answer of an idempotency key is given again. */
  readonly repeatMs: number
  /** A node that was not heard for so long is gone. The same for every node. */
  readonly silentMs: number
  /** How long a run may last. */
  readonly runMs: number
  /** After so long without a call, the run that an agent has without asking for one is over. */
  readonly idleMs: number
}

/** A charter as it is in force; a call keeps the one it began with. */
export interface InForce {
  readonly charter: Charter
  /** Names the exact text. */
  readonly version: string
  /** Whose business a call is. */
  readonly workflowOf: (call: Pick<Call, 'operation' | 'run'>) => Workflow | undefined
  readonly treatmentOf: (operation: OperationId) => Treatment
  readonly traitsOf: (operation: OperationId) => Traits
  readonly ends: Ends
  /** What of the data is sensitive; absent when the charter says nothing of it. */
  readonly labels?: Labels
  readonly localities: Localities
}

/** What is true of every call of an operation, found out once for each charter. */
export interface Traits {
  /** The slots a call needs for itself alone. */
  readonly alone: ReadonlySet<Slot>
  /** Whether any constraint asks for more than the call itself says. */
  readonly facts: boolean
  /** Whether some of its constraints ask for approvals, look at earlier calls one by one, or count only what is in some state. */
  readonly approvals: boolean
  readonly remembers: boolean
  readonly refreshes: boolean
  /** Whether some ask where arguments come from, or what classes of data they carry. */
  readonly values: boolean
  readonly classes: boolean
}

export function putInForce(written: Charter, version: string, localities: Localities = {}): InForce {
  const charter = withAsked(written)
  const listed = new Map<OperationId, Listed>()
  const listedOf = (operation: OperationId): Listed => {
    const known = listed.get(operation) ?? findListed(charter, operation)
    if (charter.operations.has(operation)) listed.set(operation, known)
    return known
  }
  const known = new Map<OperationId, Traits>()
  const traitsOf = (operation: OperationId): Traits => {
    const traits = known.get(operation) ?? findTraits(charter, charter.operations.get(operation))
    if (charter.operations.has(operation)) known.set(operation, traits)
    return traits
  }
  return {
    charter,
    version,
    workflowOf: ({ operation, run }) => workflowOfCall(listedOf(operation).listing, run),
    treatmentOf: (operation) => listedOf(operation).treatment,
    traitsOf,
    ends: findEnds(charter),
    localities,
    ...(charter.data === undefined ? {} : { labels: usableLabels(charter) }),
  }
}

interface Listed {
  readonly listing: readonly Workflow[]
  readonly treatment: Treatment
}

function findListed(charter: Charter, operation: OperationId): Listed {
  const listing = workflowsOf(charter, operation)
  return { listing, treatment: treatmentIn(listing) }
}

/** @throws {TypeError} for a pattern that cannot be used: what it was to find would pass unseen. */
function usableLabels(charter: Charter): Labels {
  const { labels, diagnostics } = labelsOf(charter)
  const [wrong] = diagnostics
  if (wrong !== undefined) throw new TypeError(wrong.message)
  return labels
}

function findTraits(charter: Charter, operation: Operation | undefined): Traits {
  const uses = operation?.uses ?? []
  const constraints = uses.flatMap((use) => use.constraints)
  const needs = uses.flatMap((use) => use.constraints.flatMap((each) => meaningOf(each).needs(use, charter)))
  return {
    alone: operation === undefined ? new Set() : aloneSlots(charter, operation),
    facts: needs.length > 0,
    approvals: constraints.some((each) => approvalsOf(each).length > 0),
    remembers: constraints.some(isRemembering),
    refreshes: constraints.some((each) => each.kind === 'limit' && each.while !== undefined),
    values: needs.some(({ fact }) => fact === 'values'),
    classes: needs.some(({ fact }) => fact === 'classes'),
  }
}

export function recordingOf(force: InForce, operation: OperationId): Recording {
  return force.treatmentOf(operation).record
}

export function modeOf(force: InForce, operation: OperationId): 'enforce' | 'observe' {
  return force.treatmentOf(operation).mode
}

/** A read whose answer is the very object it must be decided on: it is looked at before it is passed on, instead of being asked for twice. */
export function showsItsObject(charter: Charter, operation: Operation): boolean {
  if (operation.writes) return false
  return operation.uses.every(
    (use) =>
      use.object !== undefined &&
      use.object.slot === undefined &&
      charter.objects.get(use.object.type)?.read === operation.id &&
      charter.objects.get(use.object.type)?.truth === 'read',
  )
}
