// What a browser loads before it shows anything stays small; the pages come when they are opened.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'

const built = join(import.meta.dirname, '../../dist/console')
const mostBytes = 200_000

test(`the first view is less than ${mostBytes / 1000} kB, compressed`, () => {
  const page = readFileSync(join(built, 'index.html'), 'utf8')
  const loaded = [...page.matchAll(/(?:src|href)="\/?(assets\/[^"]+)"/g)].map(([, path = '']) => path)
  assert.ok(loaded.some((path) => path.endsWith('.js')) && loaded.some((path) => path.endsWith('.css')), page)
  const bytes = loaded.reduce((sum, path) => sum + gzipSync(readFileSync(join(built, path))).length, 0)
  assert.ok(bytes < mostBytes, `${bytes} bytes: ${loaded.join(', ')}`)
})
