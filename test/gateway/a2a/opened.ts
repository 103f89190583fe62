// Stages that are closed after each test, and what clients say to the agents on them.
import assert from 'node:assert/strict'
import { afterEach } from 'node:test'
import type { StreamResponse, Task } from '@a2a-js/sdk'
import type { Client } from '@a2a-js/sdk/client'
import { message, openStage, type Stage } from './stage.ts'

const opened: Stage[] = []

export async function open(...args: Parameters<typeof openStage>): Promise<Stage> {
  const stage = await openStage(...args)
  opened.push(stage)
  return stage
}

afterEach(async () => {
  for (const stage of opened.splice(0)) await stage.close()
})

export const request = (text: string, more: object = {}): Parameters<Client['sendMessage']>[0] => ({
  tenant: '',
  message: message(text, more),
  configuration: undefined,
  metadata: undefined,
})

export async function taskOf(client: Client, text: string, more: object = {}): Promise<Task> {
  const result = await client.sendMessage(request(text, more))
  assert.ok('status' in result, 'a task')
  return result
}

export async function eventsOf(stream: AsyncIterable<StreamResponse>): Promise<StreamResponse[]> {
  const events: StreamResponse[] = []
  for await (const event of stream) events.push(event)
  return events
}

export const send = (params: object, method = 'SendMessage'): object => ({ jsonrpc: '2.0', id: 1, method, params })
export const words = (text: string, more: object = {}): { message: object } => ({
  message: { messageId: 'm1', role: 'ROLE_USER', parts: [{ text }], ...more },
})
