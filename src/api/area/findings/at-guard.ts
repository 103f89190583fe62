/** What the guard makes of the calls a finding is about, by the charter in force, and what would make it refuse them. Pure. */
import { resolve } from 'node:path'
import { isScalar, LineCounter, parseDocument } from 'yaml'
import type { Charter, Position } from '../../../charter/charter.ts'
import type { Workflow } from '../../../charter/workflow.ts'
import { treatmentIn, workflowsOf } from '../../../constraint/run.ts'
import { type InForceFiles, nameOf } from '../../../revise/revision.ts'
import type { KnownFinding } from '../../findings/store.ts'

export const guardStandings = ['refuses', 'observes', 'lets-through'] as const
/** `observes`: it lets them through and records that they should not be. */
export type GuardStanding = (typeof guardStandings)[number]

type About = Pick<KnownFinding, 'operation' | 'use' | 'constraint'>

export function standingAt(charter: Charter, about: About): GuardStanding {
  if (demandedBy(charter, about) === undefined) return 'lets-through'
  return treatmentIn(workflowsOf(charter, about.operation)).mode === 'observe' ? 'observes' : 'refuses'
}

/** Part of a file of the charter. `file` is its name in the folder of the charter. */
export interface Excerpt {
  readonly file: string
  readonly line: number
  readonly text: string
}

const mostLines = 12

/** The line that is broken, and those below it that belong to it. */
export function excerptAt(charter: Charter, about: About, files: InForceFiles): Excerpt | undefined {
  const position = demandedBy(charter, about)
  const text = position === undefined ? undefined : textOf(files, position)
  if (position === undefined || text === undefined) return undefined
  const [first = '', ...rest] = text.split('\n').slice(position.line - 1)
  const depth = (row: string): number => row.length - row.trimStart().length
  const end = rest.findIndex((row) => row.trim() !== '' && depth(row) <= depth(first))
  const rows = [first, ...rest.slice(0, end < 0 ? mostLines : Math.min(end, mostLines))]
  const cut = rows.map((row) => row.slice(Math.min(depth(first), depth(row))))
  return { file: nameOf(files, position.file), line: position.line, text: cut.join('\n').trimEnd() }
}

/** A line of the charter as it is, and as it would be. */
export interface Edit {
  readonly file: string
  readonly line: number
  readonly before: string
  readonly after: string
}

/** What to change so that the operation is enforced; nothing where it is, or where the line cannot be found. */
export function enforcing(charter: Charter, { operation }: About, files: InForceFiles): readonly Edit[] {
  return workflowsOf(charter, operation)
    .filter(({ mode }) => mode === 'observe')
    .flatMap((workflow) => enforcedIn(workflow, files))
}

function enforcedIn({ name, position }: Workflow, files: InForceFiles): readonly Edit[] {
  const text = textOf(files, position)
  if (text === undefined) return []
  const lines = new LineCounter()
  const mode = parseDocument(text, { lineCounter: lines }).getIn(['workflows', name, 'mode'], true)
  if (!isScalar(mode) || mode.range == null) return []
  const [from, to] = mode.range
  const { line, col } = lines.linePos(from)
  const before = text.split('\n')[line - 1] ?? ''
  const after = `${before.slice(0, col - 1)}enforce${before.slice(col - 1 + to - from)}`
  return [{ file: nameOf(files, position.file), line, before, after }]
}

function demandedBy(charter: Charter, { operation, use, constraint }: About): Position | undefined {
  const uses = charter.operations.get(operation)?.uses ?? []
  return uses.find(({ id }) => id === use)?.constraints.find(({ id }) => id === constraint)?.position
}

function textOf({ texts }: InForceFiles, { file }: Position): string | undefined {
  return [...texts].find(([name]) => resolve(name) === resolve(file))?.[1]
}
