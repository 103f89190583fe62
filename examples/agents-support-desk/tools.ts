// The tools of the desk. They do what they are told and check nothing but that things exist: whether they may is the guard's to say.
import { z } from 'zod'
import type { Credit, Desk, Effect } from './records.ts'

/** What a tool works with: the data, and the shop behind it, which is reached over its HTTP API. */
export interface Office {
  readonly desk: Desk
  /** Asks the shop; throws what it says when it refuses. */
  readonly shop: (method: 'GET' | 'POST', path: string, body?: unknown) => Promise<unknown>
}

/** A tool: what it says of itself, and what it does. Throws `NotFound` for what does not exist. */
export interface Tool {
  readonly name: string
  readonly title: string
  readonly description: string
  readonly input: z.ZodObject
  readonly reads?: true
  readonly run: (office: Office, given: Readonly<Record<string, unknown>>) => unknown
}

export class NotFound extends Error {}

function tool<Shape extends z.ZodRawShape>(
  name: string,
  [title, description]: readonly [string, string],
  shape: Shape,
  run: (office: Office, given: z.output<z.ZodObject<Shape>>) => unknown,
): Tool {
  const input = z.object(shape)
  return { name, title, description, input, run: (office, given) => run(office, input.parse(given)) }
}

const reading = (made: Tool): Tool => ({ ...made, reads: true })

function found<T>(kept: ReadonlyMap<string, T>, id: string): T {
  const one = kept.get(id)
  if (one === undefined) throw new NotFound(`there is no ${id}`)
  return one
}

function sent(desk: Desk, effect: Effect): { readonly done: true } {
  desk.outbox.push(effect)
  return { done: true }
}

const id = z.string().min(1)
const money = z.number().describe('an amount in EUR')

const customers: readonly Tool[] = [
  reading(
    tool(
      'find_customer',
      ['Find a customer', 'Find customers by their e-mail address.'],
      { email: z.string() },
      ({ desk }, { email }) => ({
        customers: [...desk.customers.values()]
          .filter((each) => each.email.toLowerCase() === email.toLowerCase())
          .map(({ id, tenant, name }) => ({ id, tenant, name })),
      }),
    ),
  ),
  reading(
    tool(
      'get_customer',
      ['Look at a customer', 'Everything kept about one customer.'],
      { customer_id: id },
      ({ desk }, { customer_id }) => {
        const { code: _, ...shown } = found(desk.customers, customer_id)
        return shown
      },
    ),
  ),
  tool(
    'verify_customer',
    ['Verify a customer', 'Check the code that a customer gave for a change of their data.'],
    { customer_id: id, code: z.string() },
    ({ desk }, { customer_id, code }) => {
      if (found(desk.customers, customer_id).code !== code) throw new NotFound('the code is not theirs')
      return { customer_id, verified: true }
    },
  ),
  tool(
    'change_account',
    ['Change a payment account', 'Change the account a customer is paid to.'],
    { customer_id: id, account: z.string() },
    ({ desk }, { customer_id, account }) => {
      found(desk.customers, customer_id).account = account
      return sent(desk, { kind: 'account', customer: customer_id, account })
    },
  ),
]

const orders: readonly Tool[] = [
  reading(
    tool(
      'list_orders',
      ['List orders', 'The orders of one customer.'],
      { customer_id: id },
      ({ desk }, { customer_id }) => ({
        orders: [...desk.orders.values()]
          .filter((each) => each.customer_id === customer_id)
          .map(({ id, tenant, status, total }) => ({ id, tenant, status, total })),
      }),
    ),
  ),
  reading(
    tool('get_order', ['Look at an order', 'One order with its items.'], { order_id: id }, ({ shop }, { order_id }) =>
      shop('GET', `/orders/${encodeURIComponent(order_id)}`),
    ),
  ),
  tool(
    'issue_refund',
    ['Give money back', 'Give back all or a part of what was paid for an order.'],
    { ticket_id: id, order_id: id, amount: money, account: z.string(), reason: z.string().optional() },
    ({ shop }, { order_id, ...body }) => shop('POST', `/orders/${encodeURIComponent(order_id)}/refunds`, body),
  ),
]

const tickets: readonly Tool[] = [
  reading(
    tool('list_tickets', ['List tickets', 'The open tickets.'], {}, ({ desk }) => ({
      tickets: [...desk.tickets.values()]
        .filter((each) => each.status !== 'closed')
        .map(({ id, tenant, customer_id, status, subject }) => ({ id, tenant, customer_id, status, subject })),
    })),
  ),
  reading(
    tool(
      'get_ticket',
      ['Read a ticket', 'One ticket, as the customer wrote it.'],
      { ticket_id: id },
      ({ desk }, { ticket_id }) => found(desk.tickets, ticket_id),
    ),
  ),
  reading(
    tool(
      'read_attachment',
      ['Read an attachment', 'The text of a file that came with a ticket.'],
      { attachment_id: id },
      ({ desk }, { attachment_id }) => found(desk.attachments, attachment_id),
    ),
  ),
  tool(
    'reply_ticket',
    ['Answer a ticket', 'Write to the customer of a ticket.'],
    { ticket_id: id, text: z.string() },
    ({ desk }, { ticket_id, text }) => {
      const one = found(desk.tickets, ticket_id)
      one.replies.push(text)
      one.status = 'answered'
      return sent(desk, { kind: 'reply', ticket: ticket_id, text })
    },
  ),
  tool(
    'close_ticket',
    ['Close a ticket', 'Close a ticket that was answered.'],
    { ticket_id: id },
    ({ desk }, { ticket_id }) => {
      found(desk.tickets, ticket_id).status = 'closed'
      return { done: true }
    },
  ),
  tool(
    'purge_tickets',
    ['Purge tickets', 'Delete closed tickets for good.'],
    { before: z.string() },
    ({ desk }, { before }) => {
      for (const [key, each] of desk.tickets) if (each.status === 'closed') desk.tickets.delete(key)
      return sent(desk, { kind: 'purge', before })
    },
  ),
]

const office: readonly Tool[] = [
  reading(
    tool(
      'search_articles',
      ['Search the handbook', 'Articles of the handbook, written by the staff.'],
      { query: z.string() },
      ({ desk }, { query }) => ({
        articles: [...desk.articles.values()].filter(({ title, body }) =>
          `${title} ${body}`.toLowerCase().includes(query.toLowerCase()),
        ),
      }),
    ),
  ),
  tool(
    'save_note',
    ['Remember', 'Keep a note for later runs.'],
    { topic: z.string(), text: z.string() },
    ({ desk }, note) => {
      desk.notes.push(note)
      return { done: true }
    },
  ),
  reading(
    tool('read_notes', ['Recall', 'The notes on a topic.'], { topic: z.string() }, ({ desk }, { topic }) => ({
      notes: desk.notes.filter((each) => each.topic === topic),
    })),
  ),
  tool(
    'send_email',
    ['Send a mail', 'Send a mail from the desk.'],
    { to: z.array(z.string()).min(1), subject: z.string(), body: z.string() },
    ({ desk }, mail) => sent(desk, { kind: 'mail', ...mail }),
  ),
  tool(
    'open_link',
    ['Open a page', 'Fetch a page of the web and read it.'],
    { url: z.string() },
    ({ desk }, { url }) => {
      sent(desk, { kind: 'page', url })
      return { url, text: 'An empty page.' }
    },
  ),
]

const credits: readonly Tool[] = [
  tool(
    'propose_credit',
    ['Propose goodwill', 'Propose a goodwill credit for a customer.'],
    { customer_id: id, amount: money, reason: z.string() },
    ({ desk }, { customer_id, amount }) => {
      const { tenant } = found(desk.customers, customer_id)
      const one: Credit = {
        id: `g-${desk.credits.size + 1}`,
        tenant,
        customer_id,
        amount: amount.toFixed(2),
        proposed_by: 'desk',
        status: 'proposed',
      }
      desk.credits.set(one.id, one)
      return one
    },
  ),
  tool('grant_credit', ['Grant goodwill', 'Grant a proposed credit.'], { credit_id: id }, ({ desk }, { credit_id }) => {
    const one = found(desk.credits, credit_id)
    one.status = 'granted'
    sent(desk, { kind: 'credit', credit: credit_id })
    return one
  }),
]

/** All tools, in the order in which the server lists them. */
export const TOOLS: readonly Tool[] = [...customers, ...orders, ...tickets, ...office, ...credits]
