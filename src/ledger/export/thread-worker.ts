/** The thread of one export: gives a piece each time it is asked for one. Started by thread.ts alone. */
import { parentPort, workerData } from 'node:worker_threads'
import { openStorage } from '../storage/open.ts'
import { exportEntries } from './export.ts'
import type { ExportOrder, FromExport } from './thread.ts'

const pieceBytes = 256 * 1024

const port = parentPort
if (port === null) throw new Error('an export runs in a thread of its own')
const { storage, format, query, source }: ExportOrder = workerData
const reader = await openStorage(storage)
const pieces = exportEntries(reader, format, { query, source })

port.on('message', () => {
  next().then(
    (message) => port.postMessage(message),
    (error: unknown) => {
      const why = error instanceof Error ? error.message : String(error)
      port.postMessage({ type: 'failed', why } satisfies FromExport)
    },
  )
})

async function next(): Promise<FromExport> {
  const texts: string[] = []
  for (let length = 0; length < pieceBytes; ) {
    const { value, done } = await pieces.next()
    if (done === true) break
    texts.push(value)
    length += value.length
  }
  return texts.length === 0 ? { type: 'end' } : { type: 'piece', text: texts.join('') }
}
