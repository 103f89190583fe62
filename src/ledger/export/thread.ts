/** Exports in a thread of its own: whoever decides calls meanwhile is not held up by a ledger that goes out. */
import { Worker } from 'node:worker_threads'
import type { SearchQuery, StorageConfig } from '../storage/storage.ts'
import type { EventSource } from './event.ts'
import type { ExportFormat } from './export.ts'

/** What is to be exported. */
export interface ExportOrder {
  readonly storage: StorageConfig
  readonly format: ExportFormat
  readonly query: Omit<SearchQuery, 'order'>
  readonly source: EventSource
}

export type FromExport =
  | { readonly type: 'piece'; readonly text: string }
  | { readonly type: 'end' }
  | { readonly type: 'failed'; readonly why: string }

/** As `exportEntries`, in larger pieces. A piece is read when the one before was taken; whoever stops taking ends the thread. */
export async function* exportInThread(order: ExportOrder): AsyncGenerator<string> {
  const file = import.meta.url.endsWith('.ts') ? './thread-worker.ts' : './thread-worker.js'
  const worker = new Worker(new URL(file, import.meta.url), { workerData: order })
  try {
    for (;;) {
      const message = await nextOf(worker)
      if (message.type === 'end') return
      if (message.type === 'failed') throw new Error(`the export failed: ${message.why}`)
      yield message.text
    }
  } finally {
    await worker.terminate()
  }
}

function nextOf(worker: Worker): Promise<FromExport> {
  return new Promise((resolve, reject) => {
    const done = (): void => void worker.off('message', take).off('error', fail)
    const take = (message: FromExport): void => {
      done()
      resolve(message)
    }
    const fail = (error: Error): void => {
      done()
      reject(error)
    }
    worker.on('message', take).on('error', fail)
    worker.postMessage('next')
  })
}
