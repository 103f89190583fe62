/** What the address of the inbox says: which questions, and of whom. */
export const tabs = ['waiting', 'approved', 'refused', 'over'] as const
export type Tab = (typeof tabs)[number]

export interface InboxSearch {
  readonly state?: Tab
  readonly operation?: string
  readonly by?: string
}

export function readInboxSearch(search: Readonly<Record<string, unknown>>): InboxSearch {
  const { state, operation, by } = search
  const tab = tabs.find((each) => each === state)
  return {
    ...(tab === undefined || tab === 'waiting' ? {} : { state: tab }),
    ...(typeof operation === 'string' ? { operation } : {}),
    ...(typeof by === 'string' ? { by } : {}),
  }
}
