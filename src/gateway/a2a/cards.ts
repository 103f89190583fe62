/** Agents as they were approved, and as they describe themselves now. */
import type { JSONWebKeySet } from 'jose'
import { request } from 'undici'
import type { Charter } from '../../charter/charter.ts'
import { interfacesOf, skillsOf } from '../../charter/source/card.ts'
import type { Pin } from '../../constraint/facts.ts'
import { digestOf } from '../../guard/id.ts'
import { isRecord } from '../../wire/to-http.ts'
import { parseStrictJson } from '../http/strict-json.ts'
import { verifyCard } from './card-signature.ts'

type Card = Readonly<Record<string, unknown>>

/** How an agent's own card is looked at. */
export interface CardWatch {
  /** Where it shows its card; the well-known place of its first interface by default. */
  readonly url?: string
  /** Sent along, where the card is not shown to everybody. */
  readonly headers?: Readonly<Record<string, string>>
  /** Keys whose signatures count. With them, a card that none of them signed is not believed. */
  readonly keys?: JSONWebKeySet
}

/** A card that is not as it was approved, or not signed as it must be. */
export interface CardDrift {
  readonly source: string
  readonly why: 'changed' | 'unsigned' | 'unknown' | 'forged'
  /** The members that differ. */
  readonly members: readonly string[]
}

export interface CardsOptions {
  readonly charter: () => Charter
  readonly watches: Readonly<Record<string, CardWatch>>
  readonly onDrift: (drift: CardDrift) => void
  /** How long a card that was seen is believed; a minute by default. */
  readonly believedMs?: number
}

interface Seen {
  readonly at: number
  readonly approved: string
  readonly pin: Pin
}

const maxBytes = 1024 * 1024

/** Follows the cards of the agents of a charter. */
export class Cards {
  readonly #options: CardsOptions
  readonly #seen = new Map<string, Seen>()
  readonly #looking = new Map<string, Promise<Pin>>()

  constructor(options: CardsOptions) {
    this.#options = options
  }

  /** The approved card of a source. */
  approved(source: string): Card | undefined {
    const description = this.#options.charter().sources.get(source)?.description
    return description?.format === 'a2a' && isRecord(description.document) ? description.document : undefined
  }

  /** Whether an agent describes itself as it was approved. Never rejects: what cannot be told is `unknown`. */
  async pinOf(source: string): Promise<Pin> {
    const approved = this.approved(source)
    if (approved === undefined) return 'unknown'
    const digest = digestOf(approved)
    const seen = this.#seen.get(source)
    const believedMs = this.#options.believedMs ?? 60_000
    if (seen?.approved === digest && performance.now() - seen.at < believedMs) return seen.pin
    const looking = this.#looking.get(source) ?? this.#look(source, approved, digest)
    this.#looking.set(source, looking)
    return looking.finally(() => this.#looking.delete(source))
  }

  async #look(source: string, approved: Card, digest: string): Promise<Pin> {
    const watch = this.#options.watches[source] ?? {}
    const live = await fetchCard(watch, approved).catch(() => undefined)
    if (live === undefined) return 'unknown'
    const drift = await driftOf(source, approved, live, watch.keys)
    const pin: Pin = drift === undefined ? 'pinned' : 'changed'
    const before = this.#seen.get(source)
    this.#seen.set(source, { at: performance.now(), approved: digest, pin })
    if (drift !== undefined && (before?.pin !== 'changed' || before.approved !== digest)) this.#options.onDrift(drift)
    return pin
  }
}

async function fetchCard({ url, headers = {} }: CardWatch, approved: Card): Promise<Card | undefined> {
  const [first] = interfacesOf(approved)
  const at = url ?? (first === undefined ? undefined : new URL('/.well-known/agent-card.json', first.url).href)
  if (at === undefined) return undefined
  // Redirects are not followed: the card would be somebody else's.
  const { statusCode, body } = await request(at, {
    headers: { accept: 'application/json', 'a2a-version': '1.0', ...headers },
    headersTimeout: 5000,
    bodyTimeout: 5000,
    signal: AbortSignal.timeout(10_000),
  })
  if (statusCode !== 200) {
    await body.dump()
    return undefined
  }
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of body) {
    if (!Buffer.isBuffer(chunk)) return undefined
    size += chunk.length
    if (size > maxBytes) return undefined
    chunks.push(chunk)
  }
  const card = parseStrictJson(Buffer.concat(chunks), 32)
  return isRecord(card) ? card : undefined
}

/** Every member counts, also those that no signature is over; the signatures themselves may be made anew. */
async function driftOf(
  source: string,
  approved: Card,
  live: Card,
  keys: JSONWebKeySet | undefined,
): Promise<CardDrift | undefined> {
  const names = [...new Set([...Object.keys(approved), ...Object.keys(live)])].filter((each) => each !== 'signatures')
  const members = names.filter((name) => digestOf(approved[name] ?? null) !== digestOf(live[name] ?? null))
  if (members.length > 0) return { source, why: 'changed', members }
  if (keys === undefined) return undefined
  const signed = await verifyCard(live, keys)
  return signed === 'signed' ? undefined : { source, why: signed, members: ['signatures'] }
}

/** The protocol bindings that are passed on. */
export const bindings: ReadonlySet<string> = new Set(['JSONRPC', 'HTTP+JSON'])

/**
 * An approved card as clients see it: reached at our address, with what we pass on. Signatures are left out, as it is not the card that
 * was signed.
 */
export function shownCard(approved: Card, address: string): Card {
  const { signatures: _, url, additionalInterfaces: __, supportedInterfaces, ...rest } = approved
  const reached = interfacesOf(approved)
    .filter(({ binding, version }) => bindings.has(binding) && (version === '1.0' || binding === 'JSONRPC'))
    .map(({ binding, version, tenant }) => ({
      url: address,
      protocolBinding: binding,
      protocolVersion: version,
      ...(tenant === undefined ? {} : { tenant }),
    }))
  const isLegacy = supportedInterfaces === undefined && url !== undefined
  return isLegacy ? { ...rest, url: address, preferredTransport: 'JSONRPC' } : { ...rest, supportedInterfaces: reached }
}

/** What an agent shows to those who signed in: reached at our address, without skills and extensions nobody approved. */
export function shownExtended(extended: Card, approved: Card, address: string): Card {
  const known = skillsOf(approved)
  const { skills, capabilities } = extended
  const kept = (Array.isArray(skills) ? skills : []).filter(
    (each: unknown) => isRecord(each) && typeof each['id'] === 'string' && known.has(each['id']),
  )
  const shown = { ...shownCard(extended, address), skills: kept }
  return isRecord(capabilities) ? { ...shown, capabilities: approved['capabilities'] } : shown
}
