/** Beginnings of what stands behind the point of roots of the first primes (FIPS 180-4, 4.2.2 and 5.3.3). */
function ofRoots(count: number, root: (prime: number) => number): Uint32Array {
  const words = new Uint32Array(count)
  for (let [at, each] = [0, 2]; at < count; each += 1) {
    let factor = 2
    while (each % factor !== 0) factor += 1
    if (factor === each) words[at++] = (root(each) % 1) * 2 ** 32
  }
  return words
}

const start = ofRoots(8, Math.sqrt)
const rounds = ofRoots(64, Math.cbrt)

/** SHA-256 of a few bytes. */
export function sha256(bytes: readonly number[]): number[] {
  const padded = new Uint8Array(Math.ceil((bytes.length + 9) / 64) * 64)
  padded.set([...bytes, 0x80])
  const view = new DataView(padded.buffer)
  view.setUint32(padded.length - 4, bytes.length * 8)
  const state = start.slice()
  for (let at = 0; at < padded.length; at += 64) mix(state, new DataView(padded.buffer, at, 64))
  return [...state].flatMap((word) => [word >>> 24, (word >>> 16) & 255, (word >>> 8) & 255, word & 255])
}

function mix(state: Uint32Array, block: DataView): void {
  const words = new Uint32Array(64)
  const word = (at: number): number => words[at] ?? 0
  const now = state.slice()
  const of = (at: number): number => now[at] ?? 0
  for (let at = 0; at < 64; at += 1) {
    words[at] =
      at < 16
        ? block.getUint32(at * 4)
        : word(at - 16) +
          (turned(word(at - 15), 7, 18) ^ (word(at - 15) >>> 3)) +
          word(at - 7) +
          (turned(word(at - 2), 17, 19) ^ (word(at - 2) >>> 10))
    const chosen = (of(4) & of(5)) ^ (~of(4) & of(6))
    const first = of(7) + turned(of(4), 6, 11, 25) + chosen + (rounds[at] ?? 0) + word(at)
    const second = turned(of(0), 2, 13, 22) + ((of(0) & of(1)) ^ (of(0) & of(2)) ^ (of(1) & of(2)))
    now.copyWithin(1, 0)
    now[4] = of(4) + first
    now[0] = first + second
  }
  for (let at = 0; at < 8; at += 1) state[at] = (state[at] ?? 0) + of(at)
}

/** A word turned to the right by so many bits, each with the others. */
function turned(word: number, ...by: readonly number[]): number {
  return by.reduce((all, bits) => all ^ ((word >>> bits) | (word << (32 - bits))), 0)
}
