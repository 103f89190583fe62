/** A table in Markdown, its columns as wide as they need to be. */
export function printTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((name, column) => Math.max(name.length, ...rows.map((row) => (row[column] ?? '').length)))
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`
  return [line(head), `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`, ...rows.map(line)].join('\n')
}

/** A number with so many digits behind the point; `-` where there is none. */
export function digits(value: number, places = 1): string {
  return Number.isNaN(value) ? '-' : value.toFixed(places)
}
