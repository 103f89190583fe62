/** The query of the address as text: pages keep in it what they show, so that a link shows the same. */
import { useLocation, useRouter } from '@tanstack/react-router'

export type Changes = Readonly<Record<string, string | undefined>>

export interface Search {
  /** Undefined when it is not there, or empty. */
  get(name: string): string | undefined
  /** The address with some of it changed; undefined takes a name out. */
  with(changes: Changes): string
  /** Goes there. `replace` leaves no trace of what was before. */
  set(changes: Changes, how?: 'push' | 'replace'): void
}

export function useSearch(): Search {
  const { pathname, searchStr } = useLocation()
  const { history } = useRouter()
  const withChanges = (changes: Changes): string => {
    const query = new URLSearchParams(searchStr)
    for (const [name, value] of Object.entries(changes)) {
      if (value === undefined || value === '') query.delete(name)
      else query.set(name, value)
    }
    const text = query.toString()
    return text === '' ? pathname : `${pathname}?${text}`
  }
  return {
    get: (name) => new URLSearchParams(searchStr).get(name) || undefined,
    with: withChanges,
    set: (changes, how = 'replace') => history[how](withChanges(changes)),
  }
}

/** An address of the console with a query; what is undefined is left out. */
export function address(path: string, query: Changes = {}): string {
  const given = Object.entries(query).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]))
  const text = new URLSearchParams(given).toString()
  return text === '' ? path : `${path}?${text}`
}
