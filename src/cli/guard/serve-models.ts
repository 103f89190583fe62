/** The gateway for models of a guard that serves. */
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { Charter } from '../../charter/charter.ts'
import type { HttpEvent } from '../../gateway/http/call.ts'
import type { TlsConfig } from '../../gateway/http/listener.ts'
import { type ModelGateway, openModelGateway } from '../../gateway/llm/gateway.ts'
import type { ModelSource } from '../../gateway/llm/provider.ts'
import type { Guard } from '../../guard/guard.ts'
import type { Identifier } from '../../identity/identity.ts'
import type { Injector } from '../../vault/injector.ts'
import { Secret } from '../../wire/secret.ts'
import type { GuardConfig, ReadyCharter } from './config.ts'
import type { ModelsFile } from './models-schema.ts'
import type { Secrets } from './secrets.ts'

export interface ModelsSurroundings {
  readonly guard: Guard
  readonly identifier: Identifier
  readonly secrets: Secrets
  readonly vault: Injector | undefined
  readonly tell: (why: string, call: string) => void
}

/** Opens it; undefined when the guard file has none. @throws when a file or a secret is missing, or the port is taken. */
export async function serveModels(
  ready: GuardConfig & ReadyCharter,
  { guard, identifier, secrets, vault, tell }: ModelsSurroundings,
): Promise<ModelGateway | undefined> {
  const { models, limits } = ready.file
  if (models === undefined) return undefined
  const { host, port, hosts } = models
  const tls = await tlsOf(ready.folder, models)
  return openModelGateway({
    guard,
    identifier,
    sources: await modelSources(ready, models, secrets),
    listen: { host, port, ...(tls === undefined ? {} : { tls }) },
    limits: { bodyBytes: models.body * 1024 * 1024, jsonDepth: limits.depth, headerBytes: limits.headers },
    ...(hosts === undefined ? {} : { hosts }),
    ...(vault === undefined ? {} : { vault }),
    onEvent: (event: HttpEvent) => {
      if (event.kind === 'failed') tell(event.why, event.call)
    },
  })
}

/** Puts what changed in the file into a gateway that serves. Address and port stay. @throws as `serveModels`. */
export async function reloadModels(
  gateway: ModelGateway,
  ready: GuardConfig & ReadyCharter,
  secrets: Secrets,
): Promise<void> {
  const { models, limits } = ready.file
  if (models === undefined) return
  const tls = await tlsOf(ready.folder, models)
  gateway.reload({
    sources: await modelSources(ready, models, secrets),
    limits: { bodyBytes: models.body * 1024 * 1024, jsonDepth: limits.depth },
    ...(tls === undefined ? {} : { tls }),
    ...(models.hosts === undefined ? {} : { hosts: models.hosts }),
  })
}

async function tlsOf(folder: string, { tls }: ModelsFile): Promise<TlsConfig | undefined> {
  return tls === undefined ? undefined : { cert: await readPem(folder, tls.cert), key: await readPem(folder, tls.key) }
}

async function modelSources(
  { folder, charter }: GuardConfig & ReadyCharter,
  { sources }: ModelsFile,
  secrets: Secrets,
): Promise<Readonly<Record<string, ModelSource>>> {
  const made = Object.entries(sources).map(async ([name, source]): Promise<readonly [string, ModelSource]> => {
    const { url, key, region, ca, timeout, passing, tools } = source
    const trusted = ca === undefined ? {} : { ca: await readPem(folder, ca) }
    return [
      name,
      {
        provider: providerOf(charter, name),
        upstream: { url, timeoutMs: timeout, idleMs: timeout, ...trusted },
        providerTools: source['provider-tools'],
        unseenHistory: source['unseen-history'],
        assumedTokens: source['assumed-tokens'],
        asksUsage: source['ask-usage'],
        passing,
        tools,
        ...(region === undefined ? {} : { region }),
        ...(key === undefined ? {} : { key: new Secret(await secrets.fill(key)) }),
      },
    ]
  })
  return Object.fromEntries(await Promise.all(made))
}

/** Which provider a source of models is, as the charter says. */
export function providerOf(charter: Charter, source: string): string {
  return charter.sources.get(source)?.description.title ?? source
}

function readPem(folder: string, path: string): Promise<string> {
  return readFile(resolve(folder, path), 'utf8')
}
