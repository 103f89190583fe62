/** Opens shelves. The driver of an engine is loaded when the first one of it is opened. */
import type { Shelf } from '../../api/shelf.ts'

/** Where a shelf is. */
export type ShelfPlace =
  | { readonly type: 'sqlite'; readonly file: string }
  | { readonly type: 'postgres'; readonly url: string; readonly schema: string }

/** @throws when the file or the database cannot be opened. */
export async function openShelf(place: ShelfPlace): Promise<Shelf> {
  if (place.type === 'sqlite') return (await import('./sqlite.ts')).openSqliteShelf(place.file)
  return await (await import('./postgres.ts')).openPostgresShelf(place.url, place.schema)
}
