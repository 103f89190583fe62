import { loadGuard } from '../../src/cli/guard/config.ts'
import { type Serving, serve } from '../../src/cli/guard/serve.ts'
import { versionOfProgram } from '../../src/cli/version.ts'

/** A guard that serves with its console, and where; an address is empty where nothing listens. */
export interface Served {
  readonly serving: Serving
  readonly gateway: string
  readonly control: string
  readonly mcp: string
  readonly url: string
  /** A link that signs in once. */
  link(): Promise<string>
}

export interface ServeFileOptions {
  readonly env?: Readonly<Record<string, string | undefined>>
  readonly fail?: (why: string) => void
}

/** Serves a guard file as `lockstep serve` does. @throws when anything is wrong with it. */
export async function serveFile(file: string, { env = {}, fail }: ServeFileOptions = {}): Promise<Served> {
  const loaded = await loadGuard(file)
  if (loaded.ready === undefined) throw new Error(JSON.stringify(loaded.diagnostics, null, 2))
  let at = { url: '', control: '', mcp: '' }
  const serving = await serve(
    { ...loaded, ready: loaded.ready },
    {
      file,
      version: versionOfProgram(),
      env,
      console: true,
      tell: (news) => {
        if (news.kind === 'listening') at = { ...at, ...news }
        if (news.kind === 'failed') fail?.(news.why)
      },
    },
  )
  const { url: gateway, control, mcp } = at
  const { console } = serving
  return { serving, gateway, control, mcp, url: console.url, link: () => console.link() }
}
