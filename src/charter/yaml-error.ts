/** What a YAML parser has against a text, in words for whoever wrote the text. Pure. */
export function syntaxMessage(said: string): string {
  if (/call stack/i.test(said)) return 'nested too deeply'
  if (/multiple documents/i.test(said)) return 'more than one document in the file'
  if (/alias count/i.test(said)) return 'too many aliases'
  return said.split('\n')[0] ?? said
}
