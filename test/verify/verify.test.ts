// What the browser computes to verify the ledger, against what the ledger itself makes: every proof holds, and no changed bit does.
import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { decodeBase64, encodeBase64 } from '../../console/src/verify/bytes.ts'
import { readKey, verifyCheckpoint } from '../../console/src/verify/checkpoint.ts'
import { verifyEntry } from '../../console/src/verify/entry-proof.ts'
import { climb, verifyConsistency } from '../../console/src/verify/merkle.ts'
import { follow, type Notebook, recall } from '../../console/src/verify/remembered.ts'
import { signCheckpoint } from '../../src/ledger/checkpoint.ts'
import { formatVerifierKey } from '../../src/ledger/note.ts'
import { type HashSource, proveConsistency, proveInclusion } from '../../src/ledger/proof.ts'
import { formatProof } from '../../src/ledger/tlog-proof.ts'
import { Frontier, hashLeaf } from '../../src/ledger/tree.ts'

const size = 300
const texts = Array.from(
  { length: size },
  (_, index) => `{"at":"2026-11-22T10:00:00.000Z","note":"entry ${index} é😀"}`,
)
const kept = new Map<string, Buffer>()
const frontier = new Frontier()
const roots = [frontier.root()]
for (const [index, text] of texts.entries()) {
  kept.set(`0/${index}`, hashLeaf(text))
  frontier.append(hashLeaf(text), (node) => kept.set(`${node.height}/${node.index}`, node.hash))
  roots.push(frontier.root())
}
const source: HashSource = async (height, first, count) =>
  Array.from({ length: count }, (_, at) => kept.get(`${height}/${first + at}`)).filter((hash) => hash !== undefined)

const signer = { name: 'ledger.example/shop', privateKey: generateKeyPairSync('ed25519').privateKey }
const publicKey = formatVerifierKey(signer)
const checkpointOf = (count: number): string =>
  signCheckpoint({ size: count, root: roots[count] ?? Buffer.alloc(0) }, signer)

async function proofOf(index: number, count: number): Promise<string> {
  const path = await proveInclusion(source, index, count)
  return formatProof({ index, entry: texts[index] ?? '', path, checkpoint: checkpointOf(count) })
}

async function keyOf(text: string) {
  const key = await readKey(text)
  assert.ok(key)
  return key
}

test('every entry of trees of many sizes verifies, at its own place and with its own text', async () => {
  const key = await keyOf(publicKey)
  for (const count of [1, 2, 3, 7, 8, 9, 64, 255, 256, 257, 300]) {
    for (const index of new Set(
      [0, 1, Math.floor(count / 2), count - 2, count - 1].filter((at) => at >= 0 && at < count),
    )) {
      const file = await proofOf(index, count)
      const verdict = await verifyEntry(file, key, { index, text: texts[index] ?? '' })
      assert.ok(verdict.holds, `${index} of ${count}`)
      assert.equal(encodeBase64(verdict.leaf), kept.get(`0/${index}`)?.toString('base64'))
      assert.equal(encodeBase64(verdict.head.root), roots[count]?.toString('base64'))
      const problems = [
        await verifyEntry(file, key, { index: index + 1, text: texts[index] ?? '' }),
        await verifyEntry(file, key, { index, text: `${texts[index]} ` }),
      ]
      assert.deepEqual(
        problems.map((each) => !each.holds && each.problem),
        ['other-place', 'other-text'],
      )
    }
  }
})

test('no bit of a proof can be changed: not of the text, the place, the path, the size, the root or the signature', async () => {
  const key = await keyOf(publicKey)
  const file = Buffer.from(await proofOf(137, 300))
  const text = texts[137] ?? ''
  for (let bit = 0; bit < file.length * 8; bit += 1) {
    const changed = Buffer.from(file)
    changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7))
    const verdict = await verifyEntry(changed.toString(), key, { index: 137, text })
    assert.ok(!verdict.holds, `bit ${bit & 7} of byte ${bit >> 3}`)
  }
  const shown = Buffer.from(text)
  const bare = file.toString().replace(/extra .*\n/, '')
  assert.ok((await verifyEntry(bare, key, { index: 137, text })).holds)
  for (let bit = 0; bit < shown.length * 8; bit += 1) {
    const changed = Buffer.from(shown)
    changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7))
    assert.ok(!(await verifyEntry(bare, key, { index: 137, text: changed.toString() })).holds)
  }
})

test('no bit of the public key can be changed', async () => {
  const bytes = Buffer.from(publicKey)
  const note = checkpointOf(9)
  for (let bit = 0; bit < bytes.length * 8; bit += 1) {
    const changed = Buffer.from(bytes)
    changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7))
    const key = await readKey(changed.toString())
    assert.ok(key === undefined || 'problem' in (await verifyCheckpoint(note, key)))
  }
})

test('every beginning of a ledger is shown to be one, and nothing else is', async () => {
  for (const from of [1, 2, 3, 4, 7, 8, 100, 128, 255, 256, 299, 300])
    for (const to of [from, from + 1, 257, 300].filter((count) => count >= from && count <= 300)) {
      const head = (count: number, root = roots[count]) => ({ size: count, root: new Uint8Array(root ?? []) })
      const path = (await proveConsistency(source, from, to)).map((hash) => new Uint8Array(hash))
      assert.ok(await verifyConsistency(head(from), head(to), path), `${from} to ${to}`)
      assert.ok(!(await verifyConsistency(head(from, roots[from - 1]), head(to), path)))
      assert.ok(!(await verifyConsistency(head(from), head(to, roots[to - 1]), path)))
      for (const [place, hash] of path.entries())
        for (const bit of [0, 77, 255]) {
          const changed = new Uint8Array(hash)
          changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7))
          assert.ok(!(await verifyConsistency(head(from), head(to), path.with(place, changed))))
        }
    }
})

interface Vector {
  readonly kind: 'inclusion' | 'consistency'
  readonly name: string
  readonly wantErr: boolean
  readonly proof: readonly string[] | null
  readonly [member: string]: unknown
}

test('published vectors', async () => {
  const lines = readFileSync(new URL('../ledger/vectors/merkle.jsonl', import.meta.url), 'utf8')
    .trim()
    .split('\n')
  const bytes = (text: unknown) => new Uint8Array(Buffer.from(String(text ?? ''), 'base64'))
  const wrong: string[] = []
  for (const vector of lines.map((line): Vector => JSON.parse(line))) {
    const path = (vector.proof ?? []).map(bytes)
    const [index, count, from, to] = ['leafIdx', 'treeSize', 'size1', 'size2'].map((name) => Number(vector[name]))
    const holds =
      vector.kind === 'inclusion'
        ? encodeBase64(
            (await climb({ index: index ?? 0, size: count ?? 0, leaf: bytes(vector['leafHash']) }, path)) ?? bytes(''),
          ) === vector['root'] && vector['root'] !== ''
        : await verifyConsistency(
            { size: from ?? 0, root: bytes(vector['root1']) },
            { size: to ?? 0, root: bytes(vector['root2']) },
            path,
          )
    if (holds === vector.wantErr) wrong.push(vector.name)
  }
  assert.deepEqual([lines.length > 150, wrong], [true, []])
})

test('the browser remembers a ledger, and sees when another one is shown in its place', async () => {
  const notes = new Map<string, string>()
  const notebook: Notebook = {
    getItem: (name) => notes.get(name) ?? null,
    setItem: (name, value) => void notes.set(name, value),
    removeItem: (name) => void notes.delete(name),
  }
  const prove = async (from: number, to: number) =>
    (await proveConsistency(source, from, to)).map((hash) => hash.toString('base64'))
  const see = async (checkpoint: string, key = publicKey, now = 1) =>
    (await follow(notebook, { key, checkpoint }, { prove, now })).kind
  assert.equal(await see(checkpointOf(100)), 'first')
  assert.equal(await see(checkpointOf(100), publicKey, 2), 'same')
  assert.equal(await see(checkpointOf(257), publicKey, 3), 'grown')
  assert.deepEqual([recall(notebook)?.size, recall(notebook)?.since, recall(notebook)?.at], [257, 1, 3])
  const other = { ...signer, privateKey: generateKeyPairSync('ed25519').privateKey }
  const forged = { size: 300, root: Buffer.alloc(32, 7) }
  assert.equal(await see(signCheckpoint(forged, other), formatVerifierKey(other)), 'key')
  assert.equal(await see(signCheckpoint(forged, other)), 'unbelieved')
  assert.equal(await see(signCheckpoint(forged, signer)), 'fork')
  assert.equal(await see(signCheckpoint({ size: 257, root: Buffer.alloc(32, 7) }, signer)), 'fork')
  assert.equal(await see(checkpointOf(256)), 'cut')
  assert.equal(recall(notebook)?.size, 257)
})

test('base64 is read strictly', () => {
  assert.deepEqual(
    ['AA==', 'AB==', 'AA=', 'AA', ' AA=', ''].map((text) => decodeBase64(text)?.length),
    [1, undefined, undefined, undefined, undefined, 0],
  )
})
