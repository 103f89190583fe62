/** Questions in words. */
import type { Answer } from '../../ask.ts'

export type Brief = Answer<'GET /api/approvals'>['questions'][number]
export type Detail = Answer<'GET /api/approvals/{reference}'>
export type Field = Detail['objects'][number]['fields'][number]

/** `desk-bot for clara`. */
export function whoOf({ callers }: Pick<Brief, 'callers'>): string {
  return callers.map(({ id }) => id ?? 'somebody who is not signed in').join(' for ')
}

/** The last part of a place: `amount` of `/items/0/amount`. */
/** Who sees what a question carries; to others it is covered. */
export const readers = 'approvers, auditors, operators and administrators'

export function nameOf(at: string): string {
  return at === '' ? 'all of it' : at.slice(1).replaceAll('~1', '/').replaceAll('~0', '~')
}

/** `amount 150, account DE89…`. */
export function argumentsLine({ arguments: given }: Pick<Brief, 'arguments'>, most = 4): string {
  const some = given.slice(0, most).map(({ at, text }) => `${nameOf(at)} ${shortened(text, 28)}`)
  return [...some, ...(given.length > most ? ['…'] : [])].join(', ')
}

/** Both ends of a long text: what ids differ in is often at the end. */
export function shortened(text: string, most: number): string {
  if (text.length <= most) return text
  const end = Math.floor((most - 1) / 3)
  return `${text.slice(0, most - 1 - end)}…${text.slice(-end)}`
}

/** `4 min 5 s`; `over` when nothing is left. */
export function leftWords(ms: number): string {
  if (ms <= 0) return 'over'
  const seconds = Math.ceil(ms / 1000)
  if (seconds < 60) return `${seconds} s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return `${minutes} min ${seconds % 60} s`
  return minutes < 48 * 60 ? `${Math.floor(minutes / 60)} h ${minutes % 60} min` : `${Math.floor(minutes / 1440)} days`
}

/** What became of a question, in a sentence. */
export function becameWords({
  state,
  answers,
  result,
  callers,
  sendsItself,
}: Brief & { readonly sendsItself?: boolean }): string {
  const last = answers.at(-1)
  switch (state) {
    case 'pending':
      return 'It waits.'
    case 'refused':
      return `${last?.by ?? 'Somebody'} refused it${last?.why === undefined ? '' : `: ${last.why}`}.`
    case 'expired':
      return 'Nobody answered in time. It has to be asked again.'
    case 'cancelled':
      return 'What it was about changed, and it was asked anew.'
    case 'executing':
      return 'It was approved, and the guard is sending it.'
    default:
      if (result === undefined)
        return sendsItself === true
          ? 'It was approved. The guard sends it.'
          : `It was approved. ${callers[0]?.id ?? 'Its caller'} may make this call once.`
      return sentWords(result)
  }
}

function sentWords({ kind, status, code }: NonNullable<Brief['result']>): string {
  if (kind === 'answered') return `It was approved and sent; the answer was ${status}.`
  if (kind === 'refused') return `It was approved, but refused when it was to be sent: ${code}.`
  return kind === 'not-sent'
    ? 'It was approved, but could not be sent; its caller may make the call again.'
    : 'It was approved and sent; what became of it is not known.'
}

/** What is otherwise in the second of two looks at the same question. */
export function differencesOf(before: Detail, after: Detail): readonly string[] {
  const told: string[] = []
  if (after.charterChanged && !before.charterChanged) told.push('Another charter is in force.')
  for (const { name, state, fields } of after.objects) {
    const earlier = before.objects.find((each) => each.name === name)
    const was = new Map(
      [...(earlier?.fields ?? []), ...(earlier?.state === undefined ? [] : [earlier.state])].map(pair),
    )
    for (const each of [...(state === undefined ? [] : [state]), ...fields])
      if (was.get(each.at) !== each.now)
        told.push(
          `${nameOf(each.at === '' ? '/state' : each.at)} of ${name}: ${was.get(each.at) ?? 'nothing'} became ${each.now ?? 'nothing'}.`,
        )
  }
  const reasons = new Set(before.reasons.map(({ says }) => says))
  for (const { says } of after.reasons) if (!reasons.has(says)) told.push(says)
  const values = new Map(before.arguments.map(({ in: part, at, origin }) => [`${part}${at}`, origin?.says]))
  for (const { in: part, at, origin } of after.arguments)
    if (values.get(`${part}${at}`) !== origin?.says) told.push(`${nameOf(at)}: ${origin?.says}.`)
  return told
}

function pair({ at, now }: Field): readonly [string, string | undefined] {
  return [at, now]
}
