const escapeCharacter = String.fromCodePoint(0x1b)
const colour = new RegExp(`${escapeCharacter}\\[[\\d;]*m`, 'y')
const steering = new RegExp(`${escapeCharacter}\\[[\\d;]*m|[\\p{Cc}\\p{Bidi_Control}]`, 'gu')

/**
 * The text without what would steer a terminal, but for colours: answers of a target may hold anything.
 *
 * SECURITY: control characters other than line feed and tab, escape sequences other than SGR (ECMA-48 section 8.3.117), and marks
 * that turn the direction of text.
 */
export function harmless(text: string): string {
  return text.replaceAll(steering, (found) => {
    colour.lastIndex = 0
    return found === '\n' || found === '\t' || colour.test(found) ? found : ''
  })
}
