/** Registrations that a scenario makes itself: whoever is new signs in with the answer, for nobody else may look at what they are. */
import type { CallRequest, Use } from '../../../charter/charter.ts'
import { isRecord, toHttp } from '../../../wire/to-http.ts'
import type { Sent } from '../../finding.ts'
import { IdentityError } from '../../identity/login.ts'
import { leaves } from '../../oracle/effect.ts'
import { isOwn } from '../../plan/graph.ts'
import type { Step } from '../../plan/scenario.ts'
import type { Exchange } from '../../transport/exchange.ts'
import type { Signed } from '../lab.ts'
import { Unreached } from '../unreached.ts'
import type { Play } from './play.ts'

/** The request of a step with what must be said in it for the new person to sign in; as it is where the step registers nobody. */
export async function enrolling(play: Play, step: Step, use: Use, request: CallRequest): Promise<CallRequest> {
  const type = play.lab.charter.objects.get(use.object?.type ?? '')
  if (!use.creates || type === undefined || !isOwn(play.lab.charter, type)) return request
  const known = play.enrolling.get(step)
  const enrolment = known ?? (await play.lab.enrol(toHttp(play.lab.charter, use, request, play.serverOf(use))))
  if (enrolment === undefined || !isRecord(enrolment.body)) return request
  play.enrolling.set(step, enrolment)
  return { ...request, body: isRecord(request.body) ? { ...request.body, ...enrolment.body } : enrolment.body }
}

const shortestCredential = 12

/** What of an answer the new person's credentials are made of, so that a transcript run again can take it from there. */
export function credentialsIn(exchange: Exchange, self: Signed, name: string): Sent['captures'] {
  const { headers, url } = self.apply({ method: 'GET', url: exchange.request.url, headers: {} })
  const shown = [...Object.values(headers), url]
  return [...leaves(exchange.response?.json)].flatMap(([pointer, value]) =>
    typeof value === 'string' && value.length >= shortestCredential && shown.some((each) => each.includes(value))
      ? [{ name: `${name}${pointer.replaceAll('/', '-')}`, value, from: `$response.body#${pointer}` }]
      : [],
  )
}

/** Whoever an accepted step registered, signed in; undefined when that is not known or does not work. */
export async function enrolled(play: Play, step: Step, exchange: Exchange): Promise<Signed | undefined> {
  const enrolment = play.enrolling.get(step)
  // Registered once: the same step made again is about somebody else.
  play.enrolling.delete(step)
  try {
    return await enrolment?.finish(exchange)
  } catch (error) {
    if (error instanceof Unreached || error instanceof IdentityError) return undefined
    throw error
  }
}
