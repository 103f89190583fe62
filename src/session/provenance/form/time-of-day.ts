const clock = String.raw`(?<hour>[01]?\d|2[0-3]):(?<minute>[0-5]\d)(?::[0-5]\d)?(?:\s?(?<half>[ap])\.?m\b\.?)?`
const halved = String.raw`(?<whole>1[0-2]|0?[1-9])\s?(?<part>[ap])\.?m\b\.?`
// `9h30`, `9 h 30`; `9 Uhr 30` may be followed by what there are thirty of.
const full = String.raw`(?<of24>[01]?\d|2[0-3])(?:\.(?<past>[0-5]\d)\s?uhr|h(?<over>[0-5]\d)|\sh\s(?<apart>[0-5]\d)|\s?(?:h|uhr))\b`
// Finnish and Scandinavian, and Polish: a dot stands between hours and minutes elsewhere, too.
const announced = String.raw`(?<=(?<!\p{L})(?:klo|kl\.?|godz\.?) )(?<named>[01]?\d|2[0-3])\.(?<dotted>[0-5]\d)`
const times = new RegExp(
  String.raw`(?<![\p{L}\p{N}:.,])(?:${clock}|${halved}|${full}|${announced}|(?<noon>noon))(?![\p{L}\p{N}:])`,
  'giu',
)

/** Not the hours that something takes: `3時間`. */
const inHan =
  /(?<!\d)(?:(?<before>午前|上午|오전)|(?<after>午後|下午|오후))?\s?(?<hour>[01]?\d|2[0-3])(?:時|时|시)(?![間间간])(?:\s?(?<minute>[0-5]?\d)(?:分|분)|(?<thirty>半|반))?/gu

/** The times of day that a text says, as `14:00`: on clocks of 24 and of twice 12 hours. */
export function timesIn(text: string): readonly string[] {
  const found = [...text.matchAll(times)].flatMap(({ groups = {} }) => timeOf(groups) ?? [])
  if (!/[時时시]/.test(text)) return found
  return [...found, ...[...text.matchAll(inHan)].flatMap(({ groups = {} }) => timeInHan(groups) ?? [])]
}

type Groups = Readonly<Record<string, string>>

function timeInHan({ before, after, hour = '', minute = '', thirty }: Groups): string | undefined {
  const half = before !== undefined ? 'a' : after !== undefined ? 'p' : ''
  return timeOf({ hour, minute: thirty === undefined ? minute.padStart(2, '0') : '30', half })
}

function timeOf(groups: Groups): string | undefined {
  const first = (...names: readonly string[]): string | undefined => names.map((name) => groups[name]).find(Boolean)
  if (first('noon') !== undefined) return '12:00'
  const said = Number(first('hour', 'whole', 'of24', 'named'))
  const side = first('half', 'part')?.toLowerCase()
  if (side !== undefined && (said < 1 || said > 12)) return undefined
  const shown = side === undefined ? said : (said % 12) + (side === 'p' ? 12 : 0)
  return `${String(shown).padStart(2, '0')}:${first('past', 'over', 'apart', 'dotted', 'minute') ?? '00'}`
}
