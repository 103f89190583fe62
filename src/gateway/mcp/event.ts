/** What operators may want to see at once, and what of it is on the record. */
import type { Guard } from '../../guard/guard.ts'
import type { PinsOptions, Sight } from './pins.ts'

export type McpEvent =
  | { readonly kind: 'sight'; readonly sight: Sight }
  | { readonly kind: 'failed'; readonly why: string }

/** What pins are told with: says, keeps for operators and puts on the record which tools somebody should look at. */
export function watching(guard: Guard, tell: (event: McpEvent) => void): PinsOptions {
  const failed = (): void => tell({ kind: 'failed', why: 'a tool that somebody should look at could not be recorded' })
  return {
    charter: guard.charter,
    onSight: (sight) => {
      tell({ kind: 'sight', sight })
      guard.tools.note(sight).catch(failed)
    },
    onFit: (source, tools) => void guard.tools.clear(source, tools).catch(failed),
  }
}
