import { endsHosts } from './address.ts'
import { isWhole, withEndings } from './border.ts'

/** Finnish cases and what may stand behind them, the Swedish genitive and definite form. Not `:en`, a language, nor single letters of items. */
const finnish = String.raw`(?:n|i?(?:s[st]|l[lt]|tt?|n)[aä]|i?lle|i?ksi|(?<vowel>[aeiouyäö])\k<vowel>n?|ih?in|h[aeiouyäö]n|seen|ien|[jdt]en|tten|(?<=3:)a)(?:kin|k[oö]|kaan|kään)?`
const swedish = 's|ans?|na|ns|orna|arna'
/** Hungarian cases that no id has for a name or a word of another language, and the Romanian article. */
const hungarian =
  'nek|nak|r[óő]l|h[oeö]z|b[óő]l|n[áé]l|t[óő]l|ért|[eoö]t|(?<=[38]-|00-)at|(?<=[02]-)t|vel|gyel|ként|ön|ulu?i?'
/** Behind Latin letters and digits these can only be an ending: Russian, Ukrainian and Bulgarian, and Turkic languages. */
const cyrillic =
  '[оеыиі]?(?:го|му|ми|й|м|х)|[еяюї]|ої|ею|ая|яя|ые|ое|т[аоеъ]|ия|ият|ът|[нтд][іыиу]ң?|[дт][ае]н?|[гқкғ][ае]|нан|[бпм]ен'
const other = String.raw`[${withEndings}\p{Script=Armenian}]`
const ending = new RegExp(
  String.raw`:(?:${finnish}|${swedish})(?![\p{L}\p{N}])|-(?:${hungarian}|${cyrillic}|(?:(?!\p{N})${other}){1,5})(?![\p{L}\p{M}\p{N}])`,
  'uy',
)
/** Behind a last letter or two, `4711b`, `4711r-v`, only what stands behind a colon is no part of the id. */
const isId =
  /^(?=.*\p{L}|\d{4})[\p{L}\p{N}](?:[\p{L}\p{N}_/-]|(?<=\d)\.(?=\d)){0,62}(?<=\d)(?<letter>[a-z](?:-[a-z])?)?$/u
/** What Finns and others call an e-mail address, as the last part of a word. */
const called = /-(?:osoit|s[äa]hköposti|e?-?posta?dress|e?-?mailadress|adress|címe?[rnt])\p{L}{0,12}/uy

/** What Hungarians put behind one to write to, of names that hosts end with: none has a hyphen. */
const object = /-[aeoö]?t(?![\p{L}\p{N}])/uy

/** Whether an e-mail address ends there, with an ending of a language behind it: `ann@example.com:lle`, `ann@example.com-osoitteeseen`. */
export function endsAddress(text: string, at: number): boolean {
  if (!/[:-]/.test(text[at] ?? '')) return false
  const patterns = endsHosts(/\p{L}*$/u.exec(text.slice(Math.max(0, at - 24), at))?.[0].toLowerCase() ?? '')
    ? [ending, called, object]
    : [ending, called]
  const found = patterns.map((each) => {
    each.lastIndex = at
    return each.exec(text)?.[0].length ?? 0
  })
  const end = at + Math.max(...found)
  return end > at && !/^(?:[\p{L}\p{M}\p{N}@_/-]|:(?!\s|$)|[.,][\p{L}\p{N}])/u.test(text.slice(end, end + 2))
}

/** What a folded id stands in a folded text as, with an ending of a language behind it: `in-1-nek`; undefined where it does not. */
export function withEnding(text: string, id: string): string | undefined {
  const found = isId.exec(id)
  if (found === null) return undefined
  const isLettered = found.groups?.['letter'] !== undefined
  for (let at = text.indexOf(id); at >= 0; at = text.indexOf(id, at + 1)) {
    ending.lastIndex = at + id.length
    const [behind = ''] = ending.exec(text) ?? []
    if (behind === '' || (isLettered && !behind.startsWith(':'))) continue
    if (isWhole(text, at, at + id.length + behind.length)) return id + behind
  }
  return undefined
}
