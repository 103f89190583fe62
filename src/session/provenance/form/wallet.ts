import { sha256 } from '../../../text/sha256.ts'

const base58 = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz'
const bech32 = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l'
/** Of Ethereum and those like it, of Bitcoin and Litecoin, of Tron. */
const likely = new RegExp(
  String.raw`(?<![\p{L}\p{N}_-])(?:0[xX][\da-fA-F]{40}|(?:bc|ltc)1[${bech32}]{38,60}|(?:BC|LTC)1[${bech32.toUpperCase()}]{38,60}|[13LMT][${base58}]{25,33})(?![\p{L}\p{N}_-])`,
  'gu',
)

/** The text with each wallet in it replaced: with the sum of its kind in it, so that ids and digests are none. */
export function replaceWallets(text: string, by: (wallet: string) => string): string {
  return text.replace(likely, (written) => (isWallet(written) ? by(written) : written))
}

export function walletsIn(text: string): readonly string[] {
  return (text.match(likely) ?? []).filter(isWallet)
}

function isWallet(written: string): boolean {
  if (/^0x/i.test(written)) return true
  const lower = written.toLowerCase()
  return /^(?:bc|ltc)1/.test(lower) ? isBech32(lower) : isBase58Check(written)
}

/** A version, twenty bytes, and the first four of the SHA-256 of the SHA-256 of these. */
function isBase58Check(written: string): boolean {
  let whole = 0n
  for (const each of written) whole = whole * 58n + BigInt(base58.indexOf(each))
  const hex = whole.toString(16).padStart(50, '0')
  if (hex.length > 50) return false
  const bytes = (hex.match(/../g) ?? []).map((byte) => Number.parseInt(byte, 16))
  const sum = sha256(sha256(bytes.slice(0, 21)))
  return bytes.slice(21).every((byte, at) => byte === sum[at])
}

const generators = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3]

/** The sum of BIP 173, or that of BIP 350. */
function isBech32(lower: string): boolean {
  const [prefix = '', data = ''] = lower.split('1')
  const codes = [...prefix].map((each) => each.charCodeAt(0))
  let sum = 1
  for (const value of [
    ...codes.map((code) => code >> 5),
    0,
    ...codes.map((code) => code & 31),
    ...[...data].map((each) => bech32.indexOf(each)),
  ]) {
    const top = sum >>> 25
    sum = ((sum & 0x1ffffff) << 5) ^ value
    generators.forEach((generator, at) => {
      if ((top >>> at) & 1) sum ^= generator
    })
  }
  return sum === 1 || sum === 0x2bc830a3
}
