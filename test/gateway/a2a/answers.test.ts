// The gateway of A2A: answers that could be read in two ways, from an agent that says what the test tells it to.
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { after, before, it } from 'node:test'
import { listen } from '../../transport/open.ts'
import { send, words } from './opened.ts'
import { cardOf, openStage, type Stage } from './stage.ts'

const task = (id: string): object => ({ task: { id, contextId: `c-${id}`, status: { state: 'TASK_STATE_COMPLETED' } } })
const foreign = task('foreign')
const reply = (more: object): string => JSON.stringify({ jsonrpc: '2.0', id: 1, ...more })
const event = (data: string): string => `data: ${data}\n\n`
const script = { status: 200, type: 'application/json', body: reply({ result: foreign }) }

let stage: Stage
const server = createServer((asked, response) => {
  asked.resume()
  const isCard = asked.url?.endsWith('agent-card.json') === true
  response.writeHead(isCard ? 200 : script.status, { 'content-type': isCard ? 'application/json' : script.type })
  response.end(isCard ? JSON.stringify(cardOf(`http://${asked.headers.host}`)) : script.body)
})
before(async () => {
  stage = await openStage({ beside: { agentUrl: `http://${await listen(server)}` } })
  const { body } = await stage.ask('/helper', send(words('x')), { as: 'planner-2' })
  assert.ok(body.result, 'it is another caller’s')
})
after(async () => {
  await stage.close()
  server.closeAllConnections()
  server.close()
})

const stream = 'text/event-stream'
const json = 'application/json'
const cases: readonly (readonly [what: string, type: string, body: string, status?: number])[] = [
  ['somebody else’s task', json, reply({ result: foreign })],
  ['with an error that is none', json, reply({ error: null, result: foreign })],
  ['with an error', json, reply({ error: { code: -32600, message: 'no' }, result: foreign })],
  ['with the status of an error', json, reply({ result: foreign }), 400],
  ['with the status of another place', json, reply({ result: foreign }), 302],
  ['beside the result', json, reply({ result: task('own-1'), extra: foreign })],
  ['in an event', stream, event(reply({ result: foreign }))],
  ['in an event with an error that is none', stream, event(reply({ error: null, result: foreign }))],
  ['in an event with an error', stream, event(reply({ error: { code: 1, message: 'no' }, result: foreign }))],
  ['in an event that says it twice', stream, event(`${reply({ result: foreign }).slice(0, -1)},"result":{}}`)],
  ['beside the result of an event', stream, event(reply({ result: task('own-2'), extra: foreign }))],
]
for (const [what, type, body, status = 200] of cases)
  it(`${what} is not passed on`, async () => {
    Object.assign(script, { type, body, status })
    const method = type === stream ? 'SendStreamingMessage' : 'SendMessage'
    const said = await stage.ask('/helper', send(words('x'), method))
    assert.ok(!JSON.stringify(said.body).includes('"foreign'), JSON.stringify(said.body))
  })

it('an error that is null is none', async () => {
  for (const type of [json, stream]) {
    const body = reply({ error: null, result: task('own-3') })
    Object.assign(script, { type, body: type === stream ? event(body) : body, status: 200 })
    const method = type === stream ? 'SendStreamingMessage' : 'SendMessage'
    const said = await stage.ask('/helper', send(words('x'), method))
    assert.match(JSON.stringify(said.body), /own-3/)
    assert.equal(stage.lines.of('outcome').at(-1)?.effect, 'effective')
  }
})
