/** Everything that stands between an agent and its servers during a test, and the configuration that leads there. */
import { type Reach, withReaches } from './client-config.ts'
import type { Director } from './director.ts'
import { type HttpRelay, openHttpRelay } from './http-relay.ts'
import { openStdioRelay } from './stdio-relay.ts'

export interface SessionOptions {
  readonly director: Director
  /** The configuration of the agent, and its servers as they are reached by it. */
  readonly config: unknown
  readonly servers: Readonly<Record<string, Reach>>
  /** Servers whose answers come to the agent through a guard: where the guard finds them meanwhile, and where they really are. */
  readonly behind: readonly Behind[]
  /** What an agent starts to be connected with a pipe of ours. */
  readonly pipe: (address: string) => { readonly command: string; readonly args: readonly string[] }
}

export interface Behind {
  readonly server: string
  readonly port: number
  readonly url: string
}

export interface Session {
  /** The same configuration, with us in between. */
  readonly config: unknown
  close(): Promise<void>
}

/** Opens it. @throws when a port is taken. */
export async function openSession({ director, config, servers, behind, pipe }: SessionOptions): Promise<Session> {
  const names = Object.keys(servers)
  const urlOf = (name: string): string | undefined => {
    const reach = Object.hasOwn(servers, name) ? servers[name] : undefined
    return reach?.kind === 'url' ? reach.url : undefined
  }
  // With a guard between, the agent's end is only looked at; what is planted comes from behind the guard.
  const near = behind.length > 0 ? director.watcher : director
  const open: { close(): Promise<void> }[] = []
  const http = await openHttpRelay(
    names.filter((name) => urlOf(name) !== undefined),
    urlOf,
    near,
  )
  open.push(http)
  const commands = names.flatMap((name) => {
    const reach = servers[name]
    return reach?.kind === 'command' ? [[name, reach] as const] : []
  })
  const stdio = await openStdioRelay(Object.fromEntries(commands), near)
  open.push(stdio)
  for (const each of behind) open.push(await openBehind(each, director))
  const reaches = Object.fromEntries([
    ...Object.entries(http.urls).map(([name, url]) => [name, { url }] as const),
    ...Object.entries(stdio.addresses).map(([name, address]) => [name, pipe(address)] as const),
  ])
  const close = async (): Promise<void> => {
    await Promise.all(open.map((each) => each.close()))
  }
  return { config: withReaches(config, reaches), close }
}

function openBehind({ server, port, url }: Behind, director: Director): Promise<HttpRelay> {
  return openHttpRelay([server], () => url, director, port)
}
