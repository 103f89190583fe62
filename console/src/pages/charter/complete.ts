/** What could be written at the cursor, as the server says. */
import type { Completion, CompletionContext, CompletionResult } from '@codemirror/autocomplete'
import { ask, Refused } from '../../ask.ts'
import type { Files } from './draft.ts'

export interface Asked {
  readonly version: string
  readonly files: Files
  readonly file: string
}

/** Asks as soon as something is typed that could begin a word, and whenever somebody wants to know. */
export async function completeAt(
  { version, files, file }: Asked,
  context: CompletionContext,
): Promise<CompletionResult | null> {
  const before = context.state.doc
    .lineAt(context.pos)
    .text.slice(0, context.pos - context.state.doc.lineAt(context.pos).from)
  if (!context.explicit && !/[\w.$#/-]$|[:,{[] ?$/.test(before)) return null
  const stop = new AbortController()
  context.addEventListener('abort', () => stop.abort())
  const text = context.state.doc.toString()
  const body = { version, files: { ...files, [file]: text }, file, offset: context.pos }
  try {
    const { from, to, options } = await ask('POST /api/charter/completion', { body }, stop.signal)
    if (options.length === 0) return null
    return { from, to, options: options.map(optionOf), validFor: /^[\w$#/-]*$/ }
  } catch (error) {
    // Nothing is offered then; what is wrong with the text is said elsewhere.
    if (error instanceof Refused || stop.signal.aborted) return null
    throw error
  }
}

type Offered = Awaited<ReturnType<typeof ask<'POST /api/charter/completion'>>>['options'][number]

function optionOf({ label, kind, detail, info, apply }: Offered, index: number): Completion {
  const written = apply ?? (kind === 'member' ? `${label}: ` : undefined)
  return {
    label,
    // In the order in which the server gives them, where the text fits as well.
    boost: -Math.min(index, 90),
    ...(detail === undefined ? {} : { detail }),
    ...(info === undefined ? {} : { info }),
    ...(written === undefined ? {} : { apply: written }),
  }
}
