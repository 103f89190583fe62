/** What somebody is changing: kept in this browser until it is proposed or thrown away. */
import { useEffect, useState } from 'react'
import type { Answer } from '../../ask.ts'

export type Charter = Answer<'GET /api/charter'>
export type Files = Readonly<Record<string, string>>

/** Changed files only. `base` is what they were in the charter in force when that began. */
export interface Draft {
  readonly version: string
  readonly base: Files
  readonly files: Files
}

export interface Drafting {
  readonly draft: Draft
  /** Another charter was put in force since it was begun. */
  readonly isStale: boolean
  write(name: string, text: string): void
  /** Goes on from the charter in force with these texts. */
  replace(files: Files): void
}

export function useDraft(charter: Charter): Drafting {
  const key = `lockstep-charter-${charter.name}`
  const [kept, keep] = useState<Draft | undefined>(() => readDraft(key))
  const isEmpty = kept === undefined || Object.entries(kept.files).every(([name, text]) => text === charter.files[name])
  const draft = isEmpty ? { version: charter.version, base: {}, files: {} } : kept
  const save = (next: Draft): void => {
    keep(next)
    store(key, next)
  }
  const replace = (files: Files): void => {
    const changed = Object.entries(files).filter(([name, text]) => text !== charter.files[name])
    const base = changed.flatMap(([name]) => {
      const text = charter.files[name]
      return text === undefined ? [] : [[name, text] as const]
    })
    save({ version: charter.version, base: Object.fromEntries(base), files: Object.fromEntries(changed) })
  }
  // What was proposed is in force: nothing is left of it, whatever comes next.
  // biome-ignore lint/correctness/useExhaustiveDependencies: once
  useEffect(() => {
    if (isEmpty && kept !== undefined && Object.keys(kept.files).length > 0) save(draft)
  }, [isEmpty])
  return {
    draft,
    isStale: draft.version !== charter.version,
    write: (name, text) => replace({ ...draft.files, [name]: text }),
    replace,
  }
}

function readDraft(key: string): Draft | undefined {
  try {
    const found: unknown = JSON.parse(localStorage.getItem(key) ?? 'null')
    return isDraft(found) ? found : undefined
  } catch {
    // Not ours, or storage is forbidden: there is no draft then.
    return undefined
  }
}

function isDraft(value: unknown): value is Draft {
  return typeof value === 'object' && value !== null && 'version' in value && 'files' in value && 'base' in value
}

function store(key: string, draft: Draft): void {
  try {
    if (Object.keys(draft.files).length === 0) localStorage.removeItem(key)
    else localStorage.setItem(key, JSON.stringify(draft))
  } catch {
    // Storage may be full or forbidden; the page itself still has it.
  }
}
