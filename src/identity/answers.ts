import { createHmac, randomBytes } from 'node:crypto'
import { BoundedMap } from './bounded-map.ts'
import { NotIdentified } from './not-identified.ts'

/** What was found out about credentials, for as long as it is believed. Credentials themselves are not kept. */
export interface Answers<Answer> {
  /**
   * What is known of a credential, or what `ask` finds; asked once for all who wait. `until` says how long an answer counts.
   * A refusal is believed for `refusedMs`; not being able to tell is never remembered.
   */
  of(credential: string, ask: () => Promise<Answer>): Promise<Answer>
}

const most = 50_000

/** Makes an empty memory of answers. */
export function makeAnswers<Answer>(options: {
  readonly now: () => number
  readonly until: (answer: Answer) => number
  readonly refusedMs: number
}): Answers<Answer> {
  // SECURITY: a memory dump must not hand out keys to look credentials up with, so the hash is keyed per process.
  const key = randomBytes(32)
  const known = new BoundedMap<Answer>(most, options.now)
  // Apart from each other, so that a flood of wrong credentials pushes out no right one.
  const refused = new BoundedMap<NotIdentified>(most, options.now)
  const asked = new Map<string, Promise<Answer>>()
  const ask = async (name: string, question: () => Promise<Answer>): Promise<Answer> => {
    // From when it was asked, not answered: what is revoked meanwhile must not live longer.
    const at = options.now()
    try {
      const answer = await question()
      known.set(name, answer, at + options.until(answer))
      return answer
    } catch (error) {
      if (error instanceof NotIdentified && error.code !== 'unavailable')
        refused.set(name, error, at + options.refusedMs)
      throw error
    } finally {
      asked.delete(name)
    }
  }
  return {
    async of(credential, question) {
      const name = createHmac('sha256', key).update(credential).digest('base64url')
      const answer = known.get(name)
      if (answer !== undefined) return answer
      const refusal = refused.get(name)
      if (refusal !== undefined) throw refusal
      const waiting = asked.get(name) ?? ask(name, question)
      asked.set(name, waiting)
      return await waiting
    },
  }
}
