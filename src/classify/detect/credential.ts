import { base64Bytes, textOfBytes } from '../../text/bytes.ts'
import { credentialRules, secretRules } from './credential-rules.ts'
import type { Detector, Hit, Place } from './hit.ts'
import { entropyOf, keywordDetector } from './keyword.ts'

const jwtShape = /eyJ[\w-]{8,}\.eyJ[\w-]{8,}(?:\.[\w-]*)?/g

/** JSON Web Tokens: two parts that decode to JSON, the first of which names an algorithm. */
export const jwt: Detector = {
  name: 'jwt',
  find: (text) =>
    (text.includes('eyJ') ? [...text.matchAll(jwtShape)] : [])
      .filter((match) => /"alg"/.test(textOfBytes(base64Bytes(match[0].slice(0, match[0].indexOf('.')))) ?? ''))
      .map((match) => ({ start: match.index, end: match.index + match[0].length, by: 'jwt' })),
}

const longestKey = 16_384

/** Private keys in PEM, from the line they begin with to the one they end with, or as much as there is. */
export const privateKey: Detector = {
  name: 'private-key',
  find: (text) => {
    const hits: Hit[] = []
    if (!text.includes('-----BEGIN')) return hits
    for (const match of text.matchAll(/-----BEGIN[A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----/g)) {
      const rest = text.slice(match.index, match.index + longestKey)
      const end = /-----END[A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----/.exec(rest)
      const length = end === null ? rest.length : end.index + end[0].length
      hits.push({ start: match.index, end: match.index + length, by: 'private-key' })
    }
    return hits
  },
}

/** Keys and tokens of services, known by their form. */
export const apiKey: Detector = keywordDetector('api-key', credentialRules)

const announced = keywordDetector('secret', secretRules)
const secretField =
  /\b(?:password|passwd|passphrase|pwd|passcode|pin|secret|api ?key|access ?key|private ?key|(?:access|auth|bearer|refresh|session|api) ?token|token|credentials?|otp|cvv|cvc)$/
/** What stands where a secret would. */
const placeholder =
  /^(?:[*x•.]+|<.*>|\$\{.*\}|\{\{.*\}\}|null|none|true|false|undefined|string|your[-_ ].*|example|redacted|\[.*\]|⟦.*⟧)$/i

/** Secrets of no known form: behind a word that announces one, or the value of a field that is called so. */
export const secret: Detector = {
  name: 'secret',
  find: (text, place) => {
    if (secretField.test(place.field)) return inField(text, place)
    return announced.find(text, place).filter((hit) => isDrawn(text.slice(hit.start, hit.end)))
  },
}

function inField(text: string, { field }: Place): Hit[] {
  const short = /\b(?:pin|otp|cvv|cvc|passcode)$/.test(field) ? 3 : 6
  if (text.length < short || text.length > 4096 || /\s/.test(text.trim()) || placeholder.test(text.trim())) return []
  return [{ start: 0, end: text.length, by: 'secret' }]
}

/** No word and no name: letters and digits mixed, or signs, or so varied that nobody thought of it. */
function isDrawn(value: string): boolean {
  if (placeholder.test(value) || /^(?:\[?https?:|\/|\.\/|[\w-]+\.\w{2,4}$)/.test(value)) return false
  const mixed = /\d/.test(value) && /[A-Za-z]/.test(value)
  return mixed || /[!@#%^&*~+=]/.test(value) || entropyOf(value) > 4
}

/** Whatever lets in: tokens, keys, passwords. */
export const credential: Detector = {
  name: 'credential',
  find: (text, place) => [jwt, privateKey, apiKey, secret].flatMap((each) => each.find(text, place)),
}
