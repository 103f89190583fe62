import type { Principal } from '../charter/charter.ts'
import { evaluateReference, parseReference } from '../charter/pointer.ts'
import { parseLosslessJson } from '../wire/lossless-json.ts'
import { makeAnswers } from './answers.ts'
import type { Ask } from './ask.ts'
import type { Credentials, Slot } from './credentials.ts'
import type { Presented } from './identity.ts'
import { NotIdentified } from './not-identified.ts'
import { readPrincipal } from './principal.ts'
import { challenge, type Provider } from './provider.ts'
import type { SessionConfig } from './schema.ts'

/**
 * Makes a provider that asks the API itself who bears a credential. Only an answer of 2xx with an id makes somebody of the bearer.
 *
 * @param base - The address of the API.
 */
export function makeSessionProvider(
  config: SessionConfig,
  base: string,
  context: { readonly ask: Ask; readonly now: () => number },
): Provider {
  const answers = makeAnswers<Principal>({ now: context.now, until: () => config.cache, refusedMs: config.cache })
  const slots = config.credentials.map(slotOf)
  const [method = 'GET', path = '/'] = config.request.split(' ')
  const url = `${base.replace(/\/+$/, '')}${path}`
  return {
    name: config.name ?? `session ${config.request}`,
    slots,
    takes: ({ shown }) => slots.some((slot) => shown.has(slot)),
    async identify(credentials, presented) {
      const headers = headersFor(slots, credentials, [config.with, presented])
      return await answers.of(JSON.stringify(headers), async () =>
        principalIn(await context.ask(url, { method, headers: { accept: 'application/json', ...headers } }), config),
      )
    },
    challenges: (fault) => [challenge(slots.includes('authorization') ? 'Bearer' : 'Session', fault)],
  }
}

function slotOf(written: string): Slot {
  const [from = '', ...name] = written.split(':')
  if (/^cookie$/i.test(from)) return `cookie:${name.join(':')}`
  return /^header$/i.test(from) ? `header:${name.join(':').toLowerCase()}` : 'authorization'
}

/** Credentials go on as they came, and of the rest only what is named. */
function headersFor(
  slots: readonly Slot[],
  { shown }: Credentials,
  [names, presented]: readonly [readonly string[], Presented],
): Record<string, string> {
  const present = slots.flatMap((slot) => {
    const value = shown.get(slot)
    return value === undefined ? [] : [{ slot, value }]
  })
  const cookies = present
    .filter(({ slot }) => slot.startsWith('cookie:'))
    .map(({ slot, value }) => `${slot.slice(7)}=${value}`)
  const others = present
    .filter(({ slot }) => !slot.startsWith('cookie:'))
    .map(({ slot, value }) => [slot.replace(/^header:/, ''), value])
  const further = names.flatMap((name) => {
    const value = Object.hasOwn(presented.headers, name.toLowerCase())
      ? presented.headers[name.toLowerCase()]
      : undefined
    return typeof value === 'string' && /^[\x20-\x7e]*$/.test(value) ? [[name.toLowerCase(), value]] : []
  })
  return Object.fromEntries([...further, ...others, ...(cookies.length === 0 ? [] : [['cookie', cookies.join('; ')]])])
}

async function principalIn(response: Response, config: SessionConfig): Promise<Principal> {
  const { status, headers } = response
  // 404 as well: some APIs hide what a stranger may not see, also a stranger's own page.
  if ([401, 403, 404].includes(status))
    throw new NotIdentified('unknown', 'the API does not know the caller', { foreign: true })
  if (status < 200 || status > 299) throw new NotIdentified('unavailable', 'the API does not say who the caller is')
  const body = parseLosslessJson(await response.text())
  const messages = { response: { headers: Object.fromEntries(headers), body } }
  const lookup = (place: string): unknown => {
    const reference = place.startsWith('$') ? parseReference(place) : undefined
    return reference === undefined ? place : evaluateReference(reference, messages)
  }
  return readPrincipal(config.principal, { lookup, all: body })
}
