// The running example with its console, as `npm start` leaves it, for tests and pictures of every page.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Live, type LiveOptions, openLive } from '../../examples/bank-live/live.ts'

export interface LiveConsole extends Live {
  readonly url: string
  link(): Promise<string>
}

/** Opens it in a folder of its own. */
export async function openLiveConsole(
  options: Omit<LiveOptions, 'folder'> = { flaws: ['cross-tenant-reversal', 'reversal-race'] },
): Promise<LiveConsole> {
  const folder = mkdtempSync(join(tmpdir(), 'live-console-'))
  const live = await openLive({ ...options, folder: join(folder, 'run') })
  const { console } = live.serving
  return {
    ...live,
    url: console.url,
    link: () => console.link(),
    close: async () => {
      await live.close()
      rmSync(folder, { recursive: true })
    },
  }
}
