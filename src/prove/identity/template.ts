/** One piece of a text with placeholders. */
export type Piece =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'env' | 'file' | 'var'; readonly name: string }
  | { readonly kind: 'fresh' }
  | { readonly kind: 'unknown'; readonly text: string }

/** What a placeholder stands for; asked once for each occurrence. */
export type Lookup = (piece: Exclude<Piece, { kind: 'text' | 'unknown' }>) => Promise<unknown>

/** Cuts a text at its placeholders `${env:NAME}`, `${file:PATH}`, `${var:name}` and `${fresh}`; others are `unknown`. Total. */
export function parseTemplate(template: string): Piece[] {
  return template.split(/(\$\{[^}]*\})/).flatMap((part): Piece[] => {
    if (part === '') return []
    if (!/^\$\{.*\}$/s.test(part)) return [{ kind: 'text', text: part }]
    const [, kind, name = ''] = /^\$\{(env|file|var|fresh)(?::(.+))?\}$/s.exec(part) ?? []
    if (kind === 'fresh' && name === '') return [{ kind }]
    if ((kind === 'env' || kind === 'file' || kind === 'var') && name !== '') return [{ kind, name }]
    return [{ kind: 'unknown', text: part }]
  })
}

/** Whether a text refers to anything, so that it is not itself the value. */
export function hasReference(template: string): boolean {
  return parseTemplate(template).some(({ kind }) => kind !== 'text' && kind !== 'unknown')
}

/** Fills in a text; one that is a single placeholder keeps the type of what it stands for (a number stays a number). */
export async function fillTemplate(template: string, lookup: Lookup): Promise<unknown> {
  const values = await Promise.all(
    parseTemplate(template).map((piece) =>
      piece.kind === 'text' || piece.kind === 'unknown' ? piece.text : lookup(piece),
    ),
  )
  return values.length === 1 ? values[0] : values.map(String).join('')
}

/** Fills in a text as text. */
export async function fillText(template: string, lookup: Lookup): Promise<string> {
  return String(await fillTemplate(template, lookup))
}

/** Fills in every text of a JSON value; names of members are left alone. */
export async function fillJson(value: unknown, lookup: Lookup): Promise<unknown> {
  if (typeof value === 'string') return await fillTemplate(value, lookup)
  if (Array.isArray(value)) return Promise.all(value.map((element) => fillJson(element, lookup)))
  if (typeof value !== 'object' || value === null) return value
  const members = Object.entries(value).map(async ([key, member]) => [key, await fillJson(member, lookup)] as const)
  return Object.fromEntries(await Promise.all(members))
}
