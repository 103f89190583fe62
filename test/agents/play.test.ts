// What a scenario may say, and that one which cannot be played is a difference and no end of all others.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { openInProcess } from './in-process.ts'
import { playAll, readCorpus } from './run.ts'
import { readScenarios, type Scenario } from './scenario.ts'

function read(steps: string): readonly Scenario[] {
  const folder = mkdtempSync(join(tmpdir(), 'scenarios-'))
  const one = `{ name: one, kind: attack, run: { for: anna, prompt: '' }, steps: [${steps}] }`
  writeFileSync(join(folder, 'a.yaml'), `about: a\ncharter: c\nscenarios: [${one}, ${one}]\n`)
  try {
    return readScenarios(pathToFileURL(`${folder}/`))
  } finally {
    rmSync(folder, { recursive: true })
  }
}

const refused: readonly (readonly [steps: string, says: RegExp])[] = [
  ['{ together: [{ call: a.b, as: mia }, { call: a.b, as: ben }], at-most: 1 }', /several people/],
  ['{ together: [{ call: a.b }, { call: a.b, as: ben }], at-most: 1 }', /several people/],
  ['{ call: a.b, by: duty }', /expected one of "by"\|"from"\|/],
  ["{ call: a.b, keeps: { orderId: 'o-1' } }", /orderId/],
  ["{ call: a.b, keeps: { order: '(' } }", /no regular expression/],
]

for (const [steps, says] of refused)
  test(`no scenario: ${steps}`, () => {
    assert.throws(() => read(steps), says)
  })

test('agents of one person may call together', () => {
  assert.equal(read('{ together: [{ call: a.b, as: x for mia }, { call: a.b, as: y for mia }], at-most: 1 }').length, 2)
})

test('what cannot be done is a difference of its scenario', async () => {
  const corpus = await readCorpus('ward')
  const [first] = corpus.scenarios
  assert.ok(first !== undefined)
  const nothingAsked = { ...first, steps: [{ refuse: 'nobody', expect: 'granted' as const }] }
  const thrown = { ...first, steps: [{ approve: 'nobody', expect: 'granted' as const }] }
  const throws: typeof openInProcess = async (...given) => ({
    ...(await openInProcess(...given)),
    begin: async () => undefined,
    close: async () => undefined,
    approve: () => Promise.reject(new Error('409')),
    refuse: async () => false,
  })
  const played = await playAll({ ...corpus, scenarios: [thrown, nothingAsked] }, throws)
  assert.deepEqual(
    played.map(({ differences }) => differences[0]),
    ['step 1: Error: 409', 'step 1: nobody refuses: refused instead of granted'],
  )
})
