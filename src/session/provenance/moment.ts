const clock = String.raw`(?<hour>[01]?\d|2[0-3]):(?<minute>[0-5]\d)(?::[0-5]\d)?(?:\s?(?<half>[ap])\.?m\b\.?)?`
const halved = String.raw`(?<whole>1[0-2]|0?[1-9])\s?(?<part>[ap])\.?m\b\.?`
// `9h30`, `9 h 30`; `9 Uhr 30` may be followed by what there are thirty of.
const full = String.raw`(?<of24>[01]?\d|2[0-3])(?:\.(?<past>[0-5]\d)\s?uhr|h(?<over>[0-5]\d)|\sh\s(?<apart>[0-5]\d)|\s?(?:h|uhr))\b`
const times = new RegExp(
  String.raw`(?<![\p{L}\p{N}:.,])(?:${clock}|${halved}|${full}|(?<noon>noon))(?![\p{L}\p{N}:])`,
  'giu',
)

/** The times of day that a text says, as `14:00`: on clocks of 24 and of twice 12 hours. */
export function timesIn(text: string): readonly string[] {
  return [...text.matchAll(times)].flatMap(({ groups = {} }) => timeOf(groups) ?? [])
}

function timeOf({
  hour,
  minute = '00',
  half,
  whole,
  part,
  of24,
  past,
  over,
  apart,
  noon,
}: Readonly<Record<string, string>>): string | undefined {
  if (noon !== undefined) return '12:00'
  const said = Number(hour ?? whole ?? of24)
  const side = (half ?? part)?.toLowerCase()
  if (side !== undefined && (said < 1 || said > 12)) return undefined
  const shown = side === undefined ? said : (said % 12) + (side === 'p' ? 12 : 0)
  return `${String(shown).padStart(2, '0')}:${past ?? over ?? apart ?? minute}`
}
