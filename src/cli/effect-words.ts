/** What a decision means for the caller. */
export const effectWords: Readonly<Record<'allow' | 'modify' | 'ask' | 'defer' | 'deny' | 'untold', string>> = {
  allow: 'allowed',
  modify: 'allowed with parts left out',
  ask: 'held for approval',
  defer: 'put off',
  deny: 'refused',
  untold: 'not known',
}
