// Every repetition is bounded: a text must not cost more than its length.
const addresses = new RegExp(
  [
    String.raw`[\p{L}\p{N}._%+-]{1,64}@(?:[\p{L}\p{N}-]{1,63}\.){1,8}\p{L}{2,24}`,
    String.raw`(?:[a-z][a-z0-9+.-]{1,20}:\/\/|www\.)[^\s"'<>\])}]{1,2000}`,
    String.raw`(?<![\p{L}\p{N}@._-])(?:[\p{L}\p{N}-]{1,63}\.){1,8}(?:com|org|net|io|info|biz|co|app|dev|ai|me|[a-z]{2}\b)(?:\/[^\s"'<>\])}]{0,2000})?`,
    String.raw`(?<![\p{L}\p{N}@._-])(?:[\p{L}\p{N}-]{1,63}\.){1,8}\p{L}{2,24}\/[^\s"'<>\])}]{1,2000}`,
    String.raw`(?<![\p{L}\p{N}])[A-Z]{2}\d{2}(?: ?[A-Z0-9]{2,4}){3,8}(?![\p{L}\p{N}])`,
    String.raw`(?<![\p{L}\p{N}.,-])(?!(?:19|20)\d\d-\d\d)\+?\d(?:[ ()./-]?\d){7,24}(?![\p{L}\p{N}:])`,
  ].join('|'),
  'giu',
)

/** Whatever is found has one of these. */
const mayHaveAddress = /[@\d]|:\/\/|\.[^\s.]|www\./i

/** What in a longer text can be sent to, called or opened: e-mail addresses, links, account and phone numbers. Each as it is written. */
export function addressesIn(text: string): readonly string[] {
  if (!mayHaveAddress.test(text)) return []
  // Models write line breaks as escapes where they escape twice.
  const words = text.replace(/\\[nrt]/g, ' ')
  return [...new Set([...words.matchAll(addresses)].map(([found]) => found.replace(/[.,;:!?'"’”*_]{1,9}$/u, '')))]
}
