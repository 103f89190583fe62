/** What clients are given instead of a value. Worth nothing anywhere but where its secret belongs. */
import type { Outgoing } from './injector.ts'
import type { Sent } from './placing.ts'

const mark = 'lockstep-placeholder-'
const whole = /lockstep-placeholder-([A-Za-z][\w.-]{0,63})-[0-9a-f]{16}/g

/** Whether anything that is sent may have a placeholder in it. */
export function mayHoldPlaceholder({ headers, query, text }: Outgoing): boolean {
  return (
    text?.includes(mark) === true ||
    query?.includes(mark) === true ||
    headers?.some((each) => each.includes(mark) || isBasicWith(each)) === true
  )
}

function isBasicWith(value: string): boolean {
  const [, coded] = /^basic +(\S+)$/i.exec(value) ?? []
  return coded !== undefined && Buffer.from(coded, 'base64').includes(mark)
}

/** The names in the placeholders that are still there once secrets were put in: they are where they do not belong. */
export function misplacedIn(outgoing: Outgoing, sent: Sent): readonly string[] {
  const body = 'body' in sent ? JSON.stringify(sent.body) : String(outgoing.text ?? '')
  const basic = sent.headers.flatMap((each) => {
    const [, coded] = /^basic +(\S+)$/i.exec(each) ?? []
    return coded === undefined ? [] : [Buffer.from(coded, 'base64').toString('latin1')]
  })
  const texts = [...sent.headers, ...basic, sent.query ?? '', body]
  return [...new Set(texts.flatMap((text) => [...text.matchAll(whole)].map(([, name = '']) => name)))]
}
