import { readFile, stat } from 'node:fs/promises'

/** What a file says, read again when it has changed. */
export interface WatchedFile<Value> {
  /** Rejects when the file is gone or makes no sense: what it last said may be what was taken back. */
  read(): Promise<Value>
}

const looksEveryMs = 200

/**
 * Reads a file and follows its changes by looking at it, which also sees it replaced through links.
 *
 * @param now - Used only to look at most five times a second.
 */
export function watchFile<Value>(path: string, parse: (text: string) => Value, now: () => number): WatchedFile<Value> {
  let lookedAt = Number.NEGATIVE_INFINITY
  let mark = ''
  let current: Promise<Value> | undefined
  const load = async (): Promise<Value> => parse(await readFile(path, 'utf8'))
  const look = async (): Promise<Value> => {
    const { mtimeNs, ctimeNs, size, ino } = await stat(path, { bigint: true })
    const seen = [mtimeNs, ctimeNs, size, ino].join()
    if (current === undefined || seen !== mark) {
      mark = seen
      current = load()
      // Whoever reads gets the failure; the next look must try again.
      current.catch(() => (mark = ''))
    }
    return await current
  }
  let looking: Promise<Value> | undefined
  return {
    read() {
      const at = now()
      // A clock that was set back must not stop us from looking.
      if (looking === undefined || at >= lookedAt + looksEveryMs || at < lookedAt) {
        lookedAt = at
        looking = look()
        looking.catch(() => undefined)
      }
      return looking
    },
  }
}
