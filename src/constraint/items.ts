import type { Kind, Obligation } from './kind.ts'

/** A list shows only objects its caller may read. Never denies: the others are left out. */
export const items: Kind<'items'> = {
  compile: () => () => undefined,
  owe: ({ id, object, items: at }) => {
    const filter: Obligation = { kind: 'filter', constraint: id, object, items: at }
    return () => filter
  },
  describe: ({ object, says }) =>
    says ??
    `the list shows only ${/[^aeiou]y$/.test(object) ? `${object.slice(0, -1)}ies` : `${object}s`} the caller may read`,
  needs: () => [],
  classes: () => ['bola-read', 'cross-tenant'],
}
