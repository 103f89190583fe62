import { open, realpath } from 'node:fs/promises'
import { dirname, relative, resolve, sep } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type { Diagnostic } from './diagnostic.ts'
import { isAgentCard, readAgentCard } from './source/card.ts'
import { filesReferredTo, graftFiles } from './source/graft.ts'
import { type DescriptionResult, readDescription } from './source/read-description.ts'
import { type ParsedText, parseText } from './source/text.ts'
import { isToolList, readToolList } from './source/tools.ts'

/** Bounds of one load; all files of a description together share them. */
export interface LoadLimits {
  readonly maxBytes: number
  readonly maxFiles: number
  readonly timeoutMs: number
}

const defaultLimits: LoadLimits = { maxBytes: 20 * 1024 * 1024, maxFiles: 200, timeoutMs: 15_000 }

/**
 * Loads the API description at a file path or a `file:`, `http:` or `https:` URL, with the files it refers to.
 *
 * SECURITY: a description is foreign text. Its references are followed only to files in the directory of the root document or
 * below (links resolved), or to URLs of the same origin; redirects are not followed; size, number of files and time are bounded.
 * Whatever cannot be loaded is a diagnostic; nothing is thrown.
 */
export async function loadDescription(
  source: string,
  location: string,
  limits: LoadLimits = defaultLimits,
): Promise<DescriptionResult> {
  const root = /^(?:https?|file):\/\//i.test(location) ? URL.parse(location) : pathToFileURL(resolve(location))
  if (root === null) {
    const message = `cannot be loaded: \`${location}\` is no address`
    return {
      description: undefined,
      diagnostics: [{ code: 'api-load', severity: 'error', message, file: location, line: 1, column: 1 }],
    }
  }
  const loader = new Loader(root, limits)
  await loader.load(root)
  if (loader.files.get(root.href)?.value === undefined)
    return { description: undefined, diagnostics: loader.diagnostics }
  const whole = loader.files.get(root.href)
  if (whole !== undefined && isToolList(whole.value)) {
    const read = readToolList(source, whole.value, whole.locate)
    return { description: read.description, diagnostics: [...loader.diagnostics, ...read.diagnostics] }
  }
  if (whole !== undefined && isAgentCard(whole.value)) {
    const read = readAgentCard(source, whole.value, whole.locate)
    return { description: read.description, diagnostics: [...loader.diagnostics, ...read.diagnostics] }
  }
  const { value, locate } = graftFiles(loader.files, (file, base) => resolveUrl(file, base)?.href)
  const { description, diagnostics } = readDescription(source, value, locate)
  return { description, diagnostics: [...loader.diagnostics, ...diagnostics] }
}

class Loader {
  readonly files: Map<string, ParsedText> = new Map()
  readonly diagnostics: Diagnostic[] = []
  readonly #root: URL
  readonly #limits: LoadLimits
  readonly #signal: AbortSignal
  #bytesLeft: number

  constructor(root: URL, limits: LoadLimits) {
    this.#root = root
    this.#limits = limits
    this.#signal = AbortSignal.timeout(limits.timeoutMs)
    this.#bytesLeft = limits.maxBytes
  }

  /** One file after the other, so that the limits and the order of diagnostics do not depend on timing. */
  async load(root: URL): Promise<void> {
    const pending = [root]
    const asked = new Set<string>([root.href])
    for (let url = pending.shift(); url !== undefined; url = pending.shift()) {
      const parsed = await this.#loadOne(url)
      if (parsed === undefined) continue
      for (const name of filesReferredTo(parsed.value)) {
        const next = resolveUrl(name, url.href)
        if (next === undefined || asked.has(next.href)) continue
        asked.add(next.href)
        pending.push(next)
      }
    }
  }

  async #loadOne(url: URL): Promise<ParsedText | undefined> {
    const file = this.#nameOf(url)
    try {
      if (this.files.size >= this.#limits.maxFiles) throw new Error(`more than ${this.#limits.maxFiles} files`)
      const { text, lossy } = decode(await this.#read(url))
      const parsed = parseText(file, text)
      this.files.set(url.href, parsed)
      this.diagnostics.push(...parsed.diagnostics)
      if (lossy) this.diagnostics.push(notUtf8(file))
      return parsed
    } catch (error) {
      const message = `cannot be loaded: ${reasonOf(error)}`
      this.diagnostics.push({ code: 'api-load', severity: 'error', message, file, line: 1, column: 1 })
      return undefined
    }
  }

  async #read(url: URL): Promise<Uint8Array> {
    this.#signal.throwIfAborted()
    if (url.protocol === 'file:' && this.#root.protocol === 'file:') return this.#readFile(fileURLToPath(url))
    if (/^https?:$/.test(url.protocol) && url.origin === this.#root.origin) return this.#fetch(url)
    throw new Error('it is outside the place of the description')
  }

  async #readFile(path: string): Promise<Uint8Array> {
    const real = await realpath(path)
    const directory = await realpath(dirname(fileURLToPath(this.#root)))
    const inside = relative(directory, real)
    const isRoot = path === fileURLToPath(this.#root)
    if (!isRoot && (inside === '..' || inside.startsWith(`..${sep}`) || resolve(directory, inside) !== real)) {
      throw new Error('it is outside the directory of the description')
    }
    const handle = await open(real)
    try {
      const stat = await handle.stat()
      // A pipe or device would never end.
      if (!stat.isFile()) throw new Error('it is not a regular file')
      if (stat.size > this.#bytesLeft) throw new Error(`more than ${this.#limits.maxBytes} bytes`)
      this.#bytesLeft -= stat.size
      return await handle.readFile({ signal: this.#signal })
    } finally {
      await handle.close()
    }
  }

  async #fetch(url: URL): Promise<Uint8Array> {
    const response = await fetch(url, { redirect: 'manual', signal: this.#signal })
    if (response.status !== 200) {
      await response.body?.cancel()
      throw new Error(`the server answered ${response.status}`)
    }
    const chunks: Uint8Array[] = []
    for await (const chunk of response.body ?? []) {
      this.#bytesLeft -= chunk.byteLength
      // Leaving the loop cancels the body.
      if (this.#bytesLeft < 0) throw new Error(`more than ${this.#limits.maxBytes} bytes`)
      chunks.push(chunk)
    }
    return Buffer.concat(chunks)
  }

  /** URLs may carry credentials; diagnostics must not. */
  #nameOf(url: URL): string {
    if (url.protocol === 'file:') return relative(process.cwd(), pathOf(url)) || url.pathname
    return `${url.origin}${url.pathname}`
  }
}

/** Why a file or address gives nothing: `fetch` keeps what happened on the wire in the cause. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if (error.name === 'TimeoutError') return 'no complete answer in time'
  const found = error.cause instanceof Error ? error.cause : error
  const code = 'code' in found && typeof found.code === 'string' ? found.code : undefined
  if (error.cause === undefined) return code === 'ENOENT' ? 'there is no such file' : error.message
  return `no answer that could be read${code === undefined ? '' : ` (${code})`}`
}

/** Text of UTF-8, or of UTF-16 where a byte order mark says so, without the mark; bytes that are neither become U+FFFD. */
function decode(bytes: Uint8Array): { readonly text: string; readonly lossy: boolean } {
  const [first, second] = bytes
  const encoding =
    first === 0xff && second === 0xfe ? 'utf-16le' : first === 0xfe && second === 0xff ? 'utf-16be' : 'utf-8'
  const text = new TextDecoder(encoding).decode(bytes)
  return { text, lossy: text.includes('\uFFFD') && !Buffer.from(bytes).includes('\uFFFD') }
}

function notUtf8(file: string): Diagnostic {
  const message = 'is not UTF-8: what could not be read is replaced'
  return { code: 'api-encoding', severity: 'warning', message, file, line: 1, column: 1, help: 'save it as UTF-8' }
}

/** A name with a broken escape is shown as it is. */
function pathOf(url: URL): string {
  try {
    return fileURLToPath(url)
  } catch {
    return url.pathname
  }
}

function resolveUrl(file: string, base: string): URL | undefined {
  try {
    const url = new URL(file, base)
    url.hash = ''
    return url
  } catch {
    return undefined
  }
}
