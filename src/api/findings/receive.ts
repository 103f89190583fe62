/** Reads a report that somebody hands in. It is believed to be what it says it is, and nothing else: bounded, of the right shape, without a credential. */
import { Problem } from '../../gateway/control/problem.ts'
import type { FindingsFile, StoredFinding, StoredSent } from '../../prove/report/json.ts'
import { findingsSchema } from '../../prove/report/json-schema.ts'
import { type Masking, maskBody, maskHeaders, maskUrl } from '../../prove/report/show.ts'

/** The largest report, as text. */
export const maxReportBytes = 32 * 1024 * 1024

const most = { findings: 1000, cells: 100_000, findingBytes: 4 * 1024 * 1024, named: 500 }
/** Fingerprints are made by us; one that is not could be taken for something else on a command line. */
const fingerprintShape = /^[0-9a-f]{16}$/
/** A run that has not begun yet would be newer than every run to come. */
const aheadMs = 10 * 60_000

/** @throws {Problem} 400 when it is no report of ours, 413 when it is too much, 409 when it is about another charter. */
export function readReport(
  value: unknown,
  { charter, masking, now }: { readonly charter: string; readonly masking: Masking; readonly now: number },
): FindingsFile {
  const parsed = findingsSchema.safeParse(value)
  if (!parsed.success) throw new Problem(400, 'malformed', `this is no findings file: ${firstOf(parsed.error.issues)}`)
  const file = parsed.data
  if (file.charter !== charter)
    throw new Problem(
      409,
      'other-charter',
      `these are findings about \`${file.charter}\`; here \`${charter}\` is in force`,
    )
  if (Date.parse(file.startedAt) > now + aheadMs) throw new Problem(400, 'malformed', 'its run has not begun yet')
  if (file.findings.length > most.findings || file.cells.length > most.cells)
    throw new Problem(
      413,
      'too-large',
      `at most ${most.findings} findings and ${most.cells} attempts are kept of a run`,
    )
  const seen = new Set<string>()
  for (const { fingerprint } of file.findings) {
    if (!fingerprintShape.test(fingerprint))
      throw new Problem(400, 'malformed', 'a fingerprint is 16 hexadecimal digits')
    if (seen.has(fingerprint)) throw new Problem(400, 'malformed', `\`${fingerprint}\` is there twice`)
    seen.add(fingerprint)
  }
  return { ...file, findings: file.findings.map((finding) => masked(finding, masking)) }
}

function firstOf(issues: readonly { readonly path: readonly PropertyKey[]; readonly message: string }[]): string {
  const said = issues.slice(0, 3).map(({ path, message }) => `${path.map(String).join('.') || 'file'}: ${message}`)
  return said.join('; ')
}

/** SECURITY: whoever wrote the report was to leave credentials out; that is not relied on. What is masked already stays as it is. */
function masked(finding: StoredFinding, masking: Masking): StoredFinding {
  const { proof } = finding
  for (const text of [finding.title, finding.operation, finding.endpoint, finding.constraint, finding.class])
    if (text.length > most.named)
      throw new Problem(413, 'too-large', `a name in \`${finding.fingerprint}\` is too long`)
  const mask = (sent: StoredSent): StoredSent => maskedSent(sent, masking)
  const kept = {
    ...finding,
    proof: { ...proof, transcript: proof.transcript.map(mask), control: proof.control.map(mask) },
  }
  if (JSON.stringify(kept).length > most.findingBytes)
    throw new Problem(413, 'too-large', `the proof of \`${finding.fingerprint}\` is too large`)
  return kept
}

function maskedSent(sent: StoredSent, masking: Masking): StoredSent {
  const { as, request, response } = sent
  return {
    ...sent,
    captures: sent.captures.map((each) =>
      masking.isSecretMember(each.name) ? { ...each, value: '[redacted]' } : each,
    ),
    request: {
      ...request,
      url: maskUrl(request.url, as, masking),
      headers: maskHeaders(request.headers, as, masking),
      ...(request.body === undefined ? {} : { body: maskBody(request.body, as, masking) }),
    },
    ...(response === undefined
      ? {}
      : {
          response: {
            ...response,
            headers: maskHeaders(response.headers, undefined, masking),
            body: maskBody(response.body, undefined, masking),
          },
        }),
  }
}
