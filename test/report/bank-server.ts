import { createServer } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'

/** A bank in a hundred lines that has, or has not, the three flaws of `outcome.ts`. Numbers are keys of different kinds on purpose. */
export interface Bank {
  readonly url: string
  readonly close: () => void
}

type Answer = readonly [status: number, body: unknown]

export async function openBank({ flawed }: { readonly flawed: boolean }): Promise<Bank> {
  const transfers = new Map<string, { id: string; ownerId: string; status: string; amount: number; note: string }>()
  const vouchers = new Map<string, { id: number; used: boolean }>()
  let balance = 100
  const refuse = (status: number): Answer => [status, { status, title: 'refused' }]

  async function answer(who: string, method: string, path: string, body: Record<string, unknown>): Promise<Answer> {
    const [, kind = '', id = '', action = ''] = path.split('/')
    if (kind === 'accounts') return [200, { id, balance }]
    if (method === 'POST' && kind === 'vouchers' && id === '') {
      const made = { id: 4000 + vouchers.size, used: false }
      vouchers.set(String(made.id), made)
      return [201, made]
    }
    if (kind === 'vouchers') return await redeem(id)
    if (method === 'POST' && id === '') {
      const made = {
        id: crypto.randomUUID(),
        ownerId: who,
        status: 'draft',
        amount: Number(body['amount']),
        note: String(body['note']),
      }
      transfers.set(made.id, made)
      return [201, made]
    }
    const transfer = transfers.get(id)
    if (transfer === undefined) return refuse(404)
    const stranger = transfer.ownerId !== who && who !== 'dana'
    if (method === 'GET') return stranger && !flawed ? refuse(404) : [200, transfer]
    if (stranger) return refuse(404)
    if (action === 'execute' && !flawed && transfer.status !== 'approved') return refuse(409)
    transfer.status = action === 'execute' ? 'executed' : 'submitted'
    return [200, transfer]
  }

  async function redeem(id: string): Promise<Answer> {
    const voucher = vouchers.get(id)
    if (voucher === undefined || voucher.used) return refuse(409)
    // The gap between check and use is the flaw.
    if (flawed) await pause(20)
    voucher.used = true
    balance += 25
    return [200, { balance }]
  }

  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(Buffer.from(chunk))
    const who = /^Bearer token-(\w+)$/.exec(request.headers.authorization ?? '')?.[1]
    const text = Buffer.concat(chunks).toString()
    const body: unknown = text === '' ? {} : JSON.parse(text)
    const [status, value] =
      who === undefined || typeof body !== 'object' || body === null
        ? refuse(401)
        : await answer(who, request.method ?? '', request.url ?? '', { ...body })
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return { url: `http://127.0.0.1:${port}`, close: () => server.close() }
}
