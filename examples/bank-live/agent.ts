// The agent of the bank's customer care, without a model: it serves a case by calling tools over MCP, and does whatever it reads.
import { Client, ProtocolError, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'

/** Where it works, and as whom. */
export interface Desk {
  /** The control API, where it is given its tokens. */
  readonly control: string
  readonly tools: string
  readonly key: string
  /** The token of the clerk it works for. */
  readonly clerk: string
  /** Resolves once a question was answered, whatever the answer; a real one would be told by a webhook. */
  readonly decided: (reference: string) => Promise<void>
}

type Json = Readonly<Record<string, unknown>>

/** Serves a case in a run of its own. What is refused is left out; what somebody has to agree to is tried again once they have. */
export async function serveCase(desk: Desk, id: string): Promise<void> {
  const client = new Client({ name: 'care-bot', version: '1.0.0' }, {})
  const purpose = `Serve ${id}: give back what the customer paid by mistake, and tell them by mail.`
  const headers = { authorization: `Bearer ${await tokenFor(desk, purpose)}` }
  await client.connect(new StreamableHTTPClientTransport(new URL(desk.tools), { requestInit: { headers } }))
  try {
    await call(client, 'list_cases', {})
    const found = await call(client, 'get_case', { case_id: id })
    const transfer_id = found?.['transfer_id']
    const transfer = await call(client, 'get_transfer', { transfer_id })
    const wish = wishesIn(String(found?.['message']))
    const amount = wish.amount ?? transfer?.['amount']
    await agreed(desk, () => call(client, 'give_back', { transfer_id, amount }))
    await call(client, 'send_mail', { to: wish.to ?? found?.['email'], text: 'Your money is on its way.' })
  } finally {
    await client.close()
  }
}

/** It believes what customers write about how much they are to get, and who is to be told. */
function wishesIn(message: string): { readonly amount?: number; readonly to?: string } {
  const amount = /send me (\d+(?:\.\d+)?)/.exec(message)?.[1]
  const to = /tell (\S+@\S+\.example)/.exec(message)?.[1]
  return { ...(amount === undefined ? {} : { amount: Number(amount) }), ...(to === undefined ? {} : { to }) }
}

/** A token for one run, for the clerk (RFC 8693). */
async function tokenFor({ control, key, clerk }: Desk, purpose: string): Promise<string> {
  const response = await fetch(`${control}/v1/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(`care-bot:${key}`).toString('base64')}` },
    body: new URLSearchParams({
      grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
      subject_token: clerk,
      subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
      purpose,
    }),
  })
  const { access_token: token } = (await response.json()) as { readonly access_token?: string }
  if (token === undefined) throw new Error(`the agent was given no token: ${response.status}`)
  return token
}

class Waits extends Error {
  readonly reference: string
  constructor(reference: string) {
    super('somebody has to agree first')
    this.reference = reference
  }
}

/** The answer; undefined when it is refused or fails. @throws {Waits} when somebody has to agree first. */
async function call(client: Client, name: string, given: Json): Promise<Json | undefined> {
  try {
    const { structuredContent, isError } = await client.callTool({ name, arguments: given })
    return isError === true ? undefined : (structuredContent as Json | undefined)
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error
    const { approval } = (error.data ?? {}) as { readonly approval?: { readonly reference?: string } }
    if (error.code === -32011 && approval?.reference !== undefined) throw new Waits(approval.reference)
    return undefined
  }
}

/** Comes back with the same call once it was decided. */
async function agreed({ decided }: Desk, attempt: () => Promise<unknown>): Promise<void> {
  try {
    await attempt()
  } catch (error) {
    if (!(error instanceof Waits)) throw error
    await decided(error.reference)
    await attempt().catch((again: unknown) => {
      if (!(again instanceof Waits)) throw again
    })
  }
}
