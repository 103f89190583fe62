import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const program = fileURLToPath(new URL('killed-child.ts', import.meta.url))
const atLeast = 100

/**
 * Lets another process write calls to a store, kills it at a moment nobody chose, and returns the ids it was told are kept.
 *
 * @param store - The arguments by which test/store/killed-child.ts opens the store.
 */
export async function writeUntilKilled(store: readonly string[]): Promise<string[]> {
  const child = spawn(process.execPath, [program, ...store], { stdio: ['ignore', 'pipe', 'inherit'] })
  const told: string[] = []
  for await (const line of createInterface({ input: child.stdout })) {
    told.push(line)
    if (told.length === atLeast) setTimeout(() => child.kill('SIGKILL'), Math.random() * 40)
  }
  return told
}
