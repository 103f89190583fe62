/** Scenarios in which something else happens than should, and why. Whoever mends the reason takes the entry out. */
export const KNOWN: Readonly<Record<string, string>> = {
  'secrets-are-told-to-nobody: a telephone number leaves the house':
    'a flow to a recipient looks at one argument, and blind copies stand in another',
}
