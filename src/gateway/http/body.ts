/** The body of a request, whole or as a stream. */

import { malformed, refused } from './refused.ts'
import type { Arriving } from './reply.ts'

/**
 * Reads a body to its end.
 *
 * @throws {Refused} when it is longer than `maxBytes`, or does not come whole.
 */
export function readBytes(arriving: Arriving, maxBytes: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let size = 0
    const onData = (chunk: Buffer): void => {
      size += chunk.length
      chunks.push(chunk)
      if (size <= maxBytes) return
      stop()
      arriving.pause()
      reject(refused('too-large', `the body is longer than ${maxBytes} bytes`))
    }
    const onEnd = (): void => {
      stop()
      resolve(chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks))
    }
    const onFail = (): void => {
      stop()
      reject(malformed('the body did not come whole'))
    }
    const stop = (): void => {
      arriving.off('data', onData).off('end', onEnd).off('error', onFail).off('close', onFail)
    }
    arriving.on('data', onData).once('end', onEnd).once('error', onFail).once('close', onFail)
  })
}
