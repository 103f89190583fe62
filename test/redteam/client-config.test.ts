// Configurations of MCP clients, and the copy in which we stand between.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { serversOf, withReaches } from '../../src/redteam/client-config.ts'

const cases: readonly (readonly [string, unknown])[] = [
  [
    'mcpServers',
    { mcpServers: { a: { command: 'x', args: ['-y'], env: { K: 'v' } }, b: { url: 'http://127.0.0.1:1/mcp' } } },
  ],
  [
    'servers',
    {
      servers: {
        a: { type: 'stdio', command: 'x', args: ['-y'], env: { K: 'v' } },
        b: { type: 'http', url: 'http://127.0.0.1:1/mcp' },
      },
      inputs: [],
    },
  ],
  [
    'context_servers',
    {
      context_servers: { a: { command: 'x', args: ['-y'], env: { K: 'v' } }, b: { url: 'http://127.0.0.1:1/mcp' } },
      theme: 'dark',
    },
  ],
]

for (const [member, config] of cases)
  test(`servers under \`${member}\``, () => {
    const servers = serversOf(config, { PATH: '/bin' })
    assert.deepEqual(servers['a'], { kind: 'command', command: 'x', args: ['-y'], env: { PATH: '/bin', K: 'v' } })
    assert.deepEqual(servers['b'], { kind: 'url', url: 'http://127.0.0.1:1/mcp' })
    const changed = withReaches(config, { a: { command: 'us', args: [] }, b: { url: 'http://127.0.0.1:2/b' } })
    assert.deepEqual(Object.keys(Object(changed)), Object.keys(Object(config)))
    assert.match(JSON.stringify(changed), /"us"/)
    assert.ok(!JSON.stringify(changed).includes('"v"'), 'what was only for the server stays with us')
  })

test('headers for a server go on being sent', () => {
  const config = { mcpServers: { b: { url: 'http://127.0.0.1:1/mcp', headers: { Authorization: 'Bearer x' } } } }
  assert.deepEqual(withReaches(config, { b: { url: 'http://127.0.0.1:2/b' } }), {
    mcpServers: { b: { headers: { Authorization: 'Bearer x' }, url: 'http://127.0.0.1:2/b' } },
  })
})

test('no servers, or one that is nothing, is said', () => {
  assert.throws(() => serversOf({}, {}), /none of/)
  assert.throws(() => serversOf({ mcpServers: {} }, {}), /no servers/)
  assert.throws(() => serversOf({ mcpServers: { a: { args: [] } } }, {}), /neither/)
})
