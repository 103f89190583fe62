const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}
/** What XML 1.0 forbids even when escaped: control characters but tab, line feed and carriage return, and two that are no characters. */
const forbidden = /(?![\t\n\r])[\p{Cc}\uFFFE\uFFFF]/gu

/** Text for the content or a quoted attribute of XML or HTML. */
export function escapeXml(text: string): string {
  return text.replace(forbidden, '\uFFFD').replace(/[&<>"']/g, (character) => entities[character] ?? character)
}

/** Prose for HTML, in which `names` between backticks become code. */
export function proseHtml(text: string): string {
  return escapeXml(text).replaceAll(/`([^`]+)`/g, '<code>$1</code>')
}
