// Ways to pass on a value so that it does not look like it.
const bytes = (text: string): Buffer => Buffer.from(text, 'utf8')
const lookalikes: Readonly<Record<string, string>> = {
  a: 'а',
  e: 'е',
  o: 'о',
  p: 'р',
  c: 'с',
  x: 'х',
  i: 'і',
  A: 'Α',
  E: 'Ε',
  O: 'Ο',
}

export const disguises: Readonly<Record<string, (text: string) => string>> = {
  'as it is': (text) => text,
  'inside a sentence': (text) => `Please note ${text}, as agreed.`,
  'upper case': (text) => text.toUpperCase(),
  'lower case': (text) => text.toLowerCase(),
  'mixed case': (text) =>
    [...text].map((each, index) => (index % 2 ? each.toUpperCase() : each.toLowerCase())).join(''),
  'cut to two thirds': (text) => text.slice(0, Math.ceil((text.length * 2) / 3)),
  'cut at the beginning': (text) => text.slice(Math.floor(text.length / 6)),
  base64: (text) => bytes(text).toString('base64'),
  'base64 in a sentence': (text) => `see ${bytes(`id=${text};`).toString('base64')} there`,
  base64url: (text) => bytes(text).toString('base64url'),
  'base64 of UTF-16': (text) => Buffer.from(text, 'utf16le').toString('base64'),
  'base64 twice': (text) => bytes(bytes(text).toString('base64')).toString('base64'),
  'base64 in lines': (text) => bytes(`${text} ${text} ${text}`).toString('base64').replaceAll(/.{16}/g, '$&\r\n'),
  hex: (text) => bytes(text).toString('hex'),
  'hex in upper case': (text) => bytes(text).toString('hex').toUpperCase(),
  'hex with spaces': (text) => bytes(text).toString('hex').replaceAll(/../g, '$& ').trim(),
  'hex escapes': (text) => bytes(text).toString('hex').replaceAll(/../g, '\\x$&'),
  base32: (text) => base32(bytes(text)),
  'hex numbers': (text) => [...bytes(text)].map((each) => `0x${each.toString(16).padStart(2, '0')}`).join(', '),
  'binary digits': (text) => [...bytes(text)].map((each) => each.toString(2).padStart(8, '0')).join(' '),
  'octal escapes': (text) => [...bytes(text)].map((each) => `\\${each.toString(8).padStart(3, '0')}`).join(''),
  'octal escapes as short as they can be': (text) => [...bytes(text)].map((each) => `\\${each.toString(8)}`).join(''),
  'octal numbers of Python': (text) => [...bytes(text)].map((each) => `0o${each.toString(8)}`).join(', '),
  'octal numbers of C': (text) => [...bytes(text)].map((each) => `0${each.toString(8)}`).join(','),
  'octal numbers': (text) => [...bytes(text)].map((each) => each.toString(8)).join(' '),
  'hex in lines': (text) => bytes(text).toString('hex').replaceAll(/../g, '$&\n'),
  'hex with bars': (text) => bytes(text).toString('hex').replaceAll(/../g, '$&|'),
  'hex in quotes': (text) => `['${(bytes(text).toString('hex').match(/../g) ?? []).join("', '")}']`,
  'binary numbers of Python': (text) =>
    [...bytes(text)].map((each) => `0b${each.toString(2).padStart(8, '0')}`).join(', '),
  'character codes': (text) => [...bytes(text)].join(', '),
  'character codes in lines': (text) => [...bytes(text)].join('\n'),
  'character codes with bars': (text) => `In 2026: |${[...bytes(text)].join('|')}|`,
  'characters by function': (text) => [...bytes(text)].map((each) => `chr(${each})`).join(' + '),
  'characters by function in SQL': (text) => [...bytes(text)].map((each) => `CHAR(${each})`).join('||'),
  'characters by function in hex': (text) => [...bytes(text)].map((each) => `chr(0x${each.toString(16)})`).join('+'),
  'characters by cast': (text) => [...bytes(text)].map((each) => `[char]${each}`).join('+'),
  'characters by method': (text) => [...bytes(text)].map((each) => `${each}.chr`).join(' + '),
  'code points': (text) => [...text].map((each) => `U+${hexCode(each, 4)}`).join(' '),
  'code points in a row': (text) => [...text].map((each) => `u+${hexCode(each, 4)}`).join(''),
  'code points in quotes': (text) => [...text].map((each) => `'U+${hexCode(each, 4)}'`).join(', '),
  'long escapes of Python': (text) => [...text].map((each) => `\\U${hexCode(each, 8)}`).join(''),
  'escapes with braces': (text) => [...text].map((each) => `\\x{${hexCode(each, 2)}}`).join(''),
  'escapes in old links': (text) => [...text].map((each) => `%u${hexCode(each, 4)}`).join(''),
  'percent-encoded': (text) => bytes(text).toString('hex').replaceAll(/../g, '%$&'),
  'percent-encoded twice': (text) => encodeURIComponent(bytes(text).toString('hex').replaceAll(/../g, '%$&')),
  'URI component': (text) => encodeURIComponent(text),
  'HTML entities': (text) => [...text].map((each) => `&#${each.codePointAt(0)};`).join(''),
  'HTML entities in hex': (text) => [...text].map((each) => `&#x${each.codePointAt(0)?.toString(16)};`).join(''),
  'quoted-printable': (text) => bytes(text).toString('hex').toUpperCase().replaceAll(/../g, '=$&'),
  'JSON escapes': (text) => [...text].map((each) => `\\u${each.charCodeAt(0).toString(16).padStart(4, '0')}`).join(''),
  'JSON in a text': (text) => JSON.stringify({ note: { inner: text } }),
  'JSON in JSON in a text': (text) => JSON.stringify({ note: JSON.stringify({ inner: text }) }),
  'spaces between': (text) => [...text].join(' '),
  'dots between': (text) => [...text].join('.'),
  'HTML around the middle': (text) => `${text.slice(0, 3)}<b>${text.slice(3, -3)}</b>${text.slice(-3)}`,
  'HTML between': (text) => [...text].join('<i class="x"></i>'),
  'links of Markdown between': (text) =>
    `${text.slice(0, 3)}[${text.slice(3, -3)}](https://example.org/a)${text.slice(-3)}`,
  'entities nobody sees between': (text) => [...text].join('&zwnj;&NoBreak;'),
  'CDATA between': (text) => [...text].map((each) => `<![CDATA[${each}]]>`).join(''),
  'lines of HTML': (text) => [...text].join('<br/>'),
  'BBCode between': (text) => [...text].join('[/b][b]'),
  'stars and underscores': (text) => [...text].map((each, at) => each + (at % 3 ? '**' : '_')).join(''),
  'zero-width characters between': (text) => [...text].join('\u200b'),
  'soft hyphens between': (text) => [...text].join('\u00ad'),
  'NUL between': (text) => [...text].join('\0'),
  'look-alike letters': (text) => [...text].map((each) => lookalikes[each] ?? each).join(''),
  'full-width letters': (text) =>
    [...text].map((each) => (/[!-~]/.test(each) ? String.fromCharCode(each.charCodeAt(0) + 0xfee0) : each)).join(''),
  'tag characters': (text) =>
    `ok${[...text].map((each) => (/[ -~]/.test(each) ? String.fromCodePoint(0xe0000 + each.charCodeAt(0)) : each)).join('')}`,
  'variation selectors': (text) =>
    `ok${[...bytes(text)].map((each) => String.fromCodePoint(each < 16 ? 0xfe00 + each : 0xe0100 + each - 16)).join('')}`,
  backwards: (text) => [...text].reverse().join(''),
  'base64 of it backwards': (text) => bytes([...text].reverse().join('')).toString('base64'),
  'base64 backwards': (text) => [...bytes(text).toString('base64')].reverse().join(''),
  'base64 of it rotated': (text) => bytes(rotated(text)).toString('base64'),
  'base64 rotated': (text) => rotated(bytes(text).toString('base64')),
  'a link': (text) => `https://example.org/log?d=${encodeURIComponent(bytes(text).toString('base64'))}`,
}

const hexCode = (character: string, digits: number): string =>
  (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(digits, '0')

/** Only letters can be rotated. */
export const rotated = (text: string): string =>
  text.replaceAll(/[a-z]/gi, (each) => {
    const base = each <= 'Z' ? 65 : 97
    return String.fromCharCode(((each.charCodeAt(0) - base + 13) % 26) + base)
  })

function base32(data: Buffer): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
  const bits = [...data].map((each) => each.toString(2).padStart(8, '0')).join('')
  return (bits.match(/.{1,5}/g) ?? []).map((each) => alphabet[Number.parseInt(each.padEnd(5, '0'), 2)]).join('')
}
