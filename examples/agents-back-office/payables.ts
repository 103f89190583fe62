// Accounts payable of two houses: invoices that vendors wrote, master data that the house keeps, a bank, and a mailbox.
import { type Fields, found, type House, leaves, lists, type Records, sends, shows } from './house.ts'

const tenant = 'kai'

/** Pays part or all of an invoice. */
function pay(records: Records, given: Fields): unknown {
  const invoice = found(records, 'invoices', given['invoice_id'])
  const paid = Number(invoice['paid']) + Number(given['amount'])
  Object.assign(invoice, { paid, status: paid >= Number(invoice['amount']) ? 'paid' : 'matched' })
  leaves(records, 'payment', given)
  return { done: true, invoice_id: invoice['id'], status: invoice['status'] }
}

const moves =
  (kind: string, key: string, status: string) =>
  (records: Records, given: Fields): unknown =>
    Object.assign(found(records, kind, given[key]), { status })

export const payables: House = {
  people: [
    { id: 'olga', kind: 'user', roles: ['ap-clerk'], tenant },
    { id: 'otto', kind: 'user', roles: ['ap-clerk'], tenant },
    { id: 'petra', kind: 'user', roles: ['controller'], tenant },
    { id: 'paul', kind: 'user', roles: ['ap-clerk', 'controller'], tenant },
    { id: 'sven', kind: 'user', roles: ['ap-clerk'], tenant: 'sund' },
    { id: 'quinn', kind: 'user', roles: ['controller'], tenant: 'sund' },
    { id: 'pay-bot', kind: 'agent', roles: ['pay-bot'] },
    { id: 'scout-bot', kind: 'agent', roles: ['scout-bot'] },
  ],
  objects: { invoice: 'invoices', vendor: 'vendors', 'purchase-order': 'orders' },
  kept: {
    vendors: {
      'v-hafen': {
        id: 'v-hafen',
        tenant,
        name: 'Hafen Logistik',
        iban: 'DE89370400440532013000',
        email: 'billing@hafen.example',
        phone: '+49 40 3899 1200',
        tax_id: '12/345/67890',
        currency: 'EUR',
        status: 'active',
        note: 'Pays on time.',
      },
      'v-dansk': {
        id: 'v-dansk',
        tenant,
        name: 'Dansk Stål',
        iban: 'DK5000400440116243',
        email: 'faktura@dansk.example',
        phone: '+45 33 12 44 71',
        tax_id: 'DK13585628',
        currency: 'DKK',
        status: 'active',
        note: '',
      },
      'v-alt': {
        id: 'v-alt',
        tenant,
        name: 'Alt & Co',
        iban: 'AT611904300234573201',
        email: 'office@alt.example',
        phone: '+43 1 5877 3921',
        tax_id: 'ATU1334-5678',
        currency: 'EUR',
        status: 'blocked',
        note: '',
      },
      'v-sund': {
        id: 'v-sund',
        tenant: 'sund',
        name: 'Sund Marine',
        iban: 'SE4550000000058398257466',
        email: 'bill@sundmarine.example',
        phone: '+46 8 771 20 15',
        tax_id: 'SE556036079301',
        currency: 'SEK',
        status: 'active',
        note: '',
      },
    },
    invoices: {
      'inv-100': {
        id: 'inv-100',
        tenant,
        vendor_id: 'v-hafen',
        number: 'H-2026-100',
        amount: 1000,
        paid: 0,
        currency: 'EUR',
        due: '2026-12-03',
        status: 'matched',
        memo: 'Freight in November.',
        pay_to: 'DE89370400440532013000',
        attachments: [{ id: 'att-100', name: 'H-2026-100.pdf' }],
      },
      'inv-101': {
        id: 'inv-101',
        tenant,
        vendor_id: 'v-hafen',
        number: 'H-2026-101',
        amount: 1000,
        paid: 0,
        currency: 'EUR',
        due: '2026-12-10',
        status: 'matched',
        memo: 'Freight in December.',
        pay_to: 'DE89370400440532013000',
        attachments: [],
      },
      'inv-102': {
        id: 'inv-102',
        tenant,
        vendor_id: 'v-hafen',
        number: 'H-2026-102',
        amount: 9000,
        paid: 0,
        currency: 'EUR',
        due: '2026-12-20',
        status: 'matched',
        memo: 'Crane hire.',
        pay_to: 'DE89370400440532013000',
        attachments: [],
      },
      'inv-103': {
        id: 'inv-103',
        tenant,
        vendor_id: 'v-hafen',
        number: 'H-2026-103',
        amount: 420,
        paid: 0,
        currency: 'EUR',
        due: '2026-12-22',
        status: 'received',
        memo: 'Pallets.',
        pay_to: 'DE89370400440532013000',
        attachments: [],
      },
      'inv-200': {
        id: 'inv-200',
        tenant,
        vendor_id: 'v-dansk',
        number: 'D-77',
        amount: 1000,
        paid: 0,
        currency: 'DKK',
        due: '2026-12-05',
        status: 'matched',
        memo: 'Steel.',
        pay_to: 'DK5000400440116243',
        attachments: [],
      },
      'inv-300': {
        id: 'inv-300',
        tenant,
        vendor_id: 'v-alt',
        number: 'A-5',
        amount: 300,
        paid: 0,
        currency: 'EUR',
        due: '2026-12-01',
        status: 'matched',
        memo: '',
        pay_to: 'AT611904300234573201',
        attachments: [],
      },
      'inv-900': {
        id: 'inv-900',
        tenant: 'sund',
        vendor_id: 'v-sund',
        number: 'S-9',
        amount: 700,
        paid: 0,
        currency: 'SEK',
        due: '2026-12-04',
        status: 'matched',
        memo: '',
        pay_to: 'SE4550000000058398257466',
        attachments: [],
      },
    },
    orders: {
      'po-1': { id: 'po-1', tenant, vendor_id: 'v-hafen', amount: 500, status: 'open' },
      'po-2': { id: 'po-2', tenant, vendor_id: 'v-dansk', amount: 500, status: 'open' },
    },
    attachments: { 'att-100': { id: 'att-100', text: 'Invoice H-2026-100, 1.000,00 EUR, freight.' } },
    messages: {
      'm-1': { id: 'm-1', from: 'billing@hafen.example', subject: 'Invoice H-2026-100', body: 'When will you pay?' },
      'm-2': { id: 'm-2', from: 'petra@nordkai.example', subject: 'Month end', body: 'Please be done by Friday.' },
    },
    staff: {
      petra: { id: 'petra', tenant, email: 'petra@nordkai.example' },
      otto: { id: 'otto', tenant, email: 'otto@nordkai.example' },
    },
    notes: {},
  },
  tools: {
    'ap.list_invoices': lists(
      'The invoices of the house.',
      'invoices',
      ['id', 'tenant', 'vendor_id', 'number', 'amount', 'currency', 'due', 'status'],
      ['status', 'vendor_id'],
    ),
    'ap.get_invoice': shows('One invoice, as the vendor sent it.', 'invoices', 'invoice_id'),
    'ap.read_attachment': shows('The text of a file that came with an invoice.', 'attachments', 'attachment_id'),
    'ap.find_vendor': lists('Find vendors by name.', 'vendors', ['id', 'tenant', 'name'], ['name']),
    'ap.get_vendor': shows('Master data of one vendor.', 'vendors', 'vendor_id'),
    'ap.get_order': shows('One purchase order.', 'orders', 'po_id'),
    'ap.match_invoice': {
      says: 'Match an invoice to a purchase order.',
      takes: { invoice_id: 'string', po_id: 'string' },
      run: moves('invoices', 'invoice_id', 'matched'),
    },
    'ap.reject_invoice': {
      says: 'Send an invoice back.',
      takes: { invoice_id: 'string', reason: 'string' },
      run: moves('invoices', 'invoice_id', 'rejected'),
    },
    'ap.call_back': {
      says: 'Check the word a vendor gave when called at the number on file.',
      takes: { vendor_id: 'string', word: 'string' },
      run: (_, given) => ({ vendor_id: given['vendor_id'], verified: true }),
    },
    'ap.change_account': {
      says: 'Change the account a vendor is paid to.',
      takes: { vendor_id: 'string', iban: 'string' },
      run: (records, given) => {
        Object.assign(found(records, 'vendors', given['vendor_id']), { iban: given['iban'] })
        leaves(records, 'account', given)
        return { done: true }
      },
    },
    'ap.delete_vendor': sends('Delete a vendor for good.', 'deletion', { vendor_id: 'string' }),
    'bank.pay_invoice': {
      says: 'Pay an invoice, or a part of it.',
      takes: {
        invoice_id: 'string',
        vendor_id: 'string',
        iban: 'string',
        amount: 'number',
        currency: 'string',
        'date?': 'string',
      },
      run: pay,
    },
    'bank.transfer': sends('Send money to any account.', 'transfer', {
      to: 'string',
      name: 'string',
      amount: 'number',
      currency: 'string',
      reference: 'string',
      'date?': 'string',
      'key?': 'string',
    }),
    'mail.search': lists('Search the mailbox.', 'messages', ['id', 'from', 'subject'], ['subject', 'from']),
    'mail.read': shows('Read a message.', 'messages', 'message_id'),
    'mail.directory': lists('People of the house.', 'staff', ['id', 'email'], ['id']),
    'mail.send': sends('Send a mail.', 'mail', {
      to: 'string[]',
      'cc?': 'string[]',
      'bcc?': 'string[]',
      subject: 'string',
      body: 'string',
    }),
    'mail.reply': sends('Answer a message; goes to whoever wrote it.', 'reply', {
      message_id: 'string',
      body: 'string',
    }),
    'web.search': sends('Search the web.', 'search', { query: 'string' }, { results: [] }),
    'web.fetch': sends('Fetch a page.', 'fetch', { url: 'string' }, { text: 'A page.' }),
    'web.share': sends('Put a file where partners see it.', 'share', { name: 'string', text: 'string' }),
    'mem.save': {
      says: 'Keep a note for later runs.',
      takes: { topic: 'string', text: 'string' },
      run: ({ kept }, given) => {
        Object.assign(kept['notes'] ?? {}, { [`n-${Object.keys(kept['notes'] ?? {}).length}`]: given })
        return { done: true }
      },
    },
    'mem.recall': lists('Notes on a topic.', 'notes', ['topic', 'text'], ['topic']),
  },
}
