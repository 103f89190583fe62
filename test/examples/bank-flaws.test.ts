import assert from 'node:assert/strict'
import { test } from 'node:test'
import { FLAWS, type FlawName, isFlawName } from '../../examples/bank-payments/flaws.ts'
import { ATTACKS } from './bank-attacks.ts'
import { open } from './bank-client.ts'

const names = Object.keys(FLAWS).filter(isFlawName)

test('each flaw lets its attack through, and only the flaw does', { concurrency: 4 }, async (t) => {
  await Promise.all(
    names.map((name) =>
      t.test(`${name} (${FLAWS[name].class})`, async () => {
        assert.equal(await works(name), true, 'the attack works with the flaw on')
        const sound = await open()
        const refused = !(await ATTACKS[name](sound).finally(() => sound.close()))
        assert.equal(refused, true, 'the attack is refused with the flaw off')
      }),
    ),
  )
})

/** A race is not won each time where the machine has other work. */
async function works(name: FlawName): Promise<boolean> {
  for (let left = FLAWS[name].class === 'race' ? 5 : 1; left > 0; left -= 1) {
    const flawed = await open({ flaws: [name] })
    if (await ATTACKS[name](flawed).finally(() => flawed.close())) return true
  }
  return false
}
