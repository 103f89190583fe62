/** What the addresses of the pages of findings hold. */

/** Without a state, what is fixed is left out; `any` lets it in. */
export const filters = ['state', 'severity', 'class', 'operation', 'object'] as const
export type Filter = (typeof filters)[number]
export type Chosen = { readonly [name in Filter]?: string }

export function chosenIn(search: Readonly<Record<string, unknown>>): Chosen {
  return Object.fromEntries(filters.flatMap((name) => (typeof search[name] === 'string' ? [[name, search[name]]] : [])))
}

export const verdicts = ['proven', 'held', 'not-reached'] as const
export const coverages = [...verdicts, 'untried'] as const
export interface ChosenVerdict {
  readonly verdict?: (typeof verdicts)[number]
}

export function verdictIn({ verdict }: Readonly<Record<string, unknown>>): ChosenVerdict {
  const found = verdicts.find((each) => each === verdict)
  return found === undefined ? {} : { verdict: found }
}

export interface ChosenCoverage {
  readonly verdict?: (typeof coverages)[number]
}

export function coverageIn({ verdict }: Readonly<Record<string, unknown>>): ChosenCoverage {
  const found = coverages.find((each) => each === verdict)
  return found === undefined ? {} : { verdict: found }
}
