/** Answers whose head has to wait for something to be kept. */
import type { AnswerHead, Sink } from './upstream.ts'

/** A sink before `sink`: its head goes on as `ready` makes it, and everything else waits for that. Where it rejects, the answer fails. */
export function delayed(sink: Sink, ready: (head: AnswerHead) => Promise<AnswerHead>): Sink {
  let last: Promise<void> = Promise.resolve()
  let failed = false
  const then = (act: () => void | Promise<void>): Promise<void> => {
    const done = last.then(() => (failed ? undefined : act()))
    last = done.catch(() => undefined)
    return done
  }
  const begin = async (head: AnswerHead): Promise<void> => {
    try {
      sink.head(await ready(head))
    } catch {
      failed = true
      sink.fail({ sent: true, why: 'FAILED', timedOut: false })
    }
  }
  return {
    head: (head) => void then(() => begin(head)),
    whole: (bytes) => then(() => sink.whole(bytes)),
    event: (event) => then(() => sink.event(event)),
    end: () => void then(() => sink.end()),
    fail: (failure) => void then(() => sink.fail(failure)),
  }
}
