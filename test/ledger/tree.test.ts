// The tree against the published vectors of RFC 6962 / 9162, and properties of proofs over trees of any size.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  type HashSource,
  proveConsistency,
  proveInclusion,
  verifyConsistency,
  verifyInclusion,
} from '../../src/ledger/proof.ts'
import { emptyRoot, Frontier, hashLeaf, tileHeight } from '../../src/ledger/tree.ts'

interface Vector {
  readonly kind: 'inclusion' | 'consistency'
  readonly name: string
  readonly wantErr: boolean
  readonly proof: readonly string[] | null
  readonly leafIdx: number
  readonly treeSize: number
  readonly root: string
  readonly leafHash: string
  readonly size1: number
  readonly size2: number
  readonly root1: string
  readonly root2: string
}

// Of transparency-dev/merkle: eight leaves and the roots over the first n of them.
const leaves = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f']
const roots = [
  'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
]

const vectors = readFileSync(new URL('./vectors/merkle.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .map((line): Vector => JSON.parse(line))

function bytes(base64: string): Buffer {
  return Buffer.from(base64 ?? '', 'base64')
}

function holds(vector: Vector): boolean {
  const path = (vector.proof ?? []).map(bytes)
  if (vector.kind === 'inclusion') {
    const { leafIdx: index, treeSize: size } = vector
    return verifyInclusion({ index, size, leafHash: bytes(vector.leafHash), root: bytes(vector.root) }, path)
  }
  const claim = { size: vector.size1, root: bytes(vector.root1), newSize: vector.size2, newRoot: bytes(vector.root2) }
  return verifyConsistency(claim, path)
}

/** A tree of `size` leaves, kept the way a ledger keeps it: leaves and every eighth height. */
function grow(size: number): { frontiers: Buffer[]; source: HashSource; hashes: Buffer[] } {
  const kept = new Map<string, Buffer>()
  const frontier = new Frontier()
  const frontiers = [frontier.root()]
  const hashes: Buffer[] = []
  for (let index = 0; index < size; index += 1) {
    const leaf = hashLeaf(`leaf ${index}`)
    hashes.push(leaf)
    kept.set(`0/${index}`, leaf)
    frontier.append(leaf, (node) => kept.set(`${node.height}/${node.index}`, node.hash))
    frontiers.push(frontier.root())
  }
  const source: HashSource = async (height, first, count) => {
    assert.equal(height % tileHeight, 0)
    assert.ok(count < 256 || height === 0)
    return Array.from({ length: count }, (_, at) => kept.get(`${height}/${first + at}`)).filter(
      (hash) => hash !== undefined,
    )
  }
  return { frontiers, source, hashes }
}

test('roots are as published', () => {
  const frontier = new Frontier()
  assert.deepEqual(emptyRoot.toString('hex'), roots[0])
  for (const [index, leaf] of leaves.entries()) {
    frontier.append(hashLeaf(Buffer.from(leaf, 'hex')))
    assert.equal(frontier.root().toString('hex'), roots[index + 1])
    assert.deepEqual(Frontier.parse(frontier.size, frontier.bytes()).root(), frontier.root())
  }
})

test('a leaf of text and of its bytes are the same', () => {
  assert.deepEqual(hashLeaf('é\u0000😀'), hashLeaf(Buffer.from('é\u0000😀')))
})

test(`${vectors.length} published vectors`, () => {
  const wrong = vectors.filter((vector) => holds(vector) === vector.wantErr)
  assert.deepEqual(
    wrong.map(({ name }) => name),
    [],
  )
  assert.ok(vectors.length > 150)
})

const tree = grow(1100)

test('every inclusion proof that is made verifies, and for no other leaf, place or root', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 1100 }), fc.nat(), fc.nat(31), async (size, pick, bit) => {
      const index = pick % size
      const path = await proveInclusion(tree.source, index, size)
      const claim = { index, size, leafHash: tree.hashes[index] ?? emptyRoot, root: tree.frontiers[size] ?? emptyRoot }
      assert.ok(verifyInclusion(claim, path))
      assert.ok(!verifyInclusion({ ...claim, index: index + 1 }, path))
      assert.ok(!verifyInclusion({ ...claim, leafHash: hashLeaf('another') }, path))
      assert.ok(!verifyInclusion({ ...claim, root: flip(claim.root, bit) }, path))
      assert.ok(!verifyInclusion(claim, [...path, emptyRoot]))
    }),
    { numRuns: 150 },
  )
})

test('every consistency proof that is made verifies, and for no other root', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 2, max: 1100 }), fc.nat(), fc.nat(31), async (newSize, pick, bit) => {
      const size = 1 + (pick % (newSize - 1))
      const path = await proveConsistency(tree.source, size, newSize)
      const claim = {
        size,
        root: tree.frontiers[size] ?? emptyRoot,
        newSize,
        newRoot: tree.frontiers[newSize] ?? emptyRoot,
      }
      assert.ok(verifyConsistency(claim, path))
      assert.ok(!verifyConsistency({ ...claim, root: flip(claim.root, bit) }, path))
      assert.ok(!verifyConsistency({ ...claim, newRoot: flip(claim.newRoot, bit) }, path))
    }),
    { numRuns: 150 },
  )
})

function flip(hash: Buffer, at: number): Buffer {
  const copy = Buffer.from(hash)
  copy[at] = (copy[at] ?? 0) ^ 1
  return copy
}
