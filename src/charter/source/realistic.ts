/** What a made-up value may draw on. `fresh` gives a short token of `[a-z0-9]` that was never given before. */
export interface Chance {
  readonly random: () => number
  readonly fresh: (hint: string) => string
}

type Maker = (chance: Chance, name: string) => string

const pick =
  (...choices: readonly string[]): Maker =>
  ({ random }) =>
    choices[Math.floor(random() * choices.length)] ?? ''
const number = (random: () => number, low: number, high: number): number =>
  low + Math.floor(random() * (high - low + 1))
const two = (value: number): string => String(value).padStart(2, '0')
const hex = (random: () => number, length: number): string =>
  Array.from({ length }, () => number(random, 0, 15).toString(16)).join('')
const day: Maker = ({ random }) => `2031-${two(number(random, 1, 12))}-${two(number(random, 1, 28))}`
const token: Maker = ({ fresh }, name) => fresh(name)
const email: Maker = ({ fresh }, name) => `${fresh(name)}@example.com`
const url: Maker = ({ fresh }, name) => `https://example.com/${fresh(name)}`
const uuid: Maker = ({ random }) =>
  `${hex(random, 8)}-${hex(random, 4)}-4${hex(random, 3)}-a${hex(random, 3)}-${hex(random, 12)}`

const byFormat: Readonly<Record<string, Maker>> = {
  email,
  'idn-email': email,
  uuid,
  'date-time': (chance, name) => `${day(chance, name)}T10:00:00Z`,
  date: day,
  time: ({ random }) => `${two(number(random, 0, 23))}:${two(number(random, 0, 59))}:00Z`,
  duration: pick('PT15M', 'PT1H', 'P1D'),
  uri: url,
  url,
  iri: url,
  'uri-reference': url,
  hostname: pick('api.example.com', 'shop.example.com'),
  ipv4: pick('192.0.2.10', '198.51.100.7'),
  ipv6: pick('2001:db8::1', '2001:db8::7'),
  byte: pick('bG9ja3N0ZXA=', 'b3JkZXI='),
  password: ({ random }) => `Pa5s-${hex(random, 8)}`,
  'json-pointer': pick('/a', '/a/b'),
  regex: pick('^a+$'),
  phone: pick('+4915112345678', '+14155550132'),
}

/** Tried in order on the name without separators; only whole endings count, so that `username` is no person's name. */
const byName: readonly (readonly [RegExp, Maker])[] = [
  [/e?mail(address)?$/i, email],
  [/(user_?name|login|handle|nickname|slug|sku)$/i, token],
  [/password|passwd|senha|secret$/i, ({ random }) => `Pa5s-${hex(random, 8)}`],
  [/iban$/i, pick('DE89370400440532013000', 'GB82WEST12345698765432')],
  [/(bic|swift)$/i, pick('DEUTDEFF', 'NWBKGB2L')],
  [/(card_?number)$/i, pick('4242424242424242')],
  [/currency(_?code)?$/i, pick('EUR', 'USD')],
  [/country(_?code)?$/i, pick('DE', 'FR', 'BR')],
  [/(locale|language|lang)$/i, pick('en', 'de')],
  [/(phone|mobile|tel)(_?number)?$/i, pick('+4915112345678', '+14155550132')],
  [/first_?name$/i, pick('Ada', 'Grace', 'Edsger')],
  [/(last_?name|surname)$/i, pick('Lovelace', 'Hopper', 'Dijkstra')],
  [/city$/i, pick('Berlin', 'Lyon')],
  [/(zip|postal)(_?code)?$/i, pick('10115', '69001')],
  [/(street|address)(_?line)?\d?$/i, pick('1 Main Street', '7 Station Road')],
  [/(url|uri|link|website)$/i, url],
  [/(_at|At|date|time)$/, (chance, name) => `${day(chance, name)}T10:00:00Z`],
  [/(name|nome|title|label|code|number|reference)$/i, token],
]

/** A likely text for a format, or for a property of this name; the name alone decides when the format is unknown. */
export function realisticText(chance: Chance, name: string, format: string | undefined): string {
  const known = format !== undefined && Object.hasOwn(byFormat, format) ? byFormat[format] : undefined
  const maker =
    known ?? byName.find(([pattern]) => pattern.test(name))?.[1] ?? pick('alpha', 'bravo', 'charlie', 'delta')
  return maker(chance, name)
}

/** Whether values of this name or format must be new each time: an example from the description would be taken already. */
export function wantsFresh(name: string, format: string | undefined): boolean {
  if (format === 'email' || /^(?:.*e-?mail|user_?name|login|slug|sku)$/i.test(name)) return true
  return /^(?:name|nome|title|label)$/i.test(name)
}

/** A likely amount for a property of this name, before its bounds are looked at. */
export function realisticNumber({ random }: Chance, name: string): number {
  if (/quant|qty|count|quantidade/i.test(name)) return number(random, 1, 3)
  if (/(amount|price|total|preco|cost|balance|stock)/i.test(name)) return number(random, 10, 90)
  if (/page$/i.test(name)) return 1
  if (/(limit|size)$/i.test(name)) return 20
  return number(random, 1, 100)
}
