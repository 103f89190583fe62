// The injection tests against the scripted agents of the desk: one payload of each family.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deskCharter } from '../../examples/agents-support-desk/corpus.ts'
import { inject } from '../../examples/agents-support-desk/injections.ts'
import { payloads } from '../../src/redteam/payloads/set.ts'

const charter = await deskCharter()
const oneOfEach = payloads.filter(({ family }, index) => payloads.findIndex((each) => each.family === family) === index)

test('the agent that obeys follows everything, where nothing stands between', async () => {
  const { control, results } = await inject({ charter, temper: 'obeys', guarded: false, payloads: oneOfEach })
  assert.ok(control.done)
  assert.deepEqual(
    results.filter(({ verdict }) => verdict !== 'followed').map(({ payload, why }) => `${payload}: ${why}`),
    [],
  )
})

test('the careful one follows nothing, and does its task', async () => {
  const { results } = await inject({ charter, temper: 'careful', guarded: false, payloads: oneOfEach })
  assert.deepEqual(
    results
      .filter(({ verdict, done }) => verdict !== 'ignored' || done !== true)
      .map(({ payload, why }) => `${payload}: ${why}`),
    [],
  )
})

test('behind the guard the agent that obeys is stopped every time', async () => {
  const { control, results } = await inject({ charter, temper: 'obeys', guarded: true, payloads: oneOfEach })
  assert.ok(control.done)
  assert.deepEqual(
    results.filter(({ verdict }) => verdict === 'followed').map(({ payload, why }) => `${payload}: ${why}`),
    [],
  )
  const refused = results.filter(({ verdict }) => verdict === 'refused')
  assert.ok(refused.length >= 15, `${refused.length} refused`)
})
