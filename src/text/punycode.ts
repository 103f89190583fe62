import punycode from 'punycode.js'

const label = /(?<![\p{L}\p{N}-])xn--[a-z0-9-]{1,59}(?![\p{L}\p{N}-])/giu

/** The names of hosts in a text in their own letters (RFC 3492, RFC 5891); what is written so and is none stays as it is. */
export function inOwnLetters(text: string): string {
  return /xn--/i.test(text) ? text.replace(label, (name) => decoded(name.slice(4).toLowerCase()) ?? name) : text
}

function decoded(name: string): string | undefined {
  try {
    const own = punycode.decode(name)
    // A name in capitals, in Latin letters only or with signs is none that is looked up.
    const isName = /[^ -~]/.test(own) && /^[\p{L}\p{M}\p{N}-]+$/u.test(own)
    return isName && own === own.normalize('NFC').toLowerCase() ? own : undefined
  } catch {
    return undefined
  }
}
