import { Secret } from '../../wire/secret.ts'

const redacted = '[redacted]'
/** Encoded forms of shorter values are so common that redacting them would hide ordinary text. */
const shortestEncoded = 6

const secretHeader = /^(?:proxy-)?authorization$|^cookie$|(?:^|[-_])(?:api[-_]?key|token|secret|password)$/i
const secretMember = /(?:password|passwd|passphrase|secret|token|api[_-]?key)$/i

/** Whether a header of this name carries a credential. */
export function isSecretHeader(name: string): boolean {
  return secretHeader.test(name)
}

/** Whether a body member, form field, query parameter or captured variable of this name is a credential. */
export function isSecretMember(name: string): boolean {
  return secretMember.test(name)
}

/** Remembers secrets and takes them out of text. */
export class Redactor {
  readonly #forms = new Set<string>()
  #pattern: RegExp | undefined

  /** From now on the value is redacted, as it is and in its JSON, URL, hexadecimal and base64 forms, also inside longer base64. */
  learn(secret: Secret): void {
    const value = secret.reveal()
    for (const form of formsOf(value)) this.#forms.add(form)
    this.#pattern = undefined
  }

  redact(text: string): string {
    if (this.#forms.size === 0) return text
    this.#pattern ??= new RegExp(
      [...this.#forms]
        .sort((a, b) => b.length - a.length)
        .map(escapePattern)
        .join('|'),
      'g',
    )
    return text.replace(this.#pattern, redacted)
  }
}

/** Learns the texts and numbers under names that mark credentials, at any depth; the scheme of a header is no secret. */
export function learnSecrets(
  value: unknown,
  isSecret: (name: string) => boolean,
  learn: (secret: Secret) => void,
): void {
  if (typeof value !== 'object' || value === null) return
  for (const [name, member] of Object.entries(value)) {
    if (typeof member === 'object') learnSecrets(member, isSecret, learn)
    // RFC 9110 section 11.4: the scheme comes before the credentials.
    else if (isSecret(name)) learn(new Secret(String(member).replace(/^[A-Za-z][\w-]* +/, '')))
  }
}

function formsOf(value: string): string[] {
  if (value === '') return []
  const plain = [value, JSON.stringify(value).slice(1, -1)]
  if (value.length < shortestEncoded) return plain
  const url = encodeURIComponent(Buffer.from(value).toString())
  const form = new URLSearchParams({ q: value }).toString().slice('q='.length)
  const lowerUrl = url.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase())
  const hex = Buffer.from(value).toString('hex')
  return [...plain, url, lowerUrl, form, hex, hex.toUpperCase(), ...base64Forms(value)]
}

/** Base64 depends on where in its groups of three bytes the value starts; the characters shared with neighbours are left out. */
function base64Forms(value: string): string[] {
  const bytes = Buffer.from(value)
  const inner = [0, 1, 2].map((offset) => {
    const text = Buffer.concat([Buffer.alloc(offset), bytes])
      .toString('base64')
      .replace(/=+$/, '')
    const start = Math.ceil((offset * 8) / 6)
    return text.slice(start, Math.floor(((offset + bytes.length) * 8) / 6))
  })
  const whole = bytes.toString('base64')
  return [whole, whole.replace(/=+$/, ''), ...inner].flatMap((text) => [
    text,
    text.replaceAll('+', '-').replaceAll('/', '_'),
  ])
}

function escapePattern(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')
}
