/** The same function, which keeps what it gave for so many texts that were read last: they come again and again. */
export function keeping<T>(most: number, read: (text: string) => T): (text: string) => T {
  const kept = new Map<string, T>()
  return (text) => {
    const known = kept.get(text)
    if (known !== undefined) return known
    const oldest = kept.size < most ? undefined : kept.keys().next().value
    if (oldest !== undefined) kept.delete(oldest)
    const found = read(text)
    kept.set(text, found)
    return found
  }
}
