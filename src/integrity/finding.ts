/** How much a finding weighs: `high` alone is reason to hold a tool, `medium` to look at it, `low` is for whoever looks. */
export type Severity = 'high' | 'medium' | 'low'

/** Something about a tool's description that its user should know before it is approved. */
export interface ToolFinding {
  /** Stable; see `docs/data.md`. */
  readonly code: ToolFindingCode
  readonly severity: Severity
  /** JSON Pointer in the tool. */
  readonly at: string
  /** What was found there, hidden characters written out. */
  readonly excerpt: string
  /** One sentence. */
  readonly says: string
}

export type ToolFindingCode =
  | 'hidden-characters'
  | 'hidden-text'
  | 'mixed-scripts'
  | 'overrides-instructions'
  | 'keeps-from-user'
  | 'orders-other-action'
  | 'addresses-model'
  | 'false-authority'
  | 'touches-secrets'
  | 'runs-command'
  | 'sends-elsewhere'
  | 'changes-arguments'
  | 'speaks-for-tool'
  | 'advertises-itself'
  | 'takes-context'
  | 'shadows-tool'
  | 'looks-like-tool'
  | 'refers-to-tool'
  | 'contradicts-name'
  | 'markup'
  | 'link'
  | 'blob'
  | 'overlong'

/** What to do about a tool, from the weightiest finding: nothing, look at it, or hold it until somebody has. */
export function verdictOf(findings: readonly ToolFinding[]): 'fine' | 'look' | 'hold' {
  if (findings.some(({ severity }) => severity === 'high')) return 'hold'
  const medium = findings.filter(({ severity }) => severity === 'medium').length
  return medium > 1 ? 'hold' : medium === 1 ? 'look' : 'fine'
}
