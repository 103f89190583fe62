import type { Socket } from 'node:net'
import { Duplex } from 'node:stream'

/**
 * Stands between node's HTTP client and a connected socket, and keeps every byte the client writes until told to let go.
 *
 * This way the request is written and the answer parsed by node's own client, and only the moment of sending is ours. Reading
 * passes through from the start, so an early answer (a refusal of the head alone) is seen as what it is.
 */
export class HeldSocket extends Duplex {
  readonly #socket: Socket
  readonly #held: Buffer[] = []

  constructor(socket: Socket) {
    super({ allowHalfOpen: true })
    this.#socket = socket
    socket.on('data', (chunk) => {
      if (!this.push(chunk)) socket.pause()
    })
    socket.on('end', () => this.push(null))
    socket.on('error', (error) => this.destroy(error))
    socket.on('close', () => this.destroy())
  }

  /** Sends all but the last byte; resolves when the kernel has them. Nothing may be written by the client afterwards. */
  async sendHead(): Promise<void> {
    const bytes = Buffer.concat(this.#held.splice(0))
    this.#held.push(bytes.subarray(-1))
    await new Promise<void>((resolve, reject) => {
      this.#socket.write(bytes.subarray(0, -1), (error) => (error ? reject(error) : resolve()))
    })
  }

  /** Sends the last byte, within this tick. */
  release(): void {
    for (const bytes of this.#held.splice(0)) this.#socket.write(bytes)
  }

  override _write(chunk: Buffer | string, encoding: BufferEncoding, done: () => void): void {
    this.#held.push(typeof chunk === 'string' ? Buffer.from(chunk, encoding) : chunk)
    done()
  }

  override _read(): void {
    this.#socket.resume()
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#socket.destroy()
    done(error)
  }
}
