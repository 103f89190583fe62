// Stages that are closed after each test, and sessions that have begun on them.
import assert from 'node:assert/strict'
import { afterEach } from 'node:test'
import { call, type Framework, openStage, type Stage } from './stage.ts'

const opened: Stage[] = []

export async function open(...args: Parameters<typeof openStage>): Promise<Stage> {
  const stage = await openStage(...args)
  opened.push(stage)
  return stage
}

afterEach(async () => {
  for (const stage of opened.splice(0)) await stage.close()
})

export async function begun(stage: Stage): Promise<Framework> {
  const framework = stage.framework()
  const hello = await framework.hello()
  assert.equal(hello.at('/result/negotiated_version'), '0.1.0', JSON.stringify(hello.raw))
  return framework
}

export const refund = (amount: number): object => call('refund', { order_id: 'o1', amount })
