/** One path segment: literal text and parameters in turn, as in `{id}.json` or `{lat},{lng}`. */
export type Segment = readonly SegmentPart[]
export type SegmentPart = { readonly literal: string } | { readonly parameter: string }

/** A path template taken apart; `problem` says in words what is wrong with it. */
export type PathTemplate =
  | { readonly segments: readonly Segment[]; readonly parameters: readonly string[]; readonly problem?: undefined }
  | { readonly problem: string }

/**
 * Reads an OpenAPI path template. A missing leading slash is added and a query or fragment cut off without complaint.
 *
 * Wrong are: unbalanced, nested or empty braces, a parameter that occurs twice, and two parameters with nothing between them.
 */
export function parsePathTemplate(template: string): PathTemplate {
  const segments: Segment[] = []
  const parameters: string[] = []
  for (const text of pathOf(template).slice(1).split('/')) {
    const parts = splitSegment(text)
    if (parts === undefined) return { problem: `the braces in segment '${text}' do not match` }
    const names = parts.flatMap((part) => ('parameter' in part ? [part.parameter] : []))
    const repeated = names.find((name, index) => parameters.includes(name) || names.indexOf(name) !== index)
    if (repeated !== undefined) return { problem: `parameter '${repeated}' occurs twice` }
    if (touch(parts)) return { problem: `the parameters of segment '${text}' touch each other` }
    segments.push(parts)
    parameters.push(...names)
  }
  return { segments, parameters }
}

/** A template or request path without query and fragment, with a leading slash. */
export function pathOf(target: string): string {
  const end = target.search(/[?#]/)
  const path = end < 0 ? target : target.slice(0, end)
  return path.startsWith('/') ? path : `/${path}`
}

function splitSegment(text: string): SegmentPart[] | undefined {
  const parts: SegmentPart[] = []
  let rest = text
  while (rest !== '') {
    const open = rest.indexOf('{')
    const literal = open < 0 ? rest : rest.slice(0, open)
    if (literal.includes('}')) return undefined
    if (literal !== '') parts.push({ literal })
    if (open < 0) break
    const close = rest.indexOf('}', open)
    const parameter = rest.slice(open + 1, close)
    if (close < 0 || parameter === '' || parameter.includes('{')) return undefined
    parts.push({ parameter })
    rest = rest.slice(close + 1)
  }
  return parts
}

function touch(parts: readonly SegmentPart[]): boolean {
  return parts.some((part, index) => 'parameter' in part && index > 0 && 'parameter' in (parts[index - 1] ?? {}))
}
