import validator from 'validator'
import { traitsOf } from '../traits.ts'
import type { Detector, Hit } from './hit.ts'

const shapes =
  /(?<![\w.:])(?:\d{1,3}(?:\.\d{1,3}){3}|(?=[0-9a-f:]*:[0-9a-f:]*:)[0-9a-f:]{3,45}(?:\d{0,3}(?:\.\d{1,3}){3})?)(?![\w:]|\.\d)/gi

/** Addresses of the Internet Protocol; not what `version` is said of. */
export const ip: Detector = {
  name: 'ip',
  find: (text) => {
    if (!text.includes(':') && traitsOf(text).digits < 4) return []
    const hits: Hit[] = []
    for (const match of text.matchAll(shapes)) {
      const [start, end] = [match.index, match.index + match[0].length]
      if (match[0] === '::' || !validator.isIP(match[0])) continue
      if (!/\bv(?:ersion)?[ :=]*$/i.test(text.slice(Math.max(0, start - 12), start)))
        hits.push({ start, end, by: 'ip' })
    }
    return hits
  },
}
