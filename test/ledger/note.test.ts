// Signed notes, checkpoints and proofs of one entry, against the examples of C2SP and of golang.org/x/mod/sumdb/note.
import assert from 'node:assert/strict'
import { createPrivateKey, generateKeyPairSync } from 'node:crypto'
import { test } from 'node:test'
import { signCheckpoint, splitCheckpoints, verifyCheckpoint } from '../../src/ledger/checkpoint.ts'
import { formatVerifierKey, openNote, parseVerifierKey, signNote, type VerifierKey } from '../../src/ledger/note.ts'
import { formatProof, verifyProof } from '../../src/ledger/tlog-proof.ts'
import { hashLeaf, hashNode } from '../../src/ledger/tree.ts'

const peterKey = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW'
const peterSeed = 'AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz'
const enochKey = 'EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop'
const text = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
const peterLine =
  '— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n'
const enochLine =
  '— EnochRoot rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLox33WWd1RvMc+QQ=\n'

function keyOf(line: string): VerifierKey {
  return parseVerifierKey(line) ?? assert.fail(line)
}

function peter(): { name: string; privateKey: ReturnType<typeof createPrivateKey> } {
  const seed = Buffer.from(peterSeed, 'base64').subarray(1)
  const der = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed])
  return { name: 'PeterNeumann', privateKey: createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }) }
}

test('the published key signs the published note', () => {
  assert.equal(formatVerifierKey(peter()), peterKey)
  assert.equal(signNote(text, peter()), `${text}\n${peterLine}`)
})

const notes: [what: string, note: string, key: string, problem: string | undefined][] = [
  ['one signature', `${text}\n${peterLine}`, peterKey, undefined],
  ['a signature of a key nobody knows beside it', `${text}\n${peterLine}${enochLine}`, peterKey, undefined],
  ['the other key', `${text}\n${peterLine}${enochLine}`, enochKey, undefined],
  ['only unknown keys', `${text}\n${enochLine}`, peterKey, 'unknown-key'],
  ['another text', `x${text}\n${peterLine}`, peterKey, 'bad-signature'],
  ['no signatures', text, peterKey, 'malformed'],
  ['no signatures after the empty line', `${text}\n`, peterKey, 'malformed'],
  ['no last newline', `${text}\n${peterLine}`.slice(0, -1), peterKey, 'malformed'],
  ['a control character', `\x01${text}\n${peterLine}`, peterKey, 'malformed'],
  ['a name with a space', `${text}\n— Bad Name x08go/ZJ\n`, peterKey, 'malformed'],
  ['something after the signatures', `${text}\n${peterLine}Unexpected line.\n`, peterKey, 'malformed'],
  ['too many signatures', `${text}\n${peterLine.repeat(101)}`, peterKey, 'malformed'],
  [
    'the example of C2SP signed-note',
    'This is an example message.\n\n— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n',
    'example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k',
    undefined,
  ],
]

for (const [what, note, key, problem] of notes) {
  test(`note: ${what}`, () => {
    const opened = openNote(note, keyOf(key))
    assert.equal('problem' in opened ? opened.problem : undefined, problem)
  })
}

test('no piece and no neighbour of a verifier key is one', () => {
  for (let from = 0; from < peterKey.length; from += 1) {
    for (let to = from + 1; to <= peterKey.length; to += 1) {
      if (to - from < peterKey.length) assert.equal(parseVerifierKey(peterKey.slice(from, to)), undefined)
    }
    const next = String.fromCharCode(peterKey.charCodeAt(from) + 1)
    assert.equal(parseVerifierKey(peterKey.slice(0, from) + next + peterKey.slice(from + 1)), undefined)
  }
  assert.equal(
    parseVerifierKey('PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY=='),
    undefined,
  )
  assert.equal(parseVerifierKey('PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW'), undefined)
})

const signer = { name: 'ledger.example/shop', privateKey: generateKeyPairSync('ed25519').privateKey }
const key = keyOf(formatVerifierKey(signer))
const head = { size: 2, root: hashNode(hashLeaf('one'), hashLeaf('two')) }

test('a checkpoint is read back, and only as it was signed', () => {
  const note = signCheckpoint(head, signer)
  assert.deepEqual(verifyCheckpoint(note, key), head)
  assert.equal(note.split('\n')[0], 'ledger.example/shop')
  assert.deepEqual(verifyCheckpoint(note.replace('\n2\n', '\n3\n'), key), { problem: 'bad-signature' })
  const odd = [`other.example\n2\n${head.root.toString('base64')}\n`, `${signer.name}\n02\nAAAA\n`, `${signer.name}\n`]
  const problems = odd.map((body) => verifyCheckpoint(signNote(body, signer), key))
  assert.deepEqual(problems, [{ problem: 'origin' }, { problem: 'malformed' }, { problem: 'malformed' }])
})

test('a file of checkpoints is split into them', () => {
  const list = [signCheckpoint(head, signer), signCheckpoint({ ...head, size: 3 }, signer)]
  assert.deepEqual(splitCheckpoints(list.join('')), list)
  assert.deepEqual(splitCheckpoints(list.join('\n')), list)
  assert.deepEqual(splitCheckpoints(''), [])
})

test('a proof of one entry holds for that entry, that place and that key alone', () => {
  const checkpoint = signCheckpoint(head, signer)
  const file = formatProof({ index: 1, entry: 'two', path: [hashLeaf('one')], checkpoint })
  assert.match(file, /^c2sp\.org\/tlog-proof@v1\nextra dHdv\nindex 1\n[A-Za-z0-9+/=]{44}\n\nledger\.example\/shop\n2\n/)
  assert.deepEqual(verifyProof(file, key), { holds: true, index: 1, entry: 'two', head })
  const problem = (changed: string, entry?: string): unknown => {
    const verdict = verifyProof(changed, key, entry)
    return verdict.holds ? undefined : verdict.problem
  }
  assert.equal(problem(file.replace('dHdv', 'dHdx')), 'not-included')
  assert.equal(problem(file.replace('index 1', 'index 0')), 'not-included')
  assert.equal(problem(file.replace('index 1', 'index 01')), 'malformed')
  assert.equal(problem(file.replace('extra dHdv\n', '')), 'malformed')
  assert.equal(problem(file.replace('extra dHdv\n', ''), 'two'), undefined)
  assert.equal(problem(file.replace('\n2\n', '\n4\n')), 'bad-signature')
  const other = { ...signer, privateKey: generateKeyPairSync('ed25519').privateKey }
  assert.equal(problem(file.replace(checkpoint, signCheckpoint(head, other))), 'unknown-key')
})
