import type { Store } from '../../guard/store.ts'
export async function openPostgresStore(url: string, options: { schema?: string } = {}): Promise<Store> {
  throw new Error(url + options.schema)
}
