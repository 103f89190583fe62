/** Bodies of web requests and answers, with an end to what is kept of them. */

/** All of a body, or a stream of it when it is longer than what is kept. */
export type Taken =
  | { readonly kind: 'whole'; readonly bytes: Buffer }
  | { readonly kind: 'longer'; readonly stream: ReadableStream<Uint8Array> }

/** Reads a body up to a length. @throws what the stream fails with. */
export async function takeBody(body: ReadableStream<Uint8Array> | null, maxBytes: number): Promise<Taken> {
  if (body === null) return { kind: 'whole', bytes: Buffer.alloc(0) }
  const reader = body.getReader()
  const chunks: Uint8Array[] = []
  let size = 0
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return { kind: 'whole', bytes: Buffer.concat(chunks) }
    chunks.push(value)
    size += value.length
    if (size > maxBytes) return { kind: 'longer', stream: joined(chunks, reader) }
  }
}

function joined(chunks: Uint8Array[], reader: ReadableStreamDefaultReader<Uint8Array>): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const first = chunks.shift()
      if (first !== undefined) {
        controller.enqueue(first)
        return
      }
      const { done, value } = await reader.read()
      if (done) controller.close()
      else controller.enqueue(value)
    },
    cancel: (reason) => reader.cancel(reason),
  })
}

/** Statuses whose answers have no body, not even an empty one. */
export const bodiless: ReadonlySet<number> = new Set([101, 103, 204, 205, 304])
