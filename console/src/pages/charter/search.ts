/** What the address of the page says: which file, which line, and what stands beside it. */
export const panels = ['explanation', 'difference', 'cases', 'recorded', 'propose'] as const

export interface CharterSearch {
  readonly file?: string | undefined
  readonly line?: number | undefined
  /** The fingerprint of a finding that the change is to close. */
  readonly closes?: string | undefined
  readonly show?: (typeof panels)[number] | undefined
}

/** Whatever is none of that is left out. */
export function charterSearch(given: Readonly<Record<string, unknown>>): CharterSearch {
  const { file, line, show, closes } = given
  const panel = panels.find((each) => each === show)
  return {
    ...(typeof file === 'string' ? { file } : {}),
    ...(typeof line === 'number' && Number.isInteger(line) && line > 0 ? { line } : {}),
    ...(typeof closes === 'string' ? { closes } : {}),
    ...(panel === undefined ? {} : { show: panel }),
  }
}
