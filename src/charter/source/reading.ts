import type { Diagnostic } from '../diagnostic.ts'
import type { DescriptionFormat, Locate } from './description.ts'

/** Something wrong at a path of the document. */
export interface Problem extends Pick<Diagnostic, 'code' | 'severity' | 'message' | 'help'> {
  readonly path: Parameters<Locate>[0]
}

/** What every part of one reading shares: the document, its dialect, and where to report what is wrong with it. */
export interface Reading {
  readonly source: string
  readonly document: unknown
  readonly format: DescriptionFormat
  readonly locate: Locate
  readonly report: (problem: Problem) => void
}

/** A place in the description: its value, references resolved, and its path. */
export interface Place {
  readonly value: unknown
  readonly path: Parameters<Locate>[0]
}
