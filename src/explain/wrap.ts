/**
 * Breaks a sentence at spaces so that no line passes `width`; a word that is longer stands alone.
 *
 * @param indent - Before the first line.
 * @param hanging - Before all others.
 */
export function wrapText(text: string, width: number, indent: string, hanging: string = indent): string {
  const lines: string[] = []
  let line = indent
  let empty = true
  for (const word of text.split(/\s+/).filter((each) => each !== '')) {
    if (!empty && line.length + 1 + word.length > width) {
      lines.push(line)
      line = hanging
      empty = true
    }
    line += empty ? word : ` ${word}`
    empty = false
  }
  return [...lines, line].join('\n')
}
