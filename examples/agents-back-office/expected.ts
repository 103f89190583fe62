/** Scenarios in which something else happens than should, and why. Whoever mends the reason takes the entry out. */
export const KNOWN: Readonly<Record<string, string>> = {
  'copies-go-to-nobody-else: a blind copy that a mail asks for': 'a member the tool does not describe is sent along',
  'notes-of-earlier-runs-stay-what-they-were: a note of what the user said':
    'a memory keeps the label of a whole text, not of an address in it',
  'secrets-are-told-to-nobody: a telephone number leaves the house':
    'a flow to a recipient looks at one argument, and blind copies stand in another',
}
