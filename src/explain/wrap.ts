/** A name on lines of at most `width` characters, broken after a dash, dot or the like where it has one, or before a capital. */
export function wrapName(name: string, width: number): readonly string[] {
  const pieces = name.split(/(?<=[-_./ ])|(?<=\p{Ll})(?=\p{Lu})/u)
  const short = pieces.flatMap((piece) => piece.match(new RegExp(`.{1,${width}}`, 'gsu')) ?? [])
  const lines: string[] = []
  for (const piece of short) {
    const line = lines.at(-1)
    if (line !== undefined && [...line, ...piece].length <= width) lines[lines.length - 1] = line + piece
    else lines.push(piece)
  }
  return lines
}

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
