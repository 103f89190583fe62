const addresses = new RegExp(
  [
    String.raw`[\p{L}\p{N}._%+-]+@[\p{L}\p{N}.-]+\.\p{L}{2,}`,
    String.raw`(?:[a-z][a-z0-9+.-]*:\/\/|www\.)[^\s"'<>\])}]+`,
    String.raw`(?<![\p{L}\p{N}@._-])(?:[\p{L}\p{N}-]+\.)+(?:com|org|net|io|info|biz|co|app|dev|ai|me|ru|cn|[a-z]{2}\b)(?:\/[^\s"'<>\])}]*)?`,
    String.raw`(?<![\p{L}\p{N}])[A-Z]{2}\d{2}(?: ?[A-Z0-9]{2,4}){3,8}(?![\p{L}\p{N}])`,
    String.raw`(?<![\p{L}\p{N}.,-])\+?\d(?:[ ()./-]?\d){6,}(?![\p{L}\p{N}])`,
  ].join('|'),
  'giu',
)

/** What in a longer text can be sent to, called or opened: e-mail addresses, links, account and phone numbers. Each as it is written. */
export function addressesIn(text: string): readonly string[] {
  return [...new Set([...text.matchAll(addresses)].map(([found]) => found.replace(/[.,;:!?'"’”*_]+$/u, '')))]
}
