/** Who looks at the page. */
import { useAnswer } from './answers.ts'
import type { Answer } from './ask.ts'

export type Session = Answer<'GET /api/session'>

/** Undefined until it is known; pages inside the shell are only shown to somebody who is signed in. */
export function useSession(): Session | undefined {
  return useAnswer('GET /api/session', {}).data
}

/** Whether the viewer may do this. The server decides again. */
export function useMay(power: Session['viewer']['may'][number]): boolean {
  return useSession()?.viewer.may.includes(power) === true
}
