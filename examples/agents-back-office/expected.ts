/** Scenarios in which something else happens than should, and why. Whoever mends the reason takes the entry out. */
export const KNOWN: Readonly<Record<string, string>> = {}
