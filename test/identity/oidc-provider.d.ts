// The package has no types of its own; only what the tests use is said here.
declare module 'oidc-provider' {
  import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
  // biome-ignore lint/style/noDefaultExport: the package has one
  export default class Provider {
    constructor(issuer: string, configuration: object)
    callback(): RequestListener
    /** Answers the response. */
    interactionFinished(request: IncomingMessage, response: ServerResponse, result: object): Promise<void>
  }
}

declare module 'oidc-provider/lib/adapters/memory_adapter.js' {
  /** What the provider keeps everything in unless told otherwise; chosen, it is no cause for a warning. */
  export function createMemoryAdapter(clockToleranceSeconds: number): (model: string) => object
}
