import type { DataFlow, Destination } from '../charter/agent.ts'
import { parsePointer } from '../charter/pointer.ts'
import { type Asking, asks } from './asking.ts'
import type { ClassSeen } from './facts.ts'
import type { Kind, Shortfall } from './kind.ts'
import { fits } from './values.ts'

const unseen: Shortfall = { outcome: 'unknown', detail: 'what classes of data the call carries is not known' }

/** Data of a class goes only where the charter lets it. */
export const flow: Kind<'flow'> = {
  compile: (_, site) => {
    const { charter, use } = site
    const flows = (charter.data?.flows ?? []).map((each) => ({ each, asking: askingOf(each, site) }))
    return (context) => {
      const { classes } = context.facts
      if (classes === undefined) return unseen
      const body = context.call.request.body
      let asked: Shortfall | undefined
      for (const seen of classes) {
        const own = flows.filter(({ each }) => each.class === seen.class)
        if (own.length === 0 || own.some(({ each }) => each.to.some((to) => leadsTo(to, use.operation, seen, body))))
          continue
        const detail = `${seen.class} data${seen.at === '' ? '' : ` at \`${seen.at}\``} (${seen.by}) would go to \`${use.operation}\``
        const [first] = own
        // What is taken out or replaced before it is sent does not go there.
        if (first?.each.otherwise === 'redact' || first?.each.otherwise === 'token') continue
        if (first?.asking === undefined) return { outcome: 'broken', detail }
        asked ??= first.asking(context, detail)
      }
      return asked
    }
  },
  describe: ({ says }) => says ?? 'data goes only where its class may go',
  needs: ({ approvals }) => [
    { fact: 'classes' },
    ...approvals.map((approval) => ({ fact: 'grants', approval }) as const),
  ],
  classes: () => ['data-leaked'],
}

function askingOf({ otherwise }: DataFlow, site: Parameters<typeof asks>[1]): Asking | undefined {
  return typeof otherwise === 'string' ? undefined : asks(otherwise.approval, site)
}

/** Whether a class seen in a call goes to a destination by it. */
function leadsTo(to: Destination, operation: string, seen: ClassSeen, body: unknown): boolean {
  if (to.kind !== 'operation') return to.kind === seen.to?.kind && matches(to.glob, seen.to.name)
  if (!matches(to.glob, operation)) return false
  if (to.at === undefined) return true
  const found = to.value === undefined ? undefined : valuesAt(body, to.at)
  if (found === undefined) return fits(to.at, parsePointer(seen.at) ?? [])
  // One recipient that is not meant makes all of it go astray.
  return found.length > 0 && found.every((each) => typeof each === 'string' && matches(to.value ?? '', each))
}

function valuesAt(value: unknown, [step, ...rest]: readonly string[]): readonly unknown[] {
  if (step === undefined) return Array.isArray(value) ? value : [value]
  if (typeof value !== 'object' || value === null) return []
  if (step === '*') return Object.values(value).flatMap((each) => valuesAt(each, rest))
  return Object.hasOwn(value, step) ? valuesAt(Reflect.get(value, step), rest) : []
}

/** `*` stands for anything. Case does not count. */
export function matches(glob: string, text: string): boolean {
  const parts = glob.toLowerCase().split('*')
  const lower = text.toLowerCase()
  let from = 0
  for (const [index, part] of parts.entries()) {
    const last = index === parts.length - 1
    const at =
      index === 0 ? (lower.startsWith(part) ? 0 : -1) : last ? lastOf(lower, part, from) : lower.indexOf(part, from)
    if (at < 0) return false
    from = at + part.length
  }
  return from === lower.length || parts.at(-1) === ''
}

function lastOf(text: string, part: string, from: number): number {
  const at = text.length - part.length
  return at >= from && text.endsWith(part) ? at : -1
}
