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
