import type { Sent } from '../finding.ts'

/** What an unset environment variable means, for whoever runs a script. */
export function secretNote(name: string): string {
  return name.endsWith('_AUTHORIZATION')
    ? `set it to the whole header, as in Bearer TOKEN`
    : 'set it to the credential of that person'
}

/** Whether a recorded answer was a 2xx. */
export function isSuccess(sent: Sent): boolean {
  const status = sent.exchange.response?.status ?? 0
  return status >= 200 && status < 300
}
