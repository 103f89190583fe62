// Any change of one bit in an exported ledger is found, wherever it is.
import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import { signCheckpoint } from '../../src/ledger/checkpoint.ts'
import { exportItems } from '../../src/ledger/export/ledger-file.ts'
import { formatVerifierKey } from '../../src/ledger/note.ts'
import { recordOf } from '../../src/ledger/record.ts'
import { Frontier, hashLeaf } from '../../src/ledger/tree.ts'
import { type VerifyReport, verifyLedger } from '../../src/ledger/verify.ts'
import { decision } from './sample.ts'

const signer = { name: 'ledger.example/t', privateKey: generateKeyPairSync('ed25519').privateKey }
const rule = { node: 'a', content: 'nothing' as const, isSecret: () => false }
const texts = Array.from(
  { length: 9 },
  (_, at) => recordOf({ draft: decision({ call: `é ${at}` }) }, rule, undefined).text,
)
const frontier = new Frontier()
const checkpoints: string[] = []
for (const text of texts) {
  frontier.append(hashLeaf(text))
  if (frontier.size % 3 === 0) checkpoints.push(signCheckpoint({ size: frontier.size, root: frontier.root() }, signer))
}
const lines = [...checkpoints.map((checkpoint) => JSON.stringify({ checkpoint })), ...texts]
const file = Buffer.from(`${lines.join('\n')}\n`)

async function verify(bytes: Buffer, pieces = 1): Promise<VerifyReport> {
  const text = bytes.toString()
  const step = Math.ceil(text.length / pieces)
  async function* read(): AsyncGenerator<string> {
    for (let at = 0; at < text.length; at += step) yield text.slice(at, at + step)
  }
  const outside = checkpoints.slice(-1)
  return verifyLedger({ items: exportItems(read()), publicKey: formatVerifierKey(signer), checkpoints: outside })
}

test('an untouched file verifies, in pieces of any size', async () => {
  for (const pieces of [1, 2, 7, file.length]) {
    const { problems, covered, checkpoints: count } = await verify(file, pieces)
    assert.deepEqual([problems, covered, count], [[], 9, 3])
  }
})

test('one flipped bit anywhere is found', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(file.length - 2), fc.nat(7), async (at, bit) => {
      const changed = Buffer.from(file)
      changed[at] = (changed[at] ?? 0) ^ (1 << bit)
      const { problems } = await verify(changed)
      assert.ok(problems.length > 0)
    }),
    { numRuns: 600 },
  )
})

test('an entry that is edited lies between the checkpoints that are named', async () => {
  for (const at of texts.keys()) {
    const changed = file.toString().replace(`"é ${at}"`, `"e ${at}"`)
    const { problems, covered } = await verify(Buffer.from(changed))
    const from = at - (at % 3)
    assert.deepEqual(
      [problems.map(({ code, from, to }) => [code, from, to]), covered],
      [[['mismatch', from, from + 2]], from],
    )
  }
})
