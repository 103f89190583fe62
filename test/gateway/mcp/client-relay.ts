// What the conformance runner starts as a client: it hands what it was told to the test that has the client, and waits. A process of its own for
// each of a hundred clients would take minutes.
const [, , test = '', server = ''] = process.argv
const { env } = process
const scenario = env['MCP_CONFORMANCE_SCENARIO'] ?? ''
const version = env['MCP_CONFORMANCE_PROTOCOL_VERSION'] ?? ''
const context = JSON.parse(env['MCP_CONFORMANCE_CONTEXT'] ?? '{}') as unknown
await fetch(test, { method: 'POST', body: JSON.stringify({ server, scenario, version, context }) })
