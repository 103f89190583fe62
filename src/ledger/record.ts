import { canonicalText } from './canonical.ts'
import { mayHoldSecrets, prepareContent } from './content.ts'
import type { ContentRule, EntryDraft, EntryFrame, PrincipalSummary } from './entry.ts'
import type { Delivered } from './line.ts'
import { digestContent, type SubjectKey, sealContent, sealText } from './seal.ts'
import { columnText } from './storage/search-sql.ts'
import type { Columns } from './storage/storage.ts'

/** How a node records: its name, its rule for the private part, and which headers are secret. */
export interface RecordRule {
  readonly node: string
  readonly content: ContentRule
  readonly isSecret: (name: string) => boolean
}

/** An entry as it will be stored, but for its place. */
export interface EntryRecord {
  readonly columns: Columns
  readonly text: string
}

/** Whose key keyed digests are made with; no person has this name, as it begins with a NUL. */
const digestSubject = '\0digest'
/** Content about nobody in particular. */
const nobody = '\0nobody'

/** Whose key a draft needs; undefined when none of it is private. */
export function keySubject({ draft, content }: Delivered, rule: RecordRule): string | undefined {
  const kept = draft.record ?? rule.content
  if (content === undefined || kept === 'nothing') return undefined
  return kept === 'keyed-hash' ? digestSubject : (draft.subject ?? principalOf(draft)?.id ?? nobody)
}

/** Makes the entry of a draft: canonical text, and what it can be found by. `key` is that of `keySubject`. */
export function recordOf(delivered: Delivered, rule: RecordRule, key: SubjectKey | undefined): EntryRecord {
  const { draft } = delivered
  const { content: _content, subject: _subject, record: _record, at, ...body } = draft
  const frame: EntryFrame = {
    v: 1,
    at: new Date(at).toISOString(),
    node: rule.node,
    ...privatePart(delivered, rule, key),
  }
  return { columns: columnsOf(draft), text: canonicalText({ ...body, ...frame }) }
}

function privatePart(
  { draft, content: text }: Delivered,
  rule: RecordRule,
  key: SubjectKey | undefined,
): Partial<EntryFrame> {
  if (text === undefined || key === undefined) return {}
  const kept = draft.record ?? rule.content
  if (kept === 'full' && !mayHoldSecrets(text)) return { sealed: sealText(text, key) }
  const content = prepareContent(JSON.parse(text), kept, rule.isSecret)
  return kept === 'keyed-hash' ? { digest: digestContent(content, key) } : { sealed: sealContent(content, key) }
}

function columnsOf(draft: EntryDraft): Columns {
  return {
    at: Math.trunc(draft.at),
    kind: draft.kind,
    call: columnText(draft.call),
    operation: columnText('operation' in draft ? draft.operation : undefined),
    principal: columnText(principalOf(draft)?.id),
    effect: columnText('effect' in draft ? draft.effect : 'outcome' in draft ? draft.outcome : undefined),
  }
}

function principalOf(draft: EntryDraft): PrincipalSummary | undefined {
  return 'principal' in draft ? draft.principal : undefined
}
