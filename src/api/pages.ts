/** The console's own files, as they were built: kept in memory, each with its type. */
import { readdir, readFile } from 'node:fs/promises'
import { extname, join, relative, sep } from 'node:path'
import { promisify } from 'node:util'
import { brotliCompress, constants } from 'node:zlib'

export interface Page {
  readonly type: string
  readonly bytes: Buffer
  readonly brotli?: Buffer
  /** Its name changes with its content. */
  readonly fixed: boolean
}

export interface Pages {
  /** @param path - As in a URL, with a leading slash. */
  find(path: string): Page | undefined
  /** The one page all addresses of the console lead to; `nonce` lets it add styles. */
  index(nonce: string): Buffer
}

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.json': 'application/json',
  '.woff2': 'font/woff2',
  '.txt': 'text/plain; charset=utf-8',
}

const compress = promisify(brotliCompress)

/** @throws when the folder has no `index.html`: the console was not built. */
export async function readPages(folder: string): Promise<Pages> {
  const names = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = new Map<string, Page>()
  await Promise.all(
    names.flatMap((entry) => {
      if (!entry.isFile()) return []
      const file = join(entry.parentPath, entry.name)
      return [readPage(file).then((page) => files.set(`/${relative(folder, file).replaceAll(sep, '/')}`, page))]
    }),
  )
  const index = files.get('/index.html')?.bytes.toString('utf8')
  if (index === undefined) throw new Error(`the console is not built: \`${folder}\` has no index.html`)
  files.delete('/index.html')
  return {
    find: (path) => files.get(path),
    index: (nonce) => Buffer.from(index.replaceAll('%NONCE%', nonce)),
  }
}

async function readPage(file: string): Promise<Page> {
  const bytes = await readFile(file)
  const type = types[extname(file)] ?? 'application/octet-stream'
  const page: Page = { type, bytes, fixed: file.includes(`${sep}assets${sep}`) }
  if (bytes.length < 1024 || !/^text|json|svg/.test(type)) return page
  return { ...page, brotli: await compress(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } }) }
}
