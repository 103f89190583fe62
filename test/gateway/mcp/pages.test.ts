// Pages of allowed sites use the gateway from a real browser; pages of others reach nothing.
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { after, before, test } from 'node:test'
import type { Browser } from 'playwright-core'
import { openBrowser } from '../../console/browser.ts'
import { listen } from '../../transport/open.ts'
import { modernMeta } from './ask.ts'
import { type Desk, openDesk } from './desk.ts'
import { openStage, type Stage } from './stage.ts'

let browser: Browser
let desk: Desk
let stage: Stage
/** Two sites that have the same page. */
let sites: readonly string[] = []
const servers = [0, 1].map(() =>
  createServer((_, response) => response.setHeader('content-type', 'text/html').end('<p>a page</p>')),
)

before(async () => {
  sites = await Promise.all(servers.map(async (server) => `http://${await listen(server)}`))
  desk = await openDesk()
  stage = await openStage({
    servers: { desk: { http: { url: desk.url } } },
    hosts: ['localhost'],
    origins: sites.slice(0, 1),
    resource: { authorizationServers: ['https://id.example'] },
  })
  browser = await openBrowser()
})
after(async () => {
  await browser?.close()
  await stage?.close()
  desk?.close()
  for (const server of servers) server.close().closeAllConnections()
})

/** Asks as a client in a page does; without `as`, nobody is signed in. @returns undefined where the browser shows nothing. */
async function askFrom(site: string, path: string, as?: string): Promise<readonly string[] | undefined> {
  const page = await browser.newPage()
  await page.goto(site)
  const url = stage.url.replace('127.0.0.1', 'localhost').replace('/mcp', path)
  const headers = {
    'mcp-protocol-version': '2026-07-28',
    ...(path === '/mcp'
      ? {
          'content-type': 'application/json',
          'mcp-method': 'tools/call',
          'mcp-name': 'send_email',
          'mcp-param-region': 'eu',
        }
      : {}),
    ...(as === undefined ? {} : { authorization: `Bearer ${as}` }),
  }
  const params = { name: 'send_email', arguments: { to: 'ann', region: 'eu' }, _meta: modernMeta }
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params })
  const init = path === '/mcp' ? { method: 'POST', headers, body } : { headers }
  const said = await page.evaluate(
    ([address, options]) =>
      fetch(address, options).then(
        async (answer) => [String(answer.status), answer.headers.get('www-authenticate') ?? '', await answer.text()],
        () => undefined,
      ),
    [url, init] as const,
  )
  await page.close()
  return said
}

test('a page of an allowed site is told where to sign in, and calls tools', async () => {
  const [site = ''] = sites
  const stranger = await askFrom(site, '/mcp')
  assert.equal(stranger?.[0], '401')
  const [, metadata = ''] = /resource_metadata="https?:\/\/[^/]+([^"]+)"/.exec(stranger?.[1] ?? '') ?? []
  const [, , about = ''] = (await askFrom(site, metadata)) ?? []
  assert.match(about, /"authorization_servers":\["https:\/\/id\.example"\]/)
  const [status, , answer = ''] = (await askFrom(site, '/mcp', 'clerk')) ?? []
  assert.equal(status, '200')
  assert.match(answer, /"structuredContent"/)
})

test('a page of another site reaches nothing', async () => {
  const before = desk.seen.length
  const [, site = ''] = sites
  assert.equal(await askFrom(site, '/mcp', 'clerk'), undefined)
  assert.equal(await askFrom(site, '/.well-known/oauth-protected-resource/mcp'), undefined)
  assert.equal(desk.seen.length, before)
})
