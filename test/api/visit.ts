// A browser of a few lines: it keeps cookies, and says where requests come from.

export interface Visit {
  /** Follows no redirect. */
  ask(
    method: string,
    path: string,
    options?: { body?: unknown; headers?: Readonly<Record<string, string>>; signal?: AbortSignal },
  ): Promise<Response>
  /** Follows redirects, to other hosts too, until there is a page. `url` of the answer is where it ended. */
  go(url: string): Promise<Response>
  /** One step of that. */
  step(url: string): Promise<Response>
  cookie(name: string): string | undefined
  /** Sends this instead of what it has. */
  put(name: string, value: string): void
}

export function visit(origin: string): Visit {
  const jars = new Map<string, Map<string, string>>()
  const jarOf = (url: string): Map<string, string> => {
    const { host } = new URL(url)
    const jar = jars.get(host) ?? new Map<string, string>()
    jars.set(host, jar)
    return jar
  }
  const send = async (url: string, init: RequestInit): Promise<Response> => {
    const jar = jarOf(url)
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ')
    const headers = new Headers(init.headers)
    if (cookie !== '') headers.set('cookie', cookie)
    const response = await fetch(url, { ...init, headers, redirect: 'manual' })
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      if (value === '') jar.delete(name)
      else jar.set(name, value)
    }
    return response
  }
  const step = (url: string): Promise<Response> => send(url, { headers: { 'sec-fetch-site': 'none' } })
  return {
    ask: (method, path, { body, headers = {}, ...more } = {}) =>
      send(`${origin}${path}`, {
        ...more,
        method,
        headers: {
          ...(method === 'GET' ? {} : { origin }),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      }),
    step,
    async go(url) {
      let at = url
      for (let hops = 0; hops < 20; hops += 1) {
        const response = await step(at)
        const location = response.headers.get('location')
        if (location === null) return Object.defineProperty(response, 'url', { value: at })
        at = new URL(location, at).href
        await response.arrayBuffer()
      }
      throw new Error('redirects without end')
    },
    cookie: (name) => jarOf(origin).get(name),
    put: (name, value) => void jarOf(origin).set(name, value),
  }
}

/** Signs in at the identity provider, as the person of that name. */
export async function signInAs(origin: string, name: string): Promise<Visit & { readonly end: string }> {
  const visitor = visit(origin)
  const page = await visitor.go(`${origin}/sign-in/oidc`)
  const { url } = page
  await page.arrayBuffer()
  const end = await visitor.go(`${url}?as=${name}`)
  await end.arrayBuffer()
  return { ...visitor, end: end.url.slice(origin.length) }
}
