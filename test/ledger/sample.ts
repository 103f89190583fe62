import type { EntryDraft } from '../../src/ledger/entry.ts'

/** A decision as a guard would record it; the rest is given. */
export function decision(more: Partial<Extract<EntryDraft, { readonly kind: 'decision' }>> = {}): EntryDraft {
  return {
    kind: 'decision',
    at: Date.UTC(2026, 10, 21, 8, 0, 0),
    call: 'call-1',
    operation: 'shop.refundOrder',
    principal: { id: 'ada', kind: 'user', tenant: 'north', roles: ['clerk'] },
    effect: 'allow',
    reasons: [],
    charter: { name: 'shop', digest: 'sha256:00' },
    mode: 'enforce',
    reserved: true,
    content: {
      request: {
        body: { amount: '12.00', to: 'Ada Lovelace' },
        header: { authorization: 'Bearer t0p', accept: '*/*' },
      },
    },
    ...more,
  }
}

/** Who asks for something in tests. */
export const operator: { readonly principal: { readonly id: string }; readonly why: string } = {
  principal: { id: 'operator' },
  why: 'asked to',
}
