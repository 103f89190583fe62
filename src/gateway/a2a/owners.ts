/** Whose tasks and contexts are whose. */
/** Remembers who was given a task or context, so that nobody else can go on with it. */
export interface Owners {
  /** The owner of one; undefined when nobody was given it, or it was forgotten. */
  ownerOf(kind: 'task' | 'context', source: string, id: string): Promise<string | undefined>
  /** Gives it to somebody. @returns false when it is somebody else's. */
  give(kind: 'task' | 'context', source: string, id: string, owner: string): Promise<boolean>
}

/**
 * Keeps them in this process, the `most` that were used last. What is forgotten is nobody's, so that it cannot be gone on with: also after
 * a restart.
 */
export function ownersInMemory(most = 100_000): Owners {
  const known = new Map<string, string>()
  const touch = (key: string, owner: string): void => {
    known.delete(key)
    known.set(key, owner)
    const oldest = known.size > most ? known.keys().next().value : undefined
    if (oldest !== undefined) known.delete(oldest)
  }
  return {
    async ownerOf(kind, source, id) {
      const key = JSON.stringify([kind, source, id])
      const owner = known.get(key)
      if (owner !== undefined) touch(key, owner)
      return owner
    },
    async give(kind, source, id, owner) {
      const key = JSON.stringify([kind, source, id])
      const before = known.get(key)
      if (before !== undefined && before !== owner) return false
      touch(key, owner)
      return true
    },
  }
}
