// The package has no types of its own; only what the tests use is said here.
declare module 'oidc-provider' {
  import type { RequestListener } from 'node:http'
  // biome-ignore lint/style/noDefaultExport: the package has one
  export default class Provider {
    constructor(issuer: string, configuration: object)
    callback(): RequestListener
  }
}
