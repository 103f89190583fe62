import assert from 'node:assert/strict'
import { test } from 'node:test'
import { FLAWS, isFlawName } from '../../examples/bank-payments/flaws.ts'
import { ATTACKS } from './bank-attacks.ts'
import { open } from './bank-client.ts'

const names = Object.keys(FLAWS).filter(isFlawName)

test('each flaw lets its attack through, and only the flaw does', { concurrency: 4 }, async (t) => {
  await Promise.all(
    names.map((name) =>
      t.test(`${name} (${FLAWS[name].class})`, async () => {
        const [flawed, sound] = [await open({ flaws: [name] }), await open()]
        try {
          assert.equal(await ATTACKS[name](flawed), true, 'the attack works with the flaw on')
          assert.equal(await ATTACKS[name](sound), false, 'the attack is refused with the flaw off')
        } finally {
          await Promise.all([flawed.close(), sound.close()])
        }
      }),
    ),
  )
})
