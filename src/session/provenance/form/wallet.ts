import { sha256 } from '@noble/hashes/sha2.js'
import { bech32, bech32m, createBase58check } from '@scure/base'

const ofBase58 = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz'
const ofBech32 = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l'
/** Of Ethereum and those like it, of Bitcoin and Litecoin, of Tron. */
const likely = new RegExp(
  String.raw`(?<![\p{L}\p{N}_-])(?:0[xX][\da-fA-F]{40}|(?:bc|ltc)1[${ofBech32}]{38,60}|(?:BC|LTC)1[${ofBech32.toUpperCase()}]{38,60}|[13LMT][${ofBase58}]{25,33})(?![\p{L}\p{N}_-])`,
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
  const text = written.toLowerCase()
  if (/^(?:bc|ltc)1/.test(text)) return (bech32.decodeUnsafe(text) ?? bech32m.decodeUnsafe(text)) !== undefined
  try {
    return base58check.decode(written).length === versionAndHash
  } catch {
    return false
  }
}

const base58check = createBase58check(sha256)
/** One byte, and the twenty of a hash. */
const versionAndHash = 21
