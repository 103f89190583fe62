import type { Judge, Policy } from './judge.ts'

/** Arguments that say who or what is meant, by their names in the tools' descriptions. */
const identities =
  /^(?:recipients?|cc|bcc|attachments|to|user|user_email|email|channel|url|file_id|event_id|email_id|participants|hotel|restaurant|company|password|street|city|id|permission)$/

const free: Judge = { see: () => undefined, judge: () => ({ effect: 'allow' }) }

/** Policies others use, and that are easy to make: what Lockstep has to be better than. `writes` are the tools that change something or send it out. */
export function baselines(writes: ReadonlySet<string>): readonly Policy[] {
  return [
    {
      name: 'ask on every write',
      open: () => ({ ...free, judge: ({ tool }) => ({ effect: writes.has(tool) ? 'ask' : 'allow' }) }),
    },
    { name: 'session taint', open: () => sessionTaint(writes) },
    { name: 'naive value taint', open: () => naiveTaint(writes) },
    allowlist('allowlist', writes),
  ]
}

export function allowlist(name: string, writes: ReadonlySet<string>): Policy {
  return {
    name,
    open: (tools) => ({
      ...free,
      judge: ({ tool }) => ({
        effect: tools === undefined || tools.includes(tool) || !writes.has(tool) ? 'allow' : 'ask',
      }),
    }),
  }
}

/** Once an answer was read, whatever it was, every write is asked about. */
function sessionTaint(writes: ReadonlySet<string>): Judge {
  let tainted = false
  return {
    see({ role }) {
      tainted ||= role === 'tool'
    },
    judge: ({ tool }) => ({ effect: tainted && writes.has(tool) ? 'ask' : 'allow' }),
  }
}

/** An identity argument that stands in an answer and not in the prompt is asked about, whoever wrote that part of the answer. */
function naiveTaint(writes: ReadonlySet<string>): Judge {
  let [said, read] = ['', '']
  return {
    see({ role, text }) {
      if (role === 'user') said += text.toLowerCase()
      else read += text.toLowerCase()
    },
    judge({ tool, args }) {
      const values = Object.entries(args).flatMap(([name, value]) => (identities.test(name) ? [value].flat() : []))
      const planted = values.some((value) => {
        const text = String(value ?? '')
          .toLowerCase()
          .replace(/^https?:\/\//, '')
        return text !== '' && read.includes(text) && !said.includes(text)
      })
      return { effect: writes.has(tool) && planted ? 'ask' : 'allow' }
    },
  }
}
