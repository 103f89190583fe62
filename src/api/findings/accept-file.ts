/** What is accepted, as the file that `lockstep prove --accept` reads. */
import type { KnownFinding } from './store.ts'

/** A YAML list; what is not accepted today is not in it. Pure. */
export function printAccepted(findings: readonly KnownFinding[]): string {
  const items = findings.flatMap(({ state, fingerprint, title, acceptance }) =>
    state !== 'accepted' || acceptance === undefined ? [] : [{ fingerprint, title, ...acceptance }],
  )
  if (items.length === 0) return '# nothing is accepted\n[]\n'
  return items
    .map(({ fingerprint, title, owner, until, because }) =>
      [
        `# ${title.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')}`,
        `- fingerprint: "${fingerprint}"`,
        `  owner: ${JSON.stringify(owner)}`,
        `  until: ${until}`,
        `  because: ${JSON.stringify(because)}`,
        '',
      ].join('\n'),
    )
    .join('')
}
